"""Reads the tables of a data file: each value checked, each problem noted with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import date
from typing import Any
from typing import Final
from typing import TypeVar

from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import listed
from pytest_threatmodel.library.errors import plain
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.threat import WordError

W = TypeVar("W", bound=str)

#: What no text for people holds: control characters but for tabs and line ends, halves of surrogates.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: The highest number that a list of numbers may hold.
HIGHEST_NUMBER: Final = 1_000_000


class Table:
    """One table of a file from outside.

    Args:
        values: what was parsed.
        where: how messages name the table.
        complaints: takes the problems.
        line: the line where the table begins, if it is known.
    """

    def __init__(self, values: Mapping[str, Any], where: str, complaints: Complaints, line: int | None = None) -> None:
        self.values = values
        self.where = where
        self.complaints = complaints
        self.line = line

    def wrong(self, field: str, message: str, hint: str | None = None, column: int | None = None) -> None:
        """Note a problem with one key."""
        self.complaints.add(Problem(message, self.where, field, self.line, column, hint))

    def refuse_unknown(self, known: Collection[str], what: str = "key") -> None:
        """Note every key that is not known."""
        for key in self.values:
            if key not in known:
                self.wrong(plain(key), f"unknown {what}", self.complaints.guess(key, known))

    def require(self, keys: Iterable[str]) -> None:
        """Note every key that is missing."""
        for key in keys:
            if key not in self.values:
                self.wrong(key, "missing, and it is required")

    def text(self, key: str, *, one_line: bool = False) -> str:
        """The text under a key; empty when it is not there."""
        if key not in self.values:
            return ""
        found = self._text(key, self.values[key], one_line=one_line)
        if found == "":
            self.wrong(key, "must not be empty")
        return found or ""

    def day(self, key: str) -> date | None:
        """The day under a key, a date of TOML or text `YYYY-MM-DD`; None when it is not there."""
        value = self.values.get(key)
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        if value is not None and type(value) is not date:
            self.wrong(key, f"expected a date, YYYY-MM-DD, got {shown(value)}")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under a key."""
        found = self._items(key, "a list of texts", lambda value: isinstance(value, str))
        texts = [self._text(f"{key}[{index}]", text, one_line=True) for index, text in enumerate(found)]
        for index, text in enumerate(texts):
            if text == "":
                self.wrong(f"{key}[{index}]", "must not be empty")
        return tuple(text for text in texts if text)

    def numbers(self, key: str) -> tuple[int, ...]:
        """The list of whole numbers from 1 under a key."""

        def fits(value: object) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= HIGHEST_NUMBER

        return tuple(self._items(key, "a list of whole numbers from 1", fits))

    def tables(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The list of tables under a key."""
        return tuple(self._items(key, "a list of tables", lambda value: isinstance(value, dict)))

    def word(self, key: str, parse: Callable[[object], W], default: W) -> W:
        """The word under a key as `parse` understands it."""
        return self._word(key, self.values[key], parse, default) if key in self.values else default

    def words(self, key: str, parse: Callable[[object], W]) -> tuple[W, ...]:
        """The list of words under a key, each as `parse` understands it, repetitions dropped."""
        found = (self._word(key, text, parse, None) for text in self.texts(key))
        return tuple(dict.fromkeys(word for word in found if word is not None))

    def names(self, key: str, what: str, known: Collection[str]) -> tuple[str, ...]:
        """The list of names under a key, each one of those that are known."""
        names = self.texts(key)
        for name in names:
            if name not in known:
                self.wrong(key, f"unknown {what} {shown(name)}", self.complaints.guess(name, known))
        if isinstance(self.values.get(key), list) and not self.values[key]:
            self.wrong(key, f"must name at least one {what}")
        return tuple(dict.fromkeys(names))

    def one_of(self, key: str, known: Collection[str], default: str) -> str:
        """The text under a key, one of those that are known."""
        text = self.text(key, one_line=True)
        if text and text not in known:
            message = f"unknown value {shown(text)}, expected {listed(known)}"
            self.wrong(key, message, self.complaints.guess(text, known))
        return text if text in known else default

    def _word(self, key: str, value: object, parse: Callable[[object], W], default: Any) -> Any:
        try:
            return parse(value)
        except WordError as error:
            self.wrong(key, error.message, error.hint)
            return default

    def _text(self, key: str, value: object, *, one_line: bool) -> str | None:
        """The text, or None once something is noted about it."""
        if not isinstance(value, str):
            self.wrong(key, f"expected text, got {shown(value)}", _quote(value))
            return None
        text = value.replace("\r\n", "\n").strip()
        found = _CONTROL.search(text)
        if found:
            self.wrong(key, f"must not hold the control character {found.group()!r}")
            return None
        if one_line and len(text.splitlines()) > 1:
            self.wrong(key, "must be one line")
            return None
        return text

    def _items(self, key: str, expected: str, fits: Callable[[object], bool]) -> list[Any]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            hint = f"write [{shown(value)}]" if fits(value) and isinstance(value, str | int) else None
            self.wrong(key, f"expected {expected}, got {shown(value)}", hint)
            return []
        for index, item in enumerate(value):
            if not fits(item):
                self.wrong(f"{key}[{index}]", f"expected {expected}, got {shown(item)} in it")
        return [item for item in value if fits(item)]


def _quote(value: object) -> str | None:
    short = isinstance(value, int | float) and not isinstance(value, bool)
    return f'write "{shown(value)}"' if short else None
