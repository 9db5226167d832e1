"""What a sequence diagram shows: participants side by side in their zones, and the messages between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

from pytest_threatmodel.artifacts.sequence.ids import ids
from pytest_threatmodel.snapshot.read import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import ElementShape
    from pytest_threatmodel.snapshot.shape import FlowShape
    from pytest_threatmodel.snapshot.shape import Snapshot

#: How the head of a lifeline looks.
Shape = Literal["person", "square", "round", "stack", "store", "hexagon", "octagon", "zone"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is shown.

    Args:
        word: what people call it.
        shape: of the head of its lifeline.
    """

    word: str
    shape: Shape = "square"


_LOOKS: Final = {
    "Actor": Look("actor", "person"),
    "ExternalEntity": Look("external entity"),
    "Server": Look("server", "round"),
    "SetOfProcesses": Look("set of processes", "stack"),
    "Process": Look("process", "round"),
    "Datastore": Look("datastore", "store"),
    "Lambda": Look("function", "hexagon"),
    "LLM": Look("language model", "octagon"),
    "Agent": Look("agent", "octagon"),
    "Boundary": Look("boundary", "zone"),
    "Asset": Look("asset"),
    "Data": Look("data"),
    "Dataflow": Look("flow"),
    "Element": Look("element"),
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
    return _Builder(Reader(snapshot), request.levels).diagram()


class _Builder:
    def __init__(self, reader: Reader, levels: frozenset[int] | None) -> None:
        self._reader = reader
        self._levels = levels
        self._elements = reader.elements
        self._ids = ids(reader.elements)
        self._paths = {label: self._around(element) for label, element in self._elements.items()}

    def diagram(self) -> Diagram:
        orders = self._orders()
        flows = [label for label in orders if self._is_shown(self._elements[label])]
        drawn = self._drawn(flows)
        flows = [label for label in flows if drawn.issuperset(self._ends(label))]
        # What has an order tells the story: it decides who stands where.
        lifelines = self._arranged(drawn, sorted(flows, key=lambda label: orders[label] is None))
        columns = {label: index for index, label in enumerate(lifelines)}
        messages = [self._message(label, orders[label], columns) for label in flows]
        name = self._reader.snapshot["model"]["name"]
        steps = tuple(_divided(messages)) if lifelines else ()
        return Diagram(name, tuple(map(self._participant, lifelines)), steps, self._nothing())

    def _nothing(self) -> str:
        if self._levels is None:
            return "This model has no elements to draw"
        return f"No element is on level {', '.join(map(str, sorted(self._levels)))}"

    def _orders(self) -> dict[str, int | None]:
        """The flows from first to last, each with its number; without any order they are counted as created.

        All flows of the model are counted, so that a message has the same number on every level.
        """
        flows = [label for label, element in self._elements.items() if element["flow"] is not None]
        flows.sort(key=lambda label: self._flow(label)["order"])
        stated = {label: self._flow(label)["order"] for label in flows}
        if all(order < 0 for order in stated.values()):
            return {label: number for number, label in enumerate(flows, start=1)}
        return {label: order if order >= 0 else None for label, order in stated.items()}

    def _flow(self, label: str) -> FlowShape:
        flow = self._elements[label]["flow"]
        assert flow is not None, label
        return flow

    def _ends(self, label: str) -> tuple[str, str]:
        return self._flow(label)["source"], self._flow(label)["sink"]

    def _is_shown(self, element: ElementShape) -> bool:
        own = element["levels"]
        # A flow between elements that share no level inherits none: its ends decide.
        return self._levels is None or not self._levels.isdisjoint(own) or (element["flow"] is not None and not own)

    def _drawn(self, flows: Iterable[str]) -> set[str]:
        """The labels of all lifelines; boundaries, data and flows among them only where a flow begins or ends there."""
        ends = {end for label in flows for end in self._ends(label)}
        drawn = {
            label
            for label, element in self._elements.items()
            if self._is_shown(element) and (label in ends or not self._is_other(element))
        }
        # Like a boundary that is drawn for what is in it.
        around = {zone for label in drawn for zone in self._paths[label]}
        return drawn | (around & ends)

    def _is_other(self, element: ElementShape) -> bool:
        return any(self._reader.is_a(element, kind) for kind in _OTHER)

    def _around(self, element: ElementShape) -> tuple[str, ...]:
        """The labels of the zones around an element, the outermost first; a boundary stands in itself."""
        path: dict[str, None] = {}
        inner = element["label"] if self._reader.is_a(element, "Boundary") else element["boundary"]
        while inner is not None and inner not in path:
            path[inner] = None
            inner = self._elements[inner]["boundary"]
        return tuple(reversed(path))

    def _arranged(self, drawn: set[str], flows: Iterable[str]) -> list[str]:
        """Lifelines in the order in which flows reach them, idle ones last, those of one zone together.

        Each zone stands where its first lifeline would. So a lifeline is sorted by the first rank inside each zone
        around it, then the first rank of those directly in the innermost zone, then its own: all of them differ.
        """
        met = [end for label in flows for end in self._ends(label)]
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
        look = self._look(element)
        return Participant(
            # With a prefix it is no word of any language.
            id=f"p_{self._ids[label]}",
            name=element["name"],
            in_scope=element["in_scope"],
            kind=look.word,
            shape=look.shape,
            path=tuple(self._zone(zone) for zone in self._paths[label]),
            number=self._reader.numbers[label],
        )

    def _look(self, element: ElementShape) -> Look:
        """As the nearest kind that has a look, but by its own kind's name."""
        kind = element["kind"]
        nearest = next(each for each in self._reader.snapshot["kinds"][kind]["kinds"] if each in _LOOKS)
        return _LOOKS[nearest] if nearest == kind else Look(kind, _LOOKS[nearest].shape)

    def _zone(self, label: str) -> Zone:
        element = self._elements[label]
        return Zone(self._reader.numbers[label], element["name"], element["in_scope"])

    def _message(self, label: str, order: int | None, columns: dict[str, int]) -> Message:
        element, flow = self._elements[label], self._flow(label)
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
            number=self._reader.numbers[label],
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
