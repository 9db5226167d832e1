"""Reading a document part by part: a wrong type is an error that names the place, and what nobody reads is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.model.errors import shown


class Part:
    """A mapping in a document.

    Args:
        file: the file, for messages.
        values: the mapping.
        place: its JSON pointer; empty for the whole document.
    """

    def __init__(self, file: Path, values: Mapping[str, Any], place: str = "") -> None:
        self.file = file
        self.place = place
        self._values = values
        self._read: set[str] = set()
        self._below: dict[str, Part] = {}

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def at(self, key: str) -> str:
        """The JSON pointer of what stands under a key."""
        return f"{self.place}/{key.replace('~', '~0').replace('/', '~1')}"

    def fault(self, problem: str, key: str = "", hint: str | None = None) -> ImportFault:
        """The error for this mapping, or for what stands under a key of it."""
        return ImportFault(self.file, problem, where=(self.at(key) if key else self.place) or "/", hint=hint)

    def text(self, key: str) -> str:
        """Text; a number counts as text, since YAML makes one of an id such as `17`. Empty where nothing stands."""
        value = self._take(key)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise self._misfit(key, value, "text")

    def name(self, key: str = "name") -> str:
        """A name, on one line: other tools break names to fit their boxes."""
        return " ".join(self.text(key).split())

    def need(self, key: str) -> str:
        """Text that must be there."""
        value = self.text(key)
        if not value.strip():
            raise self.fault(f"{key!r} is missing or empty, expected text")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of text, those that are null left out; empty where nothing stands."""
        found = []
        for value in self._list(key):
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise self._misfit(key, value, "a list of text")
            found.append(str(value))
        return found

    def flag(self, key: str) -> bool:
        """True or false; false where nothing stands."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self._misfit(key, value, "true or false")

    def number(self, key: str) -> float | None:
        """A number, or None where nothing stands."""
        value = self._take(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise self._misfit(key, value, "a number")

    def value(self, key: str) -> object:
        """Whatever stands under a key, for what is checked elsewhere."""
        return self._take(key)

    def part(self, key: str) -> Part:
        """The mapping under a key; an empty one where nothing stands."""
        value = self._take(key)
        if value is None or isinstance(value, dict):
            return self._down(value or {}, self.at(key))
        raise self._misfit(key, value, "a mapping")

    def parts(self, key: str) -> list[Part]:
        """The mappings of a list, those that are null left out; empty where nothing stands."""
        found = []
        for number, value in enumerate(self._list(key, keep_null=True)):
            if isinstance(value, dict):
                found.append(self._down(value, f"{self.at(key)}/{number}"))
            elif value is not None:
                raise self._misfit(f"{key}/{number}", value, "a mapping")
        return found

    def skip(self, *keys: str) -> None:
        """Leave out on purpose what says nothing about threats, and do not tell it."""
        self._read.update(keys)

    def unread(self) -> list[str]:
        """What stands in this mapping and those below, and was not asked for: one line a path, with a count."""
        counted = Counter(re.sub(r"/\d+(?=/)", "/*", place) for place in self._unread())
        return [
            f"{path} is not read" + (f" ({number} times)" if number > 1 else "") for path, number in counted.items()
        ]

    def _unread(self) -> Iterator[str]:
        for key, value in self._values.items():
            if key not in self._read and value not in (None, "", [], {}):
                yield self.at(key)
        for below in self._below.values():
            yield from below._unread()

    def _take(self, key: str) -> Any:
        self._read.add(key)
        return self._values.get(key)

    def _list(self, key: str, *, keep_null: bool = False) -> list[Any]:
        value = self._take(key)
        if value is None:
            return []
        if isinstance(value, list):
            return [each for each in value if keep_null or each is not None]
        raise self._misfit(key, value, "a list")

    def _down(self, values: Mapping[str, Any], place: str) -> Part:
        """The part at a place, the same one however often it is asked for: it knows what was read."""
        return self._below.setdefault(place, Part(self.file, values, place))

    def _misfit(self, key: str, value: object, expected: str) -> ImportFault:
        return ImportFault(self.file, f"expected {expected}, got {shown(value)}", where=f"{self.place}/{key}")
