"""Text for diagrams: visible, measured, wrapped and cut."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Advance widths of DejaVu Sans 2.37, in hundredths of an em and rounded up. It is the widest of the fonts that
#: browsers take for `sans-serif`, so that text fits in all of them: https://dejavu-fonts.github.io/
_WIDTHS: Final = {
    28: "'ijl",
    30: "IJ",
    34: " ,.:;|/\\",
    40: "!()-[]ft",
    46: 'r"',
    56: "*_`?Lcksz",
    64: "$0123456789{}EFPSTYabdeghnopquvxy",
    70: "ABCKRVXZ",
    79: "&DGHNOQU",
    87: "#+<=>^~Mw",
    100: "%@Wm",
}
_WIDTH: Final = {char: hundredths / 100 for hundredths, chars in _WIDTHS.items() for char in chars}
#: Where a word may go on in the next line.
_SOFT: Final = re.compile(r"(?<=[-/_.])(?=\w)")


def width(text: str) -> float:
    """How wide a line is at most, in em."""
    return sum(map(_advance, text))


@lru_cache(maxsize=4096)
def _advance(char: str) -> float:
    """The width of a character in em.

    Wide ones take a whole em: https://www.unicode.org/reports/tr11/
    """
    known = _WIDTH.get(char)
    if known is not None:
        return known
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.3 if unicodedata.category(char) == "So" else 1
    plain = unicodedata.normalize("NFD", char)[0]
    return _WIDTH.get(plain, 0.87)


def wrapped(text: str, room: float, size: int, most: int) -> list[str]:
    """The text in lines that fit, the last one ending with "…" where something is cut off.

    Its own line breaks stay, its empty lines go; words that are too long are broken anywhere.

    Args:
        text: any; a blank one makes no line.
        room: for a line, in pixels.
        size: of the font, in pixels.
        most: lines.
    """
    ems = room / size
    # Lazily: of a very long text only the start is measured.
    lines = list(islice((part for line in text.splitlines() for part in _filled(visible(line), ems)), most + 1))
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(lines[most - 1], ems)]


def _filled(text: str, ems: float) -> Iterator[str]:
    line, used = "", 0.0
    for space, part in _parts(text, ems):
        needed = width(part)
        gap = width(space) if line else 0
        if line and used + gap + needed > ems:
            yield line
            line, used = part, needed
        else:
            line, used = f"{line}{space if line else ''}{part}", used + gap + needed
    if line:
        yield line


def _parts(text: str, ems: float) -> Iterator[tuple[str, str]]:
    """What may stand on a line of its own, with what stands before it on a common line."""
    for word in text.split():
        for index, part in enumerate(_SOFT.split(word)):
            for start, piece in enumerate(_pieces(part, ems)):
                yield ("" if index or start else " "), piece


def _pieces(word: str, ems: float) -> Iterator[str]:
    start, used = 0, 0.0
    for index, char in enumerate(word):
        needed = _advance(char)
        if used + needed > ems and index > start:
            yield word[start:index]
            start, used = index, 0.0
        used += needed
    yield word[start:]


def _cut(line: str, ems: float) -> str:
    while line and width(f"{line}…") > ems:
        line = line[:-1]
    return f"{line.rstrip()}…"
