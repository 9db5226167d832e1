"""The labels of the picture: lines of text with their sizes, measured before anything is placed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal

from pytest_threatmodel.artifacts.diagram.text import width
from pytest_threatmodel.artifacts.diagram.text import wrapped
from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.messages import Divider
from pytest_threatmodel.artifacts.sequence.wording import details
from pytest_threatmodel.artifacts.sequence.wording import kind_of
from pytest_threatmodel.artifacts.sequence.wording import name_of
from pytest_threatmodel.artifacts.sequence.wording import titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.sequence.messages import Message
    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.messages import Step

#: A sign before a line: whether a message is protected in transit.
Lock = Literal["closed", "open"]

#: How much wider bold letters are than plain ones at most.
_BOLD: Final = 1.25
#: The sign and the space after it.
LOCK_WIDTH: Final = 14
_HEAD_ROOM: Final = 150
_MESSAGE_ROOM: Final = 230
_NOTE_ROOM: Final = 230


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Args:
        text: visible characters only.
        size: of the letters, in pixels.
        bold: whether they are.
        muted: whether they are paler.
        lock: a sign before it; such a line is never centred.
    """

    text: str
    size: int
    bold: bool = False
    muted: bool = False
    lock: Lock | None = None

    @property
    def width(self) -> float:
        """In pixels, at most."""
        letters = width(self.text) * self.size
        return (letters * _BOLD if self.bold else letters) + (LOCK_WIDTH if self.lock else 0)

    @property
    def height(self) -> float:
        """In pixels, with the space to the next line."""
        return self.size * style.LINE


@dataclass(frozen=True, slots=True)
class Block:
    """Lines below each other.

    Args:
        lines: from top to bottom.
        width, height: in pixels.
    """

    lines: tuple[Line, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """A step with its texts.

    Args:
        step: message or divider.
        label: what stands at it.
        note: what stands in a box below it, or None.
    """

    step: Step
    label: Block
    note: Block | None


def block(lines: Iterable[Line]) -> Block:
    """The lines as a block."""
    lines = tuple(lines)
    return Block(lines, max((line.width for line in lines), default=0), sum(line.height for line in lines))


def bold_lines(text: str, size: int, room: float, most: int) -> list[Line]:
    """A text in bold lines that fit."""
    return [Line(part, size, bold=True) for part in wrapped(text, room / _BOLD, size, most)]


def head_label(participant: Participant) -> Block:
    """Name and kind of a participant."""
    kind = wrapped(kind_of(participant), _HEAD_ROOM, style.SMALL, 2)
    return block(
        [
            *bold_lines(name_of(participant), style.NAME, _HEAD_ROOM, 4),
            *(Line(part, style.SMALL, muted=True) for part in kind),
        ]
    )


def labelled(step: Step) -> Labelled:
    """A step with its texts."""
    if isinstance(step, Divider):
        return Labelled(step, block([Line(step.text, style.SMALL, bold=True, muted=True)]), None)
    note = wrapped(step.note, _NOTE_ROOM, style.SMALL, 12)
    return Labelled(step, _message_label(step), block(Line(part, style.SMALL) for part in note) if note else None)


def _message_label(message: Message) -> Block:
    lines = [Line(part, style.NAME) for part in wrapped(titled(message), _MESSAGE_ROOM, style.NAME, 4)]
    way, *data = details(message)
    lock: Lock | None = "closed" if message.encrypted else "open"
    for part in wrapped(way, _MESSAGE_ROOM - LOCK_WIDTH, style.SMALL, 3):
        lines.append(Line(part, style.SMALL, muted=True, lock=lock))
        lock = None
    for line in data:
        lines += [Line(part, style.SMALL, muted=True) for part in wrapped(line, _MESSAGE_ROOM, style.SMALL, 3)]
    return block(lines)
