"""Where in the user's files something was written."""

from __future__ import annotations

import os
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from types import FrameType
from typing import Final

_PACKAGE = __name__.partition(".")[0]
_LOADER = f"{_PACKAGE}.model.loading"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file.

    Args:
        file: the path as Python knows it.
        line: counted from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line}"

    def within(self, file: str) -> str:
        """The place in the words of a reader of `file`: "line 12", or "common.py:12"."""
        return f"line {self.line}" if self.file == file else str(self)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that the author wrote, and where.

    Args:
        place: the line.
        spelled: the name by which it was written, where that is an old one.
    """

    place: Place
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class Inherited:
    """A value that came from another element.

    Args:
        owner: that element's name.
        field: the dotted name of the field there.
        place: where the author wrote it, if it was written at all.
    """

    owner: str
    field: str
    place: Place | None


Origin = Stated | Inherited


def user_frames() -> Iterator[FrameType]:
    """The frames of the call stack outside this package, innermost first; not those that started a load."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name == _LOADER:
            return
        if name != _PACKAGE and not name.startswith(_PACKAGE + "."):
            yield frame
        frame = frame.f_back


class _Lines:
    """The line table of a code object, for look-ups by bisection.

    `frame.f_lineno` reads the table from its start each time; a model file is one long code object, and with 1,000
    elements that took nine tenths of its load.
    """

    def __init__(self, code: CodeType) -> None:
        #: Keeps the code object alive, whose id is the key of the cache.
        self.code = code
        table = [(start, line) for start, _, line in code.co_lines() if line is not None]
        self._starts = [start for start, _ in table]
        self._lines = [line for _, line in table]

    def at(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        return self._lines[index] if index >= 0 else self.code.co_firstlineno


#: Tables by the id of their code object; only what speeds up look-ups, no state of a run.
_tables: dict[int, _Lines] = {}
_MOST_TABLES: Final = 256


def _place(frame: FrameType) -> Place:
    code = frame.f_code
    table = _tables.get(id(code))
    if table is None:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        table = _tables[id(code)] = _Lines(code)
    return Place(code.co_filename, table.at(frame.f_lasti))


def caller() -> Place:
    """The innermost line outside this package: where the author wrote what runs now."""
    for frame in user_frames():
        return _place(frame)
    return Place("<unknown>", 1)


def caller_within(file: str) -> Place:
    """The innermost line of `file` on the stack, or `caller()` when it is not on it."""
    for frame in user_frames():
        if frame.f_code.co_filename == file:
            return _place(frame)
    return caller()
