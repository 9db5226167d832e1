"""How reads, values and their origins are worded in explanations."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.labels import ends
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Stated


def value_text(value: Any) -> str:
    """A field's value as an author would write it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Record):
        return f'"{escape(getattr(value, "name", ""))}"'
    if isinstance(value, tuple | frozenset):
        return ", ".join(value_text(item) for item in value) or "none"
    return escape(repr(value))


def owner_of(record: Record) -> Element:
    """The element that a record is, or whose controls it is."""
    node = record._node
    owner = node.owner if isinstance(node, Controls) else node
    assert isinstance(owner, Element)
    return owner


def path(record: Record, name: str, target: Element) -> str:
    """The dotted name of a field: `controls.isEncrypted`, with the element's name in front where it is another's."""
    dotted = f"controls.{name}" if isinstance(record._node, Controls) else name
    owner = owner_of(record)
    return dotted if owner is target else f'"{escape(owner.name)}".{dotted}'


def origin_text(record: Record, name: str, file: str) -> str:
    """Where a value comes from: "stated in line 12", "from "Web Server" protocol (line 7)", "never stated"."""
    origin = record._node.facts.origins.get(name)
    if origin is None:
        return "never stated"
    if isinstance(origin, Stated):
        spelled = f" as {origin.spelled}" if origin.spelled else ""
        return f"stated in {origin.place.within(file)}{spelled}"
    place = "" if origin.place is None else f" ({origin.place.within(file)})"
    return f'from "{escape(origin.owner)}" {origin.field}{place}'


def assignment(change: Change) -> str:
    """A change as an author writes it behind the name of the variable: `controls.isEncrypted = True`."""
    return f"{path(change.record, change.name, owner_of(change.record))} = {value_text(change.value)}"


def changes_text(changes: Changes, target: Element) -> str:
    """Changes as an author would make them: `controls.isEncrypted = True and usesVPN = True together`."""
    parts = [f"{path(change.record, change.name, target)} = {value_text(change.value)}" for change in changes]
    return parts[0] if len(parts) == 1 else f"{' and '.join(parts)} together"


def names_text(changes: Changes, target: Element) -> str:
    """The fields of changes: `a`, or `a and b together`."""
    parts = list(dict.fromkeys(path(change.record, change.name, target) for change in changes))
    return parts[0] if len(parts) == 1 else f"{' and '.join(parts)} together"


def element_text(element: Element) -> str:
    """An element in an explanation: `Dataflow "Place order" (User -> Web Server)`."""
    text = f'{element.kind()} "{escape(element.name)}"'
    return f"{text} ({escape(ends(element))})" if isinstance(element, Dataflow) else text
