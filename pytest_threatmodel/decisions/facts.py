"""The facts of a decision: what was true when it was made, and whether that has changed for the worse."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Stated


def lapses(decision: Decision, element: Element) -> str:
    """Why the decision must be looked at again on this element; empty while its facts hold.

    A value that protects more than the one that was written does not matter; any other change does.

    Args:
        decision: with `facts`: dotted field -> value, `{"protocol": "HTTPS", "controls.isEncrypted": True}`.
        element: on which it was made.

    Raises:
        DecisionError: a fact names no field of the element, or a value that the field cannot have.
    """
    facts = (decision.facts or {}).items()
    changed = [text for path, written in facts for text in _change(decision, element, path, written)]
    return f"re-review: {', '.join(changed)}" if changed else ""


def _change(decision: Decision, element: Element, path: Any, written: Any) -> Iterator[str]:
    node, field = _find(decision, element, path)
    try:
        then = field.convert(written)
    except ValueProblem as problem:
        text = f"{decision.place}: {decision.spelled}: facts: {path} = {written!r}, expected {problem.expected}"
        raise DecisionError(text, problem.hint) from None
    now = getattr(node, field.name)
    if now != then and not _is_stronger(field, now, then):
        origin = node.facts.origins.get(field.name)
        place = f" ({origin.place})" if isinstance(origin, Stated) else ""
        yield f"{path} was {_shown(then)}, now {_shown(now)}{place}"


def _is_stronger(field: Field[Any, Any], now: Any, then: Any) -> bool:
    return now in field.stronger_than(then)


def _shown(value: Any) -> str:
    return value.name if isinstance(value, Enum) else str(value)


def _find(decision: Decision, element: Element, path: Any) -> tuple[Node, Field[Any, Any]]:
    node: Any = element
    *steps, last = str(path).split(".")
    for step in steps:
        node = _step(decision, node, step, path)
    fields = {**type(node).fields, **node.declared_fields()} if isinstance(node, Element | Controls) else {}
    field = fields.get(last)
    if field is None or field.is_relation or field.type.shape in ("texts", "ints", "other"):
        raise _unknown(decision, path, last, fields)
    return node, field


def _step(decision: Decision, node: Any, step: str, path: Any) -> Any:
    fields = type(node).fields
    if step not in fields or fields[step].type.shape != "one":
        raise _unknown(decision, path, step, [name for name, field in fields.items() if field.type.shape == "one"])
    found = getattr(node, step)
    if found is None:
        raise DecisionError(f"{decision.place}: {decision.spelled}: facts: {path!r}: there is no {step} here")
    return found


def _unknown(decision: Decision, path: Any, name: str, known: Any) -> DecisionError:
    text = f"{decision.place}: {decision.spelled}: facts: {path!r} is no field here"
    return DecisionError(text, did_you_mean(name, known))
