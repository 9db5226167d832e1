"""The predicates of conditions on records: where an element stands to kinds, boundaries and flows."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import Final

Kinds = frozenset[str]
Elements = tuple[Any, ...]


def _is(record: Any, kinds: Kinds, elements: Elements) -> bool:
    return not kinds.isdisjoint(record._kinds) or any(record is element for element in elements)


def one_of(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether the element is of one of the kinds, or one of the elements."""
    return bool(record) and _is(record, kinds, elements)


def _around(record: Any) -> Iterator[Any]:
    """The boundaries around an element, innermost first; a cycle ends the walk."""
    seen: list[Any] = []
    boundary = record.inBoundary if record else None
    while boundary and boundary not in seen:
        seen.append(boundary)
        yield boundary
        boundary = boundary.inBoundary


def inside(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether one of these boundaries is around the element, at any depth."""
    return any(_is(boundary, kinds, elements) for boundary in _around(record))


def _between(outer: Any, inner: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether one of these boundaries is around `inner` and not around `outer`."""
    if not outer or not inner:
        return False
    others = list(_around(outer))
    return any(_is(boundary, kinds, elements) for boundary in _around(inner) if boundary not in others)


def _is_flow(record: Any) -> bool:
    return bool(record) and "Dataflow" in record._kinds


def enters(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether the flow goes into one of these boundaries from outside of it."""
    return _is_flow(record) and _between(record.source, record.sink, kinds, elements)


def exits(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether the flow goes out of one of these boundaries."""
    return _is_flow(record) and _between(record.sink, record.source, kinds, elements)


def crosses(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether exactly one end of the flow is inside one of these boundaries."""
    return enters(record, kinds, elements) or exits(record, kinds, elements)


def reaches(record: Any, kinds: Kinds, elements: Elements) -> bool:
    """Whether flows, responses left out, lead to one of these: from the element, or from the flow's sink.

    The sink counts itself, the element only where flows lead back to it.
    """
    if not record:
        return False
    start = record.sink if _is_flow(record) else record
    if _is_flow(record) and start and _is(start, kinds, elements):
        return True
    seen = {id(start)}
    waiting = [start] if start else []
    while waiting:
        for flow in waiting.pop().outputs:
            found = flow.sink
            if not found or flow.isResponse:
                continue
            if _is(found, kinds, elements):
                return True
            if id(found) not in seen:
                seen.add(id(found))
                waiting.append(found)
    return False


#: Predicates that are written out as ordinary reads.
WRITTEN_OUT: Final = ("hasDataLeaks", "checkTLSVersion")
#: The others, by the name in conditions.
PREDICATES: Final[dict[str, Callable[[Any, Kinds, Elements], bool]]] = {
    "oneOf": one_of,
    "inside": inside,
    "enters": enters,
    "exits": exits,
    "crosses": crosses,
    "reaches": reaches,
}
