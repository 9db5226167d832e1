"""Claimed controls on which no verdict rests: those that carry nothing, and those that carry nothing alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.affected import Affected
from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.draft import Draft
from pytest_threatmodel.analysis.draft import Pair
from pytest_threatmodel.analysis.draft import Spot
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.explain import NAMED
from pytest_threatmodel.analysis.explain import carried_by
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.search import outcome_under
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.fields import Field

#: How many minimal sets of one pair are looked at before a control is said to carry nothing.
_SETS: Final = 100


@dataclass(frozen=True, slots=True)
class Idle:
    """A claimed control that could go without a new finding.

    Args:
        record: of the controls, or of the element where it is a protection.
        name: of the field.
        value: that is claimed.
        redundant: it is in some minimal set, and no pair rests on it alone; where False it carries nothing at all.
        beside: where it is redundant, what would have to go with it before something is found, as the first pair has
            it.
    """

    record: Record
    name: str
    value: Any
    redundant: bool
    beside: Changes


def idle_controls(verdicts: Verdicts) -> list[Idle]:
    """The controls, and protections that are a yes or no, that the author states and without which nothing changes.

    One that carries nothing is in no minimal set of any mitigated pair. One that is redundant is in some, but always
    together with others: no pair becomes vulnerable when it alone goes.

    Args:
        verdicts: of the model.
    """
    return list(_Audit(verdicts).idle())


class _Audit:
    """The claims of one model, and the mitigated pairs that rest on them."""

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._draft = Draft(verdicts)
        self._mitigated = [
            (number, column)
            for number, row in enumerate(verdicts.rows)
            for column, verdict in enumerate(row.verdicts)
            if verdict is Verdict.MITIGATED
        ]
        self._claims = {(id(record), name): (record, name) for record, name in self._claimed()}

    def _claimed(self) -> Iterator[tuple[Record, str]]:
        for element in self._verdicts.labels.values():
            for node in (element, element.own_controls):
                record = self._draft.record(node)
                for name, value in record._given.items():
                    field = self._verdicts.rulebook.field(record, name)
                    if field is not None and node.is_stated(name) and _is_claim(field, value):
                        yield record, name

    def idle(self) -> Iterator[Idle]:
        """What can go, in the order of the elements."""
        needed = self._needed()
        unneeded = {spot: claim for spot, claim in self._claims.items() if spot not in needed}
        together = self._together(unneeded) if unneeded else {}
        for spot, (record, name) in unneeded.items():
            beside = together.get(spot, ()) or self._inherited_instead(record, name)
            yield Idle(record, name, record._given[name], spot in together, beside if spot in together else ())

    def _inherited_instead(self, record: Record, name: str) -> Changes:
        """What hands on a value once the claim is gone."""
        givers = self._draft.givers(record, name, stated=False)
        return tuple(Change(*giver, None) for giver in givers if giver[1] in giver[0]._given)[:1]

    def _needed(self) -> set[Spot]:
        """The claims without which, each alone, some pair is vulnerable."""
        readers: dict[Spot, list[Pair]] = {}
        for number, column in self._mitigated:
            row = self._draft.rows[number]
            for spot in outcome_under(row.rules[column].traced, row.record, ())[1]:
                readers.setdefault(spot, []).append((number, column))
        found = set()
        for spot, (record, name) in self._claims.items():
            effects = self._draft.without(record, name)
            pairs = [pair for each in effects for pair in readers.get(each.key, ())]
            if any(self._draft.holds(pairs, effects)):
                found.add(spot)
        return found

    def _together(self, claims: dict[Spot, tuple[Record, str]]) -> dict[Spot, Changes]:
        """The claims that are in some minimal set, each with the others of the first one."""
        found: dict[Spot, Changes] = {}
        cut: list[Pair] = []
        for pair in self._mitigated:
            sets = carried_by(self._verdicts, self._verdicts.rows[pair[0]], pair[1])
            self._note(sets, found)
            if len(sets) >= NAMED or not sets:
                cut.append(pair)
        missing = {spot: claim for spot, claim in claims.items() if spot not in found}
        affected = Affected(self._draft)
        concerned = {
            pair for record, name in missing.values() for pair in affected.pairs(self._draft.without(record, name))
        }
        for pair in cut:
            if pair in concerned:
                self._note(self._all_sets(pair), found)
        return found

    def _note(self, sets: tuple[Changes, ...], found: dict[Spot, Changes]) -> None:
        for changes in sets:
            for change in changes:
                record = self._draft.record(change.record._node)
                others = tuple(each for each in changes if each is not change)
                found.setdefault((id(record), change.name), others)
                # What an element would hand on, were it not stated where it goes, matters once that is gone.
                if self._draft.is_stated(record, change.name):
                    others = (change, *others)
                for giver, given in self._draft.givers(record, change.name, stated=False):
                    found.setdefault((id(giver), given), others)

    def _all_sets(self, pair: Pair) -> tuple[Changes, ...]:
        row = self._verdicts.rows[pair[0]]
        rule = row.rules[pair[1]]
        other = OtherValues(self._verdicts.rulebook, rule)
        return tuple(minimal_changes(rule.traced, row.record, other.absent, True, most=_SETS))


def _is_claim(field: Field[Any, Any], value: Any) -> bool:
    """Whether a value says that something is done; a protocol or a version is first of all a fact."""
    if field.role == "control":
        return bool(value != field.default)
    return field.role == "protection" and field.type.shape == "bool" and value is field.stronger and not field.default
