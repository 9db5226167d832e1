"""PNG by PlantUML, from our PlantUML text."""

from __future__ import annotations

import shlex
import struct
from pathlib import Path
from typing import Final

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.program import run

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
#: PlantUML cuts off what is larger than 4096 pixels, unless it is told otherwise:
#: https://plantuml.com/faq#e2f0c5e5d3e6fd6c
_LIMIT: Final = 16384
_FLAGS: Final = ("-headless", "-tpng", "-charset", "UTF-8", "-pipe")


def command(program: str) -> list[str]:
    """How PlantUML is started.

    Args:
        program: a program with its arguments, or a `.jar`; a path may hold spaces if there are no arguments.

    Raises:
        ArtifactError: it has a quote that nothing ends.
    """
    try:
        words = [program] if Path(program).is_file() else shlex.split(program)
    except ValueError as error:
        raise ArtifactError(f"threatmodel_plantuml {program!r}: {error}") from None
    if len(words) == 1 and words[0].lower().endswith(".jar"):
        return ["java", "-Djava.awt.headless=true", "-jar", *words]
    return words


def drawn(text: str, program: str, seconds: float) -> bytes:
    """PlantUML text as PNG.

    Args:
        text: of a diagram.
        program: as for `command`.
        seconds: how long it may take.

    Raises:
        ArtifactError: it does not start, takes too long, fails, or makes no PNG of the whole diagram.
    """
    started = command(program)
    ran = run([*started, *_FLAGS], text.encode(), seconds, {"PLANTUML_LIMIT_SIZE": str(_LIMIT)})
    # A picture comes with an error as well: one that shows the error.
    if ran.status != 0:
        lines = ran.errors.strip().splitlines()
        raise ArtifactError(f"{started[0]} failed with exit status {ran.status}: {lines[-1] if lines else 'no word'}")
    if not ran.output.startswith(_SIGNATURE):
        raise ArtifactError(f"{started[0]} made no PNG")
    width, height = struct.unpack(">II", ran.output[16:24])
    if max(width, height) >= _LIMIT:
        raise ArtifactError(f"{started[0]} cannot draw more than {_LIMIT} pixels")
    return ran.output
