"""Text for diagrams: on one line, visible, wrapped, cut, and safe in Graphviz' markup and in XML."""

from __future__ import annotations

from html import escape as html_escape
from textwrap import wrap
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.model.labels import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Unassigned for ever, so no control characters, but not allowed in XML: https://www.w3.org/TR/xml/#charsets
_NO_XML: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def visible(text: str) -> str:
    """The text on one line, with what cannot be seen or is no XML backslash-escaped."""
    return escape(" ".join(text.split())).translate(_NO_XML)


def wrapped(text: str, width: int, most: int) -> list[str]:
    """The visible text in lines, the last one ending with "…" where something is cut off.

    Args:
        text: any; a blank one makes no line.
        width: in characters.
        most: lines.
    """
    # What is cut off anyway need not be wrapped first.
    start = visible(text)[: 2 * width * most]
    return wrap(start, width, max_lines=most, placeholder="…", break_on_hyphens=False)


def markup(text: str) -> str:
    r"""Visible text for an HTML-like label: https://graphviz.org/doc/info/shapes.html#html

    Backslashes too, as `\N` stands for the node's name even there.
    """
    return html_escape(text).replace("\\", "&#92;")


def bold(lines: Iterable[str]) -> list[str]:
    """Lines as bold markup."""
    return [f"<B>{markup(line)}</B>" for line in lines]


def italic(lines: Iterable[str]) -> list[str]:
    """Lines as italic markup."""
    return [f"<I>{markup(line)}</I>" for line in lines]


def small(lines: Iterable[str], color: str, size: int = 9) -> list[str]:
    """Lines as small markup in a colour."""
    return [f'<FONT POINT-SIZE="{size}" COLOR="{color}">{markup(line)}</FONT>' for line in lines]
