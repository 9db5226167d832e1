"""The boxes of trust boundaries: placed around their columns, and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.labels import block
from pytest_threatmodel.artifacts.sequence.labels import bold_lines
from pytest_threatmodel.artifacts.sequence.nodes import node
from pytest_threatmodel.artifacts.sequence.nodes import titled
from pytest_threatmodel.artifacts.sequence.nodes import written
from pytest_threatmodel.artifacts.sequence.wording import zone_name
from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from pytest_threatmodel.artifacts.sequence.columns import Columns
    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.zones import Run

_NAME_PAD: Final = 6
_MOST_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Box:
    """A zone in its place.

    Args:
        run: what it is around.
        name: as it is written, at its top.
        left, top, right, bottom: of the outline.
        below: how far it ends below what is in it.
    """

    run: Run
    name: Block
    left: float
    top: float
    right: float
    bottom: float
    below: float

    def down_to(self, bottom: float) -> Box:
        """The box, as long as what is in it."""
        return replace(self, bottom=bottom + self.below)


def placed(
    zones: Sequence[Run], participants: Sequence[Participant], columns: Columns, top: float
) -> tuple[tuple[Box, ...], float]:
    """Place boxes around their columns; they have no bottom yet.

    Args:
        zones: outer ones first.
        participants: from left to right.
        columns: where they stand.
        top: of the outermost.

    Returns:
        The boxes, and where what is in them begins.
    """
    depths = max((run.depth for run in zones), default=-1) + 1
    spans = [_span(run, participants, columns) for run in zones]
    names = [_name(run, right - left) for run, (left, right) in zip(zones, spans, strict=True)]
    heights = [0.0] * depths
    for run, name in zip(zones, names, strict=True):
        heights[run.depth] = max(heights[run.depth], name.height + _NAME_PAD)
    tops = [top + sum(heights[:depth]) + _NAME_PAD * depth for depth in range(depths + 1)]
    boxes = tuple(
        Box(run, name, left, tops[run.depth], right, top, style.ZONE_PAD * (depths - run.depth))
        for run, name, (left, right) in zip(zones, names, spans, strict=True)
    )
    return boxes, tops[-1] + (_NAME_PAD if zones else 0)


def _span(run: Run, participants: Sequence[Participant], columns: Columns) -> tuple[float, float]:
    first, last = participants[run.first], participants[run.last]
    return (
        columns.lefts[run.first] - style.ZONE_PAD * (len(first.path) - run.depth),
        columns.rights[run.last] + style.ZONE_PAD * (len(last.path) - run.depth),
    )


def _name(run: Run, width: float) -> Block:
    return block(bold_lines(zone_name(run.zone), style.SMALL, width - 2 * _NAME_PAD, _MOST_LINES))


def draw_box(parent: Element, box: Box) -> None:
    """Draw the outline and the name of a zone."""
    group = node(parent, "g")
    titled(group, f"{visible(zone_name(box.run.zone))}, boundary")
    colour = style.ZONE if box.run.zone.in_scope else style.FADED
    node(
        group, "rect", x=box.left, y=box.top, width=box.right - box.left, height=box.bottom - box.top, rx=6,
        fill="none", stroke=colour, stroke_dasharray="5 4",
    )  # fmt: skip
    written(group, box.name, box.left + _NAME_PAD + 2, box.top + _NAME_PAD / 2, "start", faded=True)
