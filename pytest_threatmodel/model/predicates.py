"""Where elements stand to kinds and boundaries; nested boundaries count at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def around(element: Any) -> Iterator[Any]:
    """The boundaries around an element, innermost first; a cycle ends the walk."""
    seen = []
    boundary = element.inBoundary
    while boundary is not None and boundary not in seen:
        seen.append(boundary)
        yield boundary
        boundary = boundary.inBoundary


def one_of(element: Any, wanted: tuple[Any, ...]) -> bool:
    """Whether `element` is one of these elements, or of one of these kinds."""
    return any(isinstance(element, item) if isinstance(item, type) else element is item for item in wanted)


def inside(element: Any, boundaries: tuple[Any, ...]) -> bool:
    """Whether one of the boundaries is around `element`."""
    return any(one_of(boundary, boundaries) for boundary in around(element))


def _between(outer: Any, inner: Any, wanted: tuple[Any, ...]) -> bool:
    """Whether a wanted boundary is around `inner` and not around `outer`."""
    if inner is None or outer is None:
        return False
    others = list(around(outer))
    return any(one_of(boundary, wanted) for boundary in around(inner) if boundary not in others)


def enters(flow: Any, boundaries: tuple[Any, ...]) -> bool:
    """Whether the sink is inside one of the boundaries and the source is not."""
    return "sink" in type(flow).fields and _between(flow.source, flow.sink, boundaries)


def exits(flow: Any, boundaries: tuple[Any, ...]) -> bool:
    """Whether the source is inside one of the boundaries and the sink is not."""
    return "sink" in type(flow).fields and _between(flow.sink, flow.source, boundaries)


def crosses(flow: Any, boundaries: tuple[Any, ...]) -> bool:
    """Whether exactly one end is inside one of the boundaries."""
    return enters(flow, boundaries) or exits(flow, boundaries)
