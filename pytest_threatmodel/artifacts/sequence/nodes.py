"""The nodes of the picture, built as a tree: escaping is the library's matter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import SubElement

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.labels import LOCK_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.sequence.labels import Block
    from pytest_threatmodel.artifacts.sequence.labels import Line

Anchor = Literal["start", "middle"]


def node(parent: Element, tag: str, **attributes: str | float) -> Element:
    """Add a node.

    Args:
        parent: that it goes into.
        tag: of SVG.
        attributes: with `_` for `-`.
    """
    return SubElement(parent, tag, {name.replace("_", "-"): _value(value) for name, value in attributes.items()})


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """The corners of a polygon."""
    return " ".join(f"{_value(x)},{_value(y)}" for x, y in pairs)


def path(*parts: str | float) -> str:
    """Commands and numbers of a path."""
    return " ".join(map(_value, parts))


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return value
    # The same on every machine, and no "-0".
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")


def titled(parent: Element, text: str) -> None:
    """Say what a node is, to readers of the screen and to those who point at it."""
    node(parent, "title").text = text


def written(
    parent: Element, block: Block, x: float, top: float, anchor: Anchor = "middle", faded: bool = False
) -> None:
    """Write the lines of a block.

    Args:
        parent: that they go into.
        block: of text.
        x: its middle, or where it starts.
        top: of its first line.
        anchor: what `x` is.
        faded: in a paler colour.
    """
    for line in block.lines:
        _line(parent, line, x, top + line.size * style.BASELINE, anchor, faded)
        top += line.height


def _line(parent: Element, line: Line, x: float, y: float, anchor: Anchor, faded: bool) -> None:
    if line.lock is not None:
        _lock(parent, x, y, line.lock == "closed", faded)
        x += LOCK_WIDTH
    colour = style.MUTED if line.muted or faded else style.INK
    bold = {"font_weight": "bold"} if line.bold else {}
    middle = {"text_anchor": "middle"} if anchor == "middle" else {}
    node(parent, "text", x=x, y=y, font_size=line.size, fill=colour, **bold, **middle).text = line.text


def _lock(parent: Element, x: float, y: float, closed: bool, faded: bool) -> None:
    """A padlock on a line of text: full and shut, or hollow with its shackle lifted."""
    colour = style.FADED if faded else style.ENCRYPTED if closed else style.UNENCRYPTED
    rise, foot = (-6.5, -4.5) if closed else (-8.5, -7)
    arc = ("A", 2.5, 2.5, 0, 0, 1)
    shackle = path("M", x + 2, y - 4.5, "V", y + rise, *arc, x + 7, y + rise, "V", y + foot)
    node(parent, "path", d=shackle, fill="none", stroke=colour, stroke_width=1.4)
    node(
        parent, "rect", x=x, y=y - 4.8, width=9, height=5.6, rx=1,
        fill=colour if closed else style.PAPER, stroke=colour, stroke_width=1.2,
    )  # fmt: skip
