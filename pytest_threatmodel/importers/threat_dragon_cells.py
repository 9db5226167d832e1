"""The cells of a Threat Dragon diagram, in one shape for versions 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from typing import Literal

from pytest_threatmodel.importers.parts import Part

CellType = Literal["actor", "process", "store", "flow", "box", "curve", "text"]

#: `data.type` of version 2 and `type` of version 1, then `shape` of version 2 with a misspelling of early releases.
_TYPES: Final[dict[str, CellType]] = {
    "tm.Actor": "actor",
    "tm.Process": "process",
    "tm.Store": "store",
    "tm.Flow": "flow",
    "tm.BoundaryBox": "box",
    "tm.Boundary": "curve",
    "tm.Text": "text",
    "actor": "actor",
    "process": "process",
    "store": "store",
    "flow": "flow",
    "trust-boundary-box": "box",
    "trust-boundary-curve": "curve",
    "trust-broundary-curve": "curve",
    "trust-boundary": "curve",
    "td-text-block": "text",
}
#: How a cell looks, and what the program works out again by itself.
_LOOKS: Final = (
    "attrs",
    "angle",
    "z",
    "zIndex",
    "visible",
    "ports",
    "tools",
    "connector",
    "width",
    "height",
    "vertices",
)
_DRAWN: Final = (*_LOOKS, "smooth", "router", "markup", "view", "labels", "hasOpenThreats", "isTrustBoundary", "shape")
_WORKED_OUT: Final = ("threatFrequency", "threatCount", "new")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Where a cell is drawn."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def holds_centre(self, other: Rectangle) -> bool:
        """Whether the middle of the other is in this one."""
        x, y = other.x + other.width / 2, other.y + other.height / 2
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def holds(self, other: Rectangle) -> bool:
        """Whether the other is in this one as a whole."""
        across = self.x <= other.x and other.x + other.width <= self.x + self.width
        return across and self.y <= other.y and other.y + other.height <= self.y + self.height


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of one diagram.

    Args:
        id: as the file has it; no two cells of one diagram have the same.
        type: what it is; the file's own word where it is not known.
        name: on one line, may be empty.
        part: the cell itself.
        facts: where its properties and threats stand.
        area: where it is drawn; None for flows, curves and cells without a place.
        source: the id of the cell where a flow begins; empty for a point.
        sink: the id of the cell where a flow ends; empty for a point.
        parent: the id of the box that it is embedded in, where the file says so.
        contained: the ids of the cells in a box, where the file says so.
    """

    id: str
    type: str
    name: str
    part: Part
    facts: Part
    area: Rectangle | None
    source: str = ""
    sink: str = ""
    parent: str = ""
    contained: frozenset[str] | None = None


def read_cells(diagram: Part) -> Iterator[Cell]:
    """The cells of a diagram in their order.

    Raises:
        ImportFault: a cell has no id, that of another, or a value of the wrong type.
    """
    where = diagram.part("diagramJson") if "diagramJson" in diagram else diagram
    seen: dict[str, str] = {}
    for part in where.parts("cells"):
        cell = _cell(part)
        if cell.id in seen:
            raise part.fault(f"the id {cell.id!r} stands at {seen[cell.id]} as well", "id")
        seen[cell.id] = part.place
        yield cell


def _cell(part: Part) -> Cell:
    facts = part.part("data") if "data" in part else part
    id_, type_ = part.need("id"), _type(part, facts)
    source, sink = (_end(part, end) if type_ == "flow" else _skipped(part, end) for end in ("source", "target"))
    cell = Cell(
        id=id_,
        type=type_,
        name=_name(part, facts, type_),
        part=part,
        facts=facts,
        area=None if type_ in ("flow", "curve") else _area(part),
        source=source,
        sink=sink,
        parent=part.text("parent"),
        contained=_contained(part, facts) if type_ == "box" else None,
    )
    for each in (part, facts):
        each.skip(*_DRAWN, *_WORKED_OUT, "size", "position")
    return cell


def _type(part: Part, facts: Part) -> str:
    """The shape tells boxes from curves; either may be missing."""
    said, shape = facts.text("type") or part.text("type"), part.text("shape")
    if _TYPES.get(shape) == "box":
        return "box"
    return _TYPES.get(said) or _TYPES.get(shape) or said or shape or "cell without a type"


def _name(part: Part, facts: Part, type_: str) -> str:
    name = facts.text("name") if facts is not part else ""
    if not name.strip():
        name = _drawn_name(part, flow=type_ == "flow")
    return " ".join(name.split())


def _drawn_name(part: Part, *, flow: bool) -> str:
    """The name where the diagram shows it, on the cell or on the first label of a flow."""
    holders = [label.part("attrs") for label in part.parts("labels")[:1]] if flow else [part.part("attrs")]
    found = ""
    for attrs in holders:
        for key in ("text", "label", "labelText"):
            if not found and key in attrs:
                text = attrs.part(key)
                found = text.text("text")
                text.skip(*text)
        attrs.skip(*attrs)
    for label in part.parts("labels"):
        label.skip(*label)
    return found


def _end(part: Part, key: str) -> str:
    end = part.part(key)
    found = end.text("cell") or end.text("id")
    end.skip(*end)
    return found


def _skipped(part: Part, key: str) -> str:
    part.skip(key)
    return ""


def _area(part: Part) -> Rectangle | None:
    position, size = part.part("position"), part.part("size")
    found = [_finite(at, key) for at, key in ((position, "x"), (position, "y"), (size, "width"), (size, "height"))]
    known = [number for number in found if number is not None]
    return Rectangle(*known) if len(known) == len(found) else None


def _finite(part: Part, key: str) -> float | None:
    number = part.number(key)
    if number is not None and abs(number) > 1e12:
        raise part.fault(f"{key} is {str(number)[:30]}, expected a place on a drawing", key)
    return None if number is None else float(number)


def _contained(part: Part, facts: Part) -> frozenset[str] | None:
    """What other programs, and the drawing library, write down about the cells in a box."""
    lists = [(at, key) for at, key in ((facts, "containedElements"), (part, "containedElements"), (part, "children"))]
    said = [frozenset(at.texts(key)) for at, key in lists if key in at]
    return frozenset[str]().union(*said) if said else None
