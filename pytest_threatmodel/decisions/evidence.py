"""Evidence: which controls tests have proven, and which mitigations do not hold without proof."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Literal

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import is_reachable
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.origin import Inherited

#: Label of an element, name of a control.
ControlKey = tuple[str, str]
#: `away`: its tests exist and were not selected in this run.
State = Literal["proven", "unproven", "away"]

#: So many sets of controls that lost their proof are named.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """What tests say of one control.

    Args:
        state: whether it counts.
        why: what is missing; empty where it is proven.
    """

    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A mitigation that does not hold without controls of which the proof is lost.

    Args:
        state: "unproven", or "away" where tests that were not selected might have proven it.
        controls: each with what is missing.
        reopens: whether the pair counts as a finding.
    """

    state: State
    controls: tuple[tuple[ControlKey, str], ...]
    reopens: bool = False

    def lines(self) -> list[str]:
        """The controls with what is missing, a sentence each."""
        return [f'"{label}" {name}: {why}' for (label, name), why in self.controls]

    def __str__(self) -> str:
        told = "evidence not in this run" if self.state == "away" and not self.reopens else "no proof of the mitigation"
        return f"{told}: {'; '.join(self.lines())}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A test that says that it proves a control.

    Args:
        test: node id.
        model: path of the model file, as node ids have it.
        control: element and control.
    """

    test: str
    model: str
    control: ControlKey


class Carriers:
    """The controls that carry the mitigations of one model.

    Args:
        verdicts: of the model.
    """

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._labels = {id(element): label for label, element in verdicts.labels.items()}
        self._by_name: dict[str, Element] = {}
        for element in verdicts.labels.values():
            self._by_name.setdefault(element.name, element)

    def carrying(self, row: Row, column: int) -> frozenset[ControlKey]:
        """The controls on which the mitigation of a pair may rest; empty where other protections carry it."""
        asked: set[ControlKey] = set()

        def counts(key: ControlKey) -> bool:
            asked.add(key)
            return True

        rule = row.rules[column]
        reachable = is_reachable(rule.traced, row.record, self._absent(row, column, counts), True)
        return frozenset(asked) if reachable else frozenset()

    def lost(self, row: Row, column: int, proof: Callable[[ControlKey], Proof]) -> Lost | None:
        """What is missing for a pair's mitigation to hold; None where the controls that are proven carry it.

        A control that is not proven counts as absent. So the mitigation is lost when the condition is true without
        some of those, that is, when each set of controls that would be enough to carry it lacks one.

        Args:
            row: the pair's element.
            column: the pair's rule.
            proof: what is known of a control.
        """
        # What failed or is missing comes first: what is only not in this run skips the pair, and must not hide it.
        return self._lost(row, column, proof, ("unproven",)) or self._lost(row, column, proof, ("unproven", "away"))

    def _lost(
        self, row: Row, column: int, proof: Callable[[ControlKey], Proof], states: tuple[State, ...]
    ) -> Lost | None:
        """What is missing when the proofs in these states count as none."""
        found = self._missing(row, column, lambda key: proof(key).state in states)
        return Lost(states[-1], tuple((key, proof(key).why) for key in found)) if found else None

    def _missing(self, row: Row, column: int, counts: Callable[[ControlKey], bool]) -> list[ControlKey]:
        absent = self._absent(row, column, counts)
        sets = minimal_changes(row.rules[column].traced, row.record, absent, True, most=_NAMED)
        if not sets and is_reachable(row.rules[column].traced, row.record, absent, True):
            return sorted(self.carrying(row, column))  # too many to look for the smallest
        keys = [self._key(change.record, change.name) for changes in sets for change in changes]
        return list(dict.fromkeys(key for key in keys if key is not None))

    def _absent(
        self, row: Row, column: int, counts: Callable[[ControlKey], bool]
    ) -> Callable[[Record, str], Iterable[Any]]:
        """The absence of those controls that count here; protections that are facts stay."""
        other = OtherValues(self._verdicts.rulebook, row.rules[column])

        def absent(record: Record, name: str) -> Iterable[Any]:
            values = tuple(other.absent(record, name))
            key = self._key(record, name) if values else None
            return values if key is not None and counts(key) else ()

        return absent

    def _key(self, record: Record, name: str) -> ControlKey | None:
        """The control as evidence names it: where it was stated, for one that was inherited."""
        field = self._verdicts.rulebook.field(record, name)
        if field is None or field.role != "control":
            return None
        element = owner_of(record)
        origin = record._node.facts.origins.get(name)
        if isinstance(origin, Inherited) and origin.field.startswith("controls."):
            giver = self._by_name.get(origin.owner)
            if giver is not None:
                return (self._labels[id(giver)], origin.field.removeprefix("controls."))
        return (self._labels.get(id(element), element.name), name)


def control_names(verdicts: Verdicts, element: Element) -> list[str]:
    """The controls that an element can have, for the check of names.

    Args:
        verdicts: of the model, for the fields that packs declare.
        element: of the model.
    """
    kinds = verdicts.rulebook.vocabulary.kinds
    own = (name for name, field in kinds[element.kind()].fields.items() if field.role == "control")
    return [*(name for name, field in kinds["Controls"].fields.items() if field.role == "control"), *own]


def stated_proofs(verdicts: Verdicts) -> Iterator[tuple[ControlKey, str]]:
    """The controls that name their tests (`proven_by`), with the node ids.

    Args:
        verdicts: of the model.
    """
    for label, element in verdicts.labels.items():
        controls: Controls = element.own_controls
        for name, tests in {**element.facts.proofs, **controls.facts.proofs}.items():
            for test in tests:
                yield (label, name), test
