"""Inheritance: what elements take from each other where their author said nothing."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Finding
from pytest_threatmodel.model.origin import Inherited


@pytest.fixture
def tm() -> Model:
    return Model("Shop")


def origin(element: Element, name: str) -> tuple[str, str]:
    """From whom and from which field a value came."""
    node = element.controls if name.startswith("controls.") else element
    found = node.facts.origins[name.removeprefix("controls.")]
    assert isinstance(found, Inherited)
    return found.owner, found.field


def test_a_flow_takes_protocol_port_and_encryption_from_its_sink(tm: Model) -> None:
    web = Server("Web", protocol="HTTPS", port=443, controls={"isEncrypted": True})
    order = Dataflow(Actor("User", protocol="HTTP", port=1), web, "Order")
    tm.check()
    assert (order.protocol, order.dstPort, order.controls.isEncrypted) == ("HTTPS", 443, True)
    assert origin(order, "protocol") == ("Web", "protocol")
    assert origin(order, "dstPort") == ("Web", "port")
    assert origin(order, "controls.isEncrypted") == ("Web", "controls.isEncrypted")
    assert order.facts.origins["protocol"].place == web.facts.origins["protocol"].place


def test_a_flow_takes_how_its_source_checks_the_other_end(tm: Model) -> None:
    user = Actor("User", controls={"authenticatesDestination": True, "checksDestinationRevocation": True})
    web = Server("Web", controls={"authenticatesDestination": False})
    order = Dataflow(user, web, "Order")
    tm.check()
    assert order.controls.authenticatesDestination
    assert order.controls.checksDestinationRevocation
    assert origin(order, "controls.authenticatesDestination") == ("User", "controls.authenticatesDestination")


def test_other_controls_are_not_taken(tm: Model) -> None:
    web = Server("Web", controls={"authenticatesSource": True, "usesVPN": True, "isHardened": True})
    order = Dataflow(web, web, "Order")
    tm.check()
    assert order.controls.facts.given == {}


def test_what_the_author_states_wins_also_where_it_is_the_default(tm: Model) -> None:
    web = Server("Web", protocol="HTTPS", port=443, controls={"isEncrypted": True})
    order = Dataflow(Actor("User"), web, "Order", protocol="", dstPort=-1, controls={"isEncrypted": False})
    tm.check()
    assert (order.protocol, order.dstPort, order.controls.isEncrypted) == ("", -1, False)
    assert order.is_stated("protocol")


def test_what_nobody_said_stays_unstated(tm: Model) -> None:
    order = Dataflow(Actor("User"), Server("Web"), "Order")
    tm.check()
    assert set(order.facts.given) == {"source", "sink", "name"}


# Responses


@pytest.mark.parametrize("how", ["response", "responseTo", "isResponse"])
def test_a_response_finds_its_request(tm: Model, how: str) -> None:
    """By the one flow that states it, or as the only flow the other way."""
    user, web = Actor("User"), Server("Web")
    request, answer = Dataflow(user, web, "Request"), Dataflow(web, user, "Answer")
    Dataflow(web, Datastore("DB"), "Query")
    if how == "response":
        request.response = answer
    elif how == "responseTo":
        answer.responseTo = request
    else:
        answer.isResponse = True
    tm.check()
    assert (request.response, answer.responseTo, answer.isResponse) == (answer, request, True)
    assert (request.isResponse, request.responseTo, answer.response) == (False, None, None)


def test_of_several_requests_none_is_guessed(tm: Model) -> None:
    user, web = Actor("User"), Server("Web")
    first, second = Dataflow(user, web, "First"), Dataflow(user, web, "Second")
    answer = Dataflow(web, user, "Answer", isResponse=True)
    tm.check()
    assert (answer.responseTo, first.response, second.response) == (None, None, None)


def test_the_first_of_several_responses_is_the_response(tm: Model) -> None:
    user, web = Actor("User"), Server("Web")
    request = Dataflow(user, web, "Request")
    first, second = (Dataflow(web, user, name, responseTo=request) for name in ("First", "Second"))
    tm.check()
    assert (request.response, first.responseTo, second.responseTo) == (first, request, request)


def test_a_response_from_an_element_to_itself_is_not_its_own_request(tm: Model) -> None:
    web = Server("Web")
    answer = Dataflow(web, web, "Answer", isResponse=True)
    assert tm.check()
    assert tm.check()
    assert (answer.responseTo, answer.response) == (None, None)


def test_a_response_takes_from_its_request_first(tm: Model) -> None:
    """Unlike in pytm, where it asks the other end only, which says nothing about this connection."""
    user, web = Actor("User"), Server("Web", protocol="HTTP", port=80)
    request = Dataflow(user, web, "Request", protocol="HTTPS", dstPort=443, tlsVersion="TLSv13")
    request.controls.isEncrypted = True
    answer = Dataflow(web, user, "Answer", responseTo=request)
    tm.check()
    assert (answer.protocol, answer.srcPort, answer.dstPort) == ("HTTPS", 443, -1)
    assert (answer.tlsVersion, answer.controls.isEncrypted) == (TLSVersion.TLSv13, True)
    assert origin(answer, "protocol") == ("Request", "protocol")
    assert origin(answer, "srcPort") == ("Request", "dstPort")


def test_what_a_response_takes_names_where_it_was_stated(tm: Model) -> None:
    """Not the request, which took it from elsewhere itself."""
    user, web = Actor("User"), Server("Web", protocol="HTTPS", controls={"isEncrypted": True})
    request = Dataflow(user, web, "Request")
    answer = Dataflow(web, user, "Answer", responseTo=request)
    tm.check()
    assert origin(answer, "protocol") == ("Web", "protocol")
    assert origin(answer, "controls.isEncrypted") == ("Web", "controls.isEncrypted")


def test_a_response_without_request_takes_from_its_source(tm: Model) -> None:
    web = Server("Web", protocol="HTTPS", port=443, controls={"isEncrypted": True})
    answer = Dataflow(web, Actor("User", protocol="FTP"), "Answer", isResponse=True)
    tm.check()
    assert (answer.protocol, answer.srcPort, answer.dstPort) == ("HTTPS", 443, -1)
    assert answer.controls.isEncrypted


def test_a_response_does_not_depend_on_the_order_of_flows(tm: Model) -> None:
    user, web, proxy = Actor("User"), Server("Web", protocol="HTTPS"), Server("Proxy", protocol="HTTP")
    answer = Dataflow(proxy, user, "Answer")
    request = Dataflow(user, web, "Request")
    answer.responseTo = request
    tm.check()
    assert answer.protocol == "HTTPS"


def test_a_response_takes_no_checks_of_its_source(tm: Model) -> None:
    web = Server("Web", controls={"authenticatesDestination": True})
    answer = Dataflow(web, Actor("User"), "Answer", isResponse=True)
    tm.check()
    assert not answer.controls.authenticatesDestination


# Order and levels


def test_flows_are_numbered_as_written_when_asked(tm: Model) -> None:
    web = Server("Web")
    first, second = Dataflow(web, web, "First"), Dataflow(web, web, "Second")
    tm.check()
    assert (first.order, second.order) == (-1, -1)
    tm.isOrdered = True
    tm.check()
    assert (first.order, second.order) == (1, 2)
    assert origin(second, "order") == ("the model", "isOrdered")


def test_stated_numbers_stay_and_flows_without_come_first(tm: Model) -> None:
    tm.isOrdered = True
    web = Server("Web")
    flows = [Dataflow(web, web, name, order=order) for name, order in (("A", 2), ("B", 1))]
    flows += [Dataflow(web, web, name) for name in "CD"]
    for _ in range(2):
        tm.check()
        assert [(flow.name, flow.order) for flow in flows] == [("A", 2), ("B", 1), ("C", 1), ("D", 2)]


def test_flows_come_by_their_order(tm: Model) -> None:
    web = Server("Web")
    for name, order in (("A", 2), ("B", -1), ("C", 1)):
        Dataflow(web, web, name, order=order)
    assert [flow.name for flow in tm.dataflows] == ["B", "C", "A"]


def test_a_flow_is_drawn_on_the_levels_of_both_ends(tm: Model) -> None:
    user, web, db = Actor("User", levels=[0, 1]), Server("Web", levels=[1, 2]), Datastore("DB")
    order, query = Dataflow(user, web, "Order"), Dataflow(web, db, "Query")
    stated = Dataflow(user, web, "Stated", levels=2)
    tm.check()
    assert (order.levels, query.levels, stated.levels) == (frozenset({1}), frozenset(), frozenset({2}))


# Data


def test_a_flow_carries_the_data_of_its_source_besides_its_own(tm: Model) -> None:
    card, address, other = Data("card"), Data("address"), Data("other")
    user = Actor("User", data=[card, other])
    own, none = Dataflow(user, Server("Web"), "Own", data=[address, card]), Dataflow(user, Server("DB"), "None")
    tm.check()
    assert own.data == (address, card, other)
    assert none.data == (card, other)
    assert own.is_stated("data")
    assert origin(none, "data") == ("User", "data")


def test_data_says_by_what_it_is_carried_and_processed(tm: Model) -> None:
    card = Data("card")
    user, web, db = Actor("User"), Server("Web"), Datastore("DB")
    order, query = Dataflow(user, web, "Order", data=card), Dataflow(web, db, "Query", data=card)
    Dataflow(web, user, "Answer")
    tm.check()
    assert card.carriedBy == (order, query)
    assert card.processedBy == (user, web, db)


def test_data_may_state_by_what_it_is_carried(tm: Model) -> None:
    """And what else carries it is added."""
    card = Data("card")
    user, web, db = Actor("User"), Server("Web"), Datastore("DB")
    query = Dataflow(web, db, "Query", data=card)
    order = Dataflow(user, web, "Order")
    card.carriedBy = [order]
    card.processedBy = [db]
    for _ in range(2):
        tm.check()
        assert order.data == (card,)
        assert card.carriedBy == (order, query)
        assert card.processedBy == (db, web, user)


def test_what_is_stated_anew_between_two_checks_counts(tm: Model) -> None:
    card, address = Data("card"), Data("address")
    user = Actor("User", data=card)
    order = Dataflow(user, Server("Web", protocol="HTTP"), "Order", data=address)
    tm.check()
    assert order.data == (address, card)
    user.data = ()
    order.sink.protocol = "HTTPS"  # type: ignore[attr-defined]
    tm.check()
    assert list(order.data) == [address]
    assert order.protocol == "HTTPS"
    assert list(card.carriedBy) == []
    order.data = card
    tm.check()
    assert order.data == (card,)


@pytest.mark.parametrize(
    ("stated", "credentials", "life"),
    [
        ({}, False, Lifetime.NONE),
        ({"isCredentials": True}, True, Lifetime.UNKNOWN),
        ({"credentialsLife": "LONG"}, True, Lifetime.LONG),
        ({"isCredentials": False, "credentialsLife": "LONG"}, False, Lifetime.LONG),
        ({"isCredentials": True, "credentialsLife": "NONE"}, True, Lifetime.NONE),
    ],
)
def test_credentials_and_their_life_imply_each_other(
    tm: Model, stated: dict[str, Any], credentials: bool, life: Lifetime
) -> None:
    password = Data("password", **stated)
    tm.check()
    assert (password.isCredentials, password.credentialsLife) == (credentials, life)


def test_encryption_at_rest_stays_with_the_store() -> None:
    """Unlike in pytm, where shared data keeps what the first of its flows says; here no order of flows matters."""
    for order in permutations(range(2)):
        tm = Model("Shop")
        card = Data("card", isStored=True)
        web = Server("Web")
        stores = [
            Datastore("Safe", controls={"isEncryptedAtRest": True}),
            Datastore("Open", controls={"isEncryptedAtRest": False}),
        ]
        for number in order:
            Dataflow(web, stores[number], f"To {number}", data=card)
        tm.check()
        assert not card.is_stated("isDestEncryptedAtRest")
        assert "isDestEncryptedAtRest" not in card.facts.given
        assert "isSourceEncryptedAtRest" not in card.facts.given


def test_inputs_and_outputs_follow_from_flows_without_responses(tm: Model) -> None:
    user, web, db = Actor("User"), Server("Web"), Datastore("DB")
    order, query = Dataflow(user, web, "Order"), Dataflow(web, db, "Query")
    Dataflow(db, web, "Rows", responseTo=query)
    tm.check()
    assert (user.inputs, user.outputs) == ((), (order,))
    assert (web.inputs, web.outputs) == ((order,), (query,))
    assert (db.inputs, db.outputs) == ((query,), ())


def test_flows_between_kinds_without_inputs_are_no_problem(tm: Model) -> None:
    Dataflow(Element("Any"), Element("Other"), "Flow")
    assert tm.check()


def test_overrides_stay_with_the_element_that_has_them(tm: Model) -> None:
    """A flow does not take them from its ends: an override is about one element."""
    web = Server("Web", overrides=[Finding(threat_id="AC01", severity="low")])
    order = Dataflow(Actor("User"), web, "Order")
    tm.check()
    assert order.overrides == []
