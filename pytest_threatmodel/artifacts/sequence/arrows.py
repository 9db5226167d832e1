"""Messages, notes and dividers in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.nodes import node
from pytest_threatmodel.artifacts.sequence.nodes import path
from pytest_threatmodel.artifacts.sequence.nodes import points
from pytest_threatmodel.artifacts.sequence.nodes import written
from pytest_threatmodel.artifacts.sequence.rows import DIVIDER_PAD
from pytest_threatmodel.artifacts.sequence.rows import NOTE_PAD

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_threatmodel.artifacts.sequence.columns import Columns
    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.messages import Message
    from pytest_threatmodel.artifacts.sequence.rows import Row

_HEAD_LENGTH: Final = 10
_HEAD_WIDTH: Final = 4.5
_FOLD: Final = 8


def draw_message(parent: Element, message: Message, row: Row, columns: Columns) -> None:
    """Draw the arrow of a message and its label.

    Args:
        parent: that they go into.
        message: the step of the row.
        row: where it stands.
        columns: where the lifelines stand.
    """
    source, sink = columns.centres[message.source], columns.centres[message.sink]
    colour = _colour(message)
    group = node(parent, "g", fill="none", stroke=colour, stroke_width=1.5)
    dashes = {"stroke_dasharray": "6 4"} if message.is_response else {}
    if message.source == message.sink:
        far = source + style.LOOP_WIDTH
        loop = path("M", source, row.arrow, "H", far, "V", row.end, "H", source + 1)
        node(group, "path", d=loop, stroke_linejoin="round", **dashes)
        _tip(group, source, row.end, -1, colour, message.is_response)
        written(parent, row.label, far + style.LABEL_PAD - 4, row.top, "start", faded=not message.in_scope)
        return
    way = 1 if sink > source else -1
    node(group, "path", d=path("M", source, row.arrow, "H", sink - way), **dashes)
    _tip(group, sink, row.arrow, way, colour, message.is_response)
    left = columns.label_left(message.source, message.sink, row.label.width)
    _backed(parent, row.label, left, row.top)
    written(parent, row.label, left, row.top, "start", faded=not message.in_scope)


def _colour(message: Message) -> str:
    if not message.in_scope:
        return style.FADED
    return style.LINE_INK if message.encrypted else style.UNENCRYPTED


def _tip(group: Element, x: float, y: float, way: int, colour: str, is_open: bool) -> None:
    back = x - way * _HEAD_LENGTH
    corners = points([(back, y - _HEAD_WIDTH), (x, y), (back, y + _HEAD_WIDTH)])
    if is_open:
        node(group, "polyline", points=corners, stroke_linejoin="miter")
    else:
        node(group, "polygon", points=corners, fill=colour, stroke="none")


def _backed(parent: Element, label: Block, left: float, top: float) -> None:
    """Paper behind a label, so that lifelines do not cross it out."""
    node(
        parent, "rect", x=left - 3, y=top, width=label.width + 6, height=label.height,
        fill=style.PAPER, fill_opacity="0.85",
    )  # fmt: skip


def note_reach(message: Message, label: Block, note: Block, columns: Columns) -> tuple[float, float]:
    """The left and right edge of a note: amid its lifeline, or below the label."""
    centre, half = columns.centres[message.source], note.width / 2 + NOTE_PAD + _FOLD / 2
    if message.source != message.sink:
        centre = columns.label_left(message.source, message.sink, label.width) + label.width / 2
    return centre - half, centre + half


def draw_note(parent: Element, message: Message, row: Row, note: Block, columns: Columns) -> None:
    """Draw the note of a message: a sheet with its corner turned down."""
    left, right = note_reach(message, row.label, note, columns)
    top = row.note_top
    bottom = top + note.height + 2 * NOTE_PAD
    group = node(parent, "g", fill=style.NOTE_PAPER, stroke=style.NOTE_INK, stroke_linejoin="round")
    fold = (right - _FOLD, top), (right, top + _FOLD)
    node(group, "polygon", points=points([(left, top), *fold, (right, bottom), (left, bottom)]))
    node(group, "polyline", points=points([fold[0], (right - _FOLD, top + _FOLD), fold[1]]))
    written(parent, note, left + NOTE_PAD, top + NOTE_PAD, "start")


def draw_divider(parent: Element, row: Row, left: float, right: float) -> None:
    """Draw a line with a word across the picture."""
    node(parent, "path", d=path("M", left, row.arrow, "H", right), stroke=style.FADED, stroke_dasharray="2 4")
    centre, half = (left + right) / 2, row.label.width / 2 + 12
    node(
        parent, "rect", x=centre - half, y=row.top - DIVIDER_PAD, width=2 * half,
        height=row.label.height + 2 * DIVIDER_PAD, rx=row.label.height / 2 + DIVIDER_PAD,
        fill=style.FADED_PAPER, stroke=style.FADED,
    )  # fmt: skip
    written(parent, row.label, centre, row.top)
