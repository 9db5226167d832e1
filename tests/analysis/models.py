"""Small models and libraries for tests, made in memory."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import Finding
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.tm import TM

FILE = "threatmodel_shop.py"
#: A user, a server and a store with a flow between each two of them.
SHOP = """\
tm = TM("Shop")
user = Actor("User")
web = Server("Web Server")
db = Datastore("Database")
order = Dataflow(user, web, "Place order")
query = Dataflow(web, db, "Insert order")
"""

WORDS: dict[str, Any] = {kind.__name__: kind for kind in KINDS} | ENUMS
WORDS |= {"TM": TM, "Assumption": Assumption, "Finding": Finding}


def model_of(source: str, library: Library | None = None, file: str = FILE) -> Model:
    """The model that a file with this text describes, checked and completed."""
    load = Load(file, library.vocabulary.declared if library is not None else None)
    with loading(load):
        exec(compile(source, file, "exec"), {"__name__": "a_model", **WORDS})
        load.models[0].check()
    return load.models[0]


def threat(condition: str, id: str = "T1", *, targets: tuple[str, ...] = ("Dataflow",), **values: Any) -> Threat:
    """A threat as a plugin builds it."""
    values = {"pack": "own", "title": "Something happens", "severity": "high", "origin": "own.toml:7", **values}
    return Threat(id=id, targets=targets, condition=condition, **values)


def library_of(*threats: Threat, fields: tuple[DeclaredField, ...] = ()) -> Library:
    """A library of one pack."""
    return Library([Pack(name="own", title="Own", threats=threats, fields=fields, origin="own.toml")])


def verdicts_of(source: str, *threats: Threat, fields: tuple[DeclaredField, ...] = ()) -> Verdicts:
    """The verdicts of a model under some threats."""
    library = library_of(*threats, fields=fields)
    return evaluate(model_of(source, library), library)


def found(verdicts: Verdicts) -> dict[tuple[str, str], Verdict]:
    """(threat id, label) -> verdict."""
    return {(row.rules[column].threat.id, row.label): row.verdicts[column] for row, column in verdicts.pairs()}


def row_of(verdicts: Verdicts, label: str) -> Row:
    """The row of an element that has one."""
    row = verdicts.row(label)
    assert row is not None
    return row


def verdict(source: str, condition: str, label: str = "Place order", **values: Any) -> Verdict:
    """The verdict of one threat on one element."""
    return row_of(verdicts_of(source, threat(condition, **values)), label).verdicts[0]


def explanation(source: str, condition: str, label: str = "Place order", **values: Any) -> Explanation:
    """Why one threat has its verdict on one element."""
    verdicts = verdicts_of(source, threat(condition, **values))
    return explain(verdicts, row_of(verdicts, label), 0)


def text(source: str, condition: str, label: str = "Place order", **values: Any) -> str:
    """The same as people read it."""
    return "\n".join(explanation_lines(explanation(source, condition, label, **values)))
