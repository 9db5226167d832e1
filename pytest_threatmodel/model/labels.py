"""Labels: what names an element in ids, marks, decisions and messages."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.kinds import Dataflow

#: Unicode categories that break terminals, ids and files: control, format, surrogate, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escape(text: str) -> str:
    """The text with control, format and surrogate characters backslash-escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) if unicodedata.category(char) in _UNSAFE else char for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
    if known is not None:
        return known
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def labels(elements: Iterable[Element]) -> list[str]:
    """One label an element, in their order, no two the same.

    An element's label is its `key`, which no name takes from it, else its name. Flows that share a name get their
    ends, ` (User -> Web Server)`; what is still the same gets the first free `#2`, `#3`.
    """
    elements = list(elements)
    wanted = _all_wanted(elements)
    numbers = _Numbers(wanted, {label for element, label in zip(elements, wanted, strict=True) if element.key})
    return [numbers.unique(label, bool(element.key)) for element, label in zip(elements, wanted, strict=True)]


def counted(elements: Iterable[Element]) -> frozenset[str]:
    """The labels that only a number tells from another: `Web #2`. They may name another element tomorrow."""
    elements = list(elements)
    return frozenset(
        label for label, wanted in zip(labels(elements), _all_wanted(elements), strict=True) if label != wanted
    )


def _all_wanted(elements: list[Element]) -> list[str]:
    shared = Counter(element.name for element in elements if _is_flow(element) and not element.key)
    return [_wanted(element, shared) for element in elements]


def _wanted(element: Element, shared: Counter[str]) -> str:
    if element.key:
        return escape(element.key)
    if _is_flow(element) and shared[element.name] > 1:
        return escape(f"{element.name} ({ends(element)})")  # type: ignore[arg-type]  # a flow, as _is_flow says
    return escape(element.name)


def ends(flow: Dataflow) -> str:
    """The two ends of a flow: "User -> Web Server"."""
    return f"{flow.source.name} -> {flow.sink.name}"


def _is_flow(element: Element) -> bool:
    return "Dataflow" in type(element).kinds()


class _Numbers:
    """Gives the first of equal labels as it is, and `#2`, `#3` to the others; a key comes before every name."""

    def __init__(self, wanted: list[str], keys: set[str]) -> None:
        self._taken = set(wanted)
        self._seen = set(keys)
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def unique(self, label: str, is_key: bool) -> str:
        if label not in (self._given if is_key else self._seen):
            self._seen.add(label)
            self._given.add(label)
            return label
        number = self._next.get(label, 2)
        while f"{label} #{number}" in self._taken:
            number += 1
        self._next[label] = number + 1
        unique = f"{label} #{number}"
        self._taken.add(unique)
        return unique
