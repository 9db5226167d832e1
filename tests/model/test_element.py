"""Elements: how they are made, what they take, what they know of it, and own kinds."""

from __future__ import annotations

import copy
import typing
from typing import Any
from typing import ClassVar

import pytest

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.fields import Bool
from pytest_threatmodel.model.fields import control
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.fields import protection
from pytest_threatmodel.model.inherit import inherit
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.origin import Inherited
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import Stated
from pytest_threatmodel.model.registry import DeclaredFields
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary

from .conftest import START
from .conftest import Write

#: A kind without its types, for names that are made up.
UNTYPED: Any = Server
UNTYPED_FLOW: Any = Dataflow


def facts_of(element: Element) -> dict[str, Any]:
    return {**element.facts.given, "controls": element.controls.facts.given}


def test_keyword_arguments_and_later_assignment_are_the_same() -> None:
    dmz, card = Boundary("DMZ"), Data("card")
    early = Server("Web", OS="Linux", inBoundary=dmz, data=[card], levels=1, controls={"isHardened": True})
    late = Server("Web")
    late.OS = "Linux"
    late.inBoundary = dmz
    late.data = [card]
    late.levels = 1
    late.controls.isHardened = True
    assert facts_of(early) == facts_of(late)


def test_positional_arguments_may_be_named() -> None:
    user, web = Actor(name="User"), Server(name="Web")
    order = Dataflow(source=user, sink=web, name="Order")
    assert (order.source, order.sink, order.name) == (user, web, "Order")
    assert Dataflow(user, web, name="Order").facts.given == order.facts.given


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: UNTYPED(), "Server() needs name"),
        (lambda: UNTYPED("Web", "DMZ"), "Server() takes name by position, got 2"),
        (lambda: UNTYPED("Web", name="Web"), "Server() got name twice"),
        (lambda: UNTYPED_FLOW(Server("Web"), Server("DB")), "Dataflow() needs name"),
        (lambda: UNTYPED_FLOW(), "Dataflow() needs source, sink, name"),
        (lambda: UNTYPED_FLOW(1, 2, 3, 4), "Dataflow() takes source, sink, name by position, got 4"),
        (lambda: UNTYPED(5), "Server: name = 5 is not accepted, expected text (str)"),
    ],
)
def test_wrong_arguments_are_named(make: Any, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert caught.value.problem == text
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_the_last_value_counts() -> None:
    web = Server("Web", OS="Linux")
    web.OS = "BSD"
    assert web.OS == "BSD"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("usescache", "usesCache"),
        ("inBoundry", "inBoundary"),
        ("descripton", "description"),
        ("validatesInpt", "validatesInput"),
        ("isHardend", "isHardened"),
        ("mark", "marks"),
        ("xyzzy", None),
        ("_private", None),
    ],
)
def test_an_unknown_attribute_is_an_error_with_the_nearest_name(name: str, hint: str | None) -> None:
    """When it is set, when it is given as an argument, and when it is read."""
    web = Server("Web")
    for use in (
        lambda: setattr(web, name, True),
        lambda: UNTYPED("Web", **{name: True}),
        lambda: getattr(web, name),
    ):
        with pytest.raises(UnknownAttribute) as caught:
            use()
        assert caught.value.problem == f"Server \"Web\" has no attribute '{name}'"
        assert caught.value.hint == (None if hint is None else f"did you mean {hint!r}?")
        assert caught.value.place is not None
        assert caught.value.place.file == __file__


def test_an_unknown_control_is_an_error_with_the_nearest_name() -> None:
    web = Server("Web")
    for use in (
        lambda: setattr(web.controls, "isHardend", True),
        lambda: getattr(web.controls, "isHardend"),  # noqa: B009
        lambda: setattr(web, "controls", {"isHardend": True}),
    ):
        with pytest.raises(UnknownAttribute) as caught:
            use()
        assert caught.value.problem == "Server \"Web\": controls has no attribute 'isHardend'"
        assert caught.value.hint == "did you mean 'isHardened'?"
    with pytest.raises(UnknownAttribute, match=r"Controls has no attribute 'isHardend'; did you mean 'isHardened'\?"):
        Controls(isHardend=True)  # type: ignore[call-arg]


def test_a_wrong_control_names_the_element() -> None:
    with pytest.raises(ModelError) as caught:
        Server("Web").controls.isHardened = "yes"  # type: ignore[assignment]
    assert caught.value.problem == (
        "Server \"Web\": controls: isHardened = 'yes' is not accepted, expected True or False"
    )


def test_a_fact_is_no_control_and_a_misspelt_one_no_method() -> None:
    web = Server("Web")
    with pytest.raises(UnknownAttribute, match="controls has no attribute 'OS'"):
        web.controls.OS = "Linux"  # type: ignore[attr-defined]
    assert not hasattr(web, "__missing__")
    assert hasattr(web, "usesCache")
    assert not hasattr(web, "usesCahce")


@pytest.mark.parametrize("name", ["facts", "load", "place", "own_controls", "kind", "inside", "describe", "fields"])
def test_what_an_element_is_made_of_cannot_be_set(name: str) -> None:
    web = Server("Web")
    before = vars(web).copy()
    with pytest.raises(UnknownAttribute):
        setattr(web, name, "Berlin")
    with pytest.raises(UnknownAttribute):
        UNTYPED("Web", **{name: "Berlin"})
    assert vars(web) == before


def test_controls_are_one_object_that_takes_over_what_is_assigned() -> None:
    web, shared = Server("Web"), Controls(isHardened=True, usesMFA=False)
    kept = web.controls
    web.controls = shared
    web.controls = {"validatesInput": True}
    assert web.controls is kept
    assert kept.facts.given == {"isHardened": True, "usesMFA": False, "validatesInput": True}
    shared.isHardened = False
    assert web.controls.isHardened


@pytest.mark.parametrize("value", [None, True, "isHardened", ["isHardened"], 3])
def test_what_is_no_controls_is_refused(value: Any) -> None:
    with pytest.raises(ModelError, match=r"expected Controls\(\.\.\.\) or a dictionary of controls"):
        Server("Web").controls = value


def test_controls_by_something_else_than_a_name_are_refused() -> None:
    with pytest.raises(ModelError, match='Server "Web": controls: 1 is no name of a control'):
        Server("Web").controls = {1: True}  # type: ignore[dict-item]


def test_controls_taken_from_another_element_are_those_its_author_stated() -> None:
    """What it inherited is no statement, and would not be one here."""
    tm = Model("Shop")
    web, db = Server("Web"), Datastore("DB", controls={"isEncrypted": True})
    query = Dataflow(web, db, "Query", controls={"usesVPN": True})
    inherit(tm)
    assert query.controls.isEncrypted
    other = Dataflow(web, web, "Other")
    other.controls = query.controls
    assert other.controls.facts.given == {"usesVPN": True}


def test_a_value_knows_whether_and_where_it_was_stated() -> None:
    web = Server("Web", OS="Linux")
    web.usesCache = True
    line = test_a_value_knows_whether_and_where_it_was_stated.__code__.co_firstlineno
    assert web.facts.origins["OS"] == Stated(Place(__file__, line + 1))
    assert web.facts.origins["usesCache"] == Stated(Place(__file__, line + 2))
    assert web.is_stated("OS")
    assert not web.is_stated("usesVPN")
    assert "usesVPN" not in web.facts.given


def test_stating_the_default_is_a_statement() -> None:
    web = Server("Web", usesCache=False)
    web.controls.isHardened = False
    assert web.is_stated("usesCache")
    assert web.controls.is_stated("isHardened")


def test_an_inherited_value_gives_way_to_a_stated_one() -> None:
    web = Server("Web")
    web.inherit("OS", "Linux", "Host", "OS", Place("host.py", 3))
    assert (web.OS, web.is_stated("OS")) == ("Linux", False)
    assert web.facts.origins["OS"] == Inherited("Host", "OS", Place("host.py", 3))
    web.OS = "BSD"
    web.inherit("OS", "Linux", "Host", "OS")
    assert (web.OS, web.is_stated("OS")) == ("BSD", True)


def test_a_place_reads_as_file_and_line_or_as_line_within_the_file() -> None:
    place = Place("/srv/models/common.py", 12)
    assert str(place) == "common.py:12"
    assert place.within("/srv/models/common.py") == "line 12"
    assert place.within("/srv/models/threatmodel_shop.py") == "common.py:12"


def test_an_element_shows_kind_and_name() -> None:
    assert repr(Server("Web")) == '<Server "Web">'
    assert str(Server("Web")) == "Server(Web)"
    assert Server("a\nb\ud800").describe() == 'Server "a\\nb\\ud800"'


def test_a_kind_knows_what_it_is_a_case_of() -> None:
    assert Server.kinds() == ("Server", "Asset", "Element")
    assert (Data.kinds(), Boundary.kinds()) == (("Data", "Element"), ("Boundary", "Element"))


def test_a_copy_is_no_new_element() -> None:
    web = Server("Web", OS="Linux")
    before = list(web.load.elements)
    assert copy.copy(web).OS == "Linux"
    assert web.load.elements == before


# Own kinds


class Portal(Server):
    """A user's kind, with every way to declare a field."""

    rendersMarkdown: bool = False
    owner: str = "nobody"
    replicas: int = 1
    oldest: TLSVersion = TLSVersion.TLSv12
    isPublic: Bool = fact(default=True, doc="Anybody can reach it.")
    checksUploads = control(default=False)
    behindProxy: Bool = protection(default=False)
    usesCache = True
    usesVPN: bool = True
    protocol = "https"
    COLOURS: ClassVar[dict[str, str]] = {"ok": "green"}
    LIMIT: typing.ClassVar[int] = 3
    plain = "no field, as it has no annotation"

    def __init__(self, name: str, **values: Any) -> None:
        self.replicas = 2
        super().__init__(name, **values)

    @property
    def team(self) -> str:
        return self.owner

    @team.setter
    def team(self, value: str) -> None:
        self.owner = value


def test_an_annotated_default_is_an_own_field() -> None:
    own = {name: str(field.type) for name, field in Portal.fields.items() if name not in Server.fields}
    assert own == {
        "rendersMarkdown": "bool",
        "owner": "text",
        "replicas": "int",
        "oldest": "TLSVersion",
        "isPublic": "bool",
        "checksUploads": "bool",
        "behindProxy": "bool",
    }


def test_own_fields_are_checked_and_remembered_like_all() -> None:
    portal = Portal("Portal", rendersMarkdown=True, oldest="tlsv13")
    assert (portal.rendersMarkdown, portal.oldest) == (True, TLSVersion.TLSv13)
    assert portal.is_stated("rendersMarkdown")
    assert not portal.is_stated("owner")
    with pytest.raises(ModelError, match='Portal "Portal": owner = 3 is not accepted'):
        portal.owner = 3  # type: ignore[assignment]
    with pytest.raises(UnknownAttribute, match="did you mean 'rendersMarkdown'"):
        portal.rendersMarkdwon = True  # type: ignore[attr-defined]


def test_the_specifiers_say_the_role() -> None:
    roles = {name: (Portal.fields[name].role, Portal.fields[name].stronger) for name in Portal.fields}
    assert roles["rendersMarkdown"] == ("fact", None)
    assert roles["isPublic"] == ("fact", None)
    assert roles["checksUploads"] == ("control", True)
    assert roles["behindProxy"] == ("protection", True)


def test_another_default_leaves_the_field_as_it_is() -> None:
    """A plain value in an own kind never hides the field; role, direction and known values stay."""
    portal = Portal("Portal")
    assert (portal.usesCache, portal.usesVPN, portal.protocol) == (True, True, "HTTPS")
    assert (Portal.fields["usesVPN"].role, Portal.fields["usesVPN"].stronger) == ("protection", True)
    assert Portal.fields["protocol"].known == Server.fields["protocol"].known
    assert not portal.is_stated("usesCache")
    portal.usesCache = False
    assert not portal.usesCache
    with pytest.raises(ModelError):
        portal.usesCache = "no"  # type: ignore[assignment]
    assert (Server("Web").usesCache, Server("Web").usesVPN, Server("Web").protocol) == (False, False, "")


def test_an_own_kind_may_state_fields_before_it_is_made() -> None:
    """And the element is made where its kind is called, not where its kind calls on."""
    portal = Portal("Portal")
    line = test_an_own_kind_may_state_fields_before_it_is_made.__code__.co_firstlineno + 2
    assert (portal.replicas, portal.place) == (2, Place(__file__, line))


def test_properties_and_constants_of_an_own_kind_are_its_own() -> None:
    portal = Portal("Portal")
    portal.team = "shop"
    assert (portal.owner, portal.LIMIT, portal.COLOURS) == ("shop", 3, {"ok": "green"})
    with pytest.raises(UnknownAttribute, match="'LIMIT' is no field"):
        portal.LIMIT = 4  # type: ignore[misc]
    with pytest.raises(UnknownAttribute, match="'plain' is no field; a field of an own kind is annotated"):
        portal.plain = "yes"


def test_an_own_field_called_owner_does_not_disturb_inheritance() -> None:
    """The controls have an owner too, but that is another."""
    tm = Model("Shop")
    portal = Portal("Portal", owner="shop team", controls={"isEncrypted": True})
    order = Dataflow(Actor("User"), portal, "Order")
    tm.check()
    assert order.controls.facts.origins["isEncrypted"] == Inherited(
        "Portal", "controls.isEncrypted", portal.controls.facts.origins["isEncrypted"].place
    )


def test_a_kind_below_an_own_kind_has_its_fields() -> None:
    class Intranet(Portal):
        floor: int = 0

    intranet = Intranet("Intranet", floor=3, owner="IT")
    assert (intranet.floor, intranet.owner, intranet.usesCache) == (3, "IT", True)
    assert Intranet.kinds() == ("Intranet", "Portal", "Server", "Asset", "Element")
    assert intranet.oneOf(Portal)


@pytest.mark.parametrize("name", ["state", "load", "place", "kind", "marks", "inside", "fields", "attribute_names"])
def test_a_field_cannot_take_a_name_that_every_element_uses(name: str) -> None:
    with pytest.raises(ModelError, match=f"Odd: '{name}' means something else on every element"):
        type("Odd", (Server,), {"__annotations__": {name: "str"}, name: ""})
    with pytest.raises(ModelError, match="means something else"):
        type("Odd", (Server,), {name: fact(default="")})


@pytest.mark.parametrize("default", [None, [], 1.5, {}])
def test_an_annotated_default_of_no_known_type_is_refused_where_it_is_written(default: Any) -> None:
    with pytest.raises(ModelError) as caught:
        type("Odd", (Server,), {"__annotations__": {"tags": "list[str]"}, "tags": default})
    assert caught.value.problem.startswith("Odd: the default of the field 'tags' must be True, False, a number, text")
    assert caught.value.hint == "what is no field is annotated with ClassVar"


def test_a_field_without_a_default_is_refused() -> None:
    with pytest.raises(ModelError, match="Odd: the default of the field 'team' must be"):

        class Odd(Server):
            team: str


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("port", "http", "a whole number"),
        ("usesCache", 1, "True or False"),
        ("maxClassification", "secrt", "a Classification"),
        ("data", "card", "to be set on each element"),
        ("inBoundary", None, "to be set on each element"),
        ("controls", {"isHardened": True}, "to be set on each element"),
    ],
)
def test_another_default_must_fit_the_field(name: str, value: Any, expected: str) -> None:
    """Elements are made for one model, so no default of a kind can be one."""
    with pytest.raises(ModelError) as caught:
        type("Odd", (Server,), {name: value})
    assert f"Odd: {name} = " in caught.value.problem
    assert f"expected {expected}" in caught.value.problem


def test_a_model_may_have_own_fields_too() -> None:
    class Landscape(Model):
        region: str = "EU"

    tm = Landscape("Shop", region="US")
    assert (tm.region, tm.describe()) == ("US", 'Landscape "Shop"')
    with pytest.raises(ModelError, match="'elements' means something else"):
        type("Odd", (Model,), {"elements": fact(default="")})


# Fields that packs declare


def declared(*fields: DeclaredField) -> DeclaredFields:
    return standard_vocabulary().extended(fields).declared


MARKDOWN = DeclaredField("rendersTables", ("Server",), "bool", "fact", "It renders tables.")
REGION = DeclaredField("region", ("Element",), "text", "fact", "Where.", default="EU")
SCAN = DeclaredField("scansUploads", ("Server",), "bool", "control", "It scans.")
CLASS = DeclaredField("floorClass", ("Boundary",), "Classification", "fact", "Which.", default="PUBLIC")


def test_declared_fields_work_while_a_file_is_loaded_and_afterwards(write: Write) -> None:
    text = """
web = Server("Web", rendersTables=True)
web.region = "US"
web.controls.scansUploads = True
dmz = Boundary("DMZ", floorClass="secret")
"""
    tm = load_model(write("threatmodel_shop.py", START + text), declared(MARKDOWN, REGION, SCAN, CLASS)).model
    web, dmz = tm["Web"], tm["DMZ"]
    assert web.rendersTables is True  # type: ignore[attr-defined]
    assert web.region == "US"  # type: ignore[attr-defined]
    assert web.controls.scansUploads is True  # type: ignore[attr-defined]
    assert dmz.floorClass is Classification.SECRET  # type: ignore[attr-defined]
    assert dmz.region == "EU"  # type: ignore[attr-defined]
    assert dmz.controls.scansUploads is False  # type: ignore[attr-defined]
    assert web.is_stated("rendersTables")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('Actor("User", rendersTables=True)', 'Actor "User" has no attribute'),
        ('Server("Web").rendersTable = True', "did you mean 'rendersTables'?"),
        ('Server("Web").controls.scanUploads = True', "did you mean 'scansUploads'?"),
        ('Server("Web", rendersTables="yes")', "rendersTables = 'yes' is not accepted, expected True or False"),
        ('Server("Web").scansUploads = True', 'Server "Web" has no attribute'),
    ],
)
def test_declared_fields_are_checked_like_all(write: Write, line: str, text: str) -> None:
    with pytest.raises(Exception, match=r"threatmodel_shop.py") as caught:
        load_model(write("threatmodel_shop.py", START + line), declared(MARKDOWN, REGION, SCAN))
    assert text in str(caught.value)


def test_without_the_pack_its_fields_are_unknown(write: Write) -> None:
    with pytest.raises(Exception, match="has no attribute 'rendersTables'"):
        load_model(write("threatmodel_shop.py", START + 'Server("Web", rendersTables=True)'))


def test_of_two_declarations_that_of_the_nearer_kind_counts(write: Write) -> None:
    fields = declared(
        DeclaredField("zone", ("Element",), "text", "fact", "Where.", default="any"),
        DeclaredField("zone", ("Server",), "text", "fact", "Where.", default="rack"),
    )
    tm = load_model(write("threatmodel_shop.py", START + 'Server("Web")\nActor("User")'), fields).model
    assert (tm["Web"].zone, tm["User"].zone) == ("rack", "any")  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["__dict__", "__class__"])
def test_what_python_keeps_on_an_object_is_no_field(name: str) -> None:
    with pytest.raises(UnknownAttribute, match=name):
        setattr(Server("Web"), name, None)
