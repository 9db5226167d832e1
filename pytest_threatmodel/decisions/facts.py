"""The facts of a decision: what was true when it was made, and whether that has changed for the worse."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any
from typing import Final

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.model.dotted import LeadsNowhere
from pytest_threatmodel.model.dotted import PathProblem
from pytest_threatmodel.model.dotted import find_field
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Stated

#: A value that is longer is cut in messages.
_LONGEST: Final = 80


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
    try:
        node, field = _find(decision, element, path)
    except LeadsNowhere as problem:
        yield f"{path} was {_shown(written)}, now {problem.problem}"
        return
    try:
        then = field.convert(written)
    except ValueProblem as problem:
        text = f"{decision.place}: {decision.spelled}: facts: {path} = {shown(written)}, expected {problem.expected}"
        raise DecisionError(text, problem.hint) from None
    now = getattr(node, field.name)
    if now != then and not _is_stronger(field, now, then):
        origin = node.facts.origins.get(field.name)
        place = f" ({origin.place})" if isinstance(origin, Stated) else ""
        yield f"{path} was {_shown(then)}, now {_shown(now)}{place}"


def _is_stronger(field: Field[Any, Any], now: Any, then: Any) -> bool:
    return now in field.stronger_than(then)


def _shown(value: Any) -> str:
    text = value.name if isinstance(value, Enum) else escape(value) if isinstance(value, str) else shown(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _find(decision: Decision, element: Element, path: Any) -> tuple[Node, Field[Any, Any]]:
    try:
        if not isinstance(path, str):
            raise PathProblem("is no field here")
        return find_field(element, path)
    except LeadsNowhere:
        raise
    except PathProblem as problem:
        text = f"{decision.place}: {decision.spelled}: facts: {shown(path)} {problem.problem}"
        raise DecisionError(text, problem.hint) from None
