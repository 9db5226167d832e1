"""Fields: how a value is checked and converted, and in which direction a field protects more."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.fields import control
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.fields import nearest
from pytest_threatmodel.model.fields import protection
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model

HERE = Path(__file__).name


def flow() -> Dataflow:
    return Dataflow(Actor("User"), Server("Web"), "Order")


@pytest.mark.parametrize("value", [80, "80", " 80 ", "0080"])
def test_a_number_may_be_text(value: int | str) -> None:
    assert Dataflow(Actor("User"), Server("Web"), "Order", dstPort=value).dstPort == 80


@pytest.mark.parametrize("value", ["", "8o", "80.0", "1_000", "٨٠", "1" * 5_000, 80.0, True, None, [80]])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ModelError, match="expected a whole number"):
        flow().dstPort = value


@pytest.mark.parametrize("value", [1, "1", [1], (1,), {1}, [1, "1"], iter([1])])
def test_levels_take_one_number_or_several(value: Any) -> None:
    server = Server("Web")
    server.levels = value
    assert server.levels == frozenset({1})


@pytest.mark.parametrize("value", [True, [True], ["x"], {1: 2}, None, 1.0])
def test_levels_refuse_what_is_no_number(value: Any) -> None:
    with pytest.raises(ModelError, match=r"expected (a whole number|whole numbers)"):
        Server("Web").levels = value


@pytest.mark.parametrize("value", [1, 0, "True", "yes", None, []])
def test_yes_or_no_is_never_guessed(value: Any) -> None:
    with pytest.raises(ModelError, match="expected True or False"):
        Server("Web").usesCache = value


@pytest.mark.parametrize("value", [b"HTTP", 80, None, ["HTTP"]])
def test_text_is_never_made_of_something_else(value: Any) -> None:
    with pytest.raises(ModelError, match=r"expected text \(str\)"):
        flow().protocol = value


@pytest.mark.parametrize(
    ("written", "kept"),
    [("http", "HTTP"), ("Https", "HTTPS"), ("postgres", "PostgreSQL"), ("Our Own", "Our Own"), ("", "")],
)
def test_a_known_protocol_is_kept_as_rules_spell_it(written: str, kept: str) -> None:
    """Any other protocol stays as the author wrote it."""
    assert Server("Web", protocol=written).protocol == kept


@pytest.mark.parametrize(
    ("value", "kept"), [("a.py", ("a.py",)), (["b.py", "a.py"], ("b.py", "a.py")), ({"b.py", "a.py"}, ("a.py", "b.py"))]
)
def test_a_list_of_text_may_be_one_text(value: Any, kept: tuple[str, ...]) -> None:
    """Order is kept; a set, which has none, is sorted, so that every run sees the same."""
    assert Server("Web", sourceFiles=value).sourceFiles == kept


@pytest.mark.parametrize("value", [3, ["a.py", 3], {"a.py": 1}, b"a.py", None])
def test_a_list_of_text_holds_nothing_else(value: Any) -> None:
    with pytest.raises(ModelError, match="expected text or a list of text"):
        Server("Web").sourceFiles = value


@pytest.mark.parametrize(
    ("kind", "name", "written", "kept"),
    [
        (Dataflow, "tlsVersion", "TLSv12", TLSVersion.TLSv12),
        (Dataflow, "tlsVersion", "tlsv12", TLSVersion.TLSv12),
        (Dataflow, "tlsVersion", TLSVersion.TLSv12, TLSVersion.TLSv12),
        (Server, "maxClassification", "secret", Classification.SECRET),
        (Datastore, "type", "aws_s3", DatastoreType.AWS_S3),
        (Data, "credentialsLife", "short", Lifetime.SHORT),
        (Data, "credentialsLife", "SHORT_LIVED", Lifetime.SHORT),
        (Data, "credentialsLife", "auto_revokable", Lifetime.AUTO),
    ],
)
def test_an_enumeration_accepts_names_in_any_case(kind: type, name: str, written: Any, kept: Enum) -> None:
    """The values of those enumerations whose values are text count as names as well."""
    element = flow() if kind is Dataflow else kind("It")
    setattr(element, name, written)
    assert getattr(element, name) is kept


@pytest.mark.parametrize("value", ["6", 6, "", None, Classification.SECRET, "TLS"])
def test_what_is_no_member_is_refused_with_all_members(value: Any) -> None:
    """A number is no name: "2" would be SSLv2 and not TLS 1.2."""
    with pytest.raises(ModelError, match=r"expected a TLSVersion: NONE, SSLv1, .*, TLSv13"):
        flow().tlsVersion = value


@pytest.mark.parametrize(
    ("kind", "name", "written", "meant"),
    [
        (Dataflow, "tlsVersion", "TLSv1.2", "TLSv12"),
        (Server, "maxClassification", "topsecret", "TOP_SECRET"),
        (Data, "credentialsLife", "hard-coded", "HARDCODED"),
        (Datastore, "type", "S3", None),
    ],
)
def test_a_misspelt_member_gets_the_nearest(kind: type, name: str, written: str, meant: str | None) -> None:
    element = flow() if kind is Dataflow else kind("It")
    with pytest.raises(ModelError) as caught:
        setattr(element, name, written)
    assert caught.value.hint == (None if meant is None else f"did you mean {meant!r}?")


def test_text_stands_for_data_that_has_only_a_name() -> None:
    order = flow()
    order.data = "card number"
    (card,) = order.data
    assert (type(card), card.name, card.classification) == (Data, "card number", Classification.UNKNOWN)


def test_data_is_one_or_several_each_text_or_data() -> None:
    card = Data("card")
    wanted: list[tuple[Any, list[str]]] = [
        (card, ["card"]),
        ([card, "address"], ["card", "address"]),
        ((card, card), ["card"]),
        ([], []),
        ("", []),
        ("  ", []),
    ]
    for written, names in wanted:
        assert [data.name for data in Server("Web", data=written).data] == names


def test_data_of_a_set_stands_in_the_same_order_in_every_run() -> None:
    """Elements as they were created, text as it sorts: ids follow from it, and workers must agree on them."""
    first, second, third = Data("z"), Data("y"), Data("x")
    assert Server("Web", data={third, second, first}).data == (first, second, third)
    assert [data.name for data in Server("Web", data={"c", "a", "b"}).data] == ["a", "b", "c"]


@pytest.mark.parametrize("value", [3, None, {"card": 1}, [3], b"card", Data])
def test_what_is_no_data_is_refused(value: Any) -> None:
    with pytest.raises(ModelError, match="expected a Data or a list of them"):
        flow().data = value


def test_elements_of_another_kind_are_refused() -> None:
    with pytest.raises(ModelError, match="expected a Data or a list of them"):
        flow().data = Server("Web")  # type: ignore[assignment]
    with pytest.raises(ModelError, match="expected a Boundary"):
        Server("Web").inBoundary = Server("DMZ")  # type: ignore[assignment]


def test_a_kind_is_no_element() -> None:
    with pytest.raises(ModelError, match=r"sink = <class .*> is not accepted, expected an Element"):
        Dataflow(Actor("User"), Server, "Order")  # type: ignore[arg-type]


def test_a_boundary_may_be_taken_away() -> None:
    web = Server("Web", inBoundary=Boundary("DMZ"))
    web.inBoundary = None
    assert web.inBoundary is None


@pytest.mark.parametrize("end", [None, "Web", 3, object()])
def test_a_flow_goes_to_elements_only(end: Any) -> None:
    with pytest.raises(ModelError, match=r"sink = .* is not accepted, expected an Element"):
        Dataflow(Actor("User"), end, "Order")
    with pytest.raises(ModelError, match=r"source = .* is not accepted, expected an Element"):
        flow().source = end


def _wrong_values() -> list[tuple[type[Any], str, Any, str]]:
    """Every field of every kind, with a value that fits none, and how the message goes on."""
    return [
        (kind, field.name, value, text)
        for kind in KINDS
        for field in kind.fields.values()
        for value, text in ((object, f"{field.name} = <class 'object'> is not accepted, expected "),)
    ]


@pytest.mark.parametrize(("kind", "name", "value", "text"), _wrong_values())
def test_a_wrong_value_names_element_field_value_and_line(kind: type[Any], name: str, value: Any, text: str) -> None:
    """And what was expected, and the file; on every field of every kind."""
    element = flow() if kind is Dataflow else kind("It")
    with pytest.raises(ModelError) as caught:
        setattr(element, name, value)
    assert caught.value.problem.startswith(f'{kind.__name__} "{element.name}": {text}')
    assert caught.value.place is not None
    assert str(caught.value).endswith(f"({HERE}:{caught.value.place.line})")


def test_the_line_is_the_one_that_states_the_value() -> None:
    order = flow()
    with pytest.raises(ModelError) as caught:
        order.dstPort = "many"
    line = test_the_line_is_the_one_that_states_the_value.__code__.co_firstlineno + 3
    assert str(caught.value) == (
        f"Dataflow \"Order\": dstPort = 'many' is not accepted, expected a whole number ({HERE}:{line})"
    )


class _Unwritable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(_Unwritable(), "<_Unwritable>"), (10**5_000, "<int>"), (["x" * 500], "['" + "x" * 75 + "...")],
    ids=["unwritable", "huge", "long"],
)
def test_a_value_that_cannot_be_shown_whole_is_shown_short(value: Any, shown: str) -> None:
    with pytest.raises(ModelError) as caught:
        flow().protocol = value
    assert f"protocol = {shown} is not accepted" in caught.value.problem


def test_a_refused_value_changes_nothing() -> None:
    order = flow()
    order.dstPort = 80
    with pytest.raises(ModelError):
        order.dstPort = "many"
    assert (order.dstPort, order.is_stated("dstPort")) == (80, True)
    with pytest.raises(ModelError):
        order.srcPort = "many"
    assert not order.is_stated("srcPort")


@pytest.mark.parametrize(
    ("field", "value", "stronger"),
    [
        (Server.usesVPN, False, (True,)),
        (Server.usesVPN, True, ()),
        (Dataflow.protocol, "HTTP", ("HTTPS",)),
        (Dataflow.protocol, "", ("HTTPS",)),
        (Dataflow.protocol, "FTP", ("SFTP", "FTPS")),
        (Dataflow.protocol, "HTTPS", ()),
        (Dataflow.protocol, "Our Own", ()),
        (Dataflow.tlsVersion, TLSVersion.TLSv11, (TLSVersion.TLSv13, TLSVersion.TLSv12)),
        (Dataflow.tlsVersion, TLSVersion.TLSv13, ()),
        (Server.usesCache, False, ()),
    ],
)
def test_the_stronger_values_are_those_in_the_declared_direction(
    field: Field[Any, Any], value: Any, stronger: tuple[Any, ...]
) -> None:
    """The usual choice first; a fact protects against nothing."""
    assert field.stronger_than(value) == stronger


def test_a_control_can_be_stronger_when_it_is_off() -> None:
    field = control(default=True, stronger=False)
    assert (field.stronger_than(True), field.stronger_than(False)) == ((False,), ())


def test_the_type_of_an_own_field_is_that_of_its_default() -> None:
    assert fact(default=False).type == FieldType("bool")
    assert fact(default=3).type == FieldType("int")
    assert fact(default="").type == FieldType("text")
    assert protection(default=TLSVersion.NONE).type == FieldType("enum", "TLSVersion")


class Tier(Enum):
    GOLD = 1


@pytest.mark.parametrize("default", [None, [], 1.5, Tier.GOLD, object(), b""])
def test_a_default_of_no_known_type_is_refused(default: Any) -> None:
    with pytest.raises(TypeError, match="a field's default must be True, False, a number, text or a member"):
        fact(default=default)


def test_an_enumeration_that_only_has_the_name_of_a_known_one_is_none() -> None:
    class Action(Enum):
        RUN = 1

    with pytest.raises(TypeError, match="a field's default must be"):
        fact(default=Action.RUN)


def test_conversion_alone_says_what_was_expected() -> None:
    with pytest.raises(ValueProblem) as caught:
        Server.usesCache.convert("yes")
    assert (caught.value.expected, caught.value.hint) == ("True or False", None)


@pytest.mark.parametrize("kind", [*KINDS, Model], ids=lambda kind: kind.__name__)
def test_every_field_says_what_it_means_and_its_default_fits(kind: type[Any]) -> None:
    for name, field in kind.fields.items():
        assert field.name == name
        assert field.doc.endswith("."), name
        if not field.is_relation:
            assert field.convert(field.default) == field.default, name


@pytest.mark.parametrize(
    ("written", "meant"),
    [("usescache", "usesCache"), ("usesCahce", "usesCache"), ("", None), ("zzz", None), ("\ud800", None)],
)
def test_the_nearest_name_is_found_in_any_case(written: str, meant: str | None) -> None:
    assert nearest(written, ["usesCache", "usesVPN"]) == meant


def test_of_names_equally_near_the_first_is_meant() -> None:
    assert nearest("telnet", ["TELNET", "Telnet"]) == "TELNET"
    assert did_you_mean("telnte", ["Telnet"]) == "did you mean 'Telnet'?"


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (FieldType("bool"), "bool"),
        (FieldType("enum", "TLSVersion"), "TLSVersion"),
        (FieldType("one", "Boundary"), "Boundary"),
        (FieldType("many", "Data"), "list of Data"),
    ],
)
def test_a_type_reads_as_people_say_it(type_: FieldType, text: str) -> None:
    assert str(type_) == text
