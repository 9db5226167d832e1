"""What conditions say of records, in every form."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from pytest_threatmodel.library.condition import MISSING
from pytest_threatmodel.library.condition import UNSTATED
from pytest_threatmodel.library.condition import clauses
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import Lifetime
from tests.library.condition.records import Record
from tests.library.condition.records import bind
from tests.library.condition.records import built
from tests.library.condition.records import flow
from tests.library.condition.records import outcome

PII = Record("Data", isPII=True, name="address", classification=Classification.SECRET)
PLAIN = Record("Data", name="news", credentialsLife=Lifetime.LONG)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("target.protocol == 'HTTP'", True),
        ("target.protocol != 'HTTP'", False),
        ("not target.controls.isEncrypted", True),
        ("target.controls.isEncrypted is False and target.usesVPN is not True", True),
        ("target.dstPort in (80, 8080) and target.dstPort not in {443}", True),
        ("1 < target.dstPort <= 80 < 100", True),
        ("1 < target.dstPort < 80", False),
        ("target.srcPort == -1", True),
        ("target.tlsVersion < TLSVersion.TLSv12 and TLSVersion.TLSv10 > target.tlsVersion", True),
        ("target.tlsVersion >= target.sink.minTLSVersion", True),
        ("'TT' in target.protocol", True),
        ("0 in target.levels and 3 not in target.levels", True),
        ("any(level > 0 for level in target.levels)", False),
        ("any(d.isPII for d in target.data)", True),
        ("all(d.isPII for d in target.data)", False),
        ("any(d.credentialsLife in (Lifetime.LONG, Lifetime.MANUAL) for d in target.data)", True),
        ("any(d.isStored for d in target.data if d.isPII if d.name != 'x')", False),
        ("sum(1 for d in target.data if d.isPII) == 1", True),
        ("len(target.data) == 2", True),
        ("max(d.classification for d in target.data) == Classification.SECRET", True),
        ("min(target.levels) == 0 == sum(target.levels)", True),
        ("max(d.classification for d in target.data if d.isStored) == Classification.SECRET", False),
        ("target.inBoundary is None and not target.response", True),
        ("target.source is not target.sink and target.source == target.source", True),
        ("target.sink.oneOf(Datastore) and target.sink.oneOf(Server, target.sink)", True),
        ("target.sink.oneOf(Asset) and not target.sink.oneOf(Server, target.source)", True),
        ("target.hasDataLeaks()", True),
        ("(target.protocol or 'none') == 'HTTP'", True),
        ("any(any(d.isPII for d in f.data) for f in target.sink.inputs)", False),
        # Two loops of one depth, of which the second follows no relation.
        ("any(n == 0 for d in target.data if all(f.sink for f in target.sink.inputs) for n in target.levels)", True),
        ("True", True),
        ("target.dstPort", True),
        ("target.note", False),
    ],
)
def test_a_flow(source: str, expected: bool) -> None:
    """One flow with two pieces of data, in the plain and in the traced form."""
    record = flow(protocol="HTTP", dstPort=80, data=(PII, PLAIN))
    assert outcome(source, record) is expected
    assert built(source).traced(record, getattr) is expected


@pytest.mark.parametrize(
    "source",
    [
        "target.sink.isAdmin",
        "target.sink.isAdmin is False",
        "target.sink.isAdmin is not True",
        "target.sink.isAdmin == False",
        "target.sink.isAdmin != True",
        "target.sink.isAdmin in (True, False)",
        "target.sink.isAdmin not in (None,)",
        "target.sink.codeType != 'x'",
        "target.sink.codeType < 'x' or target.sink.codeType >= 'x'",
        "'x' not in target.sink.codeType or 'x' in target.sink.codeType",
        "target.response.protocol == '' or target.response.protocol != ''",
        "target.response.controls.isEncrypted is False",
        "target.response.source.inBoundary is None or target.response.source.inBoundary is not None",
        "any(True for f in target.response.data)",
        "len(target.response.data) == 0",
        "max(f.order for f in target.sink.inputs) != 3",
        "target.response.tlsVersion < TLSVersion.TLSv13",
        "target.response.source is target.response.sink",
        "target.response.inside(Boundary) or target.response.oneOf(Dataflow) or target.response.reaches(Element)",
    ],
)
def test_what_is_missing_satisfies_nothing(source: str) -> None:
    """A kind without the field, or a relation that points nowhere: also `!=`, `is not` and `not in` are false."""
    record = flow()
    assert outcome(source, record) is False
    assert built(source).traced(record, getattr) is False


@pytest.mark.parametrize(
    "source",
    [
        "target.protocol < 3",
        "target.dstPort >= 'a'",
        "target.inBoundary < 3",
        "None < target.order",
        "target.tlsVersion < target.maxClassification",
        "target.tlsVersion > 3",
        "3 in target.protocol",
        "3 not in target.protocol",
        "target.source < target.sink",
    ],
)
def test_values_that_do_not_compare_are_false(source: str) -> None:
    """No comparison raises."""
    assert outcome(source, flow(order=4, dstPort=3, protocol="3")) is False


def test_a_target_kind_without_the_field() -> None:
    """A rule for two kinds, one of which lacks what it reads."""
    compiled = built("target.usesXMLParser is not True", "Server", "Dataflow")
    assert compiled.holds(Record("Server")) is True
    assert compiled.holds(flow()) is False
    read: list[str] = []
    assert compiled.traced(flow(), lambda record, name: read.append(name)) is False
    assert read == []


def test_traced_reads_in_pythons_order() -> None:
    """Only what decides is read, and only fields and data."""
    record = flow(protocol="HTTP", data=(PII, PLAIN))
    seen: list[str] = []

    def read(owner: Any, name: str) -> Any:
        seen.append(f"{owner._kind}.{name}")
        return getattr(owner, name)

    source = (
        "target.protocol == 'HTTP' and (target.sink.isSQL or target.usesVPN) and target.inBoundary is None "
        "and any(d.isPII for d in target.data) and not target.controls.isEncrypted"
    )
    assert built(source).traced(record, read) is True
    assert seen == ["Dataflow.protocol", "Datastore.isSQL", "Dataflow.data", "Data.isPII", "Controls.isEncrypted"]


def test_traced_decides_by_what_it_is_given() -> None:
    """The search for what would change the outcome answers other values."""
    compiled = built("target.protocol == 'HTTP' and not target.controls.isEncrypted")
    record = flow(protocol="HTTP", controls={"isEncrypted": True})
    assert compiled.traced(record, getattr) is False
    assert compiled.traced(record, lambda owner, name: False if name == "isEncrypted" else "HTTP") is True


def nested() -> tuple[Record, Record, Record, Record, Record]:
    """A boundary in another one, an element in each of them, and one outside."""
    outer = Record("Boundary", name="outer")
    inner = Record("Boundary", name="inner", inBoundary=outer)
    return (
        outer,
        inner,
        Record("Server", inBoundary=outer),
        Record("Server", inBoundary=inner),
        Record("Actor"),
    )


def test_predicates_see_nested_boundaries() -> None:
    """Inside at any depth; in and out by whole chains."""
    outer, inner, middle, core, outside = nested()
    ask = "target.sink.inside(target.source.inBoundary)"
    assert outcome(ask, flow(middle, core)) is True
    assert outcome(ask, flow(core, middle)) is False
    assert outcome("target.inside(Boundary)", outside) is False
    assert outcome("target.inside(Boundary)", core) is True
    assert outcome("target.inside(Server)", core) is False
    for source, sink, says in (
        (outside, core, (True, False, True)),
        (middle, core, (True, False, True)),
        (core, middle, (False, True, True)),
        (core, core, (False, False, False)),
        (outside, outside, (False, False, False)),
    ):
        record = flow(source, sink)
        assert tuple(outcome(f"target.{word}(Boundary)", record) for word in ("enters", "exits", "crosses")) == says
    assert outcome("target.crosses(target.sink.inBoundary)", flow(middle, core)) is True
    assert outcome("target.crosses(target.source.inBoundary)", flow(middle, core)) is False
    assert outcome("target.source.enters(Boundary) or target.source.crosses(Boundary)", flow(outside, core)) is False
    assert (outer.inBoundary, inner.inBoundary) == (None, outer)


def test_boundaries_that_contain_each_other_end_the_walk() -> None:
    """The model's check complains; conditions must not hang."""
    one, other = Record("Boundary"), Record("Boundary")
    one.inBoundary, other.inBoundary = other, one
    assert outcome("target.inside(Server)", Record("Server", inBoundary=one)) is False


def test_reaches_follows_flows_but_no_responses() -> None:
    """From an element, or from the sink of a flow, which counts itself."""
    web, app, store = Record("Server"), Record("Process"), Record("Datastore")
    first, second = flow(web, app), flow(app, store)
    answer = flow(store, web, isResponse=True)
    web.outputs, app.outputs, store.outputs = (first,), (second,), (answer,)
    assert outcome("target.reaches(Datastore)", web) is True
    assert outcome("target.reaches(Server)", web) is False
    assert outcome("target.reaches(Server)", store) is False
    assert outcome("target.reaches(Process)", app) is False
    assert outcome("target.reaches(Process) and target.reaches(Datastore)", first) is True
    assert outcome("target.reaches(target.source)", first) is False
    store.outputs = (flow(store, web),)
    assert outcome("target.reaches(Server)", web) is True


def test_signatures_hold_what_was_stated() -> None:
    """A value that equals the default but was stated is not the same as one that nobody stated."""
    compiled = built("target.protocol == 'HTTP' and not target.controls.isEncrypted")
    assert compiled.signature(flow(protocol="HTTP")) == ("HTTP", UNSTATED)
    assert compiled.signature(flow(controls={"isEncrypted": False})) == (UNSTATED, False)


@pytest.mark.parametrize(
    ("source", "one", "other"),
    [
        ("target.sink.isSQL", flow(sink=Record("Server")), flow(sink=Record("Datastore"))),
        ("any(d.isPII for d in target.data)", flow(), flow(data=())),
        ("any(d.isPII for d in target.data)", flow(data=(PII,)), flow(data=(PLAIN, PLAIN))),
        ("len(target.data) > 1", flow(data=(PII,)), flow(data=(PLAIN, PLAIN))),
        ("target.inBoundary is None", flow(), flow(inBoundary=Record("Boundary"))),
        ("target.sink.inside(Boundary)", flow(), flow(sink=Record("Server", inBoundary=Record("Boundary")))),
        ("0 in target.levels", flow(), flow(levels=frozenset({1}))),
        ("target.response.isResponse", flow(), flow(response=flow())),
    ],
)
def test_signatures_differ_where_outcomes_may(source: str, one: Record, other: Record) -> None:
    """Kinds, relations, collections and predicates count, not only values."""
    compiled = built(source)
    assert compiled.signature(one) != compiled.signature(other)


def test_signatures_tell_one_element_from_two_equal_ones() -> None:
    """A change of the one element changes both reads."""
    compiled = built("target.source.controls.isHardened and not target.sink.controls.isHardened")
    one, two = Record("Server"), Record("Server")
    assert compiled.signature(flow(one, one)) != compiled.signature(flow(one, two))
    assert compiled.signature(flow(two, one)) == compiled.signature(flow(one, two))
    several = built("all(f.source.controls.isHardened for f in target.inputs)", "Server")
    same = Record("Server", inputs=(flow(one), flow(one)))
    different = Record("Server", inputs=(flow(one), flow(two)))
    assert several.signature(same) != several.signature(different)


def test_signatures_see_comparisons_of_elements() -> None:
    """What is the same element decides, though no field is read."""
    one, two = Record("Server"), Record("Server")
    ends = built("target.source is target.sink")
    assert ends.signature(flow(one, one)) != ends.signature(flow(one, two))
    back = built("any(f.sink is target.source for f in target.sink.outputs)")
    store = Record("Datastore")
    store.outputs = (flow(store, one),)
    assert (back.holds(flow(one, store)), back.holds(flow(two, store))) == (True, False)
    assert back.signature(flow(one, store)) != back.signature(flow(two, store))


def test_signatures_ask_predicates_for_each_item() -> None:
    """Also in loops inside each other."""
    inner = Record("Boundary")
    compiled = built("any(f.source.inside(Boundary) for f in target.sink.inputs for d in f.data)")
    store = Record("Datastore")
    record = flow(sink=store)
    store.inputs = (flow(Record("Actor"), store, data=(PII,)), flow(Record("Actor"), store, data=(PLAIN,)))
    before = compiled.signature(record)
    assert compiled.holds(record) is False
    store.inputs[1].source.inBoundary = inner
    assert compiled.holds(record) is True
    assert compiled.signature(record) != before


def test_signatures_are_hashable_whatever_the_values_are() -> None:
    """Lists are told apart by themselves."""
    compiled = built("'a' in target.sourceFiles")
    files = ["a"]
    record = flow(sourceFiles=files)
    assert hash(compiled.signature(record)) == hash(compiled.signature(flow(sourceFiles=files)))
    assert compiled.holds(record) is True


def test_clauses_are_the_parts_of_the_condition() -> None:
    """Each with its own text and its own traced form."""
    condition = bind("target.protocol=='HTTP' and (target.usesVPN or target.note) and (target.order and True)")
    parts = clauses(condition)
    assert [(part.joiner, part.text) for part in parts] == [
        ("", "target.protocol == 'HTTP'"),
        ("and", "target.usesVPN or target.note"),
        ("and", "target.order"),
        ("and", "True"),
    ]
    assert [part.traced(flow(protocol="HTTP"), getattr) for part in parts] == [True, False, True, True]
    assert parts[1].condition.reads == ("usesVPN", "note")
    assert [part.text for part in clauses(parts[1].condition)] == ["target.usesVPN", "target.note"]


@pytest.mark.parametrize("source", ["target.usesVPN", "not (target.usesVPN and target.note)", "1 < target.order < 3"])
def test_a_condition_without_parts_is_one_clause(source: str) -> None:
    """Chains and negations are not taken apart."""
    (part,) = clauses(bind(source))
    assert (part.joiner, part.text) == ("", source)


def test_missing_is_itself_only() -> None:
    """It survives copies and pickles, and no comparison with it is true."""
    assert copy.deepcopy(MISSING) is MISSING
    assert pickle.loads(pickle.dumps(MISSING)) is MISSING
    assert pickle.loads(pickle.dumps(UNSTATED)) is UNSTATED
    assert repr(MISSING) == "MISSING"
    assert repr(UNSTATED) == "UNSTATED"
    assert MISSING.anything.at.all is MISSING
    assert not MISSING
    assert list(MISSING) == []
    assert len(MISSING) == 0
    assert "x" not in MISSING
    assert [MISSING == MISSING, MISSING != MISSING, MISSING < 1, MISSING >= 1] == [False] * 4
