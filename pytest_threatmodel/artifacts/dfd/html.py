"""Labels in DOT: the HTML-like markup, in which no text can mean anything."""

from __future__ import annotations

from html import escape
from math import ceil
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd.notation import PAPER
from pytest_threatmodel.artifacts.diagram.text import width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from pytest_threatmodel.artifacts.dfd.labels import Line

#: Bold letters are wider.
_BOLD: Final = 1.1


def text(line: str) -> str:
    """Text as an HTML-like label shows it: https://graphviz.org/doc/info/shapes.html#html.

    Sequences such as `\\N` are replaced in it, too.
    """
    return escape(line).replace("\\", "\\\\")


def lines(shown: Sequence[Line], align: str) -> str:
    """Lines of text one below the other.

    Args:
        shown: at least one.
        align: "left" or "center".
    """
    ending = f'<br align="{align}"/>'
    return "".join(f"{_line(line)}{ending}" for line in shown)


def _line(line: Line) -> str:
    inner = f"<b>{text(line.text)}</b>" if line.bold else text(line.text)
    return f'<font point-size="{line.size}" color="{line.color}">{inner}</font>'


def room(shown: Iterable[Line]) -> int:
    """How wide the lines are with the widest of the fonts that may be there.

    Engines measure with the font that they have, and browsers draw with the one that they have.
    """
    return max(ceil(width(line.text) * line.size * (_BOLD if line.bold else 1)) for line in shown)


def table(shown: Sequence[Line], align: str, fill: str = "", border: str = 'border="0"', padding: int = 2) -> str:
    """Lines in a box of their own, with the brackets that make it a label.

    Args:
        shown: at least one.
        align: "left" or "center".
        fill: colour behind them; empty for none.
        border: attributes of the box.
        padding: around them.
    """
    filled = f' bgcolor="{fill}"' if fill else ""
    row = f'<tr><td align="{align}" width="{room(shown)}">{lines(shown, align)}</td></tr>'
    return f'<<table {border} cellborder="0" cellspacing="0" cellpadding="{padding}"{filled}>{row}</table>>'


def tag(shown: Sequence[Line], fill: str) -> str:
    """Lines beside an edge: what is behind them does not reach the edge.

    Args:
        shown: at least one.
        fill: colour behind them; empty for none.
    """
    filled = f' bgcolor="{fill}"' if fill else ""
    row = f'<tr><td align="left" width="{room(shown)}"{filled}>{lines(shown, "left")}</td></tr>'
    return f'<<table border="0" cellborder="0" cellspacing="4" cellpadding="2">{row}</table>>'


def swatch(attributes: str, fill: str = PAPER, height: int = 14) -> str:
    """A cell that shows how something looks.

    Args:
        attributes: of its border.
        fill: its colour.
        height: in points.
    """
    size = f'fixedsize="true" width="28" height="{height}"'
    return (
        f'<td><table cellborder="0" cellspacing="0" cellpadding="0" {size} {attributes} bgcolor="{fill}">'
        f"<tr><td></td></tr></table></td>"
    )
