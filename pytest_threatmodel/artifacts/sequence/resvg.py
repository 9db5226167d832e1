"""PNG by resvg, from the picture of our own: https://github.com/linebender/resvg."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import files
from importlib.util import find_spec
from math import sqrt
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from xml.etree.ElementTree import fromstring

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.program import run

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Request

#: A font that the extra brings, so that the picture is the same on every machine, and has letters where there are no
#: fonts at all. Other families are asked for what is missing in it.
_FONT: Final = "Source Sans Pro"
_FONT_PACKAGE: Final = "font-source-sans-pro"
_FONT_FILES: Final = ("SourceSansPro-Regular.ttf", "SourceSansPro-Bold.ttf")
FONTS: Final = f"'{_FONT}', 'DejaVu Sans', Helvetica, Arial, sans-serif"

#: Pixels for one of the picture's, where there is room for them.
_ZOOM: Final = 2.0
_MOST_PIXELS: Final = 24_000_000
_LONGEST_SIDE: Final = 30_000
#: Smaller letters than these are hard to read: then the picture is an overview, and takes no time for more.
_READABLE: Final = 0.6
_OVERVIEW_PIXELS: Final = 8_000_000

#: A process of its own can be ended when it takes too long, and takes nothing with it when it crashes. Without a font
#: resvg leaves out all text and says nothing, so letters are tried first.
_NO_LETTERS: Final = 3
_CHILD: Final = f"""
import json, sys
from resvg_py import svg_to_bytes
asked = json.load(sys.stdin)
def drawn(text):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="sans-serif"><text y="15">'
    return svg_to_bytes(**{{**asked, "svg_string": svg + text + '</text></svg>'}})
if drawn("Ag") == drawn(""):
    sys.exit({_NO_LETTERS})
sys.stdout.buffer.write(svg_to_bytes(**asked))
"""


def is_installed() -> bool:
    """Whether the extra `png` is there."""
    return find_spec("resvg_py") is not None


def rasterised(svg: str, request: Request) -> bytes:
    """The picture as PNG.

    Args:
        svg: an `<svg>` element with its size in pixels.
        request: says how long it may take, and hears when the picture has to be small.

    Raises:
        ArtifactError: it takes too long, fails, or there is no font.
    """
    zoom = _zoom(svg)
    made = render({"svg_string": svg, "zoom": zoom, **font_options()}, request.seconds)
    if zoom < _READABLE:
        request.warn(f"the diagram is so large that its PNG is drawn at {zoom:.0%} of its size; svg is readable")
    return made


def render(options: dict[str, Any], seconds: float) -> bytes:
    """What resvg makes of a picture, if it can write letters.

    Args:
        options: of its function.
        seconds: how long it may take.

    Raises:
        ArtifactError: it takes too long, fails, or there is no font.
    """
    # Not from the current folder: models and other files lie there.
    ran = run([sys.executable, "-P", "-c", _CHILD], json.dumps({"dpi": 96.0, **options}).encode(), seconds)
    if ran.status == _NO_LETTERS:
        raise ArtifactError(f"resvg finds no font: install {_FONT_PACKAGE}, or a font of the system")
    if ran.status != 0 or not ran.output:
        lines = ran.errors.strip().splitlines()
        raise ArtifactError(f"resvg failed with exit status {ran.status}: {lines[-1] if lines else 'it says nothing'}")
    return ran.output


def font_options() -> dict[str, Any]:
    """Where resvg finds letters."""
    try:
        found = [file for file in files(_FONT_PACKAGE) or () if file.name in _FONT_FILES]
    except PackageNotFoundError:
        found = []
    family = _FONT if found else "DejaVu Sans"
    return {"font_files": sorted(str(file.locate()) for file in found), "sans_serif_family": family}


def _zoom(svg: str) -> float:
    root = fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    area = width * height
    zoom = min(_ZOOM, sqrt(_MOST_PIXELS / area), _LONGEST_SIDE / max(width, height))
    return zoom if zoom >= _READABLE else min(zoom, sqrt(_OVERVIEW_PIXELS / area))
