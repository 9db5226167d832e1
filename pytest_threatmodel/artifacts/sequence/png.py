"""PNG of the sequence diagram: by the first program that can."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.sequence import plantuml_png
from pytest_threatmodel.artifacts.sequence import resvg
from pytest_threatmodel.artifacts.sequence.picture import picture
from pytest_threatmodel.artifacts.sequence.plantuml import plantuml

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.artifacts.sequence.messages import Diagram

_REMEDY: Final = "pip install pytest-threatmodel[png], or let the ini setting threatmodel_plantuml name PlantUML"
_PLANTUML: Final = "plantuml"


def drawn(diagram: Diagram, request: Request) -> bytes:
    """The diagram as PNG: by the PlantUML that is configured, else by resvg, else by a PlantUML that is found.

    Args:
        diagram: of a model.
        request: names PlantUML, says how long a program may take, and hears of those that fail.

    Raises:
        ArtifactError: there is no program, or all fail.
    """
    fault = ""
    for engine in _engines(diagram, request):
        if fault:
            request.warn(f"{fault}; another program is tried")
        try:
            return engine()
        except ArtifactError as error:
            fault = str(error)
    raise ArtifactError(f"{fault or 'nothing here makes a PNG of a sequence diagram'}; {_REMEDY}")


def _engines(diagram: Diagram, request: Request) -> Iterator[Callable[[], bytes]]:
    if request.plantuml:
        yield lambda: plantuml_png.drawn(plantuml(diagram), request.plantuml, request.seconds)
    if resvg.is_installed():
        yield lambda: resvg.rasterised(picture(diagram, None, resvg.FONTS), request)
    found = shutil.which(_PLANTUML)
    if found is not None and not request.plantuml:
        yield lambda: plantuml_png.drawn(plantuml(diagram), found, request.seconds)
