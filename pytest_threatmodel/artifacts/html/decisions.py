"""What people decided, and the controls that carry what is mitigated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field

from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import word
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import Snapshot


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision.

    Args:
        number: its index.
        shape: as in the snapshot.
        word: what was decided, as people call it.
        pairs: how many pairs it decides.
    """

    number: int
    shape: DecisionShape
    word: str
    pairs: int


@dataclass(slots=True)
class Carrier:
    """A control, or a fact that protects, on which mitigations rest.

    Args:
        name: label of the element, dot, field.
        severity: of the worst threat that it holds off.
        threats: their ids, each once.
        pairs: how many pairs it carries, alone or with others.
    """

    name: str
    severity: str
    threats: dict[str, None] = field(default_factory=dict)
    pairs: int = 0


def decisions(snapshot: Snapshot) -> list[Decided]:
    """All decisions, in the order of the snapshot."""
    pairs = Counter(pair["decision"] for pair in snapshot["pairs"])
    return [Decided(number, shape, word(shape), pairs[number]) for number, shape in enumerate(snapshot["decisions"])]


def carriers(snapshot: Snapshot) -> list[Carrier]:
    """The controls that carry most first, each with what it holds off."""
    found: dict[str, Carrier] = {}
    for pair in snapshot["pairs"]:
        for name in pair.get("controls", ()):
            carrier = found.setdefault(name, Carrier(name, pair["severity"]))
            carrier.severity = min(carrier.severity, pair["severity"], key=SEVERITIES.index)
            carrier.threats[pair["threat"]] = None
            carrier.pairs += 1
    return sorted(found.values(), key=lambda each: (-each.pairs, SEVERITIES.index(each.severity)))
