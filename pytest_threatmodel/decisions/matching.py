"""Which decision holds for which pair: nearest first, exact names before patterns, conflicts named."""

from __future__ import annotations

import os
from collections.abc import Collection
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import Final
from typing import Literal

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.names import Names

#: (threat id, element label)
PairKey = tuple[str, str]
#: After so many conflicts the rest of the decisions is not put on pairs: each may concern every pair.
_MOST_CONFLICTS: Final = 50


@dataclass(frozen=True)
class Scope:
    """What a model and its library offer to decisions.

    Args:
        labels: label of every element, in or out of scope -> ids of the threats that make pairs with it, in order.
        threats: every threat id of the library.
        replaced: id that no threat has any more -> the ids of those that stand for it now.
    """

    labels: Mapping[str, Sequence[str]]
    threats: Sequence[str]
    replaced: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def elements(self) -> Names:
        """The labels, to be selected by name or pattern."""
        return Names(self.labels)

    @cached_property
    def ids(self) -> Names:
        """The threat ids, to be selected by name or pattern."""
        return Names(self.threats)

    @cached_property
    def labels_of(self) -> Mapping[str, Sequence[str]]:
        """Threat id -> the labels with which it makes pairs."""
        found: dict[str, list[str]] = {}
        for label, ids in self.labels.items():
            for threat in ids:
                found.setdefault(threat, []).append(label)
        return found

    def pairs(self, ids: Collection[str], labels: Collection[str]) -> list[PairKey]:
        """The pairs of these threats and elements, in the order of the model.

        They are looked up from the side that has less to look through.

        Args:
            ids: of threats, all of them known.
            labels: of elements, all of them known.
        """
        if len(labels) <= sum(len(self.labels_of.get(threat, ())) for threat in ids):
            return [(threat, label) for label in labels for threat in self.labels[label] if threat in ids]
        found = [(threat, label) for threat in ids for label in self.labels_of.get(threat, ()) if label in labels]
        return sorted(found, key=lambda pair: (self.elements.position(pair[1]), self.ids.position(pair[0])))


@dataclass(frozen=True, slots=True)
class Orphan:
    """A literal name in a decision that matches nothing: misspelt, or what it named is renamed or gone.

    Args:
        decision: that has the name.
        what: the name is of.
        name: that matches nothing.
    """

    decision: Decision
    what: Literal["element", "threat"]
    name: str

    def __str__(self) -> str:
        return f"{self.decision.place}: {self.decision.spelled}: no {self.what} matches {self.name!r}"


@dataclass(slots=True)
class Matched:
    """The decisions of one model file, put on its pairs.

    Attributes:
        by_pair: the decision that holds for a pair.
        covered: the pairs that each decision reaches, in the order of the decisions; nearer ones may hold there. A
            decision whose names match nothing is not in it: it is an orphan or a warning already.
        errors: what is wrong: two decisions on one pair.
        orphans: literal names that match nothing.
        warnings: patterns that match nothing, exclusions that cover no pair.
        notices: names of threats that others stand for now.
        idle: decisions that may mean what other models have, and cover nothing here, each with a warning.
    """

    by_pair: dict[PairKey, Decision] = field(default_factory=dict)
    covered: list[tuple[Decision, list[PairKey]]] = field(default_factory=list)
    errors: list[DecisionError] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    idle: list[tuple[Decision, str]] = field(default_factory=list)


def match(
    on_elements: Mapping[str, Sequence[Decision]],
    on_file: Sequence[Decision],
    scope: Scope,
    elsewhere: Container[int] = frozenset(),
) -> Matched:
    """Put decisions on pairs: those on an element before those on the file and in registers.

    Args:
        on_elements: element label -> the decisions that stand on that element.
        on_file: the decisions that stand on the file, or in a register.
        scope: the pairs there are.
        elsewhere: the ids of those decisions that may mean what other models have, so that what matches nothing here
            is no mistake yet.
    """
    matched = Matched()
    for label, decisions in on_elements.items():
        _put(((decision, {label: None}) for decision in decisions), scope, matched, elsewhere)
    nearer = frozenset(matched.by_pair)
    located = ((decision, _elements(decision, scope, matched, elsewhere)) for decision in on_file)
    _put(located, scope, matched, elsewhere, nearer)
    return matched


def _put(
    located: Iterable[tuple[Decision, Mapping[str, None]]],
    scope: Scope,
    matched: Matched,
    elsewhere: Container[int],
    nearer: frozenset[PairKey] = frozenset(),
) -> None:
    """Put decisions of equal distance on their pairs, but for those where a nearer one holds."""
    told: set[tuple[int, int]] = set()
    for decision, labels in located:
        ids = _threat_ids(decision, scope, matched, elsewhere)
        pairs = scope.pairs(ids, labels)
        if ids and labels:
            matched.covered.append((decision, pairs))
        if not pairs and ids and labels and decision.excludes:
            _warn(decision, f"{decision.place}: {decision.spelled} covers no pair", matched, elsewhere)
        for pair in pairs:
            if pair in nearer:
                continue
            first = matched.by_pair.setdefault(pair, decision)
            if first is not decision and (id(first), id(decision)) not in told:
                told.add((id(first), id(decision)))
                matched.errors.append(_conflict(first, decision, pair))
        if len(told) > _MOST_CONFLICTS:
            matched.errors.append(DecisionError("and more: decisions after these are not looked at"))
            return


def _conflict(first: Decision, second: Decision, pair: PairKey) -> DecisionError:
    one, other = first.place, second.place
    places = [str(one), str(other)]
    if one.file != other.file and os.path.basename(one.file) == os.path.basename(other.file):
        places = [f"{place.file}:{place.line}" for place in (one, other)]
    text = f"{first.spelled} ({places[0]}) and {second.spelled} ({places[1]})"
    return DecisionError(f"two decisions on {pair[0]}[{pair[1]}]: {text}")


def _elements(decision: Decision, scope: Scope, matched: Matched, elsewhere: Container[int]) -> Mapping[str, None]:
    found = scope.elements.select(decision.element)
    if not found and scope.labels:
        _complain(decision, "element", decision.element, matched, elsewhere)
    return found


def _threat_ids(decision: Decision, scope: Scope, matched: Matched, elsewhere: Container[int]) -> Mapping[str, None]:
    ids: dict[str, None] = {}
    for name in decision.threats:
        found = scope.ids.select(name)
        if not found and name in scope.replaced:
            found = dict.fromkeys(scope.replaced[name])
            now = ", ".join(found)
            matched.notices.append(f"{decision.place}: {decision.spelled}: {name} is {now} now, name that")
        if not found:
            _complain(decision, "threat", name, matched, elsewhere)
        ids.update(found)
    return ids


def _complain(
    decision: Decision, what: Literal["element", "threat"], name: str, matched: Matched, elsewhere: Container[int]
) -> None:
    orphan = Orphan(decision, what, name)
    if not is_pattern(name):
        matched.orphans.append(orphan)
    else:
        _warn(decision, str(orphan), matched, elsewhere)


def _warn(decision: Decision, text: str, matched: Matched, elsewhere: Container[int]) -> None:
    if id(decision) in elsewhere:
        matched.idle.append((decision, text))
    else:
        matched.warnings.append(text)
