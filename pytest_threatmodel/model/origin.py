"""Where in the user's files something was written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

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
    """A value that the author wrote, and where."""

    place: Place


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


def caller() -> Place:
    """The innermost line outside this package: where the author wrote what runs now."""
    for frame in user_frames():
        return Place(frame.f_code.co_filename, frame.f_lineno)
    return Place("<unknown>", 1)


def caller_within(file: str) -> Place:
    """The innermost line of `file` on the stack, or `caller()` when it is not on it."""
    for frame in user_frames():
        if frame.f_code.co_filename == file:
            return Place(file, frame.f_lineno)
    return caller()
