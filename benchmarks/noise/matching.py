"""Which finding names which entry of a list."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.noise.review import Entry
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.model import Model

#: Weaknesses of how two parts talk: a review says them of the flow or of an end, as it comes.
EITHER: Final = frozenset(
    {200, 201, 213, 284, 285, 287, 290, 294, 295, 300, 306, 311, 319, 326, 327, 345, 346, 347, 353, 359, 400, 494, 522}
    | {523, 757, 770, 799, 829, 862, 863, 923, 924, 940, 941}
)
_EQUIVALENTS: Final = Path(__file__).with_name("equivalents.toml")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    Args:
        threat: its id.
        title: of the threat.
        pack: that the threat is from.
        element: its label.
        cwe: numbers of weaknesses.
    """

    threat: str
    title: str
    pack: str
    element: str
    cwe: frozenset[int]

    def __str__(self) -> str:
        return f"{self.threat}[{self.element}] {self.title} [CWE {', '.join(map(str, sorted(self.cwe)))}]"


class Neighbours:
    """Which elements a thing may be said of that is said of a flow or one of its ends.

    Args:
        model: whose flows count.
    """

    def __init__(self, model: Model) -> None:
        labels = {id(element): label for label, element in zip(model.labels(), model.elements, strict=True)}
        self._near: dict[str, set[str]] = {}
        for flow in model.elements:
            if isinstance(flow, Dataflow):
                for end in (flow.source, flow.sink):
                    self._near.setdefault(labels[id(flow)], set()).add(labels[id(end)])
                    self._near.setdefault(labels[id(end)], set()).add(labels[id(flow)])

    def __call__(self, one: str, other: str) -> bool:
        return other in self._near.get(one, ())


@dataclass(frozen=True, slots=True)
class Equivalents:
    """What names an entry although the rule does not see it; each with a reason in the table.

    Args:
        weaknesses: id of a threat -> weaknesses that it names beside its own.
        pairs: findings, as `ID[element]`, and beginnings of entries that say the same of another element.
    """

    weaknesses: Mapping[str, frozenset[int]]
    pairs: frozenset[tuple[str, str]] = frozenset()


def names(found: Found, entry: Entry, near: Neighbours, equivalents: Equivalents) -> bool:
    """Whether a finding names an entry: of the same element, and by a weakness that they share.

    Weaknesses of how two parts talk may be said of a flow or of one of its ends.

    Args:
        found: the finding.
        entry: of the list.
        near: of the model.
        equivalents: of the side that the finding is from.
    """
    name = f"{found.threat}[{found.element}]"
    if any(name == finding and entry.what.startswith(begin) for finding, begin in equivalents.pairs):
        return True
    shared = (found.cwe | equivalents.weaknesses.get(found.threat, frozenset())) & entry.cwe
    if found.element in entry.elements:
        return bool(shared)
    return bool(shared & EITHER) and any(near(found.element, element) for element in entry.elements)


def read_equivalents(side: str, system: str, path: Path = _EQUIVALENTS) -> Equivalents:
    """The table for one side and one system.

    Args:
        side: `ours`, or `pytm`.
        system: the name of its list.
        path: the table.

    Raises:
        ValueError: a row gives no reason.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    weaknesses: dict[str, frozenset[int]] = {}
    pairs = [row for row in table["pairs"] if row["system"] == system and row["side"] == side]
    for row in (*table[side], *pairs):
        if not row["why"]:
            raise ValueError(f"{path.name}: {row} gives no reason")
    for row in table[side]:
        for id_ in row["threats"].split():
            weaknesses[id_] = weaknesses.get(id_, frozenset()) | frozenset(row["cwe"])
    return Equivalents(weaknesses, frozenset((row["finding"], row["entry"]) for row in pairs))
