"""The model: its elements, how they are found, and every complaint at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.model.enums import Action
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption

from .conftest import START
from .conftest import Write

if TYPE_CHECKING:
    from .conftest import LoadText

UNTYPED: Any = Model


def complaints(tm: Model) -> list[str]:
    with pytest.raises(ModelProblems) as caught:
        tm.check()
    return [problem.problem for problem in caught.value.problems]


def test_elements_join_the_model_by_themselves_in_order() -> None:
    dmz = Boundary("DMZ")
    tm = Model("Shop")
    user, web, db = Actor("User"), Server("Web", inBoundary=dmz), Datastore("DB")
    card = Data("card")
    order = Dataflow(user, web, "Order", data=card)
    assert tm.elements == [dmz, user, web, db, card, order]
    assert (tm.dataflows, tm.boundaries, tm.data, tm.actors) == ([order], [dmz], [card], [user])
    assert tm.assets == [web, db]


def test_a_model_takes_its_fields_as_arguments_or_later() -> None:
    early = Model("Shop", description="Web shop", onDuplicates="restrict", threatsFile="extra.json", isOrdered=True)
    late = Model("Shop")
    late.description = "Web shop"
    late.onDuplicates = Action.RESTRICT
    late.threatsFile = ["extra.json"]
    late.isOrdered = True
    assert early.facts.given == late.facts.given
    assert early.threatsFile == ("extra.json",)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"descripton": "x"}, "Model \"Shop\" has no attribute 'descripton'; did you mean 'description'?"),
        ({"assumption": []}, "did you mean 'assumptions'?"),
        ({"isOrdered": "yes"}, "Model \"Shop\": isOrdered = 'yes' is not accepted, expected True or False"),
        ({"onDuplicates": "forbid"}, "expected an Action: NO_ACTION, RESTRICT, IGNORE"),
        ({"assumptions": "x"}, r"expected Assumption(...) or a list of them"),
        ({"elements": []}, "'elements' is no field"),
        ({"place": "Berlin"}, "has no attribute 'place'"),
    ],
)
def test_a_wrong_argument_of_a_model_is_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ModelError) as caught:
        UNTYPED("Shop", **arguments)
    assert text in str(caught.value)
    assert "test_model.py" in str(caught.value)


def test_an_element_is_found_by_label_key_or_name() -> None:
    tm = Model("Shop")
    web, keyed = Server("Web Server"), Server("Other", key="other-1")
    first, second = Server("Twin"), Server("Twin")
    assert tm["Web Server"] is web
    assert tm["other-1"] is keyed
    assert tm["Other"] is keyed
    assert (tm["Twin"], tm["Twin #2"]) == (first, second)


def test_a_flow_is_found_by_its_name_or_with_its_ends() -> None:
    tm = Model("Shop")
    user, web = Actor("User"), Server("Web")
    there, back, other = Dataflow(user, web, "Send"), Dataflow(web, user, "Send"), Dataflow(user, web, "Other")
    assert (tm["Send (User -> Web)"], tm["Send (Web -> User)"], tm["Other"]) == (there, back, other)
    with pytest.raises(ModelError) as caught:
        tm["Send"]
    assert caught.value.problem == ("Model \"Shop\" has 2 elements 'Send': 'Send (User -> Web)', 'Send (Web -> User)'")


@pytest.mark.parametrize(
    ("label", "hint"), [("Web Sever", "did you mean 'Web Server'?"), ("web server", "did you mean 'Web Server'?")]
)
def test_an_unknown_label_gets_the_nearest(label: str, hint: str) -> None:
    tm = Model("Shop")
    Server("Web Server")
    with pytest.raises(ModelError) as caught:
        tm[label]
    assert (caught.value.problem, caught.value.hint) == (f"Model \"Shop\" has no element '{label}'", hint)


@pytest.mark.parametrize("label", [0, None, ("Web",), slice(1)])
def test_elements_are_not_found_by_anything_else(label: Any) -> None:
    """Which also ends a loop over the model, whose elements are `tm.elements`."""
    tm = Model("Shop")
    Server("Web")
    with pytest.raises(ModelError, match="elements are found by label, got"):
        tm[label]
    with pytest.raises(ModelError, match="elements are found by label, got 0"):
        list(tm)  # type: ignore[call-overload]


def test_a_good_model_has_no_complaint() -> None:
    tm = Model("Shop")
    Dataflow(Actor("User"), Server("Web", inBoundary=Boundary("DMZ")), "Order")
    assert tm.check()


def test_every_complaint_comes_at_once_with_its_place() -> None:
    tm = Model(" ")
    first, second = Boundary("First"), Boundary("Second")
    first.inBoundary, second.inBoundary = second, first
    web = Server("", key="web")
    Server("Other", key="web")
    order = Dataflow(web, web, "Order")
    order.response = order
    with pytest.raises(ModelProblems) as caught:
        tm.check()
    assert [problem.problem for problem in caught.value.problems] == [
        "an element of kind Server has an empty name",
        f'Server "Other": key \'web\' is that of Server "" as well ({web.place})',
        'Boundary "First" is inside itself',
        'Boundary "Second" is inside itself',
        'Dataflow "Order" is its own response',
        "the model has no name",
    ]
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert all("test_model.py:" in line for line in lines)


def test_a_boundary_inside_itself_is_a_complaint_and_what_it_holds_is_none() -> None:
    tm = Model("Shop")
    first = Boundary("First")
    first.inBoundary = first
    Boundary("Innocent", inBoundary=first)
    Server("Web", inBoundary=first)
    assert complaints(tm) == ['Boundary "First" is inside itself']


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_a_name_is_not_empty(name: str) -> None:
    tm = Model("Shop")
    Boundary(name)
    assert complaints(tm) == ["an element of kind Boundary has an empty name"]


def test_elements_of_another_model_are_strangers(write: Write) -> None:
    common = load_model(write("threatmodel_a.py", START + 'web = Server("Web")\ndmz = Boundary("DMZ")')).module
    tm = Model("Other")
    own = Actor("User", inBoundary=common.dmz)
    Dataflow(own, common.web, "Order", response=None)
    assert complaints(tm) == [
        'Actor "User": inBoundary is Boundary "DMZ", which belongs to another model',
        'Dataflow "Order": sink is Server "Web", which belongs to another model',
    ]


def test_the_end_of_a_flow_cannot_be_taken_away() -> None:
    order = Dataflow(Actor("User"), Server("Web"), "Order")
    with pytest.raises(ModelError):
        order.sink = None  # type: ignore[assignment]


# Unused elements


def test_unused_elements_are_left_out_when_asked() -> None:
    tm = Model("Shop", ignoreUnused=True)
    outer, unused = Boundary("Outer"), Boundary("Unused")
    inner = Boundary("Inner", inBoundary=outer)
    user, web, db = Actor("User"), Server("Web", inBoundary=inner), Datastore("DB", inBoundary=unused)
    card, other = Data("card"), Data("other")
    order = Dataflow(user, web, "Order", data=card)
    assert tm.elements == [outer, inner, user, web, card, order]
    tm.ignoreUnused = False
    assert tm.elements == [outer, unused, inner, user, web, db, card, other, order]


def test_data_that_reaches_a_flow_otherwise_is_used() -> None:
    """It is known to be carried, and completed, only when the model is checked; checking twice changes nothing."""
    tm = Model("Shop", ignoreUnused=True)
    sent, named, unused = Data("sent"), Data("named", credentialsLife="LONG"), Data("unused")
    order = Dataflow(Actor("User", data=sent), Server("Web"), "Order")
    named.carriedBy = order
    for _ in range(2):
        tm.check()
        assert tm.data == [sent, named]
        assert order.data == (named, sent)
        assert named.isCredentials
    assert unused not in tm.elements


def test_what_is_unused_has_no_label() -> None:
    tm = Model("Shop", ignoreUnused=True)
    Server("Web")
    web = Server("Web")
    Dataflow(web, web, "Ping")
    assert tm.labels() == ["Web", "Ping"]
    assert tm["Web"] is web


# Duplicates


def twins(**second: Any) -> tuple[Model, Dataflow, Dataflow]:
    tm = Model("Shop", onDuplicates=Action.RESTRICT)
    user, web = Actor("User"), Server("Web")
    left = Dataflow(user, web, "Left", protocol="HTTP", controls={"isEncrypted": True})
    values: dict[str, Any] = {"protocol": "HTTP", "controls": {"isEncrypted": True}} | second
    return tm, left, Dataflow(user, web, "Right", **values)


@pytest.mark.parametrize("value", [Action.NO_ACTION, Action.IGNORE, "ignore"])
def test_equal_flows_are_no_problem_by_themselves(value: Any) -> None:
    tm, left, right = twins()
    tm.onDuplicates = value
    assert tm.check()
    assert tm.duplicates() == [(left, right)]


@pytest.mark.parametrize("difference", [{}, {"key": "k"}, {"note": "again"}, {"order": 3}])
def test_flows_that_are_equal_but_for_name_key_note_and_order_are_duplicates(difference: dict[str, Any]) -> None:
    tm, left, _ = twins(**difference)
    assert complaints(tm) == [f'Dataflow "Right" duplicates Dataflow "Left" ({left.place})']


@pytest.mark.parametrize(
    "difference",
    [{"protocol": "HTTPS"}, {"dstPort": 80}, {"controls": {}}, {"data": "card"}, {"inScope": False}],
)
def test_flows_that_say_something_else_are_none(difference: dict[str, Any]) -> None:
    tm, _, _ = twins(**difference)
    assert tm.check()
    assert tm.check()
    assert tm.duplicates() == []


def test_what_flows_inherit_makes_no_duplicates() -> None:
    """One is a response by its own word, the other because of its request: still so after the first check."""
    tm = Model("Shop", onDuplicates=Action.RESTRICT)
    user, web = Actor("User"), Server("Web")
    request = Dataflow(user, web, "Request")
    Dataflow(web, user, "First", isResponse=True)
    Dataflow(web, user, "Second", responseTo=request)
    assert tm.check()
    assert tm.check()


def test_each_pair_of_many_equal_flows_is_named() -> None:
    tm = Model("Shop")
    user, web = Actor("User"), Server("Web")
    first, second, third = (Dataflow(user, web, str(number)) for number in range(3))
    assert tm.duplicates() == [(first, second), (first, third), (second, third)]


# Several models outside of a load


def test_models_in_one_file_each_get_what_comes_after_them() -> None:
    first, web = Model("First"), Server("Web")
    second, db = Model("Second"), Datastore("DB")
    assert (first.elements, second.elements) == ([web], [db])
    assert first.check()
    assert second.check()


def test_a_checked_model_keeps_its_problems_to_itself() -> None:
    Model("First", assumptions=[Assumption("x")])
    Boundary("")
    second = Model("Second")
    assert second.check()


def test_a_name_with_a_lone_surrogate_is_no_problem(load_text: LoadText) -> None:
    tm = load_text(r'Server("Web\ud800\x00")').model
    assert tm.labels() == ["Web\\ud800\\x00"]
    assert tm["Web\\ud800\\x00"].describe().isprintable()
