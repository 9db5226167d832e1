"""Elements from what an importer read: where they come from, what they state, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Server
from tests.importers.files import built

WEB = ParsedElement("w", "Web", "Server", "/elements/0")
DB = ParsedElement("d", "Store", "Datastore", "/elements/1")


def zone(id_: str, boundary: str | None = None) -> ParsedElement:
    return ParsedElement(id_, id_.upper(), "Boundary", f"/zones/{id_}", boundary)


def flow(**changes: Any) -> ParsedFlow:
    return ParsedFlow(**{"id": "f", "name": "Flow", "source": "w", "sink": "d", "place": "/flows/0", **changes})


def fault(parsed: Parsed) -> str:
    with pytest.raises(ImportFault) as caught:
        built(parsed)
    return str(caught.value)


def test_elements_know_the_place_in_the_file_and_join_in_a_fixed_order() -> None:
    """Boundaries, elements, data, flows: names that are the same are counted in this order."""
    parsed = Parsed("T", elements=(DB, WEB), flows=(flow(),), boundaries=(zone("a"),), data=(zone("data"),))
    model = built(parsed)
    assert [element.describe() for element in model.elements] == [
        'Boundary "A"',
        'Datastore "Store"',
        'Server "Web"',
        'Boundary "DATA"',
        'Dataflow "Flow"',
    ]
    assert model["Web"].imported_from == "model.json: /elements/0"
    assert Server("Own").imported_from == ""


def test_boundaries_around_others_are_made_first_whatever_their_order() -> None:
    model = built(Parsed("T", boundaries=(zone("c", "b"), zone("b", "a"), zone("x"), zone("a"))))
    assert [boundary.name for boundary in model.boundaries] == ["A", "B", "C", "X"]
    assert [boundary.name for boundary in model.boundaries[2].parents()] == ["B", "A"]


def test_only_what_the_file_states_is_stated() -> None:
    """The rest may be inherited, and does not count as said."""
    entry = ParsedElement("w", "Web", "Server", "", values={"port": 80, "controls.isHardened": True}, in_scope=False)
    web = built(Parsed("T", elements=(entry,)))["Web"]
    assert set(web.facts.origins) == {"name", "port", "inScope"}
    assert web.controls.stated() == {"isHardened": True}


def test_values_of_the_model_are_stated() -> None:
    assert built(Parsed("T", "What it is", {"isOrdered": True})).isOrdered is True


def test_an_element_without_a_name_has_its_id() -> None:
    assert built(Parsed("T", elements=(ParsedElement("w-1", " ", "Server", ""),))).elements[0].name == "w-1"


def test_data_is_where_it_is_handled_and_a_store_sends_what_it_holds() -> None:
    data = (ParsedElement("r", "Record", "Data", "/data/0"),)
    elements = tuple(ParsedElement(each.id, each.name, each.kind, each.place, data=("r",)) for each in (WEB, DB))
    model = built(Parsed("T", elements=elements, data=data, flows=(flow(source="d", sink="w"),)))
    [record] = model.data
    assert [element.name for element in record.processedBy] == ["Web", "Store"]
    [made] = model.dataflows
    assert made.data == (record,)
    assert "data" not in model["Web"].facts.given


def test_responses_may_stand_before_their_requests() -> None:
    answer = flow(id="a", name="Answer", source="d", sink="w", response_to="f")
    model = built(Parsed("T", elements=(WEB, DB), flows=(answer, flow())))
    response = model["Answer"]
    assert isinstance(response, Dataflow)
    assert response.isResponse
    assert response.responseTo is model["Flow"]


def test_an_end_of_a_flow_may_be_a_boundary_and_elements_come_first() -> None:
    zones = (zone("z"), zone("w"))
    model = built(Parsed("T", elements=(WEB, DB), boundaries=zones, flows=(flow(source="z", sink="w"),)))
    made = model["Flow"]
    assert isinstance(made, Dataflow)
    assert made.source.describe() == 'Boundary "Z"'
    assert made.sink.describe() == 'Server "Web"'


@pytest.mark.parametrize(
    ("parsed", "told"),
    [
        (
            Parsed("T", elements=(WEB, ParsedElement("w", "Other", "Server", "/elements/9"))),
            "model.json: /elements/9: the id 'w' stands at /elements/0 as well",
        ),
        (Parsed("T", boundaries=(zone("a"), zone("a"))), "/zones/a: the id 'a' stands at /zones/a as well"),
        (
            Parsed("T", boundaries=(zone("a", "b"), zone("b", "c"), zone("c", "a"))),
            "/zones/a: boundaries are inside themselves: 'A' in 'B' in 'C' in 'A'",
        ),
        (Parsed("T", boundaries=(zone("a", "a"),)), "boundaries are inside themselves: 'A' in 'A'"),
        (
            Parsed("T", boundaries=tuple(zone(f"z{n}", f"z{n + 1}" if n < 99 else None) for n in range(100))),
            "boundaries are nested too deeply, expected at most 64",
        ),
        (
            Parsed("T", boundaries=(zone("inner", "outter"), zone("outer"))),
            "/zones/inner: there is no boundary with the id 'outter'; did you mean 'outer'?",
        ),
        (
            Parsed("T", elements=(WEB, DB), flows=(flow(sink="x"),)),
            "model.json: /flows/0: there is no element with the id 'x'",
        ),
        (
            Parsed("T", elements=(WEB, DB), flows=(flow(data=("rec",)),), data=(zone("rec1"),)),
            "/flows/0: there is no data with the id 'rec'; did you mean 'rec1'?",
        ),
        (
            Parsed("T", elements=(WEB, DB), flows=(flow(response_to="g"),)),
            "/flows/0: there is no flow with the id 'g'",
        ),
        (
            Parsed("T", elements=(ParsedElement("w", "Web", "Sever", "/elements/0"),)),
            "/elements/0: there is no kind 'Sever'; did you mean 'Server'?",
        ),
        (
            Parsed("T", elements=(WEB,), decisions=(ParsedDecision("X", "flows", "w", "/t/0", "open"),)),
            "/t/0: there is no flow with the id 'w'",
        ),
    ],
)
def test_ids_that_name_nothing_or_stand_twice_are_refused(parsed: Parsed, told: str) -> None:
    assert told in fault(parsed)


def test_fields_that_are_not_there_are_told_and_left_out() -> None:
    """They may be those of a threat pack that is not loaded."""
    values = {"usesCach": True, "controls.isHardend": True, "inBoundary": None, "name": "x", "marks": ["x"]}
    model = built(Parsed("T", elements=(ParsedElement("w", "Web", "Server", "/e/0", values=values),)))
    assert model.imported is not None
    assert list(model.imported.notices[:2]) == [
        "/e/0: Server \"Web\" has no field 'usesCach', left out; did you mean 'usesCache'?",
        "/e/0: Server \"Web\" has no field 'controls.isHardend', left out; did you mean 'isHardened'?",
    ]
    assert len(model.imported.notices) == 5
    assert model["Web"].marks == []


def test_a_value_that_does_not_fit_is_an_error_at_its_place() -> None:
    parsed = Parsed("T", elements=(ParsedElement("w", "Web", "Server", "/e/0", values={"port": "many"}),))
    told = "model.json: /e/0: Server \"Web\": port = 'many' is not accepted, expected a whole number"
    assert fault(parsed) == told


def test_notices_are_single_lines_of_bounded_length() -> None:
    model = built(Parsed("T", unmapped=("a\nb\x1b", "x" * 10_000)))
    assert model.imported is not None
    assert model.imported.notices[0] == "a b\\x1b"
    assert len(model.imported.notices[1]) == 300


def test_threats_of_the_file_keep_their_words() -> None:
    decision = ParsedDecision("Ti\ntle", "elements", "w", "/t/0", "Mitigated", "accepted", (79,), "by a  filter", "me")
    model = built(Parsed("T", elements=(WEB,), decisions=(decision,)), Path("a\nb.json"))
    assert model.imported is not None
    [threat] = model.imported.threats
    assert threat.element is model["Web"]
    assert (threat.title, threat.reason) == ("Ti tle", "by a filter (Mitigated, says a b.json)")
    assert threat.origin == "a\\nb.json: /t/0"
    assert (threat.cwe, threat.status, threat.owner) == (frozenset({79}), "accepted", "me")
