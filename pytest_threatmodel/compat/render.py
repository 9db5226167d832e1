"""What `tm.dfd()`, `tm.seq()` and `tm.report()` give: artifacts of the model as it is when they are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.compat.library import library_of
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import caller

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Group
    from pytest_threatmodel.compat.pytm_file import PytmFile
    from pytest_threatmodel.snapshot.shape import Snapshot


def dfd(model: Model, pytm: PytmFile, levels: Iterable[int] | None = None) -> str:
    """The data-flow diagram in Graphviz's language, of some levels of detail or of all."""
    return _drawn(model, pytm, "dfd", "dot", frozenset(levels) if levels else None)


def seq(model: Model, pytm: PytmFile) -> str:
    """The sequence diagram in PlantUML's language."""
    return _drawn(model, pytm, "seq", "puml", None)


def report(model: Model, pytm: PytmFile, template: str) -> str:
    """What a template makes of the model.

    Raises:
        ModelError: the template cannot be read or has a mistake.
    """
    from importlib import import_module

    from pytest_threatmodel.artifacts.format import ArtifactError
    from pytest_threatmodel.artifacts.format import Request

    render = import_module("pytest_threatmodel.artifacts.templates.render")
    try:
        text: str = render.render_file(_found(template, model), _snapshot(model, pytm), Request())
    except ArtifactError as error:
        raise ModelError(f"report(): {error}", place=caller()) from None
    return text


def _found(template: str, model: Model) -> Path:
    """A template as pytm finds it, from where the run was started, or from the model's folder."""
    path = Path(template)
    beside = Path(model.place.file).parent / path
    return beside if not path.is_file() and beside.is_file() else path


def _drawn(model: Model, pytm: PytmFile, group: Group, name: str, levels: frozenset[int] | None) -> str:
    from pytest_threatmodel.artifacts.format import Request
    from pytest_threatmodel.artifacts.formats import available
    from pytest_threatmodel.artifacts.formats import choose

    drawn = choose(available(), group, [name])[0].render(_snapshot(model, pytm), Request(levels=levels))
    return drawn if isinstance(drawn, str) else drawn.decode()


def _snapshot(model: Model, pytm: PytmFile) -> Snapshot:
    from pytest_threatmodel.snapshot.build import Circumstances
    from pytest_threatmodel.snapshot.build import snapshot
    from pytest_threatmodel.snapshot.run import describe_run

    model.check()
    today, file = datetime.now(UTC).date(), Path(model.place.file)
    verdicts = evaluate(model, library_of(model, pytm))
    about = Circumstances(file.parent, file.name, today, describe_run(file.parent, "info", today))
    return snapshot(verdicts, decide(verdicts, (), Ground(today), str(file)), about)
