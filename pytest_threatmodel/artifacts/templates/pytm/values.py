"""The values that templates see: plain ones, things with attributes, and collections; never objects of Python's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Final
from typing import TypeAlias

Value: TypeAlias = "str | int | Thing | Many | Method | None"

_DOLLAR: Final = re.compile(r"(?<!\\)\$")


class Encoded(str):
    """Text of a threat, as pytm puts it into templates: its markup is escaped already."""

    __slots__ = ()


def encoded(text: str) -> Encoded:
    """A threat's text with its markup escaped, and dollars, between which pandoc would read a formula."""
    return Encoded(html.escape(_DOLLAR.sub(r"\\$", text)))


class Thing:
    """Something with attributes.

    Args:
        kind: of which it is, "Server", "Finding".
        shown: what stands for it in a text.
        load: gives its attributes, when the first is asked for.
    """

    __slots__ = ("_attributes", "_load", "kind", "shown")

    def __init__(self, kind: str, shown: str, load: Callable[[], Mapping[str, Value]]) -> None:
        self.kind = kind
        self.shown = shown
        self._load = load
        self._attributes: Mapping[str, Value] | None = None

    @property
    def attributes(self) -> Mapping[str, Value]:
        """Name -> value."""
        if self._attributes is None:
            self._attributes = self._load()
        return self._attributes


class Many:
    """A collection.

    Args:
        items: in it.
        shown: what stands for it in a text; by default as Python writes a list.
    """

    __slots__ = ("items", "shown")

    def __init__(self, items: Sequence[Value], shown: str | None = None) -> None:
        self.items = items
        self.shown = f"[{', '.join(map(_in_list, items))}]" if shown is None else shown


def _in_list(value: Value) -> str:
    return value.shown if isinstance(value, Thing) else repr(value)


class Method:
    """What templates ask for by `:call:`.

    Args:
        call: gives the value.
    """

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], Value]) -> None:
        self.call = call


def plain(value: Value) -> Value:
    """The value itself, that of a method called."""
    return value.call() if isinstance(value, Method) else value


def what(value: Value) -> str:
    """What a value is, for messages."""
    if isinstance(value, Thing):
        return value.kind
    if isinstance(value, Many):
        return "a collection"
    return "None" if value is None else "a text" if isinstance(value, str) else "a number"


def is_true(value: Value) -> bool:
    """Whether `:if:` shows its text: texts and collections with something in them, numbers but zero, all things."""
    found = plain(value)
    return bool(found.items) if isinstance(found, Many) else bool(found)
