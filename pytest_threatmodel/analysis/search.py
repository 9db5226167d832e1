"""The search for minimal changes: which reads of a condition would have to be different for another outcome.

One search serves three questions. What carries a mitigation: controls go back to unstated until the condition is true.
What is undetermined: unstated facts take other values until it is true. What would fix a finding: controls and
protections grow stronger until it is false.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.records import Record

Read = Callable[[Record, str], Any]
Traced = Callable[[Record, Read], bool]
#: The values that a field of a record might have instead.
Alternatives = Callable[[Record, str], Iterable[Any]]

#: A search ends after so many evaluations; conditions of the usual size need some ten.
BUDGET: Final = 4000


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


class _Trial:
    """One evaluation under some changes; remembers what was read, in order."""

    __slots__ = ("_changed", "reads")

    def __init__(self, changes: Changes) -> None:
        self._changed = {change.key: change.value for change in changes}
        self.reads: dict[tuple[int, str], tuple[Record, str]] = {}

    def read(self, record: Record, name: str) -> Any:
        key = (id(record), name)
        if key in self._changed:
            return self._changed[key]
        self.reads[key] = (record, name)
        return getattr(record, name)


def minimal_changes(
    traced: Traced, record: Record, alternatives: Alternatives, goal: bool, *, most: int
) -> list[Changes]:
    """The smallest sets of changes that give the condition the value `goal`, smaller sets first.

    A breadth-first search over sets of changes. It extends a set only by fields that the evaluation under that set has
    read, and misses nothing by it: where none of a larger set's further fields is read, they make no difference.

    Args:
        traced: the condition in the form that reads through a function.
        record: the target.
        alternatives: other values for a field; empty where it must stay.
        goal: the wanted outcome.
        most: how many sets at most.

    Returns:
        Sets none of which contains another; empty where no set helps or the budget is used up.
    """
    found: list[Changes] = []
    level: list[Changes] = [()]
    seen: set[frozenset[Any]] = set()
    budget = BUDGET
    while level and len(found) < most:
        following: list[Changes] = []
        for changes in level:
            if _contains_found(changes, found):
                continue
            budget -= 1
            if budget < 0:
                return found
            trial = _Trial(changes)
            if bool(traced(record, trial.read)) is goal:
                found.append(changes)
                if len(found) == most:
                    return found
            else:
                following.extend(_extend(changes, trial, alternatives, seen))
        level = following
    return found


def _contains_found(changes: Changes, found: list[Changes]) -> bool:
    keys = {change.key for change in changes}
    return any(keys.issuperset(change.key for change in smaller) for smaller in found)


def _extend(changes: Changes, trial: _Trial, alternatives: Alternatives, seen: set[frozenset[Any]]) -> list[Changes]:
    extended = []
    for read_record, name in trial.reads.values():
        for value in alternatives(read_record, name):
            longer = (*changes, Change(read_record, name, value))
            identity = frozenset((change.key, _hashable(change.value)) for change in longer)
            if identity not in seen:
                seen.add(identity)
                extended.append(longer)
    return extended


def _hashable(value: Any) -> Any:
    return id(value) if isinstance(value, tuple) else value
