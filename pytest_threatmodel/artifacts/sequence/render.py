"""The formats of the sequence diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.artifacts.sequence import png as pngs
from pytest_threatmodel.artifacts.sequence.mermaid import mermaid
from pytest_threatmodel.artifacts.sequence.messages import diagram
from pytest_threatmodel.artifacts.sequence.picture import picture
from pytest_threatmodel.artifacts.sequence.plantuml import plantuml

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import Snapshot


def svg(snapshot: Snapshot, request: Request) -> str:
    """A picture that links to the HTML report, where there is one."""
    made = picture(diagram(snapshot, request), request.report or None)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{made}\n'


def inline_svg(snapshot: Snapshot, request: Request) -> str:
    """The picture as an element of the HTML report itself."""
    return picture(diagram(snapshot, request), "")


def png(snapshot: Snapshot, request: Request) -> bytes:
    """A picture in pixels.

    Raises:
        ArtifactError: no program can make one.
    """
    return pngs.drawn(diagram(snapshot, request), request)


def puml(snapshot: Snapshot, request: Request) -> str:
    """PlantUML text."""
    return plantuml(diagram(snapshot, request))


def mmd(snapshot: Snapshot, request: Request) -> str:
    """Mermaid text."""
    return mermaid(diagram(snapshot, request))
