"""The DOT text: what stands in it, and that nothing else can get in."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import settings

from pytest_threatmodel.artifacts.dfd.build import scene
from pytest_threatmodel.artifacts.dfd.dot import dot_text
from pytest_threatmodel.artifacts.format import Request
from tests.artifacts.dfd.pictures import dot_of
from tests.artifacts.dfd.pictures import drawn
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names
from tests.artifacts.snapshots import BANK


def statement(text: str, name: str) -> str:
    """The line of a node, edge or attribute."""
    (found,) = (line for line in text.splitlines() if re.match(rf"\s*{re.escape(name)}(?!\w| ->)", line))
    return found


def read_back(text: str) -> str:
    """The text as Graphviz reads and writes it, without a layout."""
    done = subprocess.run(["dot", "-Tcanon"], input=text, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_kinds_have_their_shapes() -> None:
    text = dot_of(BANK)
    assert "shape=box" in statement(text, "e4")
    assert "style=filled" in statement(text, "e4")
    assert 'style="filled,rounded"' in statement(text, "e6")
    assert "peripheries=2" in statement(text, "e8")
    assert "shape=hexagon" in statement(text, "e9")
    assert "shape=octagon" in statement(text, "e10")
    assert "peripheries=2" in statement(text, "e11")
    assert 'sides="TB"' in statement(text, "e12")


def test_boundaries_nest_as_in_the_model() -> None:
    text = dot_of(BANK)
    cloud, dmz, web = (text.index(part) for part in ("subgraph cluster_e1 ", "subgraph cluster_e2 ", "e6 ["))
    assert cloud < dmz < web
    assert 'style="dashed,filled,rounded"' in text


def test_everything_has_an_id_of_its_own() -> None:
    found = re.findall(r"(?<!\w)id=\"?([\w-]+)", dot_of(BANK))
    assert "dfd-graph" in found
    assert len(found) == len(set(found)) == 1 + 10 + 4 + 9


def test_protection_and_scope_are_told_in_words_and_lines() -> None:
    text = dot_of(BANK)
    transfer = next(line for line in text.splitlines() if "Transfer" in line)
    assert "style=dashed" in transfer
    assert "HTTP:80, unencrypted" in transfer
    login = next(line for line in text.splitlines() if "Log in" in line)
    assert "style=solid" in login
    assert "dir=both" in login
    assert "HTTPS:443, encrypted" in login
    assert "«datastore, out of scope»" in statement(text, "e13")
    lines = ("encrypted flow: solid line", "unencrypted flow: dashed line")
    for entry in (*lines, "out of scope: grey", "trust boundary"):
        assert f">{entry}<" in text


def test_the_legend_tells_what_occurs_and_nothing_else() -> None:
    text = dot_of("Server('Web')")
    assert ">process, server<" in text
    for entry in ("flow", "boundary", "scope", "actor", "datastore", "finding"):
        assert entry not in text


def test_colours_and_counts_are_those_of_open_findings() -> None:
    text = dot_text(scene(bank(), Request()))
    assert 'fillcolor="#f4b6b6"' in statement(text, "e6")
    assert "findings, worst critical" in statement(text, "e6")
    assert ">worst finding critical<" in text
    plain = dot_text(scene(bank(), Request(color="none")))
    assert "finding" not in plain
    assert "#f4b6b6" not in plain


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("Boundary('Empty')", "a0 [shape=point style=invis width=0.5]"),
        ("zone = Boundary('Zone')\nDataflow(zone, Server('Web'), 'Out')", "ltail=cluster_e0"),
        ("zone = Boundary('Zone')\nDataflow(Server('Web'), zone, 'In')", "lhead=cluster_e0"),
    ],
)
def test_boundaries_may_be_empty_and_ends_of_flows(source: str, kept: str) -> None:
    assert kept in dot_of(source)
    read_back(dot_of(source))


def test_a_flow_into_the_boundary_around_it_ends_at_a_point() -> None:
    text = dot_of("zone = Boundary('Zone')\nDataflow(Server('Web', inBoundary=zone), zone, 'Up')")
    assert "e1 -> a0" in text
    assert "lhead" not in text


def test_flows_may_be_parallel_and_return_to_themselves() -> None:
    text = dot_of("web = Server('Web')\nfor n in range(3): Dataflow(web, web, 'Loop')")
    assert text.count("e0 -> e0") == 3


def test_hundreds_of_boundaries_in_each_other_are_written() -> None:
    text = dot_of("zone = None\nfor n in range(300): zone = Boundary(f'Zone {n}', inBoundary=zone)")
    assert text.count("subgraph cluster_e") == 300


def test_hostile_names_add_no_statement() -> None:
    """As many nodes, edges and clusters as there are elements, and no attribute of a name's making."""
    model = hostile()
    text = dot_text(scene(model, Request()))
    canon = read_back(text)
    shown = scene(model, Request())
    assert len(re.findall(r"^\s*e\d+ -> e\d+", canon, re.MULTILINE)) == len(shown.flows)
    assert len(re.findall(r"^\s*subgraph cluster_e\d+", canon, re.MULTILINE)) == len(shown.zones)
    assert not re.search(r"<img|\bURL=|\bhref=|\bimage=", text, re.IGNORECASE)
    assert len(max(text.splitlines(), key=len)) < 6000


@settings(max_examples=40, deadline=None)
@given(names)
def test_any_name_is_read_as_text(name: str) -> None:
    text = dot_text(scene(named(name), Request()))
    assert text.count("\n") == dot_text(scene(named("x"), Request())).count("\n")
    assert not re.search(r"<(?!/?(table|tr|td|b|font|br)\b|<table)[^\n]", text)


def test_the_text_is_the_same_every_time_and_names_no_place() -> None:
    assert dot_text(scene(hostile(), Request())) == dot_text(scene(hostile(), Request()))
    text = dot_of(BANK)
    assert "/home" not in text
    assert "/tmp" not in text
    assert all(line.isprintable() for line in text.replace("\t", "").splitlines())


def test_very_many_elements_are_packed() -> None:
    text = dot_text(drawn("for n in range(201): Server(f'Server {n}')"))
    assert "layout=osage" in text
    assert "201 elements and 0 flows: drawn simpler" in text
    assert "layout" not in dot_of(BANK)


def test_entangled_models_are_ranked_as_a_whole() -> None:
    text = dot_text(drawn("one = Server('One')\nfor n in range(61): Dataflow(one, one, f'Flow {n}')"))
    assert "newrank=true" in text
    assert "newrank" not in dot_of(BANK)
