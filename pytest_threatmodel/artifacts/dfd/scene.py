"""What a data-flow diagram shows: elements in their zones, and the flows between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_threatmodel.artifacts.dfd.notation import Look

#: By ranks along the flows, inside of each zone first or all at once; or only packed into zones.
Arrangement = Literal["zones", "ranks", "packed"]


@dataclass(frozen=True, slots=True)
class Findings:
    """The open findings of something.

    Args:
        count: at least 1.
        worst: severity.
    """

    count: int
    worst: str


@dataclass(frozen=True, slots=True)
class Item:
    """An element that is drawn.

    Args:
        number: of `Reader.numbers`, which names it in the drawing.
        name: as the author wrote it.
        kind: what people call its kind.
        look: how it is shown.
        in_scope: whether threats against it are looked at.
        description: may be empty.
        zone: number of the zone around it, or None.
        findings: that are open; None where there are none, or where they are not asked for.
    """

    number: int
    name: str
    kind: str
    look: Look
    in_scope: bool
    description: str
    zone: int | None
    findings: Findings | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that is drawn with its request.

    Args:
        name: as the author wrote it.
        order: its number in the sequence, or None.
    """

    name: str
    order: int | None


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow that is drawn.

    Args:
        item: the flow as an element; with the findings of its answer.
        order: its number in the sequence, or None.
        source, sink: numbers of nodes or zones.
        protocol, port, encrypted: as in the snapshot.
        data: names of what it carries.
        answer: that is drawn with it, or None.
    """

    item: Item
    order: int | None
    source: int
    sink: int
    protocol: str
    port: int
    encrypted: bool
    data: tuple[str, ...]
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A data-flow diagram before it is drawn.

    Args:
        title: name of the model.
        description: of the model.
        nodes, zones, flows: as created; numbers of zones -> zone.
        nothing: why there is nothing to draw; empty where there is something.
        arrangement: how it is laid out.
    """

    title: str
    description: str
    nodes: tuple[Item, ...]
    zones: dict[int, Item]
    flows: tuple[Flow, ...]
    nothing: str
    arrangement: Arrangement

    @property
    def is_simple(self) -> bool:
        """Whether flows have numbers for labels, since there is so much."""
        return self.arrangement == "packed"

    def around(self, number: int | None) -> list[int]:
        """The numbers of the zones from this one outwards."""
        path: dict[int, None] = {}
        while number is not None and number in self.zones and number not in path:
            path[number] = None
            number = self.zones[number].zone
        return list(path)
