"""Predicates that are written out as ordinary reads, so that explanations can follow these."""

from __future__ import annotations

import ast
from typing import Final

from pytest_threatmodel.library.condition.build import TRUTH
from pytest_threatmodel.library.condition.build import compare
from pytest_threatmodel.library.condition.build import constant
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Loop
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Operator
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.scope import Scope

_TAKES: Final = {"hasDataLeaks": "no argument", "checkTLSVersion": "one collection of flows"}


def bind_macro(scope: Scope, name: str, owner: Node, arguments: list[ast.expr], column: int) -> Node:
    """What the predicate stands for, read from an element."""
    if len(arguments) != (name == "checkTLSVersion"):
        raise ConditionError(f"{name} takes {_TAKES[name]}", column)
    try:
        if name == "hasDataLeaks":
            return _data_leaks(scope, owner, column)
        return _old_tls(scope, owner, scope.bind(arguments[0]), column)
    except ConditionError as error:
        raise ConditionError(f"{name} does not fit here: {error.message}", column) from None


def _data_leaks(scope: Scope, owner: Node, column: int) -> Node:
    """Some data is classified higher than an end of the flow, or the flow itself, may handle."""
    ends = [scope.read(owner, end, column) for end in ("source", "sink")]
    limits = [scope.read(place, "maxClassification", column) for place in (*ends, owner)]
    leaks = _any(scope, scope.read(owner, "data", column), "classification", ">", limits, column)
    if not scope.lenient:
        return leaks
    # What is no flow has no such predicate in pytm: the condition ends there, whatever data there is.
    is_flow = compare("is not", ends[0], constant(None))
    return is_flow if isinstance(is_flow, Undeclared) else Junction("and", (is_flow, leaks), TRUTH)


def _old_tls(scope: Scope, owner: Node, flows: Node, column: int) -> Node:
    """Some flow uses an older version than the element may accept."""
    limit = scope.read(owner, "minTLSVersion", column)
    return _any(scope, flows, "tlsVersion", "<", [limit], column)


def _any(scope: Scope, collection: Node, name: str, operator: Operator, limits: list[Node], column: int) -> Node:
    """Some item's field compares so with one of the limits."""
    if isinstance(collection, Undeclared):
        return collection
    item = scope.words.item(collection)
    if item is None:
        raise ConditionError("it needs a collection", column)
    variable = scope.variable("item", item)
    value = scope.read(variable, name, column)
    parts = tuple(compare(operator, value, limit) for limit in limits)
    element = parts[0] if len(parts) == 1 else Junction("or", parts, TRUTH)
    return Each("any", element, (Loop(variable, collection, ()),), TRUTH)
