"""Which decision holds for which pair: nearest first, exact names before patterns, conflicts named."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Literal

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import is_pattern

#: (threat id, element label)
PairKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a model and its library offer to decisions.

    Args:
        labels: label of every element, in or out of scope -> ids of the threats that make pairs with it, in order.
        threats: every threat id of the library.
    """

    labels: Mapping[str, Sequence[str]]
    threats: Sequence[str]


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
    """

    by_pair: dict[PairKey, Decision] = field(default_factory=dict)
    covered: list[tuple[Decision, list[PairKey]]] = field(default_factory=list)
    errors: list[DecisionError] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def match(on_elements: Mapping[str, Sequence[Decision]], on_file: Sequence[Decision], scope: Scope) -> Matched:
    """Put decisions on pairs: those on an element before those on the file.

    Args:
        on_elements: element label -> the decisions that stand on that element.
        on_file: the decisions that stand on the file.
        scope: the pairs there are.
    """
    matched = Matched()
    for label, decisions in on_elements.items():
        _put(((decision, [label]) for decision in decisions), scope, matched)
    nearer = frozenset(matched.by_pair)
    located = [(decision, _elements(decision, scope, matched)) for decision in on_file]
    _put(located, scope, matched, nearer)
    return matched


def _put(
    located: Iterable[tuple[Decision, list[str]]],
    scope: Scope,
    matched: Matched,
    nearer: frozenset[PairKey] = frozenset(),
) -> None:
    """Put decisions of equal distance on their pairs, but for those where a nearer one holds."""
    told: set[tuple[int, int]] = set()
    for decision, labels in located:
        ids = _threat_ids(decision, scope, matched)
        pairs = [(threat, label) for label in labels for threat in scope.labels[label] if threat in ids]
        if ids and labels:
            matched.covered.append((decision, pairs))
        if not pairs and ids and labels and decision.excludes:
            matched.warnings.append(f"{decision.place}: {decision.spelled} covers no pair")
        for pair in pairs:
            if pair in nearer:
                continue
            first = matched.by_pair.setdefault(pair, decision)
            if first is not decision and (id(first), id(decision)) not in told:
                told.add((id(first), id(decision)))
                matched.errors.append(_conflict(first, decision, pair))


def _conflict(first: Decision, second: Decision, pair: PairKey) -> DecisionError:
    return DecisionError(
        f"two decisions on {pair[0]}[{pair[1]}]: {first.spelled} ({first.place}) and {second.spelled} ({second.place})"
    )


def _elements(decision: Decision, scope: Scope, matched: Matched) -> list[str]:
    found = list(_select(decision.element, scope.labels))
    if not found and scope.labels:
        _complain(decision, "element", decision.element, matched)
    return found


def _threat_ids(decision: Decision, scope: Scope, matched: Matched) -> frozenset[str]:
    ids: set[str] = set()
    for name in decision.threats:
        found = list(_select(name, scope.threats))
        if not found:
            _complain(decision, "threat", name, matched)
        ids.update(found)
    return frozenset(ids)


def _select(name: str, names: Iterable[str]) -> Iterator[str]:
    """The one that is spelled exactly so, else all that match."""
    names = list(names) if not isinstance(names, Mapping) else names
    if name in names:
        yield name
    elif is_pattern(name):
        yield from (candidate for candidate in names if fnmatchcase(candidate, name))


def _complain(decision: Decision, what: Literal["element", "threat"], name: str, matched: Matched) -> None:
    orphan = Orphan(decision, what, name)
    if is_pattern(name):
        matched.warnings.append(str(orphan))
    else:
        matched.orphans.append(orphan)
