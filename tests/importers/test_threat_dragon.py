"""Threat Dragon's files, versions 1 and 2: cells, places, ticks, threats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.model.kinds import Datastore
from tests.importers.loaded import FILES
from tests.importers.loaded import SAMPLES
from tests.importers.loaded import decisions_of
from tests.importers.loaded import ends
from tests.importers.loaded import inside
from tests.importers.loaded import model_of
from tests.importers.loaded import named
from tests.importers.loaded import parsed
from tests.importers.loaded import stated
from tests.importers.loaded import threats_of

SAMPLE_FILES = SAMPLES / "threat-dragon"
needs_samples = pytest.mark.skipif(not SAMPLE_FILES.is_dir(), reason=f"no sample files in {SAMPLE_FILES}")


def box(id_: str, x: float, y: float, width: float, height: float, **more: Any) -> dict[str, Any]:
    size = {"width": width, "height": height}
    data = {"type": "tm.BoundaryBox", "name": id_}
    return {"id": id_, "shape": "trust-boundary-box", "position": {"x": x, "y": y}, "size": size, "data": data, **more}


def process(id_: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    size, data = {"width": 10, "height": 10}, {"type": "tm.Process", "name": id_}
    return {"id": id_, "shape": "process", "position": {"x": x, "y": y}, "size": size, "data": data, **more}


def written(folder: Path, *cells: dict[str, Any], **more: Any) -> Path:
    """A file of version 2 with one diagram."""
    diagrams = [{"id": 0, "title": "D", "diagramType": "STRIDE", "cells": list(cells)}]
    document = {"version": "2.0.0", "summary": {"title": "T"}, "detail": {"diagrams": diagrams}, **more}
    file = folder / "model.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_version_2_by_name() -> None:
    tm = model_of(FILES / "threat-dragon-2.json")
    assert (tm.name, tm.description) == ("Web shop", "Sells things.")
    kinds = [(type(element).__name__, element.name) for element in tm.elements if element not in tm.dataflows]
    assert kinds == [
        ("Boundary", "Cloud"),
        ("Boundary", "Private network"),
        ("Boundary", "Nowhere"),
        ("Actor", "Shop user"),
        ("Server", "Web site"),
        ("Process", "Worker"),
        ("Datastore", "Orders"),
        ("Actor", "Partner"),
        ("Actor", "Bank"),
        ("Datastore", "Cache"),
        ("Datastore", "Cache"),
        ("Data", "Credentials in Orders"),
    ]
    assert ends(tm) == [
        ("Shop user", "Web site", "Place order"),
        ("Web site", "Orders", "Web site to Orders"),
        ("Orders", "Web site", "Web site to Orders (response)"),
        ("Worker", "Partner", "Ship"),
        ("Web site", "Bank", "Pay"),
    ]


def test_a_box_has_what_its_inside_holds_the_middle_of() -> None:
    assert inside(model_of(FILES / "threat-dragon-2.json")) == {
        "Private network": "Cloud",
        "Web site": "Cloud",
        "Worker": "Private network",
        "Orders": "Private network",
        "Cache": "Cloud",
    }


def test_ticks_are_stated_and_boxes_without_a_tick_say_nothing() -> None:
    tm = model_of(FILES / "threat-dragon-2.json")
    orders = tm["Orders"]
    assert isinstance(orders, Datastore)
    said = stated(orders)
    assert (said.pop("inBoundary"), [data.name for data in said.pop("data")]) == (
        tm["Private network"],
        ["Credentials in Orders"],
    )
    assert said == {
        "storesLogData": True,
        "storesSensitiveData": True,
        "controls.isEncryptedAtRest": True,
        "controls.providesIntegrity": True,
    }
    assert stated(orders.data[0])["isCredentials"] is True
    assert set(stated(tm["Worker"])) == {"inBoundary"}


def test_protocols_and_encryption_of_flows() -> None:
    tm = model_of(FILES / "threat-dragon-2.json")
    order = tm.dataflows[0]
    assert (order.protocol, order.controls.isEncrypted) == ("HTTPS", True)
    assert (tm.dataflows[1].protocol, tm.dataflows[1].controls.stated()) == ("JDBC", {})


def test_a_flow_of_both_directions_has_a_response() -> None:
    query, answer = model_of(FILES / "threat-dragon-2.json").dataflows[1:3]
    assert (answer.isResponse, answer.responseTo, answer.protocol) == (True, query, "JDBC")


def test_what_is_out_of_scope_says_why() -> None:
    tm = model_of(FILES / "threat-dragon-2.json")
    partner, ship = tm["Partner"], tm["Ship"]
    assert (partner.inScope, partner.description, partner.scopeReason) == (False, "Ships parcels.", "their contract")
    assert (ship.inScope, ship.description, ship.scopeReason) == (False, "", "by post")


def test_decisions_of_version_2() -> None:
    found = decisions_of(model_of(FILES / "threat-dragon-2.json"))
    assert {pair: (each.status, each.reason) for pair, each in found.by_pair.items()} == {
        ("DS01", "Orders"): (
            "excluded",
            "Hashed by the supplier (NotApplicable, severity High, says threat-dragon-2.json)",
        ),
    }


def test_a_state_holds_for_threats_of_one_title_or_one_weakness() -> None:
    threats = {threat.title: threat for threat in parsed(FILES / "threat-dragon-2.json").decisions}
    assert {title: (each.status, each.cwe) for title, each in threats.items()} == {
        "Cross-site request forgery!": ("accepted", ()),
        "Out of memory": (None, (770,)),
        "Weak credential storage": ("excluded", ()),
        "Disk full": (None, ()),
        "Data flow sniffing": ("accepted", ()),
        "Eavesdropping (CWE-319)": ("accepted", (319,)),
    }


def test_what_cannot_be_mapped_is_told() -> None:
    assert parsed(FILES / "threat-dragon-2.json").unmapped == (
        "drawn in several diagrams, and taken for one: Cloud (2 times), Web site (2 times)",
        "no counterpart for privilegeLevel: Web site (root)",
        "no counterpart for storesInventory: Orders",
        "flows that do not end at an element on both sides are left out: To nobody (Web site -> a point)",
        "the status 'Whatever' is not understood: Disk full",
        "threats on what is left out: Lost on To nobody",
        "a trust boundary drawn as a curve has no inside: Office",
        "text on the drawing is not read: Draft",
        "cells of type 'tm.Cloud' are not known: AWS",
    )


def test_version_1() -> None:
    tm = model_of(FILES / "threat-dragon-1.json")
    assert [type(element).__name__ for element in tm.elements] == [
        "Actor",
        "Process",
        "Datastore",
        "Dataflow",
        "Dataflow",
    ]
    assert ends(tm) == [
        ("Browser", "Web Application", "Web Request"),
        ("Web Application", "Log", "Web Application to Log"),
    ]
    log, request = tm["Log"], tm["Web Request"]
    assert (log.inScope, log.scopeReason) == (False, "kept elsewhere")
    assert stated(request)["protocol"] == "HTTPS"
    found = decisions_of(tm)
    assert [(pair, each.reason) for pair, each in found.by_pair.items()] == [
        (("AA04", "Web Application"), "Checked on each request (Mitigated, severity High, says threat-dragon-1.json)")
    ]


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("NotApplicable", "excluded"),
        ("NA", "excluded"),
        ("Mitigated", "accepted"),
        ("Accepted", "accepted"),
        ("Transferred", "accepted"),
        ("Avoided", "accepted"),
        ("Eliminated", "accepted"),
        ("Open", None),
        ("", None),
    ],
)
def test_states(tmp_path: Path, status: str, ours: str | None) -> None:
    cell = process("p", 0, 0)
    cell["data"]["threats"] = [{"title": "X", "status": status, "severity": "Low"}]
    made = parsed(written(tmp_path, cell))
    assert [(threat.status, threat.said) for threat in made.decisions] == [(ours, f"{status or 'Open'}, severity Low")]
    assert made.unmapped == ()


def test_threats_beside_the_data_are_read_as_well(tmp_path: Path) -> None:
    cell = process("p", 0, 0, threats=[{"title": "Beside", "status": "Open"}])
    cell["data"]["threats"] = [{"title": "Within", "status": "Open"}]
    assert [threat.title for threat in parsed(written(tmp_path, cell)).decisions] == ["Within", "Beside"]


def test_of_boxes_of_one_size_the_later_is_inside(tmp_path: Path) -> None:
    tm = model_of(written(tmp_path, box("first", 0, 0, 50, 50), box("second", 0, 0, 50, 50), process("p", 20, 20)))
    assert inside(tm) == {"second": "first", "p": "second"}


def test_overlapping_boxes_are_told(tmp_path: Path) -> None:
    file = written(tmp_path, box("wide", 0, 0, 100, 50), box("high", 40, 0, 20, 90), process("p", 45, 20))
    assert inside(model_of(file)) == {"p": "high"}
    assert parsed(file).unmapped == ("drawn in trust boundaries that overlap: p (in high, taken; and in wide)",)


def test_a_list_of_cells_wins_over_the_drawing(tmp_path: Path) -> None:
    listing = box("listing", 0, 0, 100, 100)
    listing["data"]["containedElements"] = ["far", "gone"]
    file = written(tmp_path, listing, process("near", 10, 10), process("far", 500, 500))
    assert inside(model_of(file)) == {"far": "listing"}
    assert parsed(file).unmapped == ("a trust boundary holds a cell that is not in the diagram: listing holds gone",)


def test_a_parent_wins_over_the_drawing(tmp_path: Path) -> None:
    file = written(tmp_path, box("a", 0, 0, 100, 100), box("b", 500, 0, 9, 9), process("p", 10, 10, parent="b"))
    assert inside(model_of(file)) == {"p": "b"}


def test_a_flow_may_end_at_a_boundary(tmp_path: Path) -> None:
    flow = {"id": "f", "shape": "flow", "source": {"cell": "p"}, "target": {"cell": "a"}, "data": {"type": "tm.Flow"}}
    assert ends(model_of(written(tmp_path, box("a", 500, 0, 9, 9), process("p", 0, 0), flow))) == [("p", "a", "p to a")]


def test_boxes_that_list_each_other_are_refused(tmp_path: Path) -> None:
    left, right = box("left", 0, 0, 9, 9), box("right", 50, 0, 9, 9)
    left["data"]["containedElements"], right["data"]["containedElements"] = ["right"], ["left"]
    with pytest.raises(
        ImportFault, match=r"model\.json: /detail/diagrams/0/cells/\d: boundaries are inside themselves"
    ):
        model_of(written(tmp_path, left, right))


def faulty(**more: Any) -> dict[str, Any]:
    return {"id": "f", "shape": "flow", "source": {"cell": "p"}, "target": {"cell": "p"}, "data": {}, **more}


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            [process("p", 0, 0), process("p", 1, 1)],
            "/cells/1/id: the id 'p' stands at /detail/diagrams/0/cells/0 as well",
        ),
        ([{"shape": "process"}], "/cells/0: 'id' is missing or empty, expected text"),
        (
            [process("p", 0, 0), faulty(target={"cell": "q"})],
            "/cells/1: the flow '' ends at the cell 'q', which is not in its diagram",
        ),
        ([process("p", 0, 0, data=[])], "/cells/0/data: expected a mapping, got []"),
        ([process("p", 1e300, 0)], "/position/x: x is 1e+300, expected a place on a drawing"),
        ([process("p", "left", 0)], "/position/x: expected a number, got 'left'"),  # type: ignore[arg-type]  # the point
        (["p"], "/cells/0: expected a mapping, got 'p'"),
        ([process("p", 0, 0, data={"type": "tm.Process", "outOfScope": "no"})], "expected true or false, got 'no'"),
    ],
)
def test_bad_cells_are_named(tmp_path: Path, cells: list[Any], message: str) -> None:
    with pytest.raises(ImportFault) as error:
        read_model(written(tmp_path, *cells))
    assert message in str(error.value)
    assert str(error.value).startswith("model.json: /detail/diagrams/0/cells/")


def test_too_many_boxes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match="there are 101 trust boundaries in one diagram, expected at most 100"):
        read_model(written(tmp_path, *(box(f"b{number}", 0, 0, 9, 9) for number in range(101))))


def test_other_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ImportFault, match=r"version: this is version '3\.1' of Threat Dragon's format, expected 1 or 2"
    ):
        read_model(written(tmp_path, version="3.1"))


@needs_samples
@pytest.mark.parametrize(
    ("file", "elements", "flows", "boundaries", "threats"),
    [
        ("empty-v2.json", 0, 0, 0, 0),
        ("generic-cms.json", 5, 6, 1, 0),
        ("payment-online.json", 5, 11, 3, 0),
        ("three-tier-web-app.json", 3, 4, 2, 2),
        ("v1-demo.json", 7, 10, 0, 14),
    ],
)
def test_samples_by_number(file: str, elements: int, flows: int, boundaries: int, threats: int) -> None:
    made = parsed(SAMPLE_FILES / file)
    numbers = (len(made.elements), len(made.flows), len(made.boundaries), len(made.decisions))
    assert numbers == (elements, flows, boundaries, threats)
    assert not [line for line in made.unmapped if "is not read" in line and not line.startswith("text on")]
    assert model_of(SAMPLE_FILES / file).name == made.name


@needs_samples
def test_samples_by_name() -> None:
    cms, payment = model_of(SAMPLE_FILES / "generic-cms.json"), model_of(SAMPLE_FILES / "payment-online.json")
    assert inside(cms) == {"Databse": "Internet", "Web server": "Internet"}
    assert ("Admin", "Databse", "Unsecured mySQL connection") in ends(cms)
    assert inside(payment) == {
        "Customer Client": "Customer / Internet",
        "Merchant Web Server": "Merchant / Web",
        "Stripe API service": "Stripe / Web",
        "Stripe Payment Service": "Stripe / Web",
    }
    demo = model_of(SAMPLE_FILES / "v1-demo.json")
    assert named(demo, "Web Request").protocol == "HTTPS"
    assert [flow.name for flow in demo.dataflows if not flow.inScope] == ["Read web app config", "Read worker config"]
    assert {data.name for data in named(demo, "Worker Config").data} == {"Credentials in Worker Config"}
    assert [threat.title for threat in threats_of(demo) if threat.status == "accepted"] == [
        "Unauthorised access",
        "Fake messages could be placed on the queue",
        "Data flow should use HTTP/S",
        "Data flow should use HTTP/S",
    ]


@pytest.mark.parametrize(
    ("shape", "kind"),
    [("actor", "Actor"), ("process", "Process"), ("store", "Datastore"), ("trust-boundary-box", "Boundary")],
)
def test_the_shape_tells_what_a_cell_is_where_no_type_does(tmp_path: Path, shape: str, kind: str) -> None:
    cell = process("Thing", 0, 0, shape=shape, data={"name": "Thing"})
    made = parsed(written(tmp_path, cell, version=None))
    assert [(each.kind, each.name) for each in (*made.elements, *made.boundaries)] == [(kind, "Thing")]


@pytest.mark.parametrize("shape", ["trust-boundary-curve", "trust-broundary-curve", "trust-boundary"])
def test_curves_hold_nothing(tmp_path: Path, shape: str) -> None:
    curve = {
        "id": "c",
        "shape": shape,
        "source": {"x": 0, "y": 0},
        "target": {"x": 9, "y": 9},
        "data": {"name": "Line"},
    }
    assert parsed(written(tmp_path, curve)).unmapped == ("a trust boundary drawn as a curve has no inside: Line",)


def test_names_that_stand_twice_in_one_diagram_are_two_elements_everywhere(tmp_path: Path) -> None:
    first = {"id": 0, "cells": [process("a", 0, 0), process("b", 0, 0, data={"type": "tm.Process", "name": "a"})]}
    second = {"id": 1, "cells": [process("a", 0, 0)]}
    file = written(tmp_path, detail={"diagrams": [first, second]})
    assert [element.id for element in parsed(file).elements] == ["0/a", "0/b", "1/a"]


def test_another_boundary_in_each_diagram_is_told(tmp_path: Path) -> None:
    first = {"id": 0, "cells": [box("left", 0, 0, 50, 50), process("p", 10, 10)]}
    second = {"id": 1, "cells": [box("right", 0, 0, 50, 50), process("p", 10, 10)]}
    file = written(tmp_path, detail={"diagrams": [first, second]})
    assert inside(model_of(file)) == {"p": "left"}
    assert parsed(file).unmapped == (
        "drawn in several diagrams, and taken for one: p (2 times)",
        "in another trust boundary in each diagram; the first counts: p",
    )


def test_what_people_pay_with_and_reach_from_the_internet_is_a_fact() -> None:
    site = stated(named(model_of(FILES / "threat-dragon-2.json"), "Web site"))
    assert site["isInternetFacing"] is True
    assert site["hasOneTimeActions"] is True


def test_an_actor_that_proves_who_it_is_does_so_on_its_flows() -> None:
    flows = {flow.name: dict(flow.values) for flow in parsed(FILES / "threat-dragon-2.json").flows}
    assert flows["Place order"]["controls.authenticatesSource"] is True
    assert "controls.authenticatesSource" not in flows["Pay"]
