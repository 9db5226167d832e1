"""What a condition reads where there is nothing to read: MISSING, and the marker for values nobody stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Final
from typing import final


@final
class Missing:
    """A field that the element at hand does not have, or a field of a relation that points nowhere.

    It is falsy and empty, its attributes are missing too, and every comparison with it is false, also `!=`.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __getattr__(self, name: str) -> Missing:
        # Protocols (copy, pickle, numpy ...) look for their own methods; those it does not have.
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def _never(self, other: object) -> bool:
        return False

    __eq__ = _never
    __ne__ = _never
    __lt__ = _never
    __le__ = _never
    __gt__ = _never
    __ge__ = _never
    __contains__ = _never
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


@final
class Unstated:
    """Stands in signatures for a value that nobody stated."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSTATED"

    def __reduce__(self) -> str:
        return "UNSTATED"


MISSING: Final = Missing()
UNSTATED: Final = Unstated()
