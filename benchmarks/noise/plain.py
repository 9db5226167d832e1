"""A model as plain data: what its author stated, in the words that pytm has, too."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any
from typing import Final

from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.model import Model

#: Of relations pytm is told these; the others it finds by itself, or they only serve our messages.
_RELATIONS: Final = ("source", "sink", "inBoundary", "responseTo", "data")
_LEFT_OUT: Final = frozenset(
    {"name", "key", "controls", "overrides", "assumptions", "levels", "marks"}
    | {"processedBy", "carriedBy", "response"}
)


def plain(model: Model) -> list[dict[str, Any]]:
    """The elements in an order in which each comes after those that it refers to.

    Args:
        model: with its own statements; what is inherited is left for the other side to find.
    """
    labels = {id(element): label for label, element in zip(model.labels(), model.elements, strict=True)}
    return [_element(element, labels) for element in _ordered(model.elements)]


def _ordered(elements: Iterable[Element]) -> list[Element]:
    found: dict[int, Element] = {}

    def take(element: Element) -> None:
        if id(element) in found:
            return
        for other in _referred(element):
            take(other)
        found.setdefault(id(element), element)

    for element in elements:
        take(element)
    return list(found.values())


def _referred(element: Element) -> Iterable[Element]:
    for name in _RELATIONS:
        value = _stated(element).get(name)
        yield from (value if isinstance(value, tuple) else () if value is None else (value,))


def _stated(element: Element) -> dict[str, Any]:
    return {name: value for name, value in element.facts.given.items() if element.is_stated(name)}


def _element(element: Element, labels: dict[int, str]) -> dict[str, Any]:
    stated = {name: value for name, value in _stated(element).items() if name not in _LEFT_OUT}
    return {
        "label": labels[id(element)],
        "kind": element.kind(),
        "name": element.name,
        "fields": {name: _value(value, labels) for name, value in stated.items()},
        "controls": {name: _value(value, labels) for name, value in element.controls.stated().items()},
    }


def _value(value: Any, labels: dict[int, str]) -> Any:
    if isinstance(value, Enum):
        return {"enum": type(value).__name__, "name": value.name}
    if isinstance(value, Element):
        return {"element": labels[id(value)]}
    if isinstance(value, tuple):
        return [_value(item, labels) for item in value]
    return value
