"""The vocabulary: kinds with their fields, extended by packs and by a user's own kinds."""

from __future__ import annotations

import pytest

from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary

ON_SERVER = DeclaredField("rendersTables", ("Server",), "bool", "fact", "It renders tables.")
CONTROL = DeclaredField("scansUploads", ("Server",), "bool", "control", "It scans.")


class Portal(Server):
    """A server with a face."""

    rendersPages: bool = True


def test_the_standard_vocabulary_has_every_kind_with_its_fields() -> None:
    vocabulary = standard_vocabulary()
    assert list(vocabulary.kinds) == [*(kind.kind() for kind in KINDS), "Controls"]
    assert vocabulary.enums == ENUMS
    server = vocabulary.kinds["Server"]
    assert (server.bases, server.doc) == (("Server", "Asset", "Element"), "A server that answers requests.")
    assert server.fields["usesCache"] is Server.usesCache
    assert vocabulary.kinds["Controls"].bases == ("Controls",)
    assert vocabulary is standard_vocabulary()


def test_fields_of_kinds_are_those_of_their_special_cases_as_well() -> None:
    vocabulary = standard_vocabulary()
    assert vocabulary.sub_kinds(["Process", "Boundary"]) == ("Process", "SetOfProcesses", "Boundary")
    assert vocabulary.sub_kinds(["Controls"]) == ("Controls",)
    assert vocabulary.sub_kinds([]) == ()
    fields = vocabulary.fields_of(["Asset"])
    assert {"OS", "usesCache", "isSQL", "codeType", "isThirdParty"} <= fields.keys()
    assert "isAdmin" not in fields
    assert "isAdmin" in vocabulary.fields_of(["Element"])


def test_a_declared_field_belongs_to_its_kinds_and_those_below() -> None:
    field = DeclaredField("zone", ("Asset", "Boundary"), "text", "fact", "Where.", default="EU", known=("EU", "US"))
    vocabulary = standard_vocabulary().extended([field])
    having = {name for name, info in vocabulary.kinds.items() if "zone" in info.fields}
    assert having == {*standard_vocabulary().sub_kinds(["Asset"]), "Boundary"}
    made = vocabulary.kinds["Server"].fields["zone"]
    assert (made.name, made.default, made.known, made.role, made.doc) == ("zone", "EU", ("EU", "US"), "fact", "Where.")
    assert "zone" not in standard_vocabulary().kinds["Server"].fields


def test_a_declared_control_stands_under_the_controls_of_every_element() -> None:
    vocabulary = standard_vocabulary().extended([CONTROL])
    assert vocabulary.kinds["Controls"].fields["scansUploads"].stronger is True
    assert "scansUploads" not in vocabulary.kinds["Server"].fields
    assert CONTROL.owners() == ("Controls",)


def test_what_a_kind_has_already_stays_as_it_is() -> None:
    again = DeclaredField("usesCache", ("Server",), "text", "fact", "Something else.")
    vocabulary = standard_vocabulary().extended([again])
    assert vocabulary.kinds["Server"].fields["usesCache"] is Server.usesCache
    assert vocabulary.declared == {}


def test_packs_add_up() -> None:
    vocabulary = standard_vocabulary().extended([ON_SERVER]).extended([CONTROL])
    assert set(vocabulary.declared) == {"Server", "Controls"}
    assert "rendersTables" in vocabulary.kinds["Server"].fields


@pytest.mark.parametrize(
    ("type_", "natural"), [("bool", False), ("int", -1), ("text", ""), ("Classification", Classification.UNKNOWN)]
)
def test_a_declared_field_without_a_default_has_that_of_its_type(type_: str, natural: object) -> None:
    assert DeclaredField("x", ("Server",), type_, "fact", "It is.").field().default == natural


def test_a_declared_default_is_converted_or_refused() -> None:
    assert DeclaredField("x", ("Server",), "int", "fact", "It is.", default="3").field().default == 3
    with pytest.raises(ValueProblem):
        DeclaredField("x", ("Server",), "bool", "fact", "It is.", default="yes").field()


@pytest.mark.parametrize(
    ("type_", "role", "stronger", "expected"),
    [
        ("bool", "fact", None, None),
        ("bool", "protection", None, True),
        ("bool", "control", False, False),
        ("text", "protection", None, None),
        ("text", "protection", {"a": ("b",)}, {"a": ("b",)}),
        ("TLSVersion", "protection", "higher", "higher"),
    ],
)
def test_what_protects_is_stronger_when_it_is_on(type_: str, role: str, stronger: object, expected: object) -> None:
    field = DeclaredField("x", ("Server",), type_, role, "It is.", stronger=stronger)  # type: ignore[arg-type]
    assert field.field().stronger == expected


def test_a_users_kind_joins_with_its_own_and_with_declared_fields() -> None:
    vocabulary = standard_vocabulary().extended([ON_SERVER]).with_kinds([Portal, Server, Datastore])
    portal = vocabulary.kinds["Portal"]
    assert (portal.bases, portal.doc) == (("Portal", "Server", "Asset", "Element"), "A server with a face.")
    assert {"rendersPages", "rendersTables", "usesCache"} <= portal.fields.keys()
    assert "rendersPages" in vocabulary.fields_of(["Server"])
    assert "rendersPages" not in vocabulary.kinds["Server"].fields


def test_without_own_kinds_the_vocabulary_is_the_same() -> None:
    vocabulary = standard_vocabulary()
    assert vocabulary.with_kinds([Server, Datastore]) is vocabulary
