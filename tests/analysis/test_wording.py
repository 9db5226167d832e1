"""The words for values, paths, origins and changes."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.wording import changes_text
from pytest_threatmodel.analysis.wording import element_text
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import origin_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.analysis.wording import path
from pytest_threatmodel.analysis.wording import value_text
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.origin import Inherited
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.analysis.models import FILE
from tests.analysis.models import SHOP
from tests.analysis.models import model_of


def pair(source: str, label: str) -> tuple[Element, Any]:
    """An element with its record."""
    model = model_of(SHOP + source)
    records = make_records(model.load.elements, standard_vocabulary())
    element = model[label]
    return element, records[model.load.elements.index(element)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "True"),
        (-1, "-1"),
        ("HTTP", "'HTTP'"),
        ("", "''"),
        (TLSVersion.TLSv12, "TLSv12"),
        ((), "none"),
        (frozenset({0}), "0"),
        (("a.py", "b.py"), "'a.py', 'b.py'"),
        (None, "None"),
        ("a\nb\x1b[31m\u202e", r"'a\nb\x1b[31m\u202e'"),
        ("it's", '"it\'s"'),
        ("\ud800", r"'\ud800'"),
        ("caf\u00e9 \U0001f512", "'caf\u00e9 \U0001f512'"),
    ],
)
def test_a_value_reads_as_an_author_writes_it(value: object, expected: str) -> None:
    assert value_text(value) == expected


def test_elements_are_named_in_values() -> None:
    _, order = pair("order.data = [Data('a\\nb'), Data('list')]", "Place order")
    assert value_text(order.source) == '"User"'
    assert value_text(order.data) == r'"a\nb", "list"'


def test_a_path_names_the_element_where_it_is_another() -> None:
    target, order = pair("web.name = 'Web\\x1b'", "Place order")
    assert path(order, "protocol", target) == "protocol"
    assert path(order.controls, "isEncrypted", target) == "controls.isEncrypted"
    assert path(order.source, "isAdmin", target) == '"User".isAdmin'
    assert path(order.sink.controls, "isHardened", target) == r'"Web\x1b".controls.isHardened'


def test_controls_are_their_elements() -> None:
    target, order = pair("", "Place order")
    assert owner_of(order) is target
    assert owner_of(order.controls) is target


def test_an_origin_says_where_a_value_was_written() -> None:
    _, order = pair("order.protocol = 'HTTP'", "Place order")
    assert origin_text(order, "protocol", FILE) == "stated in line 7"
    assert origin_text(order, "protocol", "threatmodel_other.py") == "stated in threatmodel_shop.py:7"
    assert origin_text(order, "usesVPN", FILE) == "never stated"


def test_an_origin_says_from_whom_a_value_was_inherited() -> None:
    _, order = pair("web.protocol = 'HTTP'\nweb.controls.isEncrypted = True", "Place order")
    assert origin_text(order, "protocol", FILE) == 'from "Web Server" protocol (line 7)'
    assert origin_text(order.controls, "isEncrypted", FILE) == 'from "Web Server" controls.isEncrypted (line 8)'


def test_an_origin_without_a_line_has_none() -> None:
    _, web = pair("", "Web Server")
    assert origin_text(web, "inputs", FILE) == 'from "the flows" inputs'
    web._node.facts.origins["port"] = Inherited('a\n"b', "port", Place("/elsewhere/common.py", 3))
    assert origin_text(web, "port", FILE) == r'from "a\n"b" port (common.py:3)'


def test_changes_read_as_an_author_makes_them() -> None:
    target, order = pair("", "Place order")
    one = Change(order.controls, "isEncrypted", True)
    other = Change(order.sink, "protocol", "HTTPS")
    assert changes_text((one,), target) == "controls.isEncrypted = True"
    assert changes_text((one, other), target) == (
        "controls.isEncrypted = True and \"Web Server\".protocol = 'HTTPS' together"
    )
    assert names_text((one,), target) == "controls.isEncrypted"
    assert names_text((one, other), target) == 'controls.isEncrypted and "Web Server".protocol together'
    assert names_text((one, one), target) == "controls.isEncrypted"


def test_an_element_is_told_by_kind_name_and_ends() -> None:
    order, _ = pair("", "Place order")
    assert element_text(order) == 'Dataflow "Place order" (User -> Web Server)'
    web, _ = pair("", "Web Server")
    assert element_text(web) == 'Server "Web Server"'
    order, _ = pair("order.name = user.name = 'a\\tb'", "a\\tb #2")
    assert element_text(order) == r'Dataflow "a\tb" (a\tb -> Web Server)'
