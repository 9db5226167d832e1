"""Kinds: what they are, and where elements stand to kinds and boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Asset
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Process
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.kinds import SetOfProcesses


def test_the_kinds_are_those_of_pytm() -> None:
    assert [kind.kind() for kind in KINDS] == [
        "Element",
        "Asset",
        "Server",
        "ExternalEntity",
        "Datastore",
        "Actor",
        "Process",
        "SetOfProcesses",
        "Dataflow",
        "Boundary",
        "Lambda",
        "LLM",
        "Agent",
        "Data",
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Dataflow])
def test_every_kind_is_made_by_its_name_alone(kind: type[Element]) -> None:
    element = kind("It")
    assert element.facts.given == {"name": "It"}
    assert element.kinds()[0] == kind.__name__
    assert element.kinds()[-1] == "Element"


@pytest.mark.parametrize(
    ("kind", "defaults"),
    [
        ("Element", {"inScope": True, "levels": frozenset({0}), "maxClassification": Classification.UNKNOWN}),
        ("Asset", {"port": -1, "protocol": "", "data": (), "onAWS": False, "OS": ""}),
        ("Datastore", {"isSQL": True, "onAWS": False}),
        ("Process", {"codeType": "Unmanaged"}),
        ("Lambda", {"onAWS": True}),
        ("LLM", {"isThirdParty": True, "hasSystemPrompt": True, "processesUntrustedInput": True}),
        ("Dataflow", {"dstPort": -1, "srcPort": -1, "order": -1, "tlsVersion": TLSVersion.NONE, "response": None}),
        ("Data", {"isPII": False, "carriedBy": ()}),
    ],
)
def test_defaults_are_those_of_pytm(kind: str, defaults: dict[str, Any]) -> None:
    fields = next(found for found in KINDS if found.kind() == kind).fields
    assert {name: fields[name].default for name in defaults} == defaults


class Town:
    """Three boundaries, one in the other, an element in each and one outside, and a boundary beside them."""

    def __init__(self) -> None:
        self.outer = Boundary("Outer")
        self.middle = Boundary("Middle", inBoundary=self.outer)
        self.inner = Boundary("Inner", inBoundary=self.middle)
        self.beside = Boundary("Beside")
        self.nowhere = Server("Nowhere")
        self.at = {
            name: Server(f"In {name}", inBoundary=boundary)
            for name, boundary in {
                "outer": self.outer,
                "middle": self.middle,
                "inner": self.inner,
                "beside": self.beside,
            }.items()
        } | {"nowhere": self.nowhere}

    def flow(self, source: str, sink: str) -> Dataflow:
        return Dataflow(self.at[source], self.at[sink], f"{source} to {sink}")


@pytest.fixture
def town() -> Town:
    return Town()


def test_an_element_is_inside_every_boundary_around_it(town: Town) -> None:
    inner = town.at["inner"]
    assert all(inner.inside(boundary) for boundary in (town.inner, town.middle, town.outer))
    assert inner.inside(town.beside, town.outer)
    assert inner.inside(Boundary)
    assert not inner.inside(town.beside)
    assert not inner.inside()
    assert not town.nowhere.inside(Boundary)


def test_a_boundary_is_inside_those_around_it_and_not_inside_itself(town: Town) -> None:
    assert town.inner.inside(town.outer)
    assert not town.inner.inside(town.inner)
    assert not town.outer.inside(Boundary)
    assert town.inner.parents() == [town.middle, town.outer]


@pytest.mark.parametrize(
    ("source", "sink", "entered", "left"),
    [
        ("nowhere", "inner", "inner middle outer", ""),
        ("inner", "nowhere", "", "inner middle outer"),
        ("middle", "inner", "inner", ""),
        ("inner", "outer", "", "inner middle"),
        ("outer", "middle", "middle", ""),
        ("inner", "beside", "beside", "inner middle outer"),
        ("inner", "inner", "", ""),
        ("nowhere", "nowhere", "", ""),
    ],
)
def test_a_flow_goes_into_what_is_around_its_sink_only(
    town: Town, source: str, sink: str, entered: str, left: str
) -> None:
    """Out of what is around its source only, and across both; at any depth."""
    flow = town.flow(source, sink)
    for name in ("inner", "middle", "outer", "beside"):
        boundary = getattr(town, name)
        assert flow.enters(boundary) == (name in entered.split())
        assert flow.exits(boundary) == (name in left.split())
        assert flow.crosses(boundary) == (name in f"{entered} {left}".split())
    assert flow.enters(Boundary) == bool(entered)
    assert flow.exits(Boundary) == bool(left)
    assert flow.crosses(Boundary) == bool(entered or left)
    assert flow.crosses(town.inner, town.beside) == (flow.crosses(town.inner) or flow.crosses(town.beside))


def test_own_kinds_of_boundaries_are_asked_for_like_kinds() -> None:
    class Vault(Boundary):
        """A boundary of its own kind."""

    hall, vault = Boundary("Hall"), Vault("Vault")
    flow = Dataflow(Server("A", inBoundary=hall), Server("B", inBoundary=vault), "In")
    assert flow.enters(Vault)
    assert not flow.exits(Vault)
    assert flow.exits(Boundary)


def test_what_is_no_flow_crosses_nothing(town: Town) -> None:
    inner = town.at["inner"]
    assert not inner.enters(Boundary)
    assert not inner.exits(Boundary)
    assert not inner.crosses(Boundary)


def test_a_boundary_inside_itself_ends_no_question() -> None:
    first, second = Boundary("First"), Boundary("Second")
    first.inBoundary, second.inBoundary = second, first
    web = Server("Web", inBoundary=first)
    assert web.inside(second)
    assert first.inside(first)
    assert first.parents() == [second, first]
    assert Dataflow(Server("DB"), web, "Query").enters(second)


def test_an_element_is_one_of_kinds_and_of_elements() -> None:
    web, other = Server("Web"), Server("Other")
    assert web.oneOf(Datastore, Server)
    assert web.oneOf(Asset)
    assert web.oneOf(other, web)
    assert not web.oneOf(Datastore, other)
    assert not web.oneOf()
    assert SetOfProcesses("Workers").oneOf(Process)


@pytest.mark.parametrize("question", ["oneOf", "inside", "enters", "exits", "crosses"])
@pytest.mark.parametrize("asked", ["DMZ", None, str, 3])
def test_a_question_about_something_else_is_an_error(question: str, asked: Any) -> None:
    """A name matches nothing, so that a test that asks for it would be green for ever."""
    flow = Dataflow(Server("Web"), Server("DB"), "Query")
    with pytest.raises(ModelError, match="an element or a kind is asked for, got"):
        getattr(flow, question)(Boundary, asked)


def test_data_leaks_where_it_is_more_sensitive_than_an_end_or_the_flow() -> None:
    limits = {"maxClassification": Classification.SECRET}
    web, db = Server("Web", **limits), Datastore("DB", **limits)  # type: ignore[arg-type]
    query = Dataflow(web, db, "Query", data=Data("card", classification="secret"), maxClassification="secret")
    assert not query.hasDataLeaks()
    for element in (web, db, query):
        element.maxClassification = Classification.PUBLIC
        assert query.hasDataLeaks()
        element.maxClassification = Classification.SECRET
    query.data = ()
    assert not query.hasDataLeaks()


def test_tls_is_compared_with_the_oldest_that_an_element_may_accept() -> None:
    web = Server("Web", minTLSVersion="TLSv12")
    flows = [Dataflow(Actor("User"), web, "Order", tlsVersion=version) for version in ("TLSv13", "TLSv12")]
    assert not web.checkTLSVersion(flows)
    assert not web.checkTLSVersion([])
    assert web.checkTLSVersion([*flows, Dataflow(Actor("User"), web, "Old", tlsVersion="TLSv11")])
