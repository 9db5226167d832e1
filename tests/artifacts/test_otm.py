"""The OTM report fits the schema, holds every finding with its state, and is read again as the same model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings

from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.otm import render
from pytest_threatmodel.importers.otm_threats import OURS
from pytest_threatmodel.importers.parsed import Parsed
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import Snapshot

SCHEMA = Path(__file__).resolve().parents[3] / "shared" / "samples" / "otm" / "schema-0.2.0.json"

#: Two elements of each name, in no boundary, a kind of its own, and a flow from a zone.
ODD = """
from pytest_threatmodel import *

class Kiosk(Server):
    hasPrinter: bool = False

tm = TM("Odd", isOrdered=True)
zone = Boundary("no boundary")
data = Data("Twin", classification="UNKNOWN")
first, second = Server("Twin"), Server("Twin", inBoundary=zone, inScope=False)
kiosk = Kiosk("Kiosk", hasPrinter=True, port=80, levels=[1, 2], sourceFiles=["a.py"])
kiosk.controls.authenticationScheme = "OIDC"
flow = Dataflow(zone, kiosk, "Twin", data=data, tlsVersion="TLSv12", inBoundary=zone)
Dataflow(kiosk, first, "Twin", response=Dataflow(first, kiosk, "Back"))
"""


def document(snapshot: Snapshot) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(render(snapshot, Request()))
    return made


def again(snapshot: Snapshot, folder: Path) -> Snapshot:
    """The snapshot of the model that the report becomes."""
    folder.joinpath("model.otm.json").write_text(render(snapshot, Request()), encoding="utf-8")
    return snapshot_of('from pytest_threatmodel import load\ntm = load("model.otm.json")\n', folder)


def elements(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The elements without what a new file changes: places, keys that keep second names apart, and own kinds."""
    found = []
    for element in snapshot["elements"]:
        values = {key: value for key, value in element["values"].items() if key not in ("key", "hasPrinter")}
        kept = ("label", "name", "description", "in_scope", "boundary", "controls", "sensitivity", "flow")
        values = {key: value for key, value in values.items() if value is not None}
        kind = "Server" if element["kind"] == "Kiosk" else element["kind"]
        found.append({**{key: element[key] for key in kept}, "values": values, "kind": kind})  # type: ignore[literal-required]
    return sorted(found, key=lambda element: element["label"])


def judged(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    return {pair["id"]: (pair["verdict"], pair["judged"]) for pair in snapshot["pairs"]}


MODELS = {
    "bank": bank,
    "hostile": hostile,
    "decided": lambda: built(DECIDED),
    "empty": lambda: built(EMPTY),
    "odd": lambda: built(ODD),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_reports_fit_the_schema(model: Callable[[], Snapshot]) -> None:
    """The schema's licence is another: it stands beside the repository, where it stands at all."""
    jsonschema = pytest.importorskip("jsonschema")
    if not SCHEMA.is_file():
        pytest.skip("the schema of OTM is not at hand")
    jsonschema.validate(document(model()), json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_ids_are_unique_and_references_name_something(model: Callable[[], Snapshot]) -> None:
    made = document(model())
    ids = {key: [each["id"] for each in made[key]] for key in ("trustZones", "components", "dataflows", "assets")}
    for found in ids.values():
        assert len(found) == len(set(found))
    assert {each["parent"]["trustZone"] for each in made["components"]} <= set(ids["trustZones"])
    ends = {end for flow in made["dataflows"] for end in (flow["source"], flow["destination"])}
    assert ends <= {*ids["components"], *ids["trustZones"]}
    known = {each["id"] for each in made["threats"]}
    assert {each["threat"] for part in parts(made) for each in part["threats"]} == known


def parts(made: dict[str, Any]) -> list[dict[str, Any]]:
    keys = ("trustZones", "components", "dataflows", "assets")
    return [part for key in keys for part in made[key] if "threats" in part]


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_finding_is_a_threat_instance(model: Callable[[], Snapshot]) -> None:
    snapshot = model()
    told = {(each["threat"], part["id"]) for part in parts(document(snapshot)) for each in part["threats"]}
    assert told == {(pair["threat"], pair["element"]) for pair in findings(snapshot)}


def states(made: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["threat"], part["id"]): each for part in parts(made) for each in part["threats"]}


def test_states_are_those_of_the_gate() -> None:
    found = states(document(bank()))
    assert found["DE01", "Look up"]["state"] == "exposed"
    assert found["DE01", "Transfer"]["state"] == "accepted"
    assert found["DE01", "Transfer"]["attributes"] == {
        OURS: {"reason": "being replaced", "owner": "payments", "until": "2027-06-30"}
    }
    assert found["LB03", "Mailer"]["state"] == "not-applicable"


def test_a_lapsed_acceptance_leaves_the_threat_exposed() -> None:
    """It fails the gate, and the file says the same."""
    snapshot = bank()
    for pair in snapshot["pairs"]:
        if pair["judged"] == "xfailed":
            pair["judged"] = "failed"
    instance = states(document(snapshot))["DE01", "Transfer"]
    assert instance["state"] == "exposed"
    assert "attributes" not in instance


def test_other_tools_find_types_risks_and_weaknesses_where_they_look() -> None:
    made = document(bank())
    assert {each["id"]: each["type"] for each in made["components"]}["Web Server"] == "server"
    card = next(each for each in made["assets"] if each["id"] == "Card number")
    assert card["risk"]["confidentiality"] == 75
    threat = next(each for each in made["threats"] if each["id"] == "DE01")
    assert (threat["cwes"], threat["categories"]) == (["CWE-319"], ["Information disclosure"])
    assert threat["risk"]["impact"] == 75
    assert made["project"]["name"] == "Bank"


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_report_is_read_again_as_the_same_model(model: Callable[[], Snapshot], tmp_path: Path) -> None:
    """With the same verdicts and decisions; only the order of the elements is another."""
    snapshot = model()
    read = again(snapshot, tmp_path)
    assert elements(read) == elements(snapshot)
    assert judged(read) == judged(snapshot)
    assert read["model"]["name"] == snapshot["model"]["name"]
    assert read["model"]["is_ordered"] == snapshot["model"]["is_ordered"]


def test_a_second_report_says_what_the_first_said(tmp_path: Path) -> None:
    """But for reasons, which tell that they were read."""
    read = again(bank(), tmp_path)
    first, second = (states(document(snapshot)) for snapshot in (bank(), read))
    assert {key: each["state"] for key, each in first.items()} == {key: each["state"] for key, each in second.items()}
    assert second["DE01", "Transfer"]["attributes"][OURS]["until"] == "2027-06-30"
    assert second["DE01", "Transfer"]["attributes"][OURS]["reason"] == "being replaced (accepted, says model.otm.json)"


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_an_own_report_leaves_nothing_unread(model: Callable[[], Snapshot], tmp_path: Path) -> None:
    from pytest_threatmodel.importers.formats import read_model

    path = tmp_path / "model.otm.json"
    path.write_text(render(model(), Request()), encoding="utf-8")
    parsed: Parsed = read_model(path)
    assert parsed.unmapped == ()


@given(names)
@settings(max_examples=25)
def test_any_name_comes_back(name: str) -> None:
    if not name.strip():
        return
    from tests.importers.files import imported_text

    snapshot = named(name)
    model = imported_text(render(snapshot, Request()))
    assert sorted(model.labels()) == sorted(element["label"] for element in snapshot["elements"])
