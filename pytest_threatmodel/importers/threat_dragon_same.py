"""Cells that several Threat Dragon diagrams of one file show: one element, however often it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threat_dragon_cells import Cell


@dataclass(frozen=True, slots=True)
class Diagram:
    """One diagram.

    Args:
        number: counted from 0.
        cells: in their order.
        around: cell -> the box around it.
    """

    number: int
    cells: tuple[Cell, ...]
    around: Mapping[str, str]


@dataclass(slots=True)
class Group:
    """The cells that are one thing.

    Args:
        id: of the first of them.
        order: diagram and number in it, where it comes first.
        cells: one a diagram.
        boxes: the boxes around them, as ids of groups.
        ends: source and sink, as ids of groups; for flows.
    """

    id: str
    order: tuple[int, int]
    cells: list[Cell] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    ends: tuple[str, str] = ("", "")

    @property
    def type(self) -> str:
        return self.cells[0].type

    @property
    def name(self) -> str:
        return self.cells[0].name


class Same:
    """Every group of a file.

    Args:
        groups: in the order of the file.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = {group.id: group for group in groups}

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def __getitem__(self, id_: str) -> Group:
        return self._groups[id_]

    def of(self, type_: str) -> list[Group]:
        """The groups of one type of cell."""
        return [group for group in self if group.type == type_]


def same_cells(diagrams: Sequence[Diagram], told: Tally) -> Same:
    """Put together what is the same in several diagrams: things of one type and name, flows between the same things.

    A name that stands twice in one diagram is that of two things, and says nothing about other diagrams.

    Raises:
        ImportFault: a flow ends at a cell that is not there.
    """
    groups = _Groups()
    for diagram in diagrams:
        groups.add(diagram)
    _tell(groups.found, told)
    return Same(sorted(groups.found, key=lambda group: group.order))


class _Groups:
    """The groups that were found so far."""

    def __init__(self) -> None:
        self.found: list[Group] = []
        self._known: dict[tuple[str, ...], Group] = {}

    def add(self, diagram: Diagram) -> None:
        """Add the cells of a diagram, to groups of earlier diagrams where they are the same."""
        numbers = {cell.id: number for number, cell in enumerate(diagram.cells)}
        nodes = [cell for cell in diagram.cells if cell.type != "flow"]
        flows = [cell for cell in diagram.cells if cell.type == "flow"]
        keys: dict[str, tuple[str, ...]] = {
            cell.id: (cell.type, cell.name) if cell.name and cell.type != "text" else () for cell in nodes
        }
        of_cell = self._put_all(nodes, keys, diagram.number, numbers)
        for cell in nodes:
            if cell.id in diagram.around:
                of_cell[cell.id].boxes.append(of_cell[diagram.around[cell.id]].id)
        flow_ids = {flow.id for flow in flows}
        ends = {
            flow.id: tuple(_end(flow, id_, flow_ids, of_cell) for id_ in (flow.source, flow.sink)) for flow in flows
        }
        keys = {flow.id: ("flow", flow.name, *ends[flow.id]) if all(ends[flow.id]) else () for flow in flows}
        for id_, group in self._put_all(flows, keys, diagram.number, numbers).items():
            group.ends = (ends[id_][0], ends[id_][1])

    def _put_all(
        self, cells: Sequence[Cell], keys: Mapping[str, tuple[str, ...]], diagram: int, numbers: Mapping[str, int]
    ) -> dict[str, Group]:
        counted = Counter(keys.values())
        of_cell = {}
        for cell in cells:
            key = keys[cell.id] if counted[keys[cell.id]] == 1 else ()
            group = self._known.get(key)
            if group is None:
                group = Group(f"{diagram}/{cell.id}", (diagram, numbers[cell.id]))
                self.found.append(group)
                if key:
                    self._known[key] = group
            group.cells.append(cell)
            of_cell[cell.id] = group
        return of_cell


def _end(flow: Cell, id_: str, flows: Container[str], of_cell: Mapping[str, Group]) -> str:
    """The group at an end of a flow; empty for a point, and for another flow."""
    if not id_ or id_ in flows:
        return ""
    if id_ not in of_cell:
        raise flow.part.fault(f"the flow {flow.name!r} ends at the cell {id_!r}, which is not in its diagram")
    return of_cell[id_].id


def _tell(groups: Sequence[Group], told: Tally) -> None:
    for group in groups:
        if len(group.cells) > 1 and group.type in ("actor", "process", "store", "box"):
            told.add("drawn in several diagrams, and taken for one", f"{group.name} ({len(group.cells)} times)")
        if len(set(group.boxes)) > 1:
            told.add("in another trust boundary in each diagram; the first counts", group.name)
