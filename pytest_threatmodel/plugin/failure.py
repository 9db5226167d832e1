"""The text of a failing pair, in the shape that pytest's terminal and JUnit writer read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any


class _Crash:
    """Where and why, for the short summary: what pytest calls a report's `reprcrash`."""

    __slots__ = ("lineno", "message", "path")

    def __init__(self, path: str, lineno: int, message: str) -> None:
        self.path = path
        self.lineno = lineno
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


class FailureText:
    """A failure that is plain text; building pytest's own representation costs 40 ms and more a failure.

    The text is made when somebody looks: of an expected failure nobody does, nor of any under `--tb=no`.

    Args:
        text: gives the failure section.
        short: gives one line for the short summary; without the section it costs a tenth.
        path: the model file.
        lineno: the line that makes the element, counted from 1.
        one_line: the terminal writes the line of the crash alone (`--tb=line`).
    """

    def __init__(
        self, text: Callable[[], str], short: Callable[[], str], path: str, lineno: int, *, one_line: bool = False
    ) -> None:
        self._make = text
        self._short = short
        self._one_line = one_line
        self._path = path
        self._lineno = lineno

    @cached_property
    def _text(self) -> str:
        return self._make()

    @cached_property
    def reprcrash(self) -> _Crash:
        """What the short summary and the JUnit writer read."""
        return _Crash(self._path, self._lineno, self._short())

    def __str__(self) -> str:
        return self._text

    def toterminal(self, tw: Any) -> None:
        """Write the text; pytest calls this."""
        if not self._one_line:
            tw.line(self._text)
