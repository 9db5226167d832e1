"""The formats of the data-flow diagram."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd.dot import dot_text
from pytest_threatmodel.artifacts.dfd.labels import simpler
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.artifacts.dfd.scene import scene
from pytest_threatmodel.artifacts.dfd.svg import finished
from pytest_threatmodel.artifacts.dfd.svg import read
from pytest_threatmodel.artifacts.engines import laid_out
from pytest_threatmodel.artifacts.format import ArtifactError

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import Snapshot

#: Sharp on today's screens; and no more pixels a side than a machine of CI can hold, whatever the model.
_PNG: Final = ("-Gdpi=144", "-Gsize=60,60")
_DATE: Final = re.compile(rb"/CreationDate \(D:[^)]*\)")


def dot(snapshot: Snapshot, request: Request) -> str:
    """The DOT text, for which no program is needed."""
    return dot_text(_scene(snapshot, request))


def svg(snapshot: Snapshot, request: Request) -> str:
    """A file of its own, whose elements are links where there is a report.

    Raises:
        ArtifactError: no program lays it out.
    """
    drawn = _svg(_scene(snapshot, request), request, request.report or None)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}'


def inline_svg(snapshot: Snapshot, request: Request) -> str:
    """For a page that has an anchor `element-N` for each element.

    Raises:
        ArtifactError: no program lays it out.
    """
    return _svg(_scene(snapshot, request), request, "")


def png(snapshot: Snapshot, request: Request) -> bytes:
    """A picture.

    Raises:
        ArtifactError: no program lays it out.
    """
    text = dot_text(_scene(snapshot, request))
    return laid_out(text, ("-Tpng", *_PNG), request, lambda output: _starting(output, b"\x89PNG\r\n\x1a\n", "PNG"))


def pdf(snapshot: Snapshot, request: Request) -> bytes:
    """A document of one page.

    Raises:
        ArtifactError: no program lays it out; graphviz-pure makes no PDF.
    """
    text = dot_text(_scene(snapshot, request))
    made = laid_out(text, ("-Tpdf",), request, lambda output: _starting(output, b"%PDF-", "PDF"), pure=False)
    # The same bytes for the same model, and no offset changes.
    return _DATE.sub(lambda found: b"/CreationDate (D:20000101000000Z".ljust(len(found[0]) - 1) + b")", made)


def _scene(snapshot: Snapshot, request: Request) -> Scene:
    made = scene(snapshot, request)
    if made.nothing and request.levels is not None:
        request.warn(made.nothing)
    if made.is_simple:
        request.warn(simpler(made))
    return made


def _svg(shown: Scene, request: Request, report: str | None) -> str:
    return finished(laid_out(dot_text(shown), ("-Tsvg",), request, read), shown, report)


def _starting(output: bytes, magic: bytes, name: str) -> bytes:
    if not output.startswith(magic):
        raise ArtifactError(f"what it printed is no {name}")
    return output
