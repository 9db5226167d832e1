"""The formats of the sequence diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.artifacts.sequence.mermaid import mermaid
from pytest_threatmodel.artifacts.sequence.messages import diagram
from pytest_threatmodel.artifacts.sequence.plantuml import plantuml

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import Snapshot


def puml(snapshot: Snapshot, request: Request) -> str:
    """PlantUML text."""
    return plantuml(diagram(snapshot, request))


def mmd(snapshot: Snapshot, request: Request) -> str:
    """Mermaid text."""
    return mermaid(diagram(snapshot, request))
