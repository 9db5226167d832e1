"""Renders templates that tests hold as text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.render import render_file
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import Snapshot


def rendered(
    text: str,
    name: str = "report.md",
    snapshot: Snapshot | None = None,
    *,
    seconds: float = 25.0,
    beside: dict[str, str] | None = None,
) -> str:
    """What a template makes.

    Args:
        text: of the template.
        name: of its file.
        snapshot: of a model; by default that of a system with everything.
        seconds: which it may take.
        beside: templates beside it, name -> text; the file of each is called `NAME.j2`.
    """
    with tempfile.TemporaryDirectory() as folder:
        others = {f"{key}.j2": value for key, value in (beside or {}).items()}
        for each, content in {name: text, **others}.items():
            Path(folder, each).write_bytes(content.encode("utf-8", "surrogatepass"))
        return render_file(Path(folder, name), bank() if snapshot is None else snapshot, Request(seconds=seconds))


def mistake(text: str, name: str = "report.md", *, seconds: float = 25.0, beside: dict[str, str] | None = None) -> str:
    """The message of the error that a template ends with, without the name of its file."""
    with pytest.raises(ArtifactError) as caught:
        rendered(text, name, seconds=seconds, beside=beside)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 1000
    return message.removeprefix(f"template {name}, ")
