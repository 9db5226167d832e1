"""What would turn a model green: the few changes that close most findings, found by evaluating the model with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.analysis.affected import Affected
from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.candidates import Candidate
from pytest_threatmodel.analysis.candidates import Candidates
from pytest_threatmodel.analysis.draft import Draft
from pytest_threatmodel.analysis.draft import Pair
from pytest_threatmodel.analysis.draft import Spot
from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import Reads
from pytest_threatmodel.analysis.search import outcome_under
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity

#: For so many different findings that no single change closes, sets of changes are searched.
_SEARCHES: Final = 500
#: Whether a pair, were its condition true, would be a finding that waits for an answer.
Counts = Callable[[Row, int], bool]


@dataclass(frozen=True, slots=True)
class Improvement:
    """A change, or several that are needed together, and what becomes of the model with it.

    Args:
        changes: as an author would make them.
        closes: the findings that are none any more, after the improvements before this one.
        opens: the pairs that become findings.
        worst: the worst severity among those that it closes.
        of_worst: how many of them have it.
    """

    changes: Changes
    closes: tuple[tuple[Row, int], ...]
    opens: tuple[tuple[Row, int], ...]
    worst: Severity
    of_worst: int


def improvements(verdicts: Verdicts, counts: Counts, most: int) -> list[Improvement]:
    """The changes that close most open findings, the best first; each counts what those before it left.

    Candidates are the controls and protections that open findings read, in their stronger direction, on the element
    itself and on those that it inherits from; and sets of several where a finding needs them together. Each is
    evaluated: what it opens is taken off, and one that closes no more than it opens is not named.

    Args:
        verdicts: of the model.
        counts: tells which pairs are findings that wait for an answer.
        most: how many.
    """
    if most < 1:
        return []
    search = _Search(verdicts, counts)
    found: list[Improvement] = []
    while len(found) < most and (best := search.best()) is not None:
        found.append(search.keep(best))
    return found


class _Search:
    """Candidates with what they close, kept up to date while the best are taken one after another."""

    def __init__(self, verdicts: Verdicts, counts: Counts) -> None:
        self._verdicts = verdicts
        self._counts = counts
        self._draft = Draft(verdicts)
        self._affected = Affected(self._draft)
        self._open: dict[Pair, Severity] = {}
        self._candidates = Candidates(self._draft, self._open)
        self._alternatives: dict[int, OtherValues] = {}
        self._closed: set[Pair] = set()
        self._reads: dict[Pair, list[Spot]] = {}
        self._readers: dict[Spot, dict[Pair, None]] = {}
        for number, row in enumerate(verdicts.rows):
            for column, verdict in enumerate(row.verdicts):
                if verdict is Verdict.VULNERABLE and counts(row, column):
                    self._add((number, column))
        self._add_sets()

    def _add(self, pair: Pair) -> None:
        self._open[pair] = severity(self._draft.rows[pair[0]], pair[1])[0]
        self._trace(pair)

    def _trace(self, pair: Pair) -> None:
        """What an open finding reads, and the changes that may close it."""
        found = list(self._stronger(pair))
        for change in found:
            self._candidates.propose_each(change)
        self._reads[pair] = list(dict.fromkeys(change.key for change in found))
        for spot in self._reads[pair]:
            self._readers.setdefault(spot, {})[pair] = None
        self._candidates.doubt(pair, self._reads[pair])

    def _stronger(self, pair: Pair) -> Iterator[Change]:
        row = self._draft.rows[pair[0]]
        rule = row.rules[pair[1]]
        other = self._alternatives.get(id(rule))
        if other is None:
            other = self._alternatives[id(rule)] = OtherValues(self._verdicts.rulebook, rule)
        for record, name in _reads(rule, row.record).values():
            for value in other.stronger(record, name):
                yield Change(record, name, value)

    def _add_sets(self) -> None:
        """Changes that are needed together, for the findings that no single one closes.

        Findings that look alike share one search, which can be long; more than `_SEARCHES` are not made.
        """
        alone: dict[tuple[int, Hashable], bool] = {}
        searches = 0
        for pair in list(self._open):
            row = self._draft.rows[pair[0]]
            rule = row.rules[pair[1]]
            key = (id(rule), (row.element.kind(), rule.signature(row.record)))
            if key not in alone:
                alone[key] = not all(self._draft.holds([pair], (each,))[0] for each in self._stronger(pair))
                searches += not alone[key]
                alone[key] |= searches > _SEARCHES
            if not alone[key]:
                for fix in explain(self._verdicts, self._verdicts.rows[pair[0]], pair[1]).fixes:
                    self._candidates.propose(tuple(map(self._in_draft, fix)))
                self._candidates.doubt(pair, self._reads[pair])

    def _in_draft(self, change: Change) -> Change:
        return Change(self._draft.record(change.record._node), change.name, change.value)

    def best(self) -> Candidate | None:
        """The candidate that does most, or None where none does any good."""
        while (candidate := self._candidates.first()) is not None:
            if candidate.unsure:
                self._look(candidate)
            elif candidate.opens is None:
                candidate.opens = list(self._opened(self._draft.effects(candidate.changes)))
            else:
                return candidate
            self._candidates.move(candidate)
        return None

    def _look(self, candidate: Candidate) -> None:
        effects = self._draft.effects(candidate.changes)
        pairs = list({pair: None for each in effects for pair in self._readers.get(each.key, ())})
        still = self._draft.holds(pairs, effects)
        candidate.closes = {pair: None for pair, holds in zip(pairs, still, strict=True) if not holds}
        candidate.unsure = 0

    def _opened(self, effects: Changes) -> Iterator[Pair]:
        pairs = [pair for pair in self._affected.pairs(effects) if self._may_open(pair)]
        before = self._draft.holds(pairs)
        after = self._draft.holds(pairs, effects)
        for pair, was, holds in zip(pairs, before, after, strict=True):
            if holds and not was and self._counts(self._draft.rows[pair[0]], pair[1]):
                yield pair

    def _may_open(self, pair: Pair) -> bool:
        verdict = self._verdicts.rows[pair[0]].verdicts[pair[1]]
        return pair in self._closed or verdict not in (Verdict.VULNERABLE, Verdict.ERROR)

    def keep(self, candidate: Candidate) -> Improvement:
        """Make a change for good, and doubt everything that it may concern."""
        closed, opened = list(candidate.closes), candidate.opens or []
        found = self._improvement(candidate.changes, closed, opened)
        effects = self._draft.effects(candidate.changes)
        touched = {pair: None for each in effects for pair in self._readers.get(each.key, ())}
        # Conditions may read the field only under some further change; their text says which.
        concerned = [pair for pair in self._affected.pairs(effects) if pair in self._open and pair not in touched]
        self._draft.keep(candidate.changes)
        for change in candidate.changes:
            self._candidates.settle(change)
        for pair in touched:
            self._forget(pair)
        for pair in closed:
            del self._open[pair]
        self._closed = self._closed.union(closed).difference(opened)
        for pair in touched:
            if pair in self._open:
                self._trace(pair)
        for pair in opened:
            self._add(pair)
        for pair in concerned:
            self._candidates.doubt(pair, self._reads[pair])
        self._candidates.forget_opened()
        return found

    def _improvement(self, changes: Changes, closed: list[Pair], opened: list[Pair]) -> Improvement:
        counted = Counter(self._open[pair] for pair in closed)
        worst = next(word for word in SEVERITIES if counted[word])
        return Improvement(changes, self._named(closed), self._named(opened), worst, counted[worst])

    def _named(self, pairs: Iterable[Pair]) -> tuple[tuple[Row, int], ...]:
        return tuple((self._verdicts.rows[number], column) for number, column in pairs)

    def _forget(self, pair: Pair) -> None:
        spots = self._reads.pop(pair)
        self._candidates.dismiss(pair, spots)
        for spot in spots:
            del self._readers[spot][pair]


def _reads(rule: Rule, record: Record) -> Reads:
    try:
        return outcome_under(rule.traced, record, ())[1]
    except Exception:  # under what was changed before: an error, which no further change is looked for
        return {}
