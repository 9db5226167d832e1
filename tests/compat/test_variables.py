"""`var*`: fields of kinds of the file's own, with pytm's arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.model.loading import LoadError

from .conftest import value_of

if TYPE_CHECKING:
    from .conftest import LoadPytm

#: The class, a value that it takes, what is kept of it, and a value that it refuses.
CASES = [
    ("varString", "'x'", "'x'", "3"),
    ("varStrings", "['x', 'y']", "('x', 'y')", "3"),
    ("varBool", "True", "True", "'x'"),
    ("varInt", "7", "7", "'x'"),
    ("varInts", "[1, 2]", "frozenset({1, 2})", "['x']"),
    ("varBoundary", "zone", "zone", "web"),
    ("varElement", "web", "web", "'x'"),
    ("varElements", "[web, zone]", "(web, zone)", "['x']"),
    ("varData", "[data]", "(data,)", "[web]"),
    ("varAction", "Action.IGNORE", "Action.IGNORE", "3"),
    ("varClassification", "Classification.SECRET", "Classification.SECRET", "3"),
    ("varLifetime", "Lifetime.SHORT", "Lifetime.SHORT", "3"),
    ("varDatastoreType", "DatastoreType.SQL", "DatastoreType.SQL", "3"),
    ("varTLSVersion", "TLSVersion.TLSv12", "TLSVersion.TLSv12", "3"),
]
START = """
from pytm import *
from pytm.pytm import {kind}

class Own(Server):
    field = {kind}({default}, doc="d")

tm = TM("T")
web, zone, data = Server("Web"), Boundary("Zone"), Data("Data")
own = Own("Own")
default = own.field
"""


@pytest.mark.parametrize(("kind", "value", "kept", "wrong"), CASES)
def test_a_field_takes_values_of_its_type(load_pytm: LoadPytm, kind: str, value: str, kept: str, wrong: str) -> None:
    start = START.format(kind=kind, default="None")
    load_pytm(
        start + f"own.field = {value}\nassert own.field == {kept}\nassert Own('B', field={value}).field == {kept}\n"
    )
    with pytest.raises(LoadError, match=r"field = .* is not accepted"):
        load_pytm(start + f"own.field = {wrong}\n")


@pytest.mark.parametrize("kind", ["var", "varFindings", "varAssumptions", "varAssumption", "varControls"])
def test_others_keep_what_they_get(load_pytm: LoadPytm, kind: str) -> None:
    text = START.format(kind=kind, default="'none'") + "own.field = thing = {'a': [1]}\nassert own.field is thing\n"
    assert value_of(load_pytm(text), "default") == "none"


def test_the_default_counts_until_somebody_states_a_value(load_pytm: LoadPytm) -> None:
    assert value_of(load_pytm(START.format(kind="varInts", default="[1]")), "default") == {1}
    assert value_of(load_pytm(START.format(kind="varString", default="'x', required=True")), "default") == "x"


def test_a_field_may_be_stated_again_and_is_watched(load_pytm: LoadPytm) -> None:
    text = """
from pytm import TM, Server
from pytm.pytm import var, varInt

seen = []

class Own(Server):
    field = varInt(0, onSet=lambda element, value: seen.append((element.name, value)))

tm = TM("T")
own = Own("Own")
own.field = 1
own.field = 2
assert own.field == 2 and isinstance(Own.field, var)
"""
    assert value_of(load_pytm(text), "seen") == [("Own", 1), ("Own", 2)]


def test_threats_read_the_field_on_kinds_that_have_it(load_pytm: LoadPytm) -> None:
    text = START.format(kind="varElement", default="None") + "own.field = web\nOwn('Other')\n"
    text += (
        "TM._threats.append(Threat(SID='OWN', target='Own', condition='target.field.controls.isHardened is False'))\n"
    )
    assert [pair for pair in load_pytm(text).findings if pair.startswith("OWN")] == ["OWN[Own]"]
