"""The formats of the data-flow diagram."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Final
from typing import TypeVar

from pytest_threatmodel.artifacts.dfd.build import scene
from pytest_threatmodel.artifacts.dfd.dot import dot_text
from pytest_threatmodel.artifacts.dfd.labels import simpler
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.artifacts.dfd.svg import finished
from pytest_threatmodel.artifacts.dfd.svg import read
from pytest_threatmodel.artifacts.engines import Incomplete
from pytest_threatmodel.artifacts.engines import laid_out
from pytest_threatmodel.artifacts.format import ArtifactError

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.snapshot.shape import Snapshot

Made = TypeVar("Made")

#: Sharp on today's screens; and no more pixels a side than a machine of CI can hold, whatever the model.
_PNG: Final = ("-Tpng", "-Gdpi=144", "-Gsize=60,60")
#: Very large drawings would come to tens of megabytes.
_LARGE_PNG: Final = ("-Tpng", "-Gdpi=96", "-Gsize=60,60")
#: Of the time for a drawing; what is left is for a simpler one.
_FIRST_TRY: Final = 0.7
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
    shown = _scene(snapshot, request)
    made, _ = _drawn(shown, _LARGE_PNG if shown.is_simple else _PNG, request, _is_png)
    return made


def pdf(snapshot: Snapshot, request: Request) -> bytes:
    """A document of one page.

    Raises:
        ArtifactError: no program lays it out; graphviz-pure makes no PDF.
    """
    made, _ = _drawn(_scene(snapshot, request), ("-Tpdf",), request, _is_pdf, pure=False)
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
    root, drawn = _drawn(shown, ("-Tsvg",), request, read)
    return finished(root, drawn, report)


def _drawn(
    shown: Scene, arguments: tuple[str, ...], request: Request, take: Callable[[bytes], Made], *, pure: bool = True
) -> tuple[Made, Scene]:
    """What an engine makes of the drawing, and the drawing: arranged in another way where it must be."""
    end = time.monotonic() + request.seconds

    def made(scene: Scene, share: float, whole: bool) -> tuple[Made, Scene]:
        limited = replace(request, seconds=share * (end - time.monotonic()))
        return laid_out(dot_text(scene), arguments, limited, take, pure=pure, whole=whole), scene

    try:
        if shown.arrangement == "zones":
            with suppress(Incomplete):
                return made(shown, _FIRST_TRY, whole=True)
            shown = replace(shown, arrangement="ranks")
        return made(shown, 1 if shown.is_simple else _FIRST_TRY, whole=False)
    except ArtifactError:
        if shown.is_simple:
            raise
    simple = replace(shown, arrangement="packed")
    found = made(simple, 1, whole=False)
    request.warn(f"no program could lay it out as it should be; {simpler(simple)}")
    return found


def _is_png(output: bytes) -> bytes:
    return _starting(output, b"\x89PNG\r\n\x1a\n", "PNG")


def _is_pdf(output: bytes) -> bytes:
    return _starting(output, b"%PDF-", "PDF")


def _starting(output: bytes, magic: bytes, name: str) -> bytes:
    if not output.startswith(magic):
        raise ArtifactError(f"what it printed is no {name}")
    return output
