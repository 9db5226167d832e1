"""The normal form of a condition: two that mean the same by plain logic are equal texts."""

from __future__ import annotations

import ast
from hashlib import sha256
from typing import Final

#: So many hexadecimal digits tell the conditions of one threat apart.
_DIGITS: Final = 12


def digest(syntax: ast.expr) -> str:
    """A short digest of the normal form, by which a change of the condition is noticed."""
    return sha256(normal_form(syntax).encode()).hexdigest()[:_DIGITS]


def normal_form(syntax: ast.expr) -> str:
    """The condition as text, without what makes no difference to its meaning.

    Those are space, superfluous parentheses, the style of quotes, the order of what `and` and `or` join and whether a
    part stands twice, `not not`, and the order of the literals right of `in`.

    Args:
        syntax: of a condition, which is either true or false.
    """
    if isinstance(syntax, ast.BoolOp):
        word = "and" if isinstance(syntax.op, ast.And) else "or"
        parts = sorted({f"({normal_form(part)})" for part in _joined(syntax, type(syntax.op))})
        return f" {word} ".join(parts) if len(parts) > 1 else parts[0][1:-1]
    if isinstance(syntax, ast.UnaryOp) and isinstance(syntax.op, ast.Not):
        inner = syntax.operand
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            return normal_form(inner.operand)
        return f"not ({normal_form(inner)})"
    if isinstance(syntax, ast.Compare) and isinstance(syntax.ops[-1], ast.In | ast.NotIn) and len(syntax.ops) == 1:
        return _membership(syntax)
    return ast.unparse(syntax)


def _joined(syntax: ast.expr, operator: type[ast.boolop]) -> list[ast.expr]:
    """What the operator joins, however it was put into parentheses, and under pairs of `not`."""
    while _is_not(syntax) and _is_not(syntax.operand):  # type: ignore[attr-defined]  # both are operators
        syntax = syntax.operand.operand  # type: ignore[attr-defined]  # as above
    if isinstance(syntax, ast.BoolOp) and isinstance(syntax.op, operator):
        return [part for value in syntax.values for part in _joined(value, operator)]
    return [syntax]


def _is_not(syntax: ast.expr) -> bool:
    return isinstance(syntax, ast.UnaryOp) and isinstance(syntax.op, ast.Not)


def _membership(syntax: ast.Compare) -> str:
    choices = syntax.comparators[0]
    if not isinstance(choices, ast.Tuple | ast.List | ast.Set):
        return ast.unparse(syntax)
    word = "in" if isinstance(syntax.ops[0], ast.In) else "not in"
    listed = ", ".join(sorted({ast.unparse(choice) for choice in choices.elts}))
    return f"{ast.unparse(syntax.left)} {word} ({listed})"
