"""What is drawn: elements, boundaries, flows, levels, merged responses and counts."""

from __future__ import annotations

from pytest_threatmodel.artifacts.dfd.build import scene
from pytest_threatmodel.artifacts.dfd.labels import findings_text
from pytest_threatmodel.artifacts.dfd.labels import flow_lines
from pytest_threatmodel.artifacts.dfd.labels import node_lines
from pytest_threatmodel.artifacts.dfd.scene import Answer
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.snapshot.read import is_open
from tests.artifacts.dfd.pictures import drawn
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import bank
from tests.artifacts.snapshots import BANK


def names(shown: Scene) -> set[str]:
    return {item.name for item in (*shown.nodes, *shown.zones.values(), *(flow.item for flow in shown.flows))}


def test_data_are_no_nodes() -> None:
    shown = drawn(BANK)
    assert [node.name for node in shown.nodes][:3] == ["Customer", "Credit agency", "Web Server"]
    assert {zone.name for zone in shown.zones.values()} == {"Internet", "Cloud", "DMZ", "Vault"}
    assert "Card number" not in names(shown)


def test_responses_are_drawn_with_their_requests() -> None:
    flows = {flow.item.name: flow for flow in drawn(BANK).flows}
    assert flows["Log in"].answer == Answer("Welcome", 2)
    assert "Welcome" not in flows
    assert [line.text for line in flow_lines(flows["Log in"], drawn(BANK))] == [
        "1. Log in",
        "2. Welcome",
        "HTTPS:443, encrypted",
    ]


def test_responses_stand_alone_where_the_model_does_not_merge() -> None:
    shown = drawn(BANK.replace("mergeResponses=True", "mergeResponses=False"))
    assert {"Log in", "Welcome", "Look up", "Rows"} <= names(shown)
    assert all(flow.answer is None for flow in shown.flows)


def test_counts_are_those_of_open_findings() -> None:
    snapshot = bank()
    shown = scene(snapshot, Request())
    items = {item.name: item for item in (*shown.nodes, *(flow.item for flow in shown.flows))}
    open_pairs = [pair for pair in snapshot["pairs"] if is_open(pair)]
    web = [pair["severity"] for pair in open_pairs if pair["element"] == "Web Server"]
    assert "critical" in web
    assert items["Web Server"].findings is not None
    assert findings_text(items["Web Server"].findings) == f"{len(web)} findings, worst critical"
    both = [pair for pair in open_pairs if pair["element"] in ("Look up", "Rows")]
    found = items["Look up"].findings
    assert found is not None
    assert found.count == len(both)


def test_decided_findings_do_not_count() -> None:
    shown = drawn(DECIDED, Request())
    assert all(item.findings is None for item in (*shown.nodes, *(flow.item for flow in shown.flows)))


def test_without_colours_there_are_no_counts() -> None:
    shown = drawn(BANK, Request(color="none"))
    assert all(node.findings is None for node in shown.nodes)


def test_levels_leave_out_elements_and_their_flows() -> None:
    source = """
zone, empty, deep = Boundary("Zone"), Boundary("Empty"), Boundary("Deep", levels=[1])
one, two = Server("One", levels=[0, 1], inBoundary=zone), Server("Two", levels=[1], inBoundary=zone)
three = Server("Three", inBoundary=deep)
Dataflow(one, two, "Inner")
Dataflow(one, three, "Outer")
"""
    assert names(drawn(source, Request(levels=frozenset({1})))) == {"Zone", "Deep", "One", "Two", "Inner"}
    assert names(drawn(source, Request(levels=frozenset({0})))) == {"Zone", "Empty", "Deep", "One", "Three", "Outer"}
    assert len(names(drawn(source))) == 8


def test_a_level_without_elements_says_so() -> None:
    shown = drawn("Server('Web')", Request(levels=frozenset({3, 7})))
    assert shown.nothing == "No element is on level 3, 7"
    assert drawn("").nothing == "This model has no elements to draw"


def test_flows_without_an_order_are_counted_and_stated_orders_stay() -> None:
    head = "one, two = Server('One'), Server('Two')\n"
    flows = drawn(head + "Dataflow(one, two, 'A')\nDataflow(one, two, 'B')").flows
    assert [flow.order for flow in flows] == [1, 2]
    flows = drawn(head + "Dataflow(one, two, 'A')\nDataflow(one, two, 'B', order=7)").flows
    assert [flow.order for flow in flows] == [None, 7]


def test_own_kinds_are_drawn_as_their_nearest_by_their_own_name() -> None:
    (node,) = drawn("class Vault(Datastore):\n    pass\nVault('Keys')").nodes
    assert (node.kind, node.look.shape) == ("Vault", "store")
    assert [line.text for line in node_lines(node)] == ["Keys", "«Vault»"]


def test_very_many_flows_have_numbers_only() -> None:
    shown = drawn("one = Server('One')\nfor n in range(201): Dataflow(one, one, f'Flow {n}')")
    assert shown.is_simple
    assert [line.text for line in flow_lines(shown.flows[-1], shown)] == ["201"]
    assert not drawn("one = Server('One')\nfor n in range(200): Dataflow(one, one, f'Flow {n}')").is_simple
