"""The diagrams in the page, or in their place what kept them from being drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.write import told
from pytest_threatmodel.snapshot.shape import Snapshot


@dataclass(frozen=True, slots=True)
class Diagram:
    """A diagram in the page.

    Args:
        id: of its place.
        title: what it is.
        svg: the picture; empty where it could not be drawn.
        problem: why not.
    """

    id: str
    title: str
    svg: Markup
    problem: str


def diagrams(snapshot: Snapshot, request: Request) -> list[Diagram]:
    """The diagrams that there is something to draw in.

    Args:
        snapshot: of one model.
        request: takes a warning where one cannot be drawn.
    """
    wanted: list[tuple[str, str, Callable[[Snapshot, Request], str]]] = []
    if snapshot["elements"]:
        wanted.append(("data-flow", "Data-flow diagram", _data_flow))
    if any(element["flow"] for element in snapshot["elements"]):
        wanted.append(("sequence", "Sequence diagram", _sequence))
    return [_drawn(name, title, draw, snapshot, request) for name, title, draw in wanted]


def _drawn(
    name: str, title: str, draw: Callable[[Snapshot, Request], str], snapshot: Snapshot, request: Request
) -> Diagram:
    try:
        return Diagram(name, title, Markup(draw(snapshot, request)), "")
    except Exception as error:  # the rest of the report is worth having
        request.warn(f"{title} left out: {told(error)}")
        return Diagram(name, title, Markup(""), told(error))


def _data_flow(snapshot: Snapshot, request: Request) -> str:
    from pytest_threatmodel.artifacts.dfd.render import inline_svg

    return inline_svg(snapshot, request)


def _sequence(snapshot: Snapshot, request: Request) -> str:
    from pytest_threatmodel.artifacts.sequence.render import inline_svg

    return inline_svg(snapshot, request)
