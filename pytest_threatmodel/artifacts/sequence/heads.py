"""The heads of lifelines: one shape for each sort of participant, around its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.labels import head_label
from pytest_threatmodel.artifacts.sequence.nodes import node
from pytest_threatmodel.artifacts.sequence.nodes import path
from pytest_threatmodel.artifacts.sequence.nodes import points
from pytest_threatmodel.artifacts.sequence.nodes import written

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.messages import Shape

#: Between text and outline: at each side, above, below.
_PADS: Final[dict[Shape, tuple[float, float, float]]] = {
    "person": (6, 40, 4),
    "square": (12, 8, 9),
    "round": (12, 8, 9),
    "stack": (15, 13, 9),
    "store": (12, 20, 12),
    "hexagon": (22, 9, 10),
    "octagon": (16, 11, 12),
    "zone": (12, 8, 9),
}
_NARROWEST: Final = 76
_SLANT: Final = 13
_CORNER: Final = 9
_LID: Final = 6
_BEHIND: Final = 5


@dataclass(frozen=True, slots=True)
class Head:
    """A head, measured.

    Args:
        participant: whose it is.
        label: name and kind.
        width, height: of the outline.
    """

    participant: Participant
    label: Block
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float


def head(participant: Participant) -> Head:
    """Measure the head of a participant."""
    label = head_label(participant)
    side, above, below = _PADS[participant.shape]
    return Head(participant, label, max(_NARROWEST, label.width + 2 * side), label.height + above + below)


def draw_head(parent: Element, head: Head, centre: float, top: float) -> None:
    """Draw a head.

    Args:
        parent: that it goes into.
        head: measured.
        centre: from left to right.
        top: of the outline.
    """
    participant = head.participant
    box = _Box(centre - head.width / 2, top, centre + head.width / 2, top + head.height)
    group = node(
        parent, "g", stroke_width=1.4,
        fill=style.PAPER if participant.in_scope else style.FADED_PAPER,
        stroke=style.LINE_INK if participant.in_scope else style.FADED,
    )  # fmt: skip
    _outline(group, participant.shape, box)
    above = _PADS[participant.shape][1]
    written(parent, head.label, centre, top + above, faded=not participant.in_scope)


def _outline(group: Element, shape: Shape, box: _Box) -> None:
    if shape == "person":
        _person(group, (box.left + box.right) / 2, box.top)
    elif shape == "store":
        _store(group, box)
    elif shape == "hexagon":
        _cut(group, box, _SLANT, (box.bottom - box.top) / 2)
    elif shape == "octagon":
        _cut(group, box, _CORNER, _CORNER)
    elif shape == "stack":
        _box(group, _Box(box.left + _BEHIND, box.top, box.right, box.bottom - _BEHIND), rx=6)
        _box(group, _Box(box.left, box.top + _BEHIND, box.right - _BEHIND, box.bottom), rx=6)
    elif shape == "zone":
        _box(group, box, stroke_dasharray="6 4")
    else:
        _box(group, box, rx=8 if shape == "round" else 0)


def _box(group: Element, box: _Box, **attributes: str | float) -> None:
    width, height = box.right - box.left, box.bottom - box.top
    node(group, "rect", x=box.left, y=box.top, width=width, height=height, **attributes)


def _person(group: Element, x: float, top: float) -> None:
    node(group, "circle", cx=x, cy=top + 10, r=8)
    shoulders = path("M", x - 17, top + 36, "C", x - 17, top + 24, x - 10, top + 21, x, top + 21)
    node(group, "path", d=f"{shoulders} {path('C', x + 10, top + 21, x + 17, top + 24, x + 17, top + 36)} Z")


def _store(group: Element, box: _Box) -> None:
    radius = (box.right - box.left) / 2
    low, high = box.bottom - _LID, box.top + _LID
    lid = ("A", radius, _LID, 0, 0, 0)
    node(
        group, "path", d=path("M", box.left, high, "V", low, *lid, box.right, low, "V", high, *lid, box.left, high, "Z")
    )
    node(group, "path", d=path("M", box.left, high, *lid, box.right, high), fill="none")


def _cut(group: Element, box: _Box, across: float, down: float) -> None:
    """A rectangle without its corners."""
    corners = [
        (box.left + across, box.top), (box.right - across, box.top),
        (box.right, box.top + down), (box.right, box.bottom - down),
        (box.right - across, box.bottom), (box.left + across, box.bottom),
        (box.left, box.bottom - down), (box.left, box.top + down),
    ]  # fmt: skip
    node(group, "polygon", points=points(corners))
