"""Properties: what holds for any name, any value and any model."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Process
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.labels import labels
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

#: Any text, lone surrogates included; and few enough texts that some are equal.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
NAMES = TEXTS | st.sampled_from(["Web", "Web #2", "Web\n", "Web\\n", "Web (Web -> Web)", ""])
UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def a_load() -> Any:
    """A load of its own for each generated example, as if of a file that is not on the stack."""
    return loading(Load("<example>"))


@st.composite
def landscapes(draw: st.DrawFn) -> list[Element]:
    """Elements of several kinds with any names and keys."""
    elements: list[Element] = []
    for name, kind, key in draw(
        st.lists(st.tuples(NAMES, st.sampled_from([Server, Boundary, Data, Dataflow]), NAMES | st.just("")), max_size=8)
    ):
        if kind is not Dataflow:
            elements.append(kind(name, key=key))
        elif elements:
            ends = [draw(st.sampled_from(elements)) for _ in range(2)]
            elements.append(Dataflow(ends[0], ends[1], name, key=key))
    return elements


@given(st.data())
def test_labels_are_unique_printable_and_the_same_each_time(data: st.DataObject) -> None:
    with a_load():
        elements = data.draw(landscapes())
        found = labels(elements)
        assert len(set(found)) == len(found) == len(elements)
        assert not [char for label in found for char in label if unicodedata.category(char) in UNSAFE]
        assert labels(elements) == found
        for label in found:
            label.encode()


@given(st.data())
def test_keys_are_labels(data: st.DataObject) -> None:
    """The first element of each key has it as its label, whatever the others are called."""
    with a_load():
        elements = data.draw(landscapes())
        by_label = dict(zip(labels(elements), elements, strict=True))
        keyed: dict[str, Element] = {}
        for element in elements:
            if element.key:
                keyed.setdefault(escape(element.key), element)
        assert all(by_label[key] is element for key, element in keyed.items())


@given(TEXTS)
@example("\ud800")
@example("\\")
def test_escaping_leaves_nothing_unsafe_and_ordinary_text_alone(text: str) -> None:
    escaped = escape(text)
    assert not [char for char in escaped if unicodedata.category(char) in UNSAFE]
    if not [char for char in text if unicodedata.category(char) in UNSAFE]:
        assert escaped == text
    assert escape(escaped) == escaped


@given(TEXTS)
def test_any_name_that_is_not_blank_makes_a_model(name: str) -> None:
    with a_load():
        tm = Model("Shop")
        web = Server(name)
        order = Dataflow(Actor(name), web, name)
        if name.strip():
            tm.check()
            assert tm[tm.labels()[0]] is web
        assert web.describe().isascii() or UNSAFE.isdisjoint(map(unicodedata.category, web.describe()))
        assert repr(order)


SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.sampled_from(["80", "TLSv12", "secret", "True", "HTTP"])
    | st.binary(max_size=3)
    | st.sampled_from([member for enum in ENUMS.values() for member in enum])
    | st.sampled_from([object(), Server, int, Ellipsis])
)


def values(elements: list[Element]) -> st.SearchStrategy[Any]:
    """Anything that somebody may assign, elements and collections of all sorts included."""
    flat = SCALARS | st.sampled_from(elements)
    return (
        flat
        | st.lists(flat, max_size=3)
        | st.lists(flat, max_size=3).map(tuple)
        | st.sets(flat, max_size=3)
        | st.dictionaries(flat, flat, max_size=2)
        | st.lists(flat, max_size=3).map(iter)
    )


def some_elements() -> list[Element]:
    elements: list[Element] = [kind("It") for kind in KINDS if kind is not Dataflow]
    return [*elements, Dataflow(elements[1], elements[2], "Flow")]


def refusal(action: Callable[[], object]) -> ModelError | None:
    """How an action was refused; None when it was not. Any other exception is a defect."""
    try:
        action()
    except ModelError as problem:
        return problem
    return None


OLD = ["isSql", "dataType", "authenticatedWith", "isEncrypted", "isHardened", "isAdmin", "OS", "marks", "overrides"]


@given(st.data())
def test_any_value_fits_any_field_or_is_refused_in_words(data: st.DataObject) -> None:
    """Never another exception; and what was accepted is accepted once more, and means the same."""
    with a_load():
        elements = some_elements()
        element = data.draw(st.sampled_from(elements))
        name = data.draw(st.sampled_from([*type(element).fields, "assumptions", *OLD]) | TEXTS)
        value = data.draw(values(elements))
        problem = refusal(lambda: setattr(element, name, value))
        if problem is not None:
            assert len(str(problem)) < 1_000
            assert problem.place is not None
            return
        kept = getattr(element, name)
        setattr(element, name, kept)
        assert getattr(element, name) == kept


@given(st.data())
def test_any_value_fits_any_control_or_is_refused_in_words(data: st.DataObject) -> None:
    with a_load():
        elements = some_elements()
        controls = elements[0].controls
        name = data.draw(st.sampled_from(list(type(controls).fields)) | TEXTS)
        value = data.draw(values(elements))
        with suppress(ModelError):
            setattr(controls, name, value)
        with suppress(ModelError):
            elements[0].controls = {name: value}
        assert all(isinstance(kept, bool | str) for kept in controls.facts.given.values())


@given(st.data())
def test_any_arguments_make_an_element_or_are_refused_in_words(data: st.DataObject) -> None:
    with a_load():
        elements = some_elements()
        kind: Any = data.draw(st.sampled_from(KINDS))
        positional = data.draw(st.lists(values(elements), max_size=4))
        named = data.draw(st.dictionaries(st.sampled_from([*kind.fields, *OLD]), values(elements), max_size=2))
        with suppress(ModelError):
            kind(*positional, **named)


# Whole models: plain descriptions, made once, of which each example builds elements.

NUMBER = st.integers(0, 5)
STATED = {
    "order": st.integers(-1, 4),
    "isResponse": st.booleans(),
    "tlsVersion": st.sampled_from(["NONE", "TLSv12"]),
    "protocol": st.sampled_from(["", "HTTP", "HTTPS"]),
    "levels": st.sampled_from([0, 1, (0, 1), ()]),
    "data": st.lists(NUMBER, max_size=2),
    "controls": st.dictionaries(
        st.sampled_from(["isEncrypted", "authenticatesDestination", "checksDestinationRevocation", "usesVPN"]),
        st.booleans(),
        max_size=2,
    ),
}
NODES = st.fixed_dictionaries(
    {"kind": st.sampled_from([Server, Actor, Datastore, Process])},
    optional={name: STATED[name] for name in ("protocol", "levels", "data", "controls")}
    | {"port": st.sampled_from([-1, 80, 443])},
)
FLOWS = st.fixed_dictionaries(
    {"source": NUMBER, "sink": NUMBER},
    optional=STATED | {"srcPort": NUMBER, "dstPort": NUMBER, "response": NUMBER, "responseTo": NUMBER},
)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "isCredentials": st.booleans(),
        "credentialsLife": st.sampled_from(["NONE", "LONG"]),
        "isStored": st.booleans(),
        "carriedBy": st.lists(NUMBER, max_size=2),
    },
)
MODELS = st.fixed_dictionaries(
    {
        "isOrdered": st.booleans(),
        "ignoreUnused": st.booleans(),
        "nodes": st.lists(NODES, min_size=1, max_size=4),
        "flows": st.lists(FLOWS, max_size=5),
        "data": st.lists(DATA, max_size=3),
    }
)


def build(plan: dict[str, Any]) -> Model:
    """The model of a description, in which a number stands for an element."""
    tm = Model("Shop", isOrdered=plan["isOrdered"], ignoreUnused=plan["ignoreUnused"])
    data = [Data(f"Data {number}") for number in range(len(plan["data"]))]
    nodes: list[Element] = [table["kind"](f"Node {number}") for number, table in enumerate(plan["nodes"])]
    flows = [
        Dataflow(nodes[table["source"] % len(nodes)], nodes[table["sink"] % len(nodes)], f"Flow {number}")
        for number, table in enumerate(plan["flows"])
    ]
    for elements, tables in ((data, plan["data"]), (nodes, plan["nodes"]), (flows, plan["flows"])):
        for element, table in zip(elements, tables, strict=True):
            state(element, table, data, flows)
    return tm


def state(element: Element, table: dict[str, Any], data: list[Data], flows: list[Dataflow]) -> None:
    pools: dict[str, list[Any]] = {"data": data, "carriedBy": flows, "response": flows, "responseTo": flows}
    for name, value in table.items():
        if name in ("kind", "source", "sink"):
            continue
        pool = pools.get(name)
        if pool is None:
            setattr(element, name, value)
        elif isinstance(value, list) and pool:
            setattr(element, name, [pool[number % len(pool)] for number in value])
        elif pool and pool[value % len(pool)] is not element:
            setattr(element, name, pool[value % len(pool)])


def snapshot(tm: Model) -> list[Any]:
    return [
        (dict(node.facts.given), dict(node.facts.origins))
        for element in tm.load.elements
        for node in (element, element.controls)
    ]


def stated(tm: Model) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in node.facts.given.items() if node.is_stated(name)}
        for element in tm.load.elements
        for node in (element, element.controls)
    ]


@given(MODELS)
def test_inheritance_never_overwrites_what_was_stated(plan: dict[str, Any]) -> None:
    """Collections of data and flows may grow, and begin with what was stated."""
    with a_load():
        tm = build(plan)
        before = stated(tm)
        tm.check()
        for then, now in zip(before, stated(tm), strict=True):
            assert then.keys() == now.keys()
            for name, value in then.items():
                if name in ("data", "carriedBy"):
                    assert now[name][: len(value)] == value
                else:
                    assert now[name] == value


@given(MODELS)
def test_checking_twice_changes_nothing(plan: dict[str, Any]) -> None:
    with a_load():
        tm = build(plan)
        tm.check()
        once, elements, duplicates = snapshot(tm), tm.elements, tm.duplicates()
        tm.check()
        assert snapshot(tm) == once
        assert tm.elements == elements
        assert tm.duplicates() == duplicates


@given(MODELS)
def test_what_is_inherited_was_stated_by_its_owner(plan: dict[str, Any]) -> None:
    """A taken protocol, port or control is one that its owner states, at the line where it does."""
    with a_load():
        tm = build(plan)
        tm.check()
        by_name = {element.name: element for element in tm.load.elements}
        for flow in tm.dataflows:
            for node in (flow, flow.controls):
                for name in {"protocol", "srcPort", "dstPort", "isEncrypted"} & node.facts.origins.keys():
                    origin = node.facts.origins[name]
                    if not node.is_stated(name):
                        owner = by_name[origin.owner]  # type: ignore[union-attr]
                        field = origin.field  # type: ignore[union-attr]
                        giver = owner.controls if field.startswith("controls.") else owner
                        field = field.removeprefix("controls.")
                        assert giver.is_stated(field)
                        assert giver.facts.given[field] == node.facts.given[name]
                        assert giver.facts.origins[field].place == origin.place
