"""What an element is probably called now that a decision names by a label that is gone."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.facts import lapses
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.labels import counted
from pytest_threatmodel.model.labels import ends

#: From which likeness on two names are called similar.
_SIMILAR: Final = 0.6
#: By so much the best candidate must lead.
_LEAD: Final = 0.1
_ENDS: Final = re.compile(r" \((.+ -> .+)\)$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An element that nobody decided about by name.

    Args:
        row: of the element.
        similar: how similar its name is, from 0 to 1.
        found: the decision's threats are findings on it.
        same_ends: it is a flow between the ends that the old label names.
        facts: the decision states facts, and they hold for it.
    """

    row: Row
    similar: float
    found: bool
    same_ends: bool
    facts: bool

    @property
    def score(self) -> float:
        return self.similar + 0.4 * self.found + 0.5 * self.same_ends + 0.5 * self.facts

    def reasons(self, is_only_finding: bool) -> Iterator[str]:
        if self.similar >= _SIMILAR:
            yield "a similar name"
        if self.same_ends:
            yield "the same ends"
        if self.facts:
            yield "the facts of the decision hold there"
        if is_only_finding:
            yield "the only such finding that nobody decided"


class Renames:
    """Finds the likely new names for a model.

    Args:
        verdicts: of the model.
        decided: the pairs for which some decision holds.
        named: labels that decisions name, or stand on; these elements have theirs.
    """

    def __init__(self, verdicts: Verdicts, decided: Collection[PairKey], named: Collection[str]) -> None:
        refused = counted(verdicts.model.elements)
        self._rows = [row for row in verdicts.rows if row.label not in named and row.label not in refused]
        self._decided = decided

    def likely(self, decision: Decision) -> tuple[str, str] | None:
        """The label that the decision's element probably has now, and what speaks for it; None where nothing does.

        Args:
            decision: whose element is not there.
        """
        candidates = sorted(self._candidates(decision), key=lambda candidate: -candidate.score)
        if not candidates:
            return None
        best, others = candidates[0], candidates[1:]
        if others and best.score - others[0].score < _LEAD:
            return None
        is_only = best.found and not any(other.found for other in others)
        reasons = list(best.reasons(is_only))
        return (best.row.label, ", ".join(reasons)) if reasons else None

    def _candidates(self, decision: Decision) -> Iterator[_Candidate]:
        old_ends = _ENDS.search(decision.element)
        likeness = SequenceMatcher(None, b=decision.element.casefold())
        for row in self._rows:
            columns = [_columns(row, name) for name in decision.threats]
            # What none of the threats targets is of another kind.
            if not all(columns):
                continue
            element = row.element
            likeness.set_seq1(row.label.casefold())
            yield _Candidate(
                row,
                likeness.ratio(),
                all(any(self._is_open(row, column) for column in each) for each in columns),
                old_ends is not None and isinstance(element, Dataflow) and ends(element) == old_ends[1],
                bool(decision.facts) and _hold(decision, row),
            )

    def _is_open(self, row: Row, column: int) -> bool:
        pair = (row.rules[column].threat.id, row.label)
        return row.verdicts[column] is Verdict.VULNERABLE and pair not in self._decided


def _columns(row: Row, name: str) -> list[int]:
    return [column for column, rule in enumerate(row.rules) if fnmatchcase(rule.threat.id, name)]


def _hold(decision: Decision, row: Row) -> bool:
    try:
        return not lapses(decision, row.element)
    except DecisionError:
        return False
