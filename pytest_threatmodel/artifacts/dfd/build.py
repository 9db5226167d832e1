"""Takes from a snapshot what its data-flow diagram shows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd.notation import LOOKS
from pytest_threatmodel.artifacts.dfd.scene import Answer
from pytest_threatmodel.artifacts.dfd.scene import Findings
from pytest_threatmodel.artifacts.dfd.scene import Flow
from pytest_threatmodel.artifacts.dfd.scene import Item
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.artifacts.diagram.kinds import kind_word
from pytest_threatmodel.artifacts.diagram.kinds import nearest
from pytest_threatmodel.artifacts.diagram.view import View
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import is_open

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.dfd.scene import Arrangement
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import ElementShape
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
    return _Builder(View(snapshot, request.levels), request).scene()


def _arrangement(nodes: int, flows: int) -> Arrangement:
    if flows > _MOST_FLOWS or nodes > _MOST_NODES:
        return "packed"
    return "ranks" if flows > _MOST_FLOWS_BY_ZONES else "zones"


class _Builder:
    def __init__(self, view: View, request: Request) -> None:
        self._view = view
        self._elements = view.elements
        self._severities = self._open() if request.color == "findings" else {}

    def scene(self) -> Scene:
        flows = [label for label, element in self._elements.items() if element["flow"] and self._view.is_shown(element)]
        nodes = self._nodes(flows)
        zones = self._zones(nodes)
        drawn = {*nodes, *zones}
        made = tuple(self._flows([label for label in flows if drawn.issuperset(self._view.ends(label))]))
        model = self._view.snapshot["model"]
        return Scene(
            title=model["name"],
            description=model["description"],
            nodes=tuple(self._item(label) for label in self._elements if label in nodes),
            zones={self._view.numbers[label]: self._item(label) for label in self._elements if label in zones},
            flows=made,
            nothing="" if drawn else self._view.nothing,
            arrangement=_arrangement(len(nodes), len(made)),
        )

    def _open(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self._view.snapshot["pairs"]:
            if is_open(pair):
                found[pair["element"]].append(pair["severity"])
        return found

    def _nodes(self, flows: Iterable[str]) -> set[str]:
        ends = {end for label in flows for end in self._view.ends(label)}
        return {
            label
            for label, element in self._elements.items()
            if self._view.is_shown(element)
            and not self._is_zone(element)
            and (label in ends or not self._is_other(element))
        }

    def _is_zone(self, element: ElementShape) -> bool:
        return self._view.is_a(element, "Boundary")

    def _is_other(self, element: ElementShape) -> bool:
        return any(self._view.is_a(element, kind) for kind in _OTHER)

    def _zones(self, nodes: Iterable[str]) -> set[str]:
        """The boundaries on these levels, and those around anything that is drawn."""
        zones = {label for label, each in self._elements.items() if self._is_zone(each) and self._view.is_shown(each)}
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
            number=self._view.numbers[label],
            name=element["name"],
            kind=kind_word(element["kind"]),
            look=LOOKS[nearest(self._view.kinds(element), LOOKS)],
            in_scope=element["in_scope"],
            description=element["description"],
            zone=None if boundary is None else self._view.numbers[boundary],
            findings=Findings(len(severities), min(severities, key=SEVERITIES.index)) if severities else None,
        )

    def _flows(self, flows: list[str]) -> Iterable[Flow]:
        orders = self._view.orders()
        answers = self._merged(flows)
        merged = set(answers.values())
        for label in flows:
            if label not in merged:
                yield self._drawn(label, answers.get(label), orders)

    def _merged(self, flows: list[str]) -> dict[str, str]:
        """Requests -> their responses, where both are drawn as one."""
        if not self._view.snapshot["model"]["merge_responses"]:
            return {}
        requests = {label: self._view.flow(label)["response_to"] for label in flows}
        ends = self._view.ends
        # A response to a response goes the way of the first request: it is a flow of its own.
        return {
            request: label
            for label, request in requests.items()
            if request in requests and requests[request] is None and ends(request) == ends(label)[::-1]
        }

    def _drawn(self, label: str, answer: str | None, orders: dict[str, int | None]) -> Flow:
        flow = self._view.flow(label)
        source, sink = (self._view.numbers[end] for end in self._view.ends(label))
        both = [label] if answer is None else [label, answer]
        data = dict.fromkeys(each for one in both for each in self._view.flow(one)["data"])
        return Flow(
            item=self._item(label, both[1:]),
            order=orders[label],
            source=source,
            sink=sink,
            protocol=flow["protocol"],
            port=flow["port"],
            encrypted=all(self._view.flow(one)["encrypted"] for one in both),
            data=tuple(self._elements[each]["name"] for each in data),
            answer=None if answer is None else Answer(self._elements[answer]["name"], orders[answer]),
        )
