"""Binding of `and`, `or`, `not` and comparisons."""

from __future__ import annotations

import ast
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.build import TRUTH
from pytest_threatmodel.library.condition.build import compare
from pytest_threatmodel.library.condition.build import constant
from pytest_threatmodel.library.condition.build import union
from pytest_threatmodel.library.condition.nodes import INTS
from pytest_threatmodel.library.condition.nodes import MANY
from pytest_threatmodel.library.condition.nodes import NUMBER
from pytest_threatmodel.library.condition.nodes import OTHER
from pytest_threatmodel.library.condition.nodes import TEXT
from pytest_threatmodel.library.condition.nodes import TEXTS
from pytest_threatmodel.library.condition.nodes import Choices
from pytest_threatmodel.library.condition.nodes import Constant
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Not
from pytest_threatmodel.library.condition.nodes import Operator
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import number
from pytest_threatmodel.library.condition.scope import Scope

_OPERATORS: Final[dict[type[ast.cmpop], Operator]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def bind_junction(scope: Scope, node: ast.BoolOp) -> Node:
    """Parts joined by `and` or by `or`."""
    parts = tuple(scope.bind(part) for part in node.values)
    operator: Any = "and" if isinstance(node.op, ast.And) else "or"
    return Junction(operator, parts, union(parts))


def bind_unary(scope: Scope, node: ast.UnaryOp) -> Node:
    """`not`, or a negative number."""
    if isinstance(node.op, ast.USub):
        return constant(number(node))
    operand = scope.bind(node.operand)
    return operand if isinstance(operand, Undeclared) else Not(operand, TRUTH)


def bind_comparison(scope: Scope, node: ast.Compare) -> Node:
    """A comparison; a chain is the conjunction of its links."""
    parts: list[Node] = []
    left = scope.bind(node.left)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        operator, column = _OPERATORS[type(op)], right_node.col_offset + 1
        if operator in ("in", "not in"):
            right = choices(scope, right_node)
            _check_search(scope, right, column)
        else:
            right = scope.bind(right_node)
        if operator in ("is", "is not"):
            operator = _identity(scope, operator, left, right, column)
        parts.append(compare(operator, left, right))
        left = right
    return parts[0] if len(parts) == 1 else Junction("and", tuple(parts), TRUTH)


def choices(scope: Scope, node: ast.expr) -> Node:
    """The right side of `in`; only there literals may stand in brackets."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return scope.bind(node)
    values = []
    for part in node.elts:
        item = scope.bind(part)
        if isinstance(item, Undeclared):
            return item
        if not isinstance(item, Constant):
            raise ConditionError("only literals stand in a list of choices", part.col_offset + 1)
        values.append(item.value)
    return Choices(tuple(values), Type(frozenset({OTHER})))


def _check_search(scope: Scope, right: Node, column: int) -> None:
    if isinstance(right, Undeclared | Choices):
        return
    if isinstance(right, Constant) and right.type.may(TEXT) and not scope.lenient:
        raise ConditionError("in would search inside this one text; a list of one is (..., )", column)
    if not right.type.may(MANY, TEXTS, INTS, TEXT, OTHER):
        raise ConditionError("in needs a collection, a list or text on its right", column)


def _identity(scope: Scope, operator: Operator, left: Node, right: Node, column: int) -> Operator:
    """`is` between texts or numbers depends on how Python stores them; pytm's rules mean `==` by it."""
    literal = any(isinstance(side, Constant) and side.type.may(TEXT, NUMBER) for side in (left, right))
    if not literal and not (left.type.may(TEXT, NUMBER) and right.type.may(TEXT, NUMBER)):
        return operator
    if scope.lenient:
        return "==" if operator == "is" else "!="
    raise ConditionError("texts and numbers are compared by == and !=, not by is", column)


def bind_choices(scope: Scope, node: ast.expr) -> Node:
    """A list of literals anywhere else."""
    raise ConditionError("a list of choices stands only to the right of in", node.col_offset + 1)
