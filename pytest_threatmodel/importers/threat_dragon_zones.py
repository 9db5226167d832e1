"""Which trust boundary is around which cell of a Threat Dragon diagram: what the file says, else what is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Final

from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threat_dragon_cells import Cell

#: Each is compared with each cell.
_MOST_BOXES: Final = 100


def surrounding(cells: Iterable[Cell], told: Tally) -> Mapping[str, str]:
    """The id of the innermost box around each cell that is in one.

    A cell is in a box that has its middle, a box in one that has the whole of it; the smallest such box counts. A box
    that lists its cells has those and no others, and a cell that names its parent is in that one.

    Args:
        cells: of one diagram.
        told: gets what is not clear.

    Raises:
        ImportFault: there are too many boxes.
    """
    cells = list(cells)
    # Reversed, so that of equal ones the one that is drawn later comes first.
    boxes = sorted((cell for cell in reversed(cells) if cell.type == "box"), key=_size)
    if len(boxes) > _MOST_BOXES:
        problem = f"there are {len(boxes)} trust boundaries in one diagram, expected at most {_MOST_BOXES}"
        raise boxes[-1].part.fault(problem)
    _tell_strangers(cells, boxes, told)
    ranks = {box.id: rank for rank, box in enumerate(boxes)}
    around: dict[str, list[str]] = {}
    for cell in cells:
        if cell.parent in ranks:
            around[cell.id] = [cell.parent]
        elif found := [box.id for box in boxes if box is not cell and _holds(box, cell, ranks)]:
            around[cell.id] = found
    _tell_overlaps(cells, around, told)
    return {id_: found[0] for id_, found in around.items()}


def _size(box: Cell) -> float:
    """What boxes are sorted by, the innermost first."""
    return 0.0 if box.area is None else box.area.area


def _holds(box: Cell, cell: Cell, ranks: Mapping[str, int]) -> bool:
    if box.contained is not None:
        return cell.id in box.contained
    if box.area is None or cell.area is None:
        return False
    if cell.type != "box":
        return box.area.holds_centre(cell.area)
    # Of two boxes of one size and place the one that is drawn later is inside.
    return box.area.holds(cell.area) and ranks[box.id] > ranks[cell.id]


def _tell_strangers(cells: list[Cell], boxes: list[Cell], told: Tally) -> None:
    known = {cell.id for cell in cells}
    for box in boxes:
        for id_ in sorted((box.contained or frozenset()) - known):
            told.add("a trust boundary holds a cell that is not in the diagram", f"{box.name or box.id} holds {id_}")


def _tell_overlaps(cells: list[Cell], around: Mapping[str, list[str]], told: Tally) -> None:
    """Cells in two boxes of which none is in the other."""
    names = {cell.id: cell.name or cell.id for cell in cells}
    chains: dict[str, frozenset[str]] = {}
    for cell in cells:
        inner, *outer = around.get(cell.id, [""])
        if not outer or cell.type == "text":
            continue
        if inner not in chains:
            chains[inner] = _chain(inner, around)
        stray = next((box for box in outer if box not in chains[inner]), None)
        if stray is not None:
            where = f"{names[cell.id]} (in {names[inner]}, taken; and in {names[stray]})"
            told.add("drawn in trust boundaries that overlap", where)


def _chain(box: str, around: Mapping[str, list[str]]) -> frozenset[str]:
    """The boxes around a box, however far out."""
    chain: set[str] = set()
    while box in around and around[box][0] not in chain:
        box = around[box][0]
        chain.add(box)
    return frozenset(chain)
