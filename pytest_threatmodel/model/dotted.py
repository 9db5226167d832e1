"""Dotted paths from an element to a value: `protocol`, `controls.isEncrypted`, `sink.controls.isHardened`."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.node import Node


class PathProblem(Exception):
    """A dotted path leads to no value.

    Args:
        problem: what is wrong with it, after the path itself.
        hint: the nearest right name.
    """

    def __init__(self, problem: str, hint: str | None = None) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem, hint)


class LeadsNowhere(PathProblem):
    """A relation on the path points to no element now."""


def find_field(element: Element, path: str) -> tuple[Node, Field[Any, Any]]:
    """The field that a path names, and where it is kept.

    Args:
        element: where the path begins.
        path: relations to one element, or its controls, and at last a yes-or-no, number, text or enumeration.

    Raises:
        LeadsNowhere: a relation on it points to no element now.
        PathProblem: it names no field, or one that is no single value.
    """
    node: Any = element
    *steps, last = path.split(".")
    for step in steps:
        node = _step(node, step)
    fields = {**type(node).fields, **node.declared_fields()} if isinstance(node, Element | Controls) else {}
    field = fields.get(last)
    if field is None or field.is_relation or field.type.shape in ("texts", "ints", "other"):
        raise PathProblem("is no field here", did_you_mean(last, fields))
    if field.optional and last not in node.facts.given:
        raise LeadsNowhere(f"there is no {last}")
    return node, field


def _step(node: Any, step: str) -> Any:
    relations = [name for name, field in type(node).fields.items() if field.type.shape == "one"]
    if step not in relations:
        raise PathProblem("is no field here", did_you_mean(step, relations))
    found = getattr(node, step)
    if found is None:
        raise LeadsNowhere(f"there is no {step}")
    return found
