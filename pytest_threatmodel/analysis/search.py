"""The search for changes: which reads of a condition would have to be different for another outcome.

Two searches serve three questions. What carries a mitigation: controls go back to unstated until the condition is true.
What is undetermined: unstated facts take other values until it is true. What would fix a finding: controls and
protections grow stronger until it is false. `is_reachable` only asks whether, for verdicts; `minimal_changes` asks
which, when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.records import Record

Read = Callable[[Record, str], Any]
Traced = Callable[[Record, Read], bool]
#: The values that a field of a record might have instead.
Alternatives = Callable[[Record, str], Iterable[Any]]
#: What was read, in order.
Reads = dict[tuple[int, str], tuple[Record, str]]

#: A search ends after so many evaluations; conditions of the usual size need some ten.
BUDGET: Final = 2000
#: The search for all smallest sets ends after so many reads; conditions of the usual size need some hundred.
MOST_READS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One field of one record with another value."""

    record: Record
    name: str
    value: Any

    @property
    def key(self) -> tuple[int, str]:
        """What is changed, whatever the value."""
        return (id(self.record), self.name)


Changes = tuple[Change, ...]


class _Path:
    """One way through a condition: a choice for every field in the order in which they were read."""

    def __init__(self, alternatives: Alternatives) -> None:
        self._alternatives = alternatives
        self._options: list[list[Any]] = []
        self._chosen: list[int] = []
        self._values: dict[tuple[int, str], Any] = {}

    def restart(self) -> None:
        """Begin an evaluation that makes the choices that stand."""
        self._values.clear()

    def read(self, record: Record, name: str) -> Any:
        key = (id(record), name)
        if key in self._values:
            return self._values[key]
        depth = len(self._values)
        if depth == len(self._options):
            self._options.append([getattr(record, name), *self._alternatives(record, name)])
            self._chosen.append(0)
        value = self._values[key] = self._options[depth][self._chosen[depth]]
        return value

    def advance(self) -> bool:
        """Change the last choice that can be changed; False when every way was gone."""
        # What this evaluation did not read was left over from a longer one.
        del self._options[len(self._values) :], self._chosen[len(self._values) :]
        while self._options:
            if self._chosen[-1] + 1 < len(self._options[-1]):
                self._chosen[-1] += 1
                return True
            self._options.pop()
            self._chosen.pop()
        return False


def is_reachable(traced: Traced, record: Record, alternatives: Alternatives, goal: bool) -> bool:
    """Whether some choice among the values gives the condition the value `goal`.

    Goes all ways through the condition, depth first; it short-circuits, so there are far fewer than choices.

    Args:
        traced: the condition in the form that reads through a function.
        record: the target.
        alternatives: other values for a field; empty where it must stay.
        goal: the wanted outcome.

    Returns:
        False also where the budget is used up, which takes a condition far beyond the usual size.
    """
    path = _Path(alternatives)
    for _ in range(BUDGET):
        path.restart()
        if bool(traced(record, path.read)) is goal:
            return True
        if not path.advance():
            return False
    return False


class _Numbers:
    """Numbers for changes, so that a set of changes is an integer with a bit for each."""

    def __init__(self) -> None:
        self._bits: dict[tuple[int, str, Any], int] = {}

    def bit(self, change: Change) -> int:
        value = id(change.value) if isinstance(change.value, tuple) else change.value
        return 1 << self._bits.setdefault((*change.key, value), len(self._bits))

    def key_bit(self, change: Change) -> int:
        return 1 << self._bits.setdefault((*change.key, _Numbers), len(self._bits))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A set of changes to evaluate: the changes, their bits, the bits of their keys, and what smaller ones read."""

    changes: Changes
    bits: int
    keys: int
    known: frozenset[tuple[int, str]]


def minimal_changes(
    traced: Traced,
    record: Record,
    alternatives: Alternatives,
    goal: bool,
    *,
    most: int,
    largest: int = 16,
    quick: bool = False,
) -> list[Changes]:
    """The smallest sets of changes that give the condition the value `goal`, smaller sets first.

    A breadth-first search over sets of changes. It extends a set only by fields that the evaluation under that set has
    read, and misses nothing by it: where none of a larger set's further fields is read, they make no difference.

    On elements with very many neighbours that takes too long; then a set is extended only by the fields that its last
    change brought up. It finds the same where the condition reads no field in two places.

    Args:
        traced: the condition in the form that reads through a function.
        record: the target.
        alternatives: other values for a field; empty where it must stay.
        goal: the wanted outcome.
        most: how many sets at most.
        largest: how many changes in a set at most.
        quick: find nothing rather than take long.

    Returns:
        Sets none of which contains another; empty where no set helps or the budget is used up.
    """
    search = _Search(traced, record, alternatives, goal, most, largest)
    found = search.all_ways()
    if found is None:
        found = [] if quick else search.short_ways()
    return [trial.changes for trial in found]


class _Search:
    """One search for the smallest sets; the arguments are those of `minimal_changes`."""

    def __init__(
        self, traced: Traced, record: Record, alternatives: Alternatives, goal: bool, most: int, largest: int
    ) -> None:
        self._traced = traced
        self._record = record
        self._alternatives = alternatives
        self._goal = goal
        self._most = most
        self._largest = largest
        self._numbers = _Numbers()
        self._reads_left = 0

    def all_ways(self) -> list[_Trial] | None:
        """Every smallest set, or None where the budget is used up before."""
        self._reads_left = MOST_READS
        return self._breadth_first(short=False)

    def short_ways(self) -> list[_Trial]:
        """The smallest sets of which each change but the first was brought up by the one before."""
        self._reads_left = 50 * MOST_READS
        return self._breadth_first(short=True) or []

    def _breadth_first(self, *, short: bool) -> list[_Trial] | None:
        found: list[_Trial] = []
        level, seen = [_Trial((), 0, 0, frozenset())], {0}
        for _ in range(self._largest + 1):
            following: list[_Trial] = []
            for trial in level:
                if any(trial.keys & smaller.keys == smaller.keys for smaller in found):
                    continue
                outcome, reads = outcome_under(self._traced, self._record, trial.changes)
                if outcome is self._goal:
                    found.append(trial)
                    if len(found) == self._most:
                        return found
                    continue
                self._reads_left -= len(reads)
                if self._reads_left < 0:
                    return None
                following += self._longer(trial, reads, seen, short)
            level = following
        return found

    def _longer(self, trial: _Trial, reads: Reads, seen: set[int], short: bool) -> Iterator[_Trial]:
        """The sets with one change more that were not looked at yet."""
        known = trial.known.union(reads) if short else trial.known
        for key, (record, name) in reads.items():
            if key in trial.known:
                continue
            for value in self._alternatives(record, name):
                change = Change(record, name, value)
                bits = trial.bits | self._numbers.bit(change)
                if bits not in seen:
                    seen.add(bits)
                    keys = trial.keys | self._numbers.key_bit(change)
                    yield _Trial((*trial.changes, change), bits, keys, known)


def outcome_under(traced: Traced, record: Record, changes: Changes) -> tuple[bool, Reads]:
    """The outcome under some changes, and what was read and not changed, in order."""
    values = {change.key: change.value for change in changes}
    reads: Reads = {}

    def read(where: Record, name: str) -> Any:
        key = (id(where), name)
        if key in values:
            return values[key]
        reads[key] = (where, name)
        return getattr(where, name)

    return bool(traced(record, read)), reads
