"""The text of a failing pair, in the shape that pytest's terminal and JUnit writer read."""

from __future__ import annotations

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

    Args:
        text: what the failure section shows.
        path: the model file.
        lineno: the line that makes the element, counted from 1.
        short: one line for the short summary.
    """

    __slots__ = ("reprcrash", "text")

    def __init__(self, text: str, path: str, lineno: int, short: str) -> None:
        self.text = text
        self.reprcrash = _Crash(path, lineno, short)

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        """Write the text; pytest calls this."""
        tw.line(self.text)
