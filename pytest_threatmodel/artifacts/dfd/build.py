"""Takes from a snapshot what its data-flow diagram shows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd.notation import look_of
from pytest_threatmodel.artifacts.dfd.scene import Answer
from pytest_threatmodel.artifacts.dfd.scene import Findings
from pytest_threatmodel.artifacts.dfd.scene import Flow
from pytest_threatmodel.artifacts.dfd.scene import Item
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.dfd.scene import Arrangement
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import ElementShape
    from pytest_threatmodel.snapshot.shape import FlowShape
    from pytest_threatmodel.snapshot.shape import Snapshot

#: With more than this, an arrangement by ranks and labels beside lines would take every engine too long.
_MOST_FLOWS: Final = 200
#: With more than this, boundaries in boundaries are often too entangled to be ranked one by one.
_MOST_FLOWS_BY_ZONES: Final = 60
_MOST_NODES: Final = 200
#: Not drawn as nodes, unless a flow begins or ends there.
_OTHER: Final = ("Dataflow", "Data")


def scene(snapshot: Snapshot, request: Request) -> Scene:
    """What the data-flow diagram of a model shows.

    Args:
        snapshot: of the model.
        request: names the levels of detail, and says whether findings are told.
    """
    return _Builder(Reader(snapshot), request).scene()


def _arrangement(nodes: int, flows: int) -> Arrangement:
    if flows > _MOST_FLOWS or nodes > _MOST_NODES:
        return "packed"
    return "ranks" if flows > _MOST_FLOWS_BY_ZONES else "zones"


class _Builder:
    def __init__(self, reader: Reader, request: Request) -> None:
        self._reader = reader
        self._elements = reader.elements
        self._levels = request.levels
        self._severities = self._open() if request.color == "findings" else {}

    def scene(self) -> Scene:
        flows = [label for label, element in self._elements.items() if element["flow"] and self._is_shown(element)]
        nodes = self._nodes(flows)
        zones = self._zones(nodes)
        drawn = {*nodes, *zones}
        made = tuple(self._flows([label for label in flows if drawn.issuperset(self._ends(label))]))
        model = self._reader.snapshot["model"]
        return Scene(
            title=model["name"],
            description=model["description"],
            nodes=tuple(self._item(label) for label in self._elements if label in nodes),
            zones={self._reader.numbers[label]: self._item(label) for label in self._elements if label in zones},
            flows=made,
            nothing="" if drawn else self._nothing(),
            arrangement=_arrangement(len(nodes), len(made)),
        )

    def _nothing(self) -> str:
        if self._levels is None:
            return "This model has no elements to draw"
        return f"No element is on level {', '.join(map(str, sorted(self._levels)))}"

    def _open(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self._reader.snapshot["pairs"]:
            if is_open(pair):
                found[pair["element"]].append(pair["severity"])
        return found

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

    def _nodes(self, flows: Iterable[str]) -> set[str]:
        ends = {end for label in flows for end in self._ends(label)}
        return {
            label
            for label, element in self._elements.items()
            if self._is_shown(element) and not self._is_zone(element) and (label in ends or not self._is_other(element))
        }

    def _is_zone(self, element: ElementShape) -> bool:
        return self._reader.is_a(element, "Boundary")

    def _is_other(self, element: ElementShape) -> bool:
        return any(self._reader.is_a(element, kind) for kind in _OTHER)

    def _zones(self, nodes: Iterable[str]) -> set[str]:
        """The boundaries on these levels, and those around anything that is drawn."""
        zones = {label for label, each in self._elements.items() if self._is_zone(each) and self._is_shown(each)}
        for label in (*nodes, *zones):
            inner = self._elements[label]["boundary"]
            while inner is not None and inner not in zones:
                zones.add(inner)
                inner = self._elements[inner]["boundary"]
        return zones

    def _item(self, label: str, also: Iterable[str] = ()) -> Item:
        element = self._elements[label]
        boundary = element["boundary"]
        severities = [severity for each in (label, *also) for severity in self._severities.get(each, ())]
        return Item(
            number=self._reader.numbers[label],
            name=element["name"],
            look=look_of(self._reader.snapshot["kinds"][element["kind"]]["kinds"]),
            in_scope=element["in_scope"],
            description=element["description"],
            zone=None if boundary is None else self._reader.numbers[boundary],
            findings=Findings(len(severities), min(severities, key=SEVERITIES.index)) if severities else None,
        )

    def _orders(self) -> dict[str, int | None]:
        """The number of each flow of the model, so that it is the same on every level.

        Without any order they are counted as created, as in the sequence diagram.
        """
        stated = {label: each["flow"]["order"] for label, each in self._elements.items() if each["flow"]}
        if all(order < 0 for order in stated.values()):
            return {label: number for number, label in enumerate(stated, start=1)}
        return {label: order if order >= 0 else None for label, order in stated.items()}

    def _flows(self, flows: list[str]) -> Iterable[Flow]:
        orders = self._orders()
        answers = self._merged(flows)
        merged = set(answers.values())
        for label in flows:
            if label not in merged:
                yield self._drawn(label, answers.get(label), orders)

    def _merged(self, flows: list[str]) -> dict[str, str]:
        """Requests -> their responses, where both are drawn as one."""
        if not self._reader.snapshot["model"]["merge_responses"]:
            return {}
        requests = {label: self._flow(label)["response_to"] for label in flows}
        # A response to a response goes the way of the first request: it is a flow of its own.
        return {
            request: label
            for label, request in requests.items()
            if request in requests and requests[request] is None and self._ends(request) == self._ends(label)[::-1]
        }

    def _drawn(self, label: str, answer: str | None, orders: dict[str, int | None]) -> Flow:
        flow = self._flow(label)
        source, sink = (self._reader.numbers[end] for end in self._ends(label))
        both = [label] if answer is None else [label, answer]
        data = dict.fromkeys(each for one in both for each in self._flow(one)["data"])
        return Flow(
            item=self._item(label, both[1:]),
            order=orders[label],
            source=source,
            sink=sink,
            protocol=flow["protocol"],
            port=flow["port"],
            encrypted=all(self._flow(one)["encrypted"] for one in both),
            data=tuple(self._elements[each]["name"] for each in data),
            answer=None if answer is None else Answer(self._elements[answer]["name"], orders[answer]),
        )
