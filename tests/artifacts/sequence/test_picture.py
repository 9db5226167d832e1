"""The picture of a sequence diagram, read as the XML that it is."""

from __future__ import annotations

import re
import time
from functools import cache
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sequence import render
from pytest_threatmodel.artifacts.sequence.messages import Diagram
from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.messages import Participant
from pytest_threatmodel.artifacts.sequence.messages import Zone
from pytest_threatmodel.artifacts.sequence.picture import picture
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.snapshot.read import Reader
from tests.artifacts.sequence.models import EXAMPLES
from tests.artifacts.sequence.models import snapshot
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from pytest_threatmodel.snapshot.shape import Snapshot

SVG = "{http://www.w3.org/2000/svg}"
#: All that a picture is made of: nothing that runs, loads, or brings foreign markup.
KNOWN = {"svg", "title", "desc", "g", "a", "rect", "line", "path", "polygon", "polyline", "circle", "text"}


@cache
def of(source: str) -> Snapshot:
    return snapshot(source)


def tree(svg: str) -> Element:
    root = fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= KNOWN
    return root


def svg(source: str, request: Request | None = None) -> Element:
    return tree(render.svg(of(source), request or Request()))


def named(root: Element, start: str) -> dict[str, Element]:
    """The nodes whose id starts so, by what they are called."""
    found = (node for node in root.iter() if node.get("id", "").startswith(start))
    return {(node.findtext(f"{SVG}title") or "").split(":")[0].split(",")[0]: node for node in found}


def texts(node: Element) -> list[str]:
    return [text.text or "" for text in node.iter(f"{SVG}text")]


def ids(root: Element) -> list[str]:
    return [node.get("id", "") for node in root.iter() if "id" in node.attrib]


def test_a_participant_is_drawn_with_name_and_kind() -> None:
    heads = named(svg(BANK), "seq-participant-")
    assert {name: texts(head) for name, head in heads.items()} == {
        "Customer": ["Customer"],
        "Credit agency": ["Credit agency", "external entity"],
        "Web Server": ["Web Server", "server"],
        "Accounts": ["Accounts", "datastore"],
        "Interest job": ["Interest job", "process"],
        "Workers": ["Workers", "set of processes"],
        "Archive": ["Archive", "datastore, out of scope"],
        "Mailer": ["Mailer", "function"],
        "Assistant": ["Assistant", "language model"],
        "Broker agent": ["Broker agent", "agent"],
    }


def test_every_sort_of_participant_has_a_shape_of_its_own() -> None:
    """A boundary that a flow ends at is one as well."""
    kinds = ("Actor", "ExternalEntity", "Server", "SetOfProcesses", "Datastore", "Lambda", "LLM")
    source = "".join(f"{kind}('{kind}')\n" for kind in kinds) + "z = Boundary('Z')\nDataflow(Server('S'), z, 'x')\n"
    heads = named(svg(source), "seq-participant-")
    shapes = {name: shape(head) for name, head in heads.items() if name != "S"}
    assert shapes == {
        "Actor": "circle path",
        "ExternalEntity": "rect",
        "Server": "rect rx",
        "SetOfProcesses": "rect rx rect rx",
        "Datastore": "path path",
        "Lambda": "polygon of 6",
        "LLM": "polygon of 8",
        "Z": "rect stroke-dasharray",
    }


def shape(head: Element) -> str:
    told = []
    for node in head.iter():
        tag = node.tag.removeprefix(SVG)
        if tag in ("circle", "path", "rect"):
            told += [tag, *({"rx", "stroke-dasharray"} & {name for name, value in node.items() if value != "0"})]
        if tag == "polygon":
            told.append(f"polygon of {len(dict.fromkeys(node.attrib['points'].split()))}")
    return " ".join(told)


def test_a_message_tells_number_way_and_data() -> None:
    messages = named(svg(BANK), "seq-message-")
    assert texts(messages["1. Log in"]) == [
        "1. Log in",
        "HTTPS:443, encrypted",
        "data: Password",
        "Twice a day",
        "at most",
    ]
    assert texts(messages["3. Transfer"]) == ["3. Transfer", "HTTP:80, unencrypted", "data: Card number"]
    assert list(messages) == [
        "1. Log in",
        "2. Welcome",
        "3. Transfer",
        "4. Look up",
        "5. Rows",
        "6. Score",
        "7. Tidy up",
        "8. Ask",
        "9. Act",
        "10. Send mail",
        "11. Archive rows",
    ]


def test_encryption_is_told_by_words_and_by_a_sign() -> None:
    """A padlock that is full and shut, or hollow: neither needs colours."""
    messages = named(svg(BANK), "seq-message-")
    locks = {
        name: [node.get("fill") != "#ffffff" for node in message.iter(f"{SVG}rect") if node.get("width") == "9"]
        for name, message in messages.items()
    }
    assert locks["1. Log in"] == [True]
    assert locks["3. Transfer"] == [False]
    for name, message in messages.items():
        told = next(text for text in texts(message) if "encrypted" in text)
        assert locks[name] == ["unencrypted" not in told]


def test_answers_are_dashed_and_have_an_open_head() -> None:
    messages = named(svg(BANK), "seq-message-")
    dashed = {name for name, each in messages.items() if any("stroke-dasharray" in node.attrib for node in each.iter())}
    assert dashed == {"2. Welcome", "5. Rows"}
    for name, message in messages.items():
        arrow = message.find(f"{SVG}g")
        assert arrow is not None
        assert (arrow.find(f"{SVG}polyline") is not None) == (name in dashed)
        assert (arrow.find(f"{SVG}polygon") is not None) == (name not in dashed)


def test_arrows_lead_from_source_to_sink() -> None:
    """A message to oneself leads back to its own lifeline."""
    root = svg("tm.isOrdered = True\na, b = Server('A'), Server('B')\nDataflow(a, b, 'x')\nDataflow(b, a, 'y')\n"
               "Dataflow(b, b, 'z')")  # fmt: skip
    one, two = (float(line.attrib["x1"]) for line in root.iter(f"{SVG}line"))
    assert one < two
    found = {name: arrow(each) for name, each in named(root, "seq-message-").items()}
    assert found == {"1. x": (one, two), "2. y": (two, one), "3. z": (two, two)}


def arrow(message: Element) -> tuple[float, float]:
    """Where an arrow begins, and where the point of its head is."""
    group = message.find(f"{SVG}g")
    assert group is not None
    line, head = group.find(f"{SVG}path"), group.find(f"{SVG}polygon")
    assert line is not None
    assert head is not None
    return float(line.attrib["d"].split()[1]), float(head.attrib["points"].split()[1].split(",")[0])


def test_messages_stand_below_each_other() -> None:
    root = svg(BANK)
    heights = [float(each.findall(f".//{SVG}text")[0].attrib["y"]) for each in named(root, "seq-message-").values()]
    assert heights == sorted(heights)


def test_zones_are_boxes_in_boxes_around_their_participants() -> None:
    root = svg(BANK)
    zones = boxes(root)
    assert set(zones) == {"Internet", "Cloud", "DMZ", "Vault"}
    for inner in ("DMZ", "Vault"):
        assert inside(zones[inner], zones["Cloud"])
    assert zones["Internet"][2] < zones["Cloud"][0]
    assert zones["DMZ"][2] < zones["Vault"][0]
    lifelines = dict(zip(named(root, "seq-participant-"), root.iter(f"{SVG}line"), strict=True))
    around = {
        name: {zone for zone, (left, _, right, _) in zones.items() if left < float(line.attrib["x1"]) < right}
        for name, line in lifelines.items()
    }
    assert around["Customer"] == around["Credit agency"] == {"Internet"}
    assert around["Web Server"] == {"Cloud", "DMZ"}
    assert around["Accounts"] == around["Archive"] == {"Cloud", "Vault"}
    assert around["Mailer"] == {"Cloud"}


def boxes(root: Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for group in root.findall(f"{SVG}g"):
        name, rect = group.findtext(f"{SVG}title") or "", group.find(f"{SVG}rect")
        if name.endswith(", boundary") and rect is not None:
            x, y, width, height = (float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
            found[name.removesuffix(", boundary")] = (x, y, x + width, y + height)
    return found


def inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return inner[0] > outer[0] and inner[1] > outer[1] and inner[2] < outer[2] and inner[3] < outer[3]


def test_what_is_out_of_scope_is_pale_and_says_so() -> None:
    source = "a, b = Server('A'), Server('B', inScope=False)\nz = Boundary('Z', inScope=False)\n"
    root = svg(source + "c = Server('C', inBoundary=z)\nDataflow(a, b, 'x', inScope=False)\nDataflow(b, c, 'y')\n")
    assert list(boxes(root)) == ["Z (out of scope)"]
    head, message = named(root, "seq-participant-")["B"], named(root, "seq-message-")["1. x"]
    assert texts(head)[1] == "server, out of scope"
    assert "unencrypted, out of scope" in texts(message)
    assert "#1f2328" not in {text.get("fill") for node in (head, message) for text in node.iter(f"{SVG}text")}
    assert "#1f2328" in {text.get("fill") for text in named(root, "seq-message-")["2. y"].iter(f"{SVG}text")}


def test_flows_in_no_order_are_set_apart() -> None:
    root = svg("a, b = Server('A'), Server('B')\nDataflow(a, b, 'x', order=1)\nDataflow(b, a, 'y')")
    told = [text for text in texts(root) if text in ("In no stated order", "In this order", "y", "1. x")]
    assert told == ["In no stated order", "y", "In this order", "1. x"]


def test_levels_are_heeded() -> None:
    root = svg("a, b = Server('A'), Server('B', levels=[1])\nDataflow(a, b, 'x')", Request(levels=frozenset({0})))
    assert list(named(root, "seq-participant-")) == ["A"]
    assert "No dataflows between these elements" in texts(root)


def test_heads_are_repeated_below_long_lifelines() -> None:
    few = "a, b = Server('A'), Server('B')\nDataflow(a, b, 'x')"
    many = f"{few}\nfor n in range(20): Dataflow(a, b, 'x%d' % n)"
    assert texts(svg(few)).count("A") == 1
    assert texts(svg(many)).count("A") == 2


@pytest.mark.parametrize(
    ("request_", "says"),
    [(Request(), "This model has no elements to draw"), (Request(levels=frozenset({7})), "No element is on level 7")],
)
def test_an_empty_picture_says_so(request_: Request, says: str) -> None:
    root = svg("", request_)
    assert texts(root) == ["Sample", says]
    assert root.findtext(f"{SVG}desc") == f"{says}."


def test_long_labels_wrap_and_end_in_dots_where_they_are_cut() -> None:
    root = svg(f"a, b = Server('A'), Server('B')\nDataflow(a, b, '{'word ' * 20}')\nDataflow(b, a, '{'more ' * 400}')")
    messages = named(root, "seq-message-")
    one, two = (each for each in messages.values())
    assert 2 <= len([text for text in texts(one) if "word" in text]) <= 4
    cut = [text for text in texts(two) if "more" in text]
    assert len(cut) == 4
    assert cut[-1].endswith("…")


def test_it_speaks_to_those_who_do_not_see_it() -> None:
    root = svg(BANK)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == ["seq-title", "seq-desc"]
    assert root.findtext(f"{SVG}title") == "Sequence diagram: Bank"
    told = (root.findtext(f"{SVG}desc") or "").splitlines()
    assert told[0] == "10 participants, 11 messages."
    assert told[1] == "1. Log in: Customer to Web Server, HTTPS:443, encrypted, data: Password."
    assert told[2] == "2. Welcome: Web Server to Customer, response, HTTPS, encrypted."
    for start in ("seq-participant-", "seq-message-"):
        assert "" not in named(root, start)
    assert named(root, "seq-participant-")["Archive"].findtext(f"{SVG}title") == (
        "Archive, datastore, out of scope, in Cloud / Vault"
    )


@pytest.mark.parametrize(
    ("made", "page"), [(render.inline_svg, ""), (render.svg, "my%20model.html")], ids=["inline", "beside"]
)
def test_each_element_links_to_its_place_in_the_report(made: Callable[[Snapshot, Request], str], page: str) -> None:
    root, numbers = tree(made(of(BANK), Request(report="my%20model.html"))), Reader(of(BANK)).numbers
    links = {node.get("id"): node.get("href") for node in root.iter(f"{SVG}a")}
    for label in ("Customer", "Web Server", "Archive"):
        assert links[f"seq-participant-{numbers[label]}"] == f"{page}#element-{numbers[label]}"
    for label in ("Log in", "Tidy up"):
        assert links[f"seq-message-{numbers[label]}"] == f"{page}#element-{numbers[label]}"
    assert len(links) == 21
    # Links in an image could not be reached.
    assert root.attrib["role"] == "group"


def test_without_a_report_there_are_no_links() -> None:
    assert not list(svg(BANK).iter(f"{SVG}a"))


@pytest.mark.parametrize("source", [BANK, hostile_model(), "", *(path.read_text("utf-8") for path in EXAMPLES)])
def test_ids_are_unique_and_of_the_diagram(source: str) -> None:
    found = ids(tree(render.inline_svg(of(source), Request())))
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"seq-[a-z]+(-\d+)?", each) for each in found)


def test_a_file_of_its_own_says_what_it_is_and_inline_it_does_not() -> None:
    assert render.svg(of(BANK), Request()).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.')
    assert render.inline_svg(of(BANK), Request()).startswith("<svg xmlns=")


def test_it_lies_on_paper() -> None:
    """So that it can be read on a dark page."""
    root = svg(BANK)
    first = next(node for node in root if node.tag == f"{SVG}rect")
    assert (first.get("width"), first.get("height"), first.get("fill")) == ("100%", "100%", "#ffffff")


def test_hostile_names_are_text_and_nothing_else() -> None:
    root = svg(hostile_model())
    assert "<script>alert(1)</script>" in texts(root)
    assert "../../../etc/passwd" in texts(root)
    assert any("\\u202e" in text for text in texts(root))
    assert all(visible(text) == text for text in texts(root))


@settings(max_examples=150)
@given(st.lists(st.text(st.characters(), max_size=50), min_size=4, max_size=4))
def test_any_text_makes_a_picture(names: list[str]) -> None:
    """Surrogates and what XML forbids as well, which a snapshot from elsewhere may hold."""
    zone = Zone(9, names[0], True)
    participant = Participant("p", names[1], True, "server", "round", (zone,), 1)
    message = Message(names[2], True, 1, 0, 0, names[3], False, (names[0],), names[1], False, 2)
    root = tree(picture(Diagram(names[3], (participant,), (message,), ""), ""))
    assert all(visible(text) == text for text in texts(root))


def test_the_picture_is_the_same_every_time() -> None:
    assert render.svg(of(hostile_model()), Request()) == render.svg(snapshot(hostile_model()), Request())


def large() -> Diagram:
    """1,000 messages between 300 participants in 60 zones."""
    outer = Zone(1000, "All", True)
    participants = tuple(
        Participant(f"p{n}", f"Participant {n}", True, "server", "round", (outer, Zone(2000 + n // 5, "Z", True)), n)
        for n in range(300)
    )
    return Diagram("Large", participants, tuple(messages(1000)), "")


def messages(count: int) -> Iterator[Message]:
    for n in range(count):
        source, sink = n * 7 % 300, n * 13 % 300
        yield Message(f"Message {n}", True, n, source, sink, "HTTPS:443, encrypted", True, ("x",), "", False, 3000 + n)


def test_a_large_model_is_drawn_at_once() -> None:
    start = time.perf_counter()
    root = tree(picture(large(), ""))
    assert time.perf_counter() - start < 5
    assert len([each for each in ids(root) if each.startswith("seq-message-")]) == 1000
