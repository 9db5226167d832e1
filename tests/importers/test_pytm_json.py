"""pytm's JSON: what its load() takes, and what its --json writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.model.kinds import Dataflow
from tests.importers.loaded import FILES
from tests.importers.loaded import decisions_of
from tests.importers.loaded import ends
from tests.importers.loaded import inside
from tests.importers.loaded import model_of
from tests.importers.loaded import named
from tests.importers.loaded import parsed
from tests.importers.loaded import stated

SMALL: dict[str, Any] = {
    "name": "Small",
    "boundaries": [{"name": "Inside"}],
    "elements": [
        {"__class__": "Actor", "name": "User"},
        {"__class__": "Server", "name": "Web", "inBoundary": "Inside"},
    ],
    "flows": [{"name": "Ask", "source": "User", "sink": "Web"}],
}


def written(folder: Path, **more: Any) -> Path:
    file = folder / "model.json"
    file.write_text(json.dumps({**SMALL, **more}), encoding="utf-8")
    return file


def test_what_people_write_for_load() -> None:
    tm = model_of(FILES / "pytm.json")
    assert (tm.name, tm.description, tm.isOrdered) == ("Script shop", "Written by hand.", True)
    assert [(type(each).__name__, each.name) for each in tm.elements if not isinstance(each, Dataflow)] == [
        ("Boundary", "Internet"),
        ("Boundary", "Network"),
        ("Boundary", "DMZ"),
        ("Actor", "User"),
        ("Server", "Web"),
        ("Datastore", "DB"),
        ("Asset", "Thing"),
        ("Data", "Order"),
        ("Data", "Password"),
    ]
    assert inside(tm) == {"DMZ": "Network", "User": "Internet", "Web": "DMZ"}
    assert ends(tm) == [
        ("User", "Web", "Ask"),
        ("Web", "User", "Answer"),
        ("Web", "DB", "Look up"),
        ("DB", "Web", "Found"),
    ]


def test_values_are_as_a_model_file_states_them() -> None:
    tm = model_of(FILES / "pytm.json")
    said = stated(tm["Web"])
    del said["inBoundary"]
    assert {name: getattr(value, "name", value) for name, value in said.items()} == {
        "port": 443,
        "protocol": "HTTPS",
        "minTLSVersion": "TLSv12",
        "controls.isHardened": True,
        "controls.authenticationScheme": "OIDC",
        "controls.sanitizesInput": True,
    }
    password, order = named(tm, "Password"), named(tm, "Order")
    assert (password.classification.name, password.credentialsLife.name) == ("SECRET", "HARDCODED")
    assert (order.classification.name, order.isPII) == ("SENSITIVE", True)
    assert {data.name for data in named(tm, "Ask").data} == {"Order", "Password"}
    assert (tm["DB"].inScope, named(tm, "DB").isSQL, named(tm, "DB").type.name) == (False, False, "LDAP")


def test_responses_are_named_on_either_side() -> None:
    tm = model_of(FILES / "pytm.json")
    assert (named(tm, "Answer").responseTo, named(tm, "Found").responseTo) == (tm["Ask"], tm["Look up"])


def test_what_pytm_passes_over_is_told() -> None:
    assert list(parsed(FILES / "pytm.json").unmapped) == [
        "pytm passes over lifetime; taken as credentialsLife: Password",
        "pytm passes over sanitizesInput here; taken as controls.sanitizesInput: Web",
        "Server has no 'usesCahce'; did you mean 'usesCache'?: Web",
        "controls has no 'hardend'; did you mean 'isHardened'?: Web",
        "pytm passes over isSql; taken as isSQL: DB",
        "isEncrypted on a store is ambiguous, in transit or at rest, and not taken: DB",
        "threats that are excluded by pytm's ids: INP01",
    ]


def test_of_what_a_program_wrote_only_other_values_than_the_defaults_count() -> None:
    tm = model_of(FILES / "pytm-written.json")
    said = stated(tm["Web"])
    assert said == {
        "port": 443,
        "protocol": "HTTPS",
        "levels": frozenset({1, 2}),
        "OS": "Linux",
        "controls.isHardened": True,
    }
    assert set(stated(tm["User"])) == {"inBoundary"}
    assert {name for name in stated(tm["req"]) if name not in ("source", "sink")} == {
        "data",
        "dstPort",
        "protocol",
        "tlsVersion",
    }
    assert named(tm, "resp").responseTo is tm["req"]


def test_handled_findings_are_decisions() -> None:
    made = parsed(FILES / "pytm-written.json")
    assert [(each.title, each.element, each.status, each.cwe) for each in made.decisions] == [
        ("Server Not Hardened", "/elements/1", "accepted", ()),
        ("Data Leak", "/flows/0", "accepted", (319,)),
        ("Why", "/elements/1", None, ()),
        ("Server not hardened", "/elements/1", "excluded", ()),
    ]
    assert made.unmapped == (
        "overrides are not in the file, only that there are some: Web",
        "findings of which it is not clear what they are on: Who on Nobody",
        "the response 'perhaps later' is not understood: Why on Web",
    )
    found = decisions_of(model_of(FILES / "pytm-written.json"))
    assert not found.by_pair, "the server is hardened, and TLS 1.2 answers the leak"
    assert any("'Why' (open)" in notice for notice in found.notices)


def test_what_an_assumption_excludes_is_excluded(tmp_path: Path) -> None:
    assumption = {"name": "Rented", "exclude": "{'X'}", "description": "the provider hardens it"}
    excluded = [{"threat_id": "X", "description": "Server not hardened", "target": "Web", "assumption": assumption}]
    found = decisions_of(model_of(written(tmp_path, findings=[], excluded_findings=excluded)))
    assert {pair: (each.status, each.reason) for pair, each in found.by_pair.items()} == {
        ("HA01", "Web"): ("excluded", "Rented: the provider hardens it (X excluded, says model.json)")
    }


def test_a_finding_that_was_accepted_is_accepted(tmp_path: Path) -> None:
    findings = [{"threat_id": "X", "description": "Server not hardened", "target": "Web", "response": "accepted: old"}]
    found = decisions_of(model_of(written(tmp_path, findings=findings)))
    assert {pair: each.reason for pair, each in found.by_pair.items()} == {
        ("HA01", "Web"): "accepted: old (X handled, says model.json)"
    }


@pytest.mark.parametrize(("own", "pairs"), [({}, {("AC06", "Web")}), ({"threatsFile": "own.json"}, set())])
def test_findings_of_pytms_library_speak_of_their_counterparts(
    tmp_path: Path, own: dict[str, str], pairs: set[tuple[str, str]]
) -> None:
    """AC07 of pytm is AC06 of ours; in a library of the author's own, it is anything."""
    elements = [{"__class__": "Server", "name": "Web", "handlesResources": True}]
    findings = [{"threat_id": "AC07", "description": "Any title", "target": "Web", "response": "accepted: old"}]
    file = written(tmp_path, elements=elements, flows=[], findings=findings, **own)
    assert set(decisions_of(model_of(file)).by_pair) == pairs


def test_flows_of_one_name_are_told_apart_by_their_ends(tmp_path: Path) -> None:
    flows = [
        {"name": "Ask", "source": "User", "sink": "Web"},
        {"name": "Ask", "source": "Web", "sink": "Web"},
        {"name": "Tell", "source": "Web", "sink": "User", "responseTo": "Ask"},
    ]
    tm = model_of(written(tmp_path, flows=flows))
    assert tm.dataflows[2].responseTo is tm.dataflows[0]


def test_a_response_to_one_of_two_requests_is_told(tmp_path: Path) -> None:
    ask = {"name": "Ask", "source": "User", "sink": "Web"}
    tell = {"name": "Tell", "source": "Web", "sink": "User", "responseTo": "Ask", "isResponse": True}
    file = written(tmp_path, flows=[ask, ask, tell])
    assert parsed(file).unmapped == ("which flow it answers is not clear: Tell",)
    assert model_of(file).dataflows[2].isResponse


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "model.json: /: 'name' is missing or empty, expected text"),
        (
            {"elements": [{"__class__": "Sever", "name": "Web"}], "flows": []},
            "/elements/0/__class__: 'Sever' is no class",
        ),
        ({"elements": [{"name": " "}]}, "/elements/0: 'name' is missing or empty, expected text"),
        ({"flows": [{"name": "f", "source": "User"}]}, "/flows/0: 'sink' is missing or empty, expected text"),
        (
            {"flows": [{"name": "f", "source": "User", "sink": "Wep"}]},
            "/flows/0/sink: nothing under 'elements' has the name 'Wep'; did you mean 'Web'?",
        ),
        (
            {"elements": SMALL["elements"] * 2},
            "/flows/0/source: the name 'User' stands twice, at /elements/0 and /elements/2",
        ),
        ({"boundaries": [{"name": "Inside", "inBoundary": "Inside"}]}, "boundaries are inside themselves"),
        ({"boundaries": []}, "/elements/1/inBoundary: nothing under 'boundaries' has the name 'Inside'"),
        (
            {"data": [{"name": "d", "classification": "SECRE"}]},
            "/data/0/classification: 'SECRE' is not accepted, expected a Classification",
        ),
        ({"data": [{"name": "d", "classification": 9}]}, "/data/0/classification: 9 is not accepted"),
        (
            {"flows": [{"name": "f", "source": "User", "sink": "Web", "data": ["x"]}]},
            "/flows/0/data: nothing under 'data' has the name 'x'",
        ),
        (
            {
                "flows": [
                    {"name": "f", "source": "User", "sink": "Web", "responseTo": "g"},
                    {"name": "g", "source": "Web", "sink": "User", "responseTo": "f"},
                ]
            },
            "/flows: the flow 'f' answers a flow that answers it",
        ),
    ],
)
def test_bad_files_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ImportFault) as error:
        model_of(written(tmp_path, **changes))
    assert message in str(error.value)
