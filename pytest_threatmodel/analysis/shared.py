"""Found changes for elements that look alike to a condition: searched for one of them, retraced for the others.

Equal signatures mean that the condition reads the same in the same order, also under equal changes. So a change is
known by its position among the reads, and the same position is the same change on another element.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import Traced
from pytest_threatmodel.analysis.search import outcome_under


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a set.

    Args:
        position: of its read among those under the changes before it.
        value: that it gives.
    """

    position: int
    value: Any


Steps = tuple[Step, ...]


class Trail:
    """What a condition reads on one element under the changes of some sets; each evaluation is made once.

    Args:
        traced: the condition in the form that reads through a function.
        record: the target.
    """

    def __init__(self, traced: Traced, record: Record) -> None:
        self._traced = traced
        self._record = record
        self._reads: dict[tuple[tuple[int, str, int], ...], list[tuple[Record, str]]] = {}

    def steps(self, changes: Changes) -> Steps:
        """A set of changes that a search found, as steps."""
        return tuple(
            Step(self._keys(changes[:number]).index(change.key), change.value) for number, change in enumerate(changes)
        )

    def changes(self, steps: Iterable[Step]) -> Changes:
        """The set of changes to which the steps lead on this element."""
        made: Changes = ()
        for step in steps:
            record, name = self._under(made)[step.position]
            made = (*made, Change(record, name, step.value))
        return made

    def _keys(self, changes: Changes) -> list[tuple[int, str]]:
        return [(id(record), name) for record, name in self._under(changes)]

    def _under(self, changes: Changes) -> list[tuple[Record, str]]:
        key = tuple((*change.key, id(change.value)) for change in changes)
        reads = self._reads.get(key)
        if reads is None:
            reads = self._reads[key] = list(outcome_under(self._traced, self._record, changes)[1].values())
        return reads
