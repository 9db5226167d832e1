"""Drafts: a copy of what the rules saw of a model, on which changes are tried; the model and its verdicts stay."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.library.condition.missing import MISSING
from pytest_threatmodel.model.inherit import Handing
from pytest_threatmodel.model.inherit import handings
from pytest_threatmodel.model.node import Node

#: The number of a row, and a column.
Pair = tuple[int, int]
#: A field of one record, as `Change.key` has it.
Spot = tuple[int, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Removed:
    """What a field goes back to while nobody says anything."""

    default: Any


class Draft:
    """The rows of a model with records of their own, and what a change on one of them changes elsewhere.

    Args:
        verdicts: of the model; their records stay as they are.
    """

    def __init__(self, verdicts: Verdicts) -> None:
        elements = verdicts.model.load.elements
        self._verdicts = verdicts
        self._records: dict[int, Record] = {}
        for element, record in zip(elements, make_records(elements, verdicts.rulebook.vocabulary), strict=True):
            self._records[id(element)] = record
            self._records[id(element.own_controls)] = record.controls
        #: As those of the verdicts, in the same order.
        self.rows = [replace(row, record=self.record(row.element)) for row in verdicts.rows]
        self._stated: set[Spot] = set()
        self._givers: dict[Spot, list[Change]] = {}
        self._takers: dict[Spot, list[Change]] = {}
        for flow in sorted(verdicts.model.dataflows, key=lambda flow: flow.isResponse):
            for handing in handings(flow):
                self._connect(handing)

    def _connect(self, handing: Handing) -> None:
        giver = Change(self.record(handing.giver), handing.given, None)
        taker = Change(self.record(handing.taker), handing.taken, None)
        self._givers.setdefault(taker.key, []).append(giver)
        self._takers.setdefault(giver.key, []).append(taker)

    def record(self, node: Node) -> Record:
        """The draft's record of an element, or of its controls."""
        return self._records[id(node)]

    def is_stated(self, record: Record, name: str) -> bool:
        """Whether the author, or a change that was kept, states the field; what inherits takes nothing then."""
        return (id(record), name) in self._stated or record._node.is_stated(name)

    def givers(self, record: Record, name: str, *, stated: bool = True) -> Iterator[tuple[Record, str]]:
        """The fields from which this one would take its value, the nearest first.

        Args:
            record: of the element or its controls.
            name: of the field.
            stated: whether what is stated for the field itself counts, which keeps it from taking any.
        """
        waiting, seen = [(record, name)], {(id(record), name)}
        while waiting:
            taker, taken = waiting.pop(0)
            if self.is_stated(taker, taken) and (stated or taker is not record):
                continue
            for giver in self._givers.get((id(taker), taken), ()):
                if giver.key not in seen:
                    seen.add(giver.key)
                    waiting.append((giver.record, giver.name))
                    yield giver.record, giver.name

    def effects(self, changes: Changes) -> Changes:
        """The changes, and what they change on elements that inherit from theirs."""
        made = {change.key: change for change in changes}
        stated, waiting = set(made), list(changes)
        while waiting:
            for taker in self._takers.get(waiting.pop(0).key, ()):
                key = taker.key
                if key in stated or self.is_stated(taker.record, taker.name):
                    continue
                taken = self._taken(taker, made)
                if key not in made or made[key].value != taken.value:
                    made[key] = taken
                    waiting.append(taken)
        return tuple(made.values())

    def _taken(self, taker: Change, made: dict[Spot, Change]) -> Change:
        """What a field inherits under some changes: the first giver that has a value counts."""
        for giver in self._givers.get(taker.key, ()):
            known = made.get(giver.key)
            if known is None and giver.name in giver.record._given:
                return replace(taker, value=giver.record._given[giver.name])
            if known is not None and not isinstance(known.value, _Removed):
                return replace(taker, value=known.value)
        return replace(taker, value=self._removed(taker.record, taker.name))

    def without(self, record: Record, name: str) -> Changes:
        """The effects of stating a field no longer."""
        gone = Change(record, name, None)
        return self.effects((self._taken(gone, {}),))

    def _removed(self, record: Record, name: str) -> _Removed:
        field = self._verdicts.rulebook.field(record, name)
        return _Removed(MISSING if field is None or field.optional else field.default)

    def holds(self, pairs: Iterable[Pair], effects: Changes = ()) -> list[bool]:
        """Whether the conditions of pairs are true under some effects; one that cannot be evaluated counts as true.

        Args:
            pairs: to look at.
            effects: what is changed for the moment.
        """
        before = [(each.record, each.name, getattr(each.record, each.name)) for each in effects]
        for each in effects:
            value = each.value
            each.record.__dict__[each.name] = value.default if isinstance(value, _Removed) else value
        try:
            return [self._holds(row, column) for row, column in pairs]
        finally:
            for record, name, value in before:
                record.__dict__[name] = value

    def _holds(self, number: int, column: int) -> bool:
        row = self.rows[number]
        try:
            return bool(row.rules[column].holds(row.record))
        except Exception:  # whatever a condition does, the other pairs keep their results
            return True

    def keep(self, changes: Changes) -> None:
        """State some changes for good."""
        for each in self.effects(changes):
            each.record.__dict__[each.name] = each.record._given[each.name] = each.value
        self._stated.update(change.key for change in changes)
