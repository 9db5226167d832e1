"""Records: a model as plain objects."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.records import blank_record
from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.library.condition.missing import MISSING
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.analysis.models import SHOP
from tests.analysis.models import library_of
from tests.analysis.models import model_of


def records_of(source: str, fields: tuple[DeclaredField, ...] = ()) -> dict[str, Any]:
    """Name -> record of every element."""
    library = library_of(fields=fields)
    model = model_of(source, library)
    records = make_records(model.load.elements, library.vocabulary)
    return {element.name: record for element, record in zip(model.load.elements, records, strict=True)}


def test_every_field_of_the_kind_is_an_attribute() -> None:
    """Stated, inherited and unstated values read alike."""
    records = records_of(SHOP + "order.tlsVersion = 'TLSv12'\nweb.protocol = 'HTTP'\nweb.controls.isHardened = True")
    order, web = records["Place order"], records["Web Server"]
    assert order.tlsVersion is TLSVersion.TLSv12
    assert (order.protocol, order.usesVPN, order.dstPort) == ("HTTP", False, -1)
    assert (web.controls.isHardened, web.controls.isEncrypted) == (True, False)
    kinds = standard_vocabulary().kinds
    for record in records.values():
        assert all(getattr(record, name) is not MISSING for name in kinds[record._kind].fields)


def test_what_nobody_gave_takes_no_room_in_a_record() -> None:
    """Packs add hundreds of fields to each kind."""
    assert len(vars(records_of(SHOP)["Web Server"].controls)) < 5


def test_given_holds_what_was_stated_or_inherited_and_no_relation_but_data() -> None:
    records = records_of(SHOP + "web.protocol = 'HTTP'\norder.data = 'the order'\nweb.controls.usesMFA = False")
    order = records["Place order"]
    assert order._given.keys() == {"name", "protocol", "data"}
    assert records["Web Server"].controls._given == {"usesMFA": False}
    assert records["Insert order"]._given.keys() == {"name"}


def test_relations_are_records_and_collections_are_tuples_of_them() -> None:
    records = records_of(SHOP + "zone = Boundary('DMZ')\nweb.inBoundary = zone\norder.data = 'the order'")
    order, web, query = records["Place order"], records["Web Server"], records["Insert order"]
    assert order.source is records["User"]
    assert order.sink is web
    assert web.inputs == (order,)
    assert web.outputs == (query,)
    assert order.data == (records["the order"],)
    assert web.inBoundary is records["DMZ"]
    assert records["User"].inBoundary is None
    assert query.data == ()


def test_a_record_knows_its_kind_those_above_and_its_element() -> None:
    web = records_of(SHOP)["Web Server"]
    assert web._kind == "Server"
    assert web._kinds == {"Server", "Asset", "Element"}
    assert web._node.name == "Web Server"
    assert web.controls._kind == "Controls"
    assert web.controls._node is web._node.controls
    assert repr(web) == '<Record Server "Web Server">'
    assert repr(web.controls) == '<Record Server "Web Server": controls>'


def test_what_a_kind_lacks_is_missing() -> None:
    records = records_of(SHOP)
    assert records["User"].isSQL is MISSING
    assert records["Web Server"].controls.isSQL is MISSING


def test_relations_to_elements_outside_lead_nowhere() -> None:
    """A record never leads to an element that has no record."""
    model = model_of(SHOP)
    web, order = model["Web Server"], model["Place order"]
    first, second = make_records([web, order], standard_vocabulary())
    assert second.source is None
    assert second.sink is first
    assert first.outputs == ()


def test_declared_fields_are_attributes_too() -> None:
    """Those of elements, and those of controls."""
    fields = (
        DeclaredField("usesQueue", ("Server",), "bool", "fact", "It does."),
        DeclaredField("signsMessages", ("Server",), "bool", "control", "It does."),
        DeclaredField("retries", ("Server",), "int", "fact", "How often.", default=3),
    )
    web = records_of(SHOP + "web.usesQueue = True\nweb.controls.signsMessages = True", fields)["Web Server"]
    assert (web.usesQueue, web.controls.signsMessages, web.retries) == (True, True, 3)
    assert web._given["usesQueue"] is True
    assert "retries" not in web._given


def test_fields_of_the_authors_own_kinds_are_attributes() -> None:
    source = SHOP + "class Queue(Server):\n    isDurable: bool = False\nqueue = Queue('Queue', isDurable=True)"
    model = model_of(source)
    kinds = dict.fromkeys(type(element) for element in model.elements)
    records = make_records(model.load.elements, standard_vocabulary().with_kinds(kinds))
    queue: Any = records[-1]
    assert queue.isDurable is True
    assert queue._kinds == {"Queue", "Server", "Asset", "Element"}


def test_a_blank_record_has_every_default_and_nothing_given() -> None:
    """It has controls of its own, so that conditions can read them."""
    node = model_of(SHOP)["Place order"]
    blank: Any = blank_record("Data", standard_vocabulary(), node)
    assert isinstance(blank, Record)
    assert (blank.isPII, blank.carriedBy, blank._given, blank._kind) == (False, (), {}, "Data")
    assert blank.controls.isEncryptedAtRest is False
    assert blank.controls._given == {}
