"""Renders a template file from a snapshot."""

from __future__ import annotations

from pathlib import Path

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.source import read_source
from pytest_threatmodel.snapshot.shape import Snapshot


def render_file(path: Path, snapshot: Snapshot, request: Request) -> str:
    """The text that a template makes.

    Args:
        path: of the template. `.j2`, `.jinja`, `.jinja2`, or the comment `{# jinja #}` in the first line, say that it
            is in jinja2; every other template is in pytm's language.
        snapshot: of one model.
        request: its `seconds` limit the rendering.

    Raises:
        ArtifactError: the template cannot be read, has a mistake, or takes too much; with its line where that is known.
    """
    source = read_source(path)
    if source.language == "jinja":
        from pytest_threatmodel.artifacts.templates.jinja.render import render
    else:
        from pytest_threatmodel.artifacts.templates.pytm.render import render
    return render(source, snapshot, request)
