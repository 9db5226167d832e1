"""Examples: the small models that a pack gives with each threat, on which it must fire or must not."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.inherit import inherit
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import DeclaredFields
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

_KINDS = {kind.kind(): kind for kind in KINDS}
#: Keys of an example that are neighbours rather than fields.
NEIGHBOURS = frozenset({"source", "sink", "inputs", "outputs", "data", "inBoundary"})


class ExampleError(Exception):
    """An example does not describe an element.

    Args:
        problem: what is wrong with it.
    """


def build_example(
    example: Example, declared: DeclaredFields | None = None, own: Iterable[type[Element]] = ()
) -> tuple[Model, Element]:
    """The model of an example, completed by inheritance, and the element that it is about.

    Args:
        example: from a pack.
        declared: the fields that packs declare.
        own: kinds of elements that a model's author made.

    Raises:
        ExampleError: it names an unknown kind or field, or a value that does not fit.
    """
    # A load of a file, so that nothing of it joins another model; the name shows up in no message.
    load = Load("<example>", declared)
    with loading(load):
        model = Model("example")
        try:
            element = _Builder(own).element({"kind": example.kind, **example.values}, "example")
        except ModelError as error:
            raise ExampleError(error.problem if error.hint is None else f"{error.problem}; {error.hint}") from None
        inherit(model)
    return model, element


class _Builder:
    """Makes elements of tables; boundaries of one name are one boundary."""

    def __init__(self, own: Iterable[type[Element]]) -> None:
        self._kinds = {**{kind.kind(): kind for kind in own}, **_KINDS}
        self._boundaries: dict[str, Boundary] = {}

    def element(self, table: Mapping[str, Any], name: str, default: type[Element] = Server) -> Element:
        kind = self._kind(table, default)
        if issubclass(kind, Dataflow):
            return self.flow(table, name)
        element: Element = kind(table.get("name", name))
        self._fill(element, table)
        for key, end in (("inputs", "source"), ("outputs", "sink")):
            for number, flow in enumerate(self._tables(table, key), start=1):
                self.flow(flow, f"{name} {key} {number}", **{"sink" if end == "source" else "source": element})
        return element

    def flow(self, table: Mapping[str, Any], name: str, **ends: Element) -> Dataflow:
        source = ends.get("source") or self._end(table, "source", Actor)
        sink = ends.get("sink") or self._end(table, "sink", Server)
        flow = Dataflow(source, sink, table.get("name", name))
        self._fill(flow, table)
        return flow

    def _end(self, table: Mapping[str, Any], key: str, default: type[Element]) -> Element:
        end = table.get(key, {})
        if not isinstance(end, Mapping):
            raise ExampleError(f"{key} = {shown(end)} is no table")
        return self.element(end, key, default)

    def _kind(self, table: Mapping[str, Any], default: type[Element]) -> type[Element]:
        name = table.get("kind", default.kind())
        if not isinstance(name, str) or name not in self._kinds:
            raise ExampleError(f"unknown kind {shown(name)}")
        return self._kinds[name]

    def _tables(self, table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        tables = table.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(item, Mapping) for item in tables):
            raise ExampleError(f"{key} = {shown(tables)} is no list of tables")
        return tables

    def _fill(self, element: Element, table: Mapping[str, Any]) -> None:
        for name, value in table.items():
            if name not in NEIGHBOURS and name not in ("kind", "name"):
                setattr(element, name, dict(value) if isinstance(value, Mapping) else value)
        data = [self._data(item, number) for number, item in enumerate(self._tables(table, "data"), start=1)]
        if data:
            setattr(element, "data", data)  # noqa: B010  # kinds without the field say so
        boundary = table.get("inBoundary")
        if boundary is not None:
            element.inBoundary = self._boundary(boundary)

    def _data(self, table: Mapping[str, Any], number: int) -> Data:
        data = Data(table.get("name", f"data {number}"))
        self._fill(data, table)
        return data

    def _boundary(self, name: object) -> Boundary:
        if not isinstance(name, str):
            raise ExampleError(f"inBoundary = {shown(name)} is no text")
        if name not in self._boundaries:
            self._boundaries[name] = Boundary(name)
        return self._boundaries[name]


def failing_examples(library: Library, packs: Iterable[Pack], own: Iterable[type[Element]] = ()) -> Iterator[str]:
    """What does not hold of the examples of these packs, a sentence each; `own` are a model's own kinds."""
    rulebook = Rulebook(library)
    for pack in packs:
        for threat in pack.threats:
            yield from broken_examples(threat, rulebook, own)


def broken_examples(threat: Threat, rulebook: Rulebook, own: Iterable[type[Element]] = ()) -> Iterator[str]:
    """What does not hold of the examples of one threat, a sentence each; `own` are a model's own kinds."""
    for expected, what, examples in ((True, "vulnerable", threat.vulnerable), (False, "safe", threat.safe)):
        for number, example in enumerate(examples, start=1):
            where = f"{threat.origin}: threat {threat.id}, {what} example {number}"
            try:
                fires = _fires(threat, example, rulebook, own)
            except ExampleError as error:
                yield f"{where}: {error}"
                continue
            if fires is not expected:
                yield f"{where} ({example.kind}): the condition is {fires}, expected {expected}"


def _fires(threat: Threat, example: Example, rulebook: Rulebook, own: Iterable[type[Element]]) -> bool:
    model, element = build_example(example, rulebook.vocabulary.declared, own)
    rules = {rule.threat.id: rule for rule in rulebook.rules_for(element.kind())}
    if threat.id not in rules:
        raise ExampleError(f"{element.kind()} is no target of the threat")
    records = make_records(model.load.elements, rulebook.vocabulary)
    record = records[model.load.elements.index(element)]
    return rules[threat.id].holds(record)
