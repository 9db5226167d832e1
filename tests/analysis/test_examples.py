"""Examples: models made of the tables in packs, on which threats fire or do not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.analysis.examples import ExampleError
from pytest_threatmodel.analysis.examples import broken_examples
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.examples import failing_examples
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Lambda
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.registry import current
from pytest_threatmodel.model.vocabulary import DeclaredField
from tests.analysis.models import library_of
from tests.analysis.models import threat


def built(kind: str, **values: Any) -> Any:
    """The element that an example is about."""
    return build_example(Example(kind, values))[1]


def test_an_example_is_an_element_of_its_kind_with_its_values() -> None:
    server = built("Server", usesCache=True, controls={"isHardened": True}, name="Front")
    assert type(server) is Server
    assert (server.name, server.usesCache, server.controls.isHardened) == ("Front", True, True)
    assert not server.controls.isEncrypted
    assert server.is_stated("usesCache")


def test_the_neighbours_of_a_flow_are_made_with_it() -> None:
    flow = built("Dataflow", tlsVersion="TLSv12", source={"kind": "Lambda"}, sink={"kind": "Datastore", "isSQL": False})
    assert type(flow) is Dataflow
    assert flow.tlsVersion is TLSVersion.TLSv12
    assert type(flow.source) is Lambda
    assert type(flow.sink) is Datastore
    assert flow.sink.isSQL is False


def test_ends_that_are_left_out_are_an_actor_and_a_server() -> None:
    flow = built("Dataflow")
    assert (type(flow.source), type(flow.sink)) == (Actor, Server)


def test_inputs_and_outputs_are_flows_with_their_other_ends() -> None:
    flows = {"inputs": [{"protocol": "HTTP"}, {"source": {"kind": "Lambda"}}], "outputs": [{"sink": {"kind": "Actor"}}]}
    server = built("Server", **flows)
    assert [type(flow.source) for flow in server.inputs] == [Actor, Lambda]
    assert server.inputs[0].protocol == "HTTP"
    assert [type(flow.sink) for flow in server.outputs] == [Actor]
    assert all(flow.source is server for flow in server.outputs)


def test_neighbours_may_have_neighbours() -> None:
    flow = built("Dataflow", sink={"kind": "Server", "outputs": [{"sink": {"kind": "Datastore"}}]})
    assert [type(one.sink) for one in flow.sink.outputs] == [Datastore]


def test_data_and_boundaries_are_made_by_table_and_name() -> None:
    """Boundaries of one name are one boundary."""
    flow = built(
        "Dataflow",
        data=[{"isPII": True}, {"classification": "SECRET"}],
        source={"inBoundary": "Internet"},
        sink={"inBoundary": "DMZ", "inputs": [{"source": {"inBoundary": "Internet"}}]},
    )
    assert [data.isPII for data in flow.data] == [True, False]
    assert isinstance(flow.source.inBoundary, Boundary)
    assert flow.source.inBoundary is not flow.sink.inBoundary
    assert [one.source.inBoundary for one in flow.sink.inputs] == [flow.source.inBoundary] * 2


def test_an_example_is_completed_by_inheritance() -> None:
    flow = built("Dataflow", sink={"kind": "Server", "protocol": "HTTP"}, source={"kind": "Server", "data": [{}]})
    assert flow.protocol == "HTTP"
    assert len(flow.data) == 1


def test_declared_fields_can_be_stated() -> None:
    library = library_of(
        threat("target.usesQueue", targets=("Server",)),
        fields=(DeclaredField("usesQueue", ("Server",), "bool", "fact", "It does."),),
    )
    _, element = build_example(Example("Server", {"usesQueue": True}), library.vocabulary.declared)
    assert element.facts.given["usesQueue"] is True


def test_an_example_joins_no_other_model() -> None:
    before = list(current().elements)
    built("Server")
    assert current().elements == before


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("Sever", {}, "unknown kind 'Sever'"),
        ("Server", {"usesCahce": True}, "no attribute 'usesCahce'; did you mean 'usesCache'?"),
        ("Server", {"usesCache": "yes"}, "usesCache = 'yes' is not accepted, expected True or False"),
        ("Server", {"controls": {"isHardned": True}}, "no attribute 'isHardned'; did you mean 'isHardened'?"),
        ("Server", {"controls": True}, "controls = True is not accepted"),
        ("Server", {"inputs": {"protocol": "HTTP"}}, "is no list of tables"),
        ("Server", {"inputs": ["HTTP"]}, "is no list of tables"),
        ("Server", {"inBoundary": 3}, "inBoundary = 3 is no text"),
        ("Server", {"data": "rows"}, "is no list of tables"),
        ("Dataflow", {"source": "User"}, "source = 'User' is no table"),
        ("Dataflow", {"sink": {"kind": 3}}, "unknown kind 3"),
        ("Boundary", {"data": [{"isPII": True}]}, "no attribute 'data'"),
    ],
)
def test_what_describes_no_element_is_refused(kind: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ExampleError) as caught:
        build_example(Example(kind, values))
    assert message in str(caught.value)
    assert "<example>" not in str(caught.value)


def broken(condition: str, vulnerable: tuple[Example, ...] = (), safe: tuple[Example, ...] = ()) -> list[str]:
    one = threat(condition, targets=("Server",), vulnerable=vulnerable, safe=safe)
    return list(broken_examples(one, Rulebook(library_of(one))))


CACHE, PLAIN = Example("Server", {"usesCache": True}), Example("Server", {})


def test_examples_that_hold_say_nothing() -> None:
    assert broken("target.usesCache", (CACHE,), (PLAIN,)) == []


def test_examples_that_do_not_hold_are_told_with_place_and_number() -> None:
    assert broken("target.usesCache", (CACHE, PLAIN), (CACHE,)) == [
        "own.toml:7: threat T1, vulnerable example 2 (Server): the condition is False, expected True",
        "own.toml:7: threat T1, safe example 1 (Server): the condition is True, expected False",
    ]


def test_an_example_that_describes_nothing_costs_only_itself() -> None:
    assert broken("target.usesCache", (Example("Sever", {}), PLAIN)) == [
        "own.toml:7: threat T1, vulnerable example 1: unknown kind 'Sever'",
        "own.toml:7: threat T1, vulnerable example 2 (Server): the condition is False, expected True",
    ]


def test_an_example_must_be_a_target_of_its_threat() -> None:
    assert broken("target.usesCache", (Example("Actor", {}),)) == [
        "own.toml:7: threat T1, vulnerable example 1: Actor is no target of the threat"
    ]


def test_only_the_packs_that_are_asked_about_are_checked() -> None:
    library = library_of(threat("target.usesCache", targets=("Server",), vulnerable=(PLAIN,)))
    assert len(list(failing_examples(library, library.packs))) == 1
    assert list(failing_examples(library, [])) == []


class Queue(Server):
    """A kind that a model's author made."""

    isDurable: bool = fact(default=False)


def test_examples_may_be_of_a_models_own_kinds() -> None:
    example = Example("Queue", {"isDurable": True, "inputs": [{"source": {"kind": "Queue"}}]})
    _, queue = build_example(example, own=[Queue])
    assert isinstance(queue, Queue)
    assert isinstance(queue.inputs[0].source, Queue)
