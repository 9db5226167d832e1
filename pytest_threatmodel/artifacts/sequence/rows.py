"""Where the steps of the picture stand: each below what stands at the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.messages import Divider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.labels import Labelled
    from pytest_threatmodel.artifacts.sequence.messages import Step

#: Between a label and its arrow, and between an arrow and its note.
_LABEL_GAP: Final = 5
_NOTE_GAP: Final = 9
#: Around the text of a note and of a divider.
NOTE_PAD: Final = 8
DIVIDER_PAD: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A step in its place.

    Args:
        step: message or divider.
        label: what stands at it.
        note: what stands in a box below it, or None.
        top: of the label.
        arrow: where the arrow leaves, or the line of a divider.
        end: where it arrives; the same but for messages to oneself.
        note_top: of the box.
        bottom: of it all.
    """

    step: Step
    label: Block
    note: Block | None
    top: float
    arrow: float
    end: float
    note_top: float
    bottom: float


def rows(steps: Iterable[Labelled], top: float) -> list[Row]:
    """Place the steps below each other.

    Args:
        steps: with their labels.
        top: where the first begins.
    """
    placed: list[Row] = []
    for each in steps:
        placed.append(_row(each, top))
        top = placed[-1].bottom + style.ROW_GAP
    return placed


def _row(each: Labelled, top: float) -> Row:
    label, arrow, end = _arrow(each, top)
    note_top = max(end, label + each.label.height) + _NOTE_GAP
    bottom = note_top - _NOTE_GAP if each.note is None else note_top + each.note.height + 2 * NOTE_PAD
    return Row(each.step, each.label, each.note, label, arrow, end, note_top, bottom)


def _arrow(each: Labelled, top: float) -> tuple[float, float, float]:
    """The top of the label, and where the arrow leaves and arrives."""
    height = each.label.height
    if isinstance(each.step, Divider):
        label = top + style.ROW_GAP / 2 + DIVIDER_PAD
        return label, label + height / 2, label + height + DIVIDER_PAD + style.ROW_GAP / 2
    if each.step.source != each.step.sink:
        arrow = top + height + _LABEL_GAP
        return top, arrow, arrow
    loop = max(style.LOOP_HEIGHT, height)
    middle = top + loop / 2
    return middle - height / 2, middle - style.LOOP_HEIGHT / 2, middle + style.LOOP_HEIGHT / 2
