"""What becomes of undetermined pairs: they pass, unless a team wants the facts stated that would settle them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.unstated import undetermined
from pytest_threatmodel.analysis.unstated import unstated_facts
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity

#: Why an undetermined pair fails.
FAILING: Final = "unstated facts decide this (threatmodel_unstated_facts)"
#: So many elements are named where there are too many undetermined pairs.
_NAMED: Final = 10
#: So many facts are named for each of them.
_FACTS: Final = 4


@dataclass(frozen=True, slots=True)
class UnstatedFacts:
    """From when on unstated facts fail.

    Args:
        lowest: the lowest severity of which an undetermined pair fails; None where none does.
        limit: how many undetermined pairs a model may have; None where that does not matter.
    """

    lowest: Severity | None = None
    limit: int | None = None

    def fails(self, row: Row, column: int) -> bool:
        """Whether an undetermined pair fails.

        Raises:
            ModelError: an override names no severity.
        """
        return self.lowest is not None and SEVERITIES.index(severity(row, column)[0]) <= SEVERITIES.index(self.lowest)


def too_many(verdicts: Verdicts, decided: Decided, limit: int) -> list[str]:
    """What to say of a model that has more undetermined pairs than it may have; nothing where it has not.

    Args:
        verdicts: of the model.
        decided: what people said about its pairs.
        limit: how many it may have.
    """
    pairs = _of_people(decided)
    count = sum(1 for row in verdicts.rows for _ in undetermined(row, pairs))
    if count <= limit:
        return []
    first = f"{count} undetermined pairs, at most {limit} are allowed (threatmodel_unstated_facts)"
    return [first, *unstated_lines(verdicts, decided)]


def unstated_lines(verdicts: Verdicts, decided: Decided, most: int = _NAMED) -> list[str]:
    """What nobody stated, a line for each element that waits for it, the ones with the most pairs first.

    Args:
        verdicts: of the model.
        decided: what people said about its pairs.
        most: so many elements are named; a last line counts the others.
    """
    pairs = _of_people(decided)
    waiting = [(sum(1 for _ in undetermined(row, pairs)), row) for row in verdicts.rows]
    ranked = sorted((each for each in waiting if each[0]), key=lambda each: -each[0])
    lines = [_line(row.label, count, unstated_facts(verdicts, row, pairs)) for count, row in ranked[:most]]
    more = len(ranked) - len(lines)
    return [*lines, f"and {more} more element{'s' if more > 1 else ''}"] if more > 0 else lines


def _of_people(decided: Decided) -> frozenset[PairKey]:
    """The pairs that somebody decided about."""
    return frozenset(pair for pair, outcome in decided.outcomes.items() if outcome.decision is not None)


def _line(label: str, pairs: int, facts: dict[str, list[str]]) -> str:
    """`Web Server: data 4, isPublic 2 and 3 more, for 9 undetermined pairs`."""
    named = [f"{fact} {len(ids)}" for fact, ids in list(facts.items())[:_FACTS]]
    more = f" and {len(facts) - len(named)} more" if len(facts) > len(named) else ""
    waiting = f"{pairs} undetermined pair{'s' if pairs > 1 else ''}"
    # Where the search for names was given up, none is known.
    return f"{label}: {', '.join(named)}{more}, for {waiting}" if named else f"{label}: {waiting}"
