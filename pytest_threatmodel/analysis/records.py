"""Records: a model as plain objects, which conditions are evaluated on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_threatmodel.library.condition.missing import MISSING
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.vocabulary import Vocabulary


class Record:
    """One element, or the controls of one, with every field's effective value as a plain attribute.

    What nobody gave is an attribute of the class, one a kind.

    Relations are records, collections tuples of them. `_given` holds only what was stated or inherited, `_kind` and
    `_kinds` the kind and those above it, `_node` the element or controls. A field that the kind lacks reads as MISSING.
    """

    # A class without slots: an attribute in the instance's dictionary, or of the class, is the fastest read there is.
    _given: dict[str, Any]
    _kind: str
    _kinds: frozenset[str]
    _node: Node

    def __getattr__(self, name: str) -> Any:
        return MISSING

    def __repr__(self) -> str:
        return f"<Record {self._node.describe()}>"


class _Template:
    """What all records of one kind have in common."""

    def __init__(self, kind: str, kinds: Iterable[str], fields: Iterable[Field[Any, Any]]) -> None:
        fields = list(fields)
        start: dict[str, Any] = {field.name: field.default for field in fields if not field.optional}
        # Defaults stand on a class: packs add hundreds of fields, of which an element states a few.
        self.made: type[Record] = type("Record", (Record,), {**start, "_kind": kind, "_kinds": frozenset(kinds)})
        self.relations = [field for field in fields if field.is_relation and field.type.of != "Controls"]
        self.relation_names = frozenset(field.name for field in self.relations) - {"data"}

    def fill(self, node: Node) -> Record:
        """The record of a node, its relations still the DSL's elements."""
        record = self.made()
        given = node.facts.given
        record.__dict__.update(given)
        record._given = {name: value for name, value in given.items() if name not in self.relation_names}
        record._node = node
        return record


def make_records(elements: list[Element], vocabulary: Vocabulary) -> list[Record]:
    """One record an element, in their order, connected like the elements.

    Args:
        elements: elements of one model, which point only to each other.
        vocabulary: their kinds, with the fields that packs declare.
    """
    controls = _Template("Controls", ("Controls",), vocabulary.kinds["Controls"].fields.values())
    templates: dict[str, _Template] = {}
    records: list[Record] = []
    for element in elements:
        info = vocabulary.kinds[element.kind()]
        template = templates.get(info.name)
        if template is None:
            template = templates[info.name] = _Template(info.name, info.bases, info.fields.values())
        record = template.fill(element)
        record.controls = controls.fill(element.own_controls)  # type: ignore[attr-defined]  # a field of every kind
        records.append(record)
    _connect(elements, records, templates)
    return records


def _connect(elements: list[Element], records: list[Record], templates: dict[str, _Template]) -> None:
    by_element = {id(element): record for element, record in zip(elements, records, strict=True)}
    for record in records:
        values = record.__dict__
        for field in templates[record._kind].relations:
            value = values.get(field.name)
            if type(value) is tuple:
                values[field.name] = tuple(by_element[id(item)] for item in value if id(item) in by_element)
            elif value is not None:
                values[field.name] = by_element.get(id(value))


def blank_record(kind: str, vocabulary: Vocabulary, node: Node) -> Record:
    """A record of this kind of which nothing is known, nor of its controls."""
    info = vocabulary.kinds[kind]
    record = Record()
    record.__dict__.update({field.name: field.default for field in info.fields.values() if not field.optional})
    record._given, record._kind, record._kinds, record._node = {}, kind, frozenset(info.bases), node
    if "controls" in info.fields:
        record.controls = blank_record("Controls", vocabulary, node)  # type: ignore[attr-defined]  # as in make_records
    return record
