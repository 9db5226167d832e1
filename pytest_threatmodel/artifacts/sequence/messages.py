"""What a sequence diagram shows: participants side by side in their zones, and the messages between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

from pytest_threatmodel.artifacts.diagram.kinds import kind_word
from pytest_threatmodel.artifacts.diagram.kinds import nearest
from pytest_threatmodel.artifacts.diagram.view import View
from pytest_threatmodel.artifacts.sequence.ids import ids

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import ElementShape
    from pytest_threatmodel.snapshot.shape import FlowShape
    from pytest_threatmodel.snapshot.shape import Snapshot

#: How the head of a lifeline looks.
Shape = Literal["person", "square", "round", "stack", "store", "hexagon", "octagon", "zone"]


_SHAPES: Final[dict[str, Shape]] = {
    "Actor": "person",
    "Server": "round",
    "SetOfProcesses": "stack",
    "Process": "round",
    "Datastore": "store",
    "Lambda": "hexagon",
    "LLM": "octagon",
    "Agent": "octagon",
    "Boundary": "zone",
    "Element": "square",
}
#: Not lifelines, unless a flow begins or ends there.
_OTHER: Final = ("Boundary", "Dataflow", "Data")


@dataclass(frozen=True, slots=True)
class Zone:
    """A trust boundary around lifelines.

    Args:
        number: of the element, since names may be the same.
        name: as the author wrote it.
        in_scope: whether threats against it are looked at.
    """

    number: int
    name: str
    in_scope: bool


@dataclass(frozen=True, slots=True)
class Participant:
    """An element with a lifeline.

    Args:
        id: names it in texts, safe, and of no other element's doing.
        name, in_scope: as of a zone.
        kind: what people call its kind.
        shape: of its head.
        path: the zones around it, the outermost first.
        number: of the element, for links.
    """

    id: str
    name: str
    in_scope: bool
    kind: str
    shape: Shape
    path: tuple[Zone, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Message:
    """A flow.

    Args:
        name, in_scope: as of a zone.
        order: its number in the sequence, or None.
        source, sink: index of the participants.
        way: protocol and port, and whether it is encrypted.
        encrypted: whether it is protected in transit.
        data: names of what it carries.
        note: a remark, may be empty.
        is_response: whether it answers another flow.
        number: of the element, for links.
    """

    name: str
    in_scope: bool
    order: int | None
    source: int
    sink: int
    way: str
    encrypted: bool
    data: tuple[str, ...]
    note: str
    is_response: bool
    number: int


@dataclass(frozen=True, slots=True)
class Divider:
    """A line of text across the diagram."""

    text: str


Step = Message | Divider


@dataclass(frozen=True, slots=True)
class Diagram:
    """A sequence diagram before it is drawn.

    Args:
        title: name of the model.
        participants: from left to right; those of one zone stand together.
        steps: from top to bottom.
        nothing: what is said where there are no participants.
    """

    title: str
    participants: tuple[Participant, ...]
    steps: tuple[Step, ...]
    nothing: str


def diagram(snapshot: Snapshot, request: Request) -> Diagram:
    """What the sequence diagram of a model shows.

    Args:
        snapshot: of the model.
        request: names the levels of detail.
    """
    return _Builder(View(snapshot, request.levels)).diagram()


class _Builder:
    def __init__(self, view: View) -> None:
        self._view = view
        self._elements = view.elements
        self._ids = ids(view.elements)
        self._paths = {label: self._around(element) for label, element in self._elements.items()}

    def diagram(self) -> Diagram:
        orders = self._view.orders()
        flows = [label for label in orders if self._view.is_shown(self._elements[label])]
        drawn = self._drawn(flows)
        flows = [label for label in flows if drawn.issuperset(self._view.ends(label))]
        # What has an order tells the story: it decides who stands where.
        lifelines = self._arranged(drawn, sorted(flows, key=lambda label: orders[label] is None))
        columns = {label: index for index, label in enumerate(lifelines)}
        messages = [self._message(label, orders[label], columns) for label in flows]
        name = self._view.snapshot["model"]["name"]
        steps = tuple(_divided(messages)) if lifelines else ()
        return Diagram(name, tuple(map(self._participant, lifelines)), steps, self._view.nothing)

    def _drawn(self, flows: Iterable[str]) -> set[str]:
        """The labels of all lifelines; boundaries, data and flows among them only where a flow begins or ends there."""
        ends = {end for label in flows for end in self._view.ends(label)}
        drawn = {
            label
            for label, element in self._elements.items()
            if self._view.is_shown(element) and (label in ends or not self._is_other(element))
        }
        # Like a boundary that is drawn for what is in it.
        around = {zone for label in drawn for zone in self._paths[label]}
        return drawn | (around & ends)

    def _is_other(self, element: ElementShape) -> bool:
        return any(self._view.is_a(element, kind) for kind in _OTHER)

    def _around(self, element: ElementShape) -> tuple[str, ...]:
        """The labels of the zones around an element, the outermost first; a boundary stands in itself."""
        path: dict[str, None] = {}
        inner = element["label"] if self._view.is_a(element, "Boundary") else element["boundary"]
        while inner is not None and inner not in path:
            path[inner] = None
            inner = self._elements[inner]["boundary"]
        return tuple(reversed(path))

    def _arranged(self, drawn: set[str], flows: Iterable[str]) -> list[str]:
        """Lifelines in the order in which flows reach them, idle ones last, those of one zone together.

        Each zone stands where its first lifeline would. So a lifeline is sorted by the first rank inside each zone
        around it, then the first rank of those directly in the innermost zone, then its own: all of them differ.
        """
        met = [end for label in flows for end in self._view.ends(label)]
        idle = [label for label in self._elements if label in drawn]
        ranks = {label: rank for rank, label in enumerate(dict.fromkeys((*met, *idle)))}
        return self._sorted_by_zone(ranks)

    def _sorted_by_zone(self, ranks: dict[str, int]) -> list[str]:
        inside: dict[str, int] = {}
        directly: dict[str, int] = {}
        for label, rank in ranks.items():
            for zone in self._paths[label]:
                inside.setdefault(zone, rank)
            if self._paths[label]:
                directly.setdefault(self._paths[label][-1], rank)

        def place(label: str) -> list[int]:
            path = self._paths[label]
            return [*(inside[zone] for zone in path), *(directly[zone] for zone in path[-1:]), ranks[label]]

        return sorted(ranks, key=place)

    def _participant(self, label: str) -> Participant:
        element = self._elements[label]
        return Participant(
            # With a prefix it is no word of any language.
            id=f"p_{self._ids[label]}",
            name=element["name"],
            in_scope=element["in_scope"],
            kind=kind_word(element["kind"]),
            shape=_SHAPES[nearest(self._view.kinds(element), _SHAPES)],
            path=tuple(self._zone(zone) for zone in self._paths[label]),
            number=self._view.numbers[label],
        )

    def _zone(self, label: str) -> Zone:
        element = self._elements[label]
        return Zone(self._view.numbers[label], element["name"], element["in_scope"])

    def _message(self, label: str, order: int | None, columns: dict[str, int]) -> Message:
        element, flow = self._elements[label], self._view.flow(label)
        return Message(
            name=element["name"],
            in_scope=element["in_scope"],
            order=order,
            source=columns[flow["source"]],
            sink=columns[flow["sink"]],
            way=_way(flow),
            encrypted=flow["encrypted"],
            data=tuple(self._elements[each]["name"] for each in flow["data"]),
            note=flow["note"],
            is_response=flow["is_response"] or flow["response_to"] is not None,
            number=self._view.numbers[label],
        )


def _way(flow: FlowShape) -> str:
    """How a flow travels: "HTTPS:443, encrypted"."""
    protocol, port = flow["protocol"], flow["port"]
    way = f"{protocol}:{port}" if protocol and port >= 0 else protocol or (f"port {port}" if port >= 0 else "")
    protection = "encrypted" if flow["encrypted"] else "unencrypted"
    return f"{way}, {protection}" if way else protection


def _divided(messages: list[Message]) -> Iterator[Step]:
    """The messages, those without a number set apart from those with one; or a word where there are none."""
    loose = [message for message in messages if message.order is None]
    numbered = [message for message in messages if message.order is not None]
    if loose and numbered:
        yield Divider("In no stated order")
        yield from loose
        yield Divider("In this order")
        yield from numbered
    else:
        yield from messages
    if not messages:
        yield Divider("No dataflows between these elements")
