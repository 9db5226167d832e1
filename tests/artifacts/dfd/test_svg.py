"""The SVG: accessible, linked, inert, and of the same shape whichever engine laid it out."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings

from pytest_threatmodel.artifacts.dfd.render import inline_svg
from pytest_threatmodel.artifacts.dfd.render import svg
from pytest_threatmodel.artifacts.dfd.svg import finished
from pytest_threatmodel.artifacts.dfd.svg import read
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.snapshot.read import Reader
from tests.artifacts.dfd.pictures import ELEMENTS
from tests.artifacts.dfd.pictures import SVG
from tests.artifacts.dfd.pictures import drawn
from tests.artifacts.dfd.pictures import parts
from tests.artifacts.dfd.pictures import pure
from tests.artifacts.dfd.pictures import root_of
from tests.artifacts.dfd.pictures import words
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

ENGINES = ["dot", "graphviz-pure"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each of the real programs."""
    return pure() if request.param == "graphviz-pure" else "dot"


def titles(text: str) -> dict[str, str]:
    return {number: part.findtext(f".//{SVG}title", "") for number, part in parts(text).items()}


def test_every_element_has_a_title_a_link_and_its_text(engine: str) -> None:
    model = bank()
    made = svg(model, Request(dot=engine, report="threatmodel%20x.html"))
    numbers = Reader(model).numbers
    found = titles(made)
    assert found[str(numbers["Web Server"])] == "server Web Server: 6 findings, worst critical"
    assert found[str(numbers["Archive"])] == "datastore Archive: out of scope"
    login = found[str(numbers["Log in"])]
    assert login.startswith("flow 1. Log in, answered by 2. Welcome, from Customer to Web Server: 1 finding, ")
    assert found[str(numbers["DMZ"])] == "boundary DMZ"
    for number, part in parts(made).items():
        links = [link.get("href") for link in part.iter(f"{SVG}a")]
        assert links == [f"threatmodel%20x.html#element-{number}"]
    for written in ("1.Login", "PostgreSQL:5432,unencrypted", "«languagemodel»", "trustboundary", "Bank"):
        assert written in words(root_of(made))


def test_descriptions_say_the_rest() -> None:
    model = bank()
    made = svg(model, Request())
    descriptions = {number: part.findtext(f".//{SVG}desc", "") for number, part in parts(made).items()}
    numbers = Reader(model).numbers
    assert descriptions[str(numbers["Accounts"])] == "Inside Vault, Cloud"
    assert descriptions[str(numbers["Log in"])] == "HTTPS:443, encrypted. Data: Password"
    root = root_of(made)
    assert root.findtext(f"{SVG}title") == "Data-flow diagram of Bank"
    said = root.findtext(f"{SVG}desc", "")
    assert said.startswith("Data-flow diagram of 10 elements, 4 boundaries, 9 flows. Accounts of customers")


def test_the_frame_is_complete_and_tells_no_version(engine: str) -> None:
    made = svg(bank(), Request(dot=engine))
    root = root_of(made)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "dfd-title"
    assert root.get("width", "").endswith("px")
    assert len(root.get("viewBox", "").split()) == 4
    assert root.get("font-family", "").endswith("sans-serif")
    assert made.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    for gone in ("<!", "raphviz", "target=", "xlink", "<script", "<style", "<a "):
        assert gone not in made


def test_inside_a_page_links_stay_on_it_and_can_be_reached() -> None:
    made = inline_svg(bank(), Request(report="elsewhere.html"))
    assert made.startswith("<svg ")
    root = root_of(made)
    assert root.get("role") == "group"
    assert {link.get("href", "")[:9] for link in root.iter(f"{SVG}a")} == {"#element-"}
    found = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(found) == len(set(found))
    assert all(str(name).startswith("dfd-") for name in found)


def test_hostile_names_are_text_and_nothing_else(engine: str) -> None:
    model = hostile()
    made = svg(model, Request(dot=engine, report="r.html"))
    root = root_of(made)
    assert {each.tag for each in root.iter()} <= ELEMENTS
    assert not [key for each in root.iter() for key in each.attrib if key.startswith("on") or "style" in key]
    links = {link.get("href") for link in root.iter(f"{SVG}a")}
    assert links == {f"r.html#element-{number}" for number in parts(made)}
    found = words(root)
    for element in model["elements"]:
        if element["kind"] == "Server":
            wanted = "".join("".join(map(visible, element["name"].splitlines())).split())
            assert wanted[:40] in found, element["name"][:60]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names)
def test_any_name_can_be_read(name: str) -> None:
    root = root_of(svg(named(name), Request(dot=pure())))
    assert {each.tag for each in root.iter()} <= ELEMENTS
    wanted = "".join("".join(map(visible, name.splitlines())).split())
    assert wanted in words(root)


def test_entities_in_names_are_not_read_as_such(engine: str) -> None:
    """Some versions of Graphviz take "&lt;" in a name for "<"."""
    made = svg(named("a &lt; b &amp;amp; &#65;"), Request(dot=engine))
    assert "a&lt;b&amp;amp;&#65;" in words(root_of(made))


def test_boundaries_at_the_end_of_flows_are_drawn(engine: str) -> None:
    source = """
from pytest_threatmodel import *
tm = TM("Zones")
outer = Boundary("Outer")
inner, empty = Boundary("Inner", inBoundary=outer), Boundary("Empty")
web = Server("Web", inBoundary=inner)
for one, two in ((web, empty), (web, inner), (inner, outer), (outer, outer), (empty, web)):
    Dataflow(one, two, "Flow")
"""
    made = svg(built(source), Request(dot=engine))
    assert len(parts(made)) == 3 + 1 + 5


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00<svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><g class='graph'>",
        b"<html><svg/></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE svg [<!ENTITY x 'y'>]><svg xmlns='http://www.w3.org/2000/svg'><g class='graph'>&x;</g></svg>",
    ],
)
def test_garbage_is_no_drawing(output: bytes) -> None:
    with pytest.raises(ArtifactError, match="no SVG of Graphviz"):
        read(output)


def test_only_shapes_are_taken_over() -> None:
    """Whatever an engine prints, it does not get into a page."""
    printed = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()">
    <script>x()</script><g class="graph" transform="scale(1)" onclick="x()"><image href="file:///x"/>
    <g class="node" id="dfd-e0"><a href="javascript:x()"><path d="M0,0" fill="url(#x)" onclick="x()"/></a></g>
    <g class="node" id="other"><text>other</text></g></g></svg>"""
    made = finished(read(printed), drawn("Server('Web')"), None)
    root = root_of(made)
    assert {each.tag for each in root.iter()} <= ELEMENTS
    for gone in ("x()", "javascript", "file:", "url(", "image"):
        assert gone not in made


def test_a_drawing_without_a_size_is_refused() -> None:
    root = ElementTree.fromstring("<svg xmlns='http://www.w3.org/2000/svg'><g class='graph'/></svg>")
    with pytest.raises(ArtifactError, match="no size"):
        finished(root, drawn("Server('Web')"), None)
