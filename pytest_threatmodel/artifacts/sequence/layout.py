"""Where everything in the picture stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.arrows import note_reach
from pytest_threatmodel.artifacts.sequence.boxes import placed
from pytest_threatmodel.artifacts.sequence.columns import columns
from pytest_threatmodel.artifacts.sequence.heads import head
from pytest_threatmodel.artifacts.sequence.labels import Line
from pytest_threatmodel.artifacts.sequence.labels import block
from pytest_threatmodel.artifacts.sequence.labels import bold_lines
from pytest_threatmodel.artifacts.sequence.labels import labelled
from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.rows import rows
from pytest_threatmodel.artifacts.sequence.zones import runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from pytest_threatmodel.artifacts.sequence.boxes import Box
    from pytest_threatmodel.artifacts.sequence.columns import Columns
    from pytest_threatmodel.artifacts.sequence.heads import Head
    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.labels import Labelled
    from pytest_threatmodel.artifacts.sequence.messages import Diagram
    from pytest_threatmodel.artifacts.sequence.rows import Row

_NARROWEST: Final = 480
_TITLE_GAP: Final = 16
#: Between a head and the first message, and between the last message and the end of the lifelines.
_LEAD: Final = 22


@dataclass(frozen=True, slots=True)
class Layout:
    """The picture before it is drawn.

    Args:
        width, height: of the whole.
        title: of the picture, at its top.
        heads: as the columns.
        columns: from left to right.
        boxes: of the zones, outer ones first.
        rows: from top to bottom.
        heads_bottom: where lifelines begin.
        lifelines_bottom: where they end.
        feet_top: where the heads are repeated, or None.
    """

    width: float
    height: float
    title: Block
    heads: tuple[Head, ...]
    columns: Columns
    boxes: tuple[Box, ...]
    rows: tuple[Row, ...]
    heads_bottom: float
    lifelines_bottom: float
    feet_top: float | None


def layout(diagram: Diagram) -> Layout:
    """Place everything in a diagram."""
    heads = tuple(map(head, diagram.participants))
    steps = [labelled(step) for step in diagram.steps]
    zones = runs(diagram.participants)
    standing = columns([each.width for each in heads], steps, zones)
    left, right = _edges(diagram, standing, steps)
    standing = standing.moved(style.MARGIN - left)
    width = max(right - left, _NARROWEST) + 2 * style.MARGIN
    title = _title(diagram, width - 2 * style.MARGIN)
    top = style.MARGIN + title.height + _TITLE_GAP
    boxes, heads_top = placed(zones, diagram.participants, standing, top)
    heads_bottom = heads_top + max((each.height for each in heads), default=0)
    lines = tuple(rows(steps, heads_bottom + _LEAD))
    lifelines_bottom = (lines[-1].bottom if lines else heads_bottom) + (_LEAD if heads else 0)
    is_tall = lifelines_bottom - heads_bottom > style.TALL
    bottom = lifelines_bottom + (heads_bottom - heads_top if is_tall else 0)
    boxes = tuple(box.down_to(bottom) for box in boxes)
    return Layout(
        width=width,
        height=max([bottom, *(box.bottom for box in boxes)]) + style.MARGIN,
        title=title,
        heads=heads,
        columns=standing,
        boxes=boxes,
        rows=lines,
        heads_bottom=heads_bottom,
        lifelines_bottom=lifelines_bottom,
        feet_top=lifelines_bottom if is_tall else None,
    )


def _title(diagram: Diagram, room: float) -> Block:
    lines = bold_lines(diagram.title, style.TITLE, max(room, _NARROWEST), 3)
    if not diagram.participants:
        lines.append(Line(diagram.nothing, style.NAME, muted=True))
    return block(lines)


def _edges(diagram: Diagram, standing: Columns, steps: Sequence[Labelled]) -> tuple[float, float]:
    """How far to the left and to the right anything reaches."""
    reaches = [*_outer(diagram, standing), *_notes(steps, standing)] or [(0.0, 0.0)]
    return min(left for left, _ in reaches), max(right for _, right in reaches)


def _outer(diagram: Diagram, standing: Columns) -> Iterator[tuple[float, float]]:
    for participant, left, right in zip(diagram.participants, standing.lefts, standing.rights, strict=True):
        pad = style.ZONE_PAD * len(participant.path)
        yield left - pad, right + pad


def _notes(steps: Sequence[Labelled], standing: Columns) -> Iterator[tuple[float, float]]:
    for each in steps:
        if isinstance(each.step, Message) and each.note is not None:
            yield note_reach(each.step, each.label, each.note, standing)
