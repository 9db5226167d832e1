"""Models read from files of other tools, as the tests of importers look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.imported import ImportedDecisions
from pytest_threatmodel.decisions.imported import imported_decisions
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.imported import SourceThreat
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading
from pytest_threatmodel.tm import TM
from pytest_threatmodel.tm import load

#: Files of our own, one a rule or two.
FILES = Path(__file__).parents[1] / "data" / "importers"
#: Files of the tools themselves, which lie beside a checkout.
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def model_of(file: Path) -> TM:
    """The checked model that `load()` makes of a file."""
    with loading(Load()):
        tm = load(file.resolve())
        tm.check()
    return tm


def parsed(file: Path) -> Parsed:
    """What the importer of a file reads."""
    return read_model(file)


def decisions_of(tm: TM) -> ImportedDecisions:
    """What the file of a model decides about the threats of the shipped packs."""
    return imported_decisions(evaluate(tm, load_library()), frozenset())


def threats_of(tm: TM) -> tuple[SourceThreat, ...]:
    """The threats that the file of a model names."""
    assert tm.imported is not None
    return tm.imported.threats


def named(tm: TM, name: str) -> Any:
    """The element of this name, of whatever kind."""
    return tm[name]


def stated(element: Element) -> dict[str, Any]:
    """What the file states about an element, controls included, but for its name."""
    found = {name: value for name, value in element.facts.given.items() if element.is_stated(name) and name != "name"}
    return found | {f"controls.{name}": value for name, value in element.controls.stated().items()}


def inside(tm: TM) -> dict[str, str]:
    """Name of element or boundary -> name of the boundary around it."""
    return {each.name: each.inBoundary.name for each in tm.elements if each.inBoundary is not None}


def ends(tm: TM) -> list[tuple[str, str, str]]:
    """Source, sink and name of every flow, in their order."""
    return [(flow.source.name, flow.sink.name, flow.name) for flow in tm.dataflows]
