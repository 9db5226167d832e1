"""Open Threat Model: what its parts become, and what is told of the rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.otm_facts import ROWS
from pytest_threatmodel.importers.otm_types import kind_of
from pytest_threatmodel.importers.otm_types import type_of
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.model import Model
from tests.importers.files import DATA
from tests.importers.files import SMALL
from tests.importers.files import imported
from tests.importers.files import small
from tests.importers.files import write_json


@pytest.fixture(scope="module")
def clinic() -> Model:
    return imported(DATA / "clinic.otm.yaml")


def boundary(model: Model, name: str) -> str | None:
    found = model[name].inBoundary
    return None if found is None else found.name


def fault(folder: Path, document: object) -> str:
    with pytest.raises(ImportFault) as caught:
        imported(write_json(folder, document))
    return str(caught.value)


def test_the_project_is_the_model(clinic: Model) -> None:
    assert (clinic.name, clinic.description) == ("Clinic", "Appointments of patients")


def test_trust_zones_are_boundaries_inside_each_other(clinic: Model) -> None:
    assert [each.name for each in clinic.boundaries] == ["House", "Ward", "Outside", "Desk (parts)", "Ward network"]
    assert boundary(clinic, "Ward") == "House"
    assert clinic["House"].description == "All that stands in the building (trust rating 50)"


def test_components_are_elements_of_the_kind_of_their_type(clinic: Model) -> None:
    kinds = {each.name: each.kind() for each in (*clinic.assets, *clinic.actors)}
    assert kinds == {
        "Patient": "Actor",
        "Patient portal": "Server",
        "Desk": "Process",
        "Printer": "Process",
        "Files": "Datastore",
    }
    assert clinic["Patient portal"].description == "(tags: nginx, public)"


def test_a_component_that_holds_others_is_a_boundary_or_has_one(clinic: Model) -> None:
    """A network is nothing but what is around others; a pod is a part of the system as well."""
    assert boundary(clinic, "Files") == "Ward network"
    assert boundary(clinic, "Printer") == boundary(clinic, "Desk") == "Desk (parts)"
    assert boundary(clinic, "Desk (parts)") == boundary(clinic, "Ward network") == "Ward"


def test_a_flow_in_both_directions_is_a_request_and_its_response(clinic: Model) -> None:
    back = clinic["Book (response)"]
    assert isinstance(back, Dataflow)
    assert (back.source.name, back.sink.name) == ("Patient portal", "Patient")
    assert back.responseTo is clinic["Book"]
    assert [each.name for each in back.data] == ["Opening hours"]


def test_a_flow_may_begin_at_a_network(clinic: Model) -> None:
    flow = clinic["Any to desk"]
    assert isinstance(flow, Dataflow)
    assert flow.source is clinic["Ward network"]


def test_assets_are_data_classified_by_confidentiality(clinic: Model) -> None:
    record, hours = clinic.data
    assert (record.classification, hours.classification) == (Classification.SECRET, Classification.PUBLIC)
    assert record.isStored
    assert {each.name for each in record.processedBy} == {"Patient portal", "Files"}


@pytest.mark.parametrize(
    ("figure", "classification"),
    [(0, "PUBLIC"), (12, "PUBLIC"), (20, "RESTRICTED"), (50, "SENSITIVE"), (75.5, "SECRET"), (100, "TOP_SECRET")],
)
def test_classes_are_steps_of_25(tmp_path: Path, figure: float, classification: str) -> None:
    asset = {"id": "a", "name": "A", "risk": {"confidentiality": figure, "integrity": 0, "availability": 0}}
    model = imported(write_json(tmp_path, small(assets=[asset], dataflows=[])))
    assert model.data[0].classification is Classification[classification]


def test_threat_instances_keep_state_and_mitigations(clinic: Model) -> None:
    assert clinic.imported is not None
    told = [(each.element.name, each.title, each.status, each.reason) for each in clinic.imported.threats]
    assert told == [
        (
            "Patient portal",
            "Script in a page",
            "accepted",
            "Encode output (implemented) (Mitigated, says clinic.otm.yaml)",
        ),
        ("Patient portal", "Something odd", None, "wished away, says clinic.otm.yaml"),
        ("Look up", "DATA FLOW: Sniffing!", "accepted", "accepted, says clinic.otm.yaml"),
    ]
    assert clinic.imported.threats[0].cwe == {79}


def test_what_is_not_understood_or_read_is_told(clinic: Model) -> None:
    assert clinic.imported is not None
    assert set(clinic.imported.notices) == {
        "/components/3: type 'label-printer' is not known, taken as Process",
        "/components/1/threats/1/state: state 'wished away' is not understood, taken as open",
        "/project/owner is not read",
        "/assets/*/risk/integrity is not read (2 times)",
        "/assets/*/risk/availability is not read (2 times)",
        "/threats/*/risk is not read (3 times)",
        "/mitigations/*/riskReduction is not read",
    }


def test_many_components_of_one_unknown_type_are_one_notice(tmp_path: Path) -> None:
    parts = [{"id": f"c{n}", "name": "C", "type": "gadget", "parent": {"trustZone": "zone"}} for n in range(3)]
    model = imported(write_json(tmp_path, small(components=parts, dataflows=[])))
    assert model.imported is not None
    assert model.imported.notices[0] == "/components/0: type 'gadget' is not known, taken as Process (3 components)"


def test_a_holder_of_an_unknown_type_is_a_boundary(tmp_path: Path) -> None:
    parts = [
        {"id": "shelf", "name": "Shelf", "type": "gadget", "parent": {"trustZone": "zone"}},
        {"id": "book", "name": "Book", "type": "server", "parent": {"component": "shelf"}},
    ]
    model = imported(write_json(tmp_path, small(components=parts, dataflows=[])))
    assert boundary(model, "Book") == "Shelf"
    assert model["Shelf"].kind() == "Boundary"


def test_json_and_yaml_give_the_same(tmp_path: Path) -> None:
    import yaml

    document = yaml.safe_load((DATA / "clinic.otm.yaml").read_text(encoding="utf-8"))
    models = [imported(DATA / "clinic.otm.yaml"), imported(write_json(tmp_path, document))]
    told = [[(repr(each), set(each.facts.given), each.description) for each in model.elements] for model in models]
    assert told[0] == told[1]


def test_json_needs_no_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert imported(write_json(tmp_path, SMALL)).name == "Small"


def test_version_0_1_is_read_and_others_are_refused(tmp_path: Path) -> None:
    assert imported(write_json(tmp_path, small(otmVersion="0.1.0"))).name == "Small"
    for version in ("1.0.0", "0.3.0", "0.20", "0.2.x", "next"):
        assert f"/otmVersion: version '{version}' is not known, expected 0.1 or 0.2" in fault(
            tmp_path, small(otmVersion=version)
        )


def test_null_and_missing_lists_are_empty(tmp_path: Path) -> None:
    document = {"otmVersion": 0.2, "project": {"name": "N", "id": 7}, "components": None, "trustZones": [None]}
    assert imported(write_json(tmp_path, document)).elements == []


def changed(place: str, value: object) -> dict[str, Any]:
    """The small document with another value at a JSON pointer."""
    document = small()
    node: Any = document
    *steps, last = place.strip("/").split("/")
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(last) if isinstance(node, list) else last] = value
    return document


INSTANCE = {"threat": "t", "state": "open"}


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("/project", None, "/project: 'name' is missing or empty, expected text"),
        ("/project/name", " ", "/project: 'name' is missing or empty"),
        ("/project", [], "/project: expected a mapping, got []"),
        ("/components", {"a": 1}, "/components: expected a list, got {'a': 1}"),
        ("/components/0", "web", "/components/0: expected a mapping, got 'web'"),
        ("/components/0/id", None, "/components/0: 'id' is missing or empty"),
        ("/components/0/name", ["x"], "/components/0/name: expected text, got ['x']"),
        ("/components/0/id", True, "/components/0/id: expected text, got True"),
        ("/components/0/tags", [{}], "/components/0/tags: expected a list of text, got {}"),
        ("/components/1/id", "web", "/components/1: the id 'web' stands at /components/0 as well"),
        ("/components/0/parent", "zone", "/components/0/parent: expected a mapping, got 'zone'"),
        (
            "/components/0/parent",
            {"trustZone": "zonne"},
            "/components/0/parent/trustZone: there is no trustZone with the id 'zonne'; did you mean 'zone'?",
        ),
        (
            "/components/0/parent",
            {"component": "dbb"},
            "/components/0/parent/component: there is no component with the id 'dbb'; did you mean 'db'?",
        ),
        (
            "/components/0/parent",
            {"component": "db", "trustZone": "zone"},
            "/components/0/parent: names a trustZone and a component, expected one of them",
        ),
        ("/components/0/parent", {"component": "web"}, "boundaries are inside themselves: 'Web (parts)' in 'Web (pa"),
        ("/components/0/threats", [{"state": "open"}], "/components/0/threats/0: 'threat' is missing or empty"),
        (
            "/components/0/threats",
            [{"threat": "tt", "state": "open"}],
            "/components/0/threats/0/threat: there is no threat with the id 'tt'; did you mean 't'?",
        ),
        (
            "/components/0/threats",
            [{**INSTANCE, "mitigations": [{"mitigation": "m"}]}],
            "/components/0/threats/0/mitigations/0/mitigation: there is no mitigation with the id 'm'",
        ),
        (
            "/components/0/threats",
            [{**INSTANCE, "attributes": {"pytest-threatmodel": {"until": "soon"}}}],
            "/until: 'soon' is no date, expected \"YYYY-MM-DD\"",
        ),
        (
            "/trustZones/0/risk/trustRating",
            101,
            "/trustZones/0/risk/trustRating: expected a number from 0 to 100, got 1",
        ),
        ("/trustZones/0/risk/trustRating", "high", "/trustZones/0/risk/trustRating: expected a number, got 'high'"),
        ("/assets/0/risk/confidentiality", -1, "/assets/0/risk/confidentiality: expected a number from 0 to 100"),
        ("/dataflows/0/destination", "dbb", "/dataflows/0: there is no element with the id 'dbb'; did you mean 'db'?"),
        ("/dataflows/0/source", None, "/dataflows/0: 'source' is missing or empty"),
        ("/dataflows/0/assets", ["nota"], "/dataflows/0: there is no data with the id 'nota'; did you mean 'note'?"),
        ("/dataflows/0/bidirectional", "yes", "/dataflows/0/bidirectional: expected true or false, got 'yes'"),
        ("/threats", [{"id": "t"}, {"id": "t"}], "/threats/1: the id 't' stands at /threats/0 as well"),
        (
            "/trustZones",
            [{"id": "zone", "name": "A"}, {"id": "zone", "name": "B"}],
            "/trustZones/1: the id 'zone' stands at /trustZones/0 as well",
        ),
        (
            "/trustZones",
            [
                {"id": "zone", "name": "A", "parent": {"trustZone": "b"}},
                {"id": "b", "name": "B", "parent": {"trustZone": "zone"}},
            ],
            "boundaries are inside themselves: 'A' in 'B' in 'A'",
        ),
    ],
)
def test_what_is_wrong_is_an_error_that_says_where(tmp_path: Path, place: str, value: object, told: str) -> None:
    assert told in fault(tmp_path, changed(place, value))


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS if kind.__name__ not in ("Dataflow", "Data")])
def test_every_kind_is_written_as_a_type_that_is_read_as_it(kind: str) -> None:
    assert kind_of(type_of(kind)) == kind


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("web-service", "Server"), ("Web_Service", "Server"), ("CD-S3", "Datastore"), ("vpc", "Boundary"), ("", None)],
)
def test_types_are_found_in_any_spelling(type_: str, kind: str | None) -> None:
    assert kind_of(type_) == kind


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Mitigated", "accepted"),
        ("false-positive", "accepted"),
        ("Transferred", "accepted"),
        ("Not Applicable", "excluded"),
        ("N/A", "excluded"),
        ("Open", "open"),
        ("partly-mitigated", "open"),
        ("in-progress", "open"),
        ("", "open"),
        ("--", "open"),
        ("done by Tuesday", None),
    ],
)
def test_states_are_read_conservatively(said: str, expected: str | None) -> None:
    assert state(said) == expected


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("Load Balancer", {"isProxy": True}),
        ("api_gateway", {"isProxy": True, "implementsAPI": True}),
        ("cloudfront", {"isProxy": True, "usesCache": True, "onAWS": True}),
        ("s3", {"type": DatastoreType.AWS_S3, "isSQL": False, "onAWS": True}),
        ("postgresql", {"type": DatastoreType.SQL, "isSQL": True}),
        ("redis", {"isSQL": False}),
        ("azure-function", {"onAWS": False}),
        ("kubernetes-pod", {"runsInContainer": True}),
        ("kubernetes-cluster", {"isCluster": True}),
        ("administrator", {"isAdmin": True}),
        ("service", {}),
    ],
)
def test_a_type_states_what_it_means(tmp_path: Path, type_: str, said: dict[str, object]) -> None:
    part = {"id": "it", "name": "It", "type": type_, "parent": {"trustZone": "zone"}}
    model = imported(write_json(tmp_path, small(components=[part], dataflows=[])))
    it = model["It"]
    assert {name: value for name, value in it.facts.given.items() if it.is_stated(name) and name in said} == said


def test_every_field_that_a_type_states_exists_on_its_kind() -> None:
    declared = load_library().vocabulary.declared
    for types, values in ROWS:
        for type_ in types.split():
            kind = next(each for each in KINDS if each.__name__ == kind_of(type_))
            known = {*kind.fields, *(name for each in kind.kinds() for name in declared.get(each, {}))}
            assert values.keys() <= known, type_
