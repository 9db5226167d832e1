"""What a sequence diagram shows, and in which order."""

from __future__ import annotations

import pytest

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sequence.messages import Diagram
from pytest_threatmodel.artifacts.sequence.messages import Divider
from tests.artifacts.sequence.models import drawn
from tests.artifacts.sequence.models import messages
from tests.artifacts.snapshots import BANK

THREE = "a, b, c = Server('A'), Server('B'), Server('C')\n"


def names(diagram: Diagram) -> list[str]:
    return [participant.name for participant in diagram.participants]


def told(diagram: Diagram) -> list[str]:
    """Each step as it is read."""
    return [
        step.text if isinstance(step, Divider) else f"{'-' if step.order is None else step.order} {step.name}"
        for step in diagram.steps
    ]


def test_messages_come_by_their_order() -> None:
    """The order that is stated wins over the order in the file."""
    diagram = drawn(THREE + "Dataflow(a, b, 'late', order=7)\nDataflow(b, c, 'early', order=2)")
    assert told(diagram) == ["2 early", "7 late"]


def test_flows_without_any_order_are_counted_as_written() -> None:
    diagram = drawn(THREE + "Dataflow(b, c, 'one')\nDataflow(a, b, 'two')")
    assert told(diagram) == ["1 one", "2 two"]


def test_flows_without_an_order_come_first_and_are_set_apart() -> None:
    """A number never says more than the author did."""
    diagram = drawn(
        THREE + "Dataflow(a, b, 'first', order=1)\nDataflow(b, c, 'some time')\nDataflow(b, a, 'zero', order=0)"
    )
    assert told(diagram) == ["In no stated order", "- some time", "In this order", "0 zero", "1 first"]


def test_is_ordered_numbers_all_flows() -> None:
    diagram = drawn("tm.isOrdered = True\n" + THREE + "Dataflow(a, b, 'one')\nDataflow(b, c, 'two')")
    assert told(diagram) == ["1 one", "2 two"]


def test_responses_are_told_from_requests() -> None:
    diagram = drawn(
        THREE + "ask = Dataflow(a, b, 'ask')\nDataflow(b, a, 'answer', responseTo=ask)\nDataflow(b, c, 'go')"
    )
    assert [message.is_response for message in messages(diagram)] == [False, True, False]


def test_lifelines_stand_in_the_order_in_which_messages_reach_them() -> None:
    """Whoever takes no part stands last."""
    diagram = drawn(
        THREE + "idle, d = Datastore('Idle'), Actor('D')\nDataflow(d, c, 'x')\nDataflow(c, a, 'y')\nDataflow(a, b, 'z')"
    )
    assert names(diagram) == ["D", "C", "A", "B", "Idle"]


def test_what_has_an_order_decides_where_lifelines_stand() -> None:
    diagram = drawn(THREE + "Dataflow(c, b, 'some time')\nDataflow(a, b, 'first', order=1)")
    assert names(diagram) == ["A", "B", "C"]


def test_lifelines_of_one_zone_stand_together() -> None:
    """Inner zones lie within outer ones, and what is directly in the outer one is not torn apart."""
    diagram = drawn(
        "cloud = Boundary('Cloud')\n"
        "dmz = Boundary('DMZ', inBoundary=cloud)\nvault = Boundary('Vault', inBoundary=cloud)\n"
        "a, b = Server('A', inBoundary=cloud), Server('B', inBoundary=dmz)\n"
        "c, d = Server('C', inBoundary=cloud), Server('D', inBoundary=vault)\n"
        "e, f = Server('E', inBoundary=dmz), Server('F')\n"
        "for one, two in ((a, b), (b, f), (f, c), (c, d), (d, e)): Dataflow(one, two, 'x')\n"
    )
    assert names(diagram) == ["A", "C", "B", "E", "D", "F"]
    assert [[zone.name for zone in each.path] for each in diagram.participants][1:5] == [
        ["Cloud"],
        ["Cloud", "DMZ"],
        ["Cloud", "DMZ"],
        ["Cloud", "Vault"],
    ]


def test_a_boundary_has_a_lifeline_where_a_flow_ends_at_it() -> None:
    diagram = drawn("a, z = Server('A'), Boundary('Z'); y = Boundary('Y')\nDataflow(a, z, 'x')")
    assert [(each.name, each.shape, [zone.name for zone in each.path]) for each in diagram.participants] == [
        ("A", "round", []),
        ("Z", "zone", ["Z"]),
    ]


def test_a_flow_may_end_at_data_or_at_another_flow() -> None:
    diagram = drawn("a = Server('A')\nx = Dataflow(a, a, 'x')\nDataflow(a, x, 'y')\nDataflow(a, Data('D'), 'z')")
    assert names(diagram) == ["A", "x", "D"]


def test_levels_leave_out_elements_and_flows_without_both_ends() -> None:
    """A message keeps its number on every level."""
    source = THREE + "d = Server('Deep', levels=[1])\nDataflow(a, d, 'x')\nDataflow(a, b, 'y')\nDataflow(d, d, 'z')"
    assert told(drawn(source, Request(levels=frozenset({0})))) == ["2 y"]
    assert "Deep" not in names(drawn(source, Request(levels=frozenset({0}))))
    assert told(drawn(source, Request(levels=frozenset({1})))) == ["3 z"]
    assert told(drawn(source, Request(levels=frozenset({0, 1})))) == ["1 x", "2 y", "3 z"]


@pytest.mark.parametrize(
    ("source", "levels", "says"),
    [("", None, "This model has no elements to draw"), (THREE, frozenset({3, 2}), "No element is on level 2, 3")],
)
def test_nothing_to_draw_is_said(source: str, levels: frozenset[int] | None, says: str) -> None:
    diagram = drawn(source, Request(levels=levels))
    assert (diagram.participants, diagram.steps, diagram.nothing) == ((), (), says)


def test_elements_without_flows_are_drawn_with_a_word() -> None:
    assert told(drawn(THREE)) == ["No dataflows between these elements"]


def test_a_message_tells_protocol_port_protection_and_data() -> None:
    told = {message.name: (message.way, message.data) for message in messages(drawn(BANK))}
    assert told["Log in"] == ("HTTPS:443, encrypted", ("Password",))
    assert told["Transfer"] == ("HTTP:80, unencrypted", ("Card number",))
    assert told["Archive rows"] == ("encrypted", ())


def test_kinds_have_their_shapes_and_words() -> None:
    """A user's own kind has the shape of the nearest kind that has one, and its own name."""
    kinds = (
        "Actor, ExternalEntity, Server, Process, SetOfProcesses, Lambda, LLM, Agent, Datastore, Asset, Element, Queue"
    )
    source = f"class Queue(Datastore): pass\nfor kind in ({kinds}): kind(kind.__name__)"
    assert {each.name: (each.shape, each.kind) for each in drawn(source).participants} == {
        "Actor": ("person", "actor"),
        "ExternalEntity": ("square", "external entity"),
        "Server": ("round", "server"),
        "Process": ("round", "process"),
        "SetOfProcesses": ("stack", "set of processes"),
        "Lambda": ("hexagon", "function"),
        "LLM": ("octagon", "language model"),
        "Agent": ("octagon", "agent"),
        "Datastore": ("store", "datastore"),
        "Asset": ("square", "asset"),
        "Element": ("square", "element"),
        "Queue": ("store", "Queue"),
    }
