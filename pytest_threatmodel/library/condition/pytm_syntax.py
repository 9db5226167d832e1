"""Binding of what only pytm's JSON files may use: `getattr` and subscripts, with literals."""

from __future__ import annotations

import ast

from pytest_threatmodel.library.condition.build import union
from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import TEXT
from pytest_threatmodel.library.condition.nodes import Choices
from pytest_threatmodel.library.condition.nodes import Constant
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Item
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import number
from pytest_threatmodel.library.condition.scope import Scope
from pytest_threatmodel.library.condition.truth import choices
from pytest_threatmodel.library.condition.words import is_name


def bind_getattr(scope: Scope, node: ast.Call) -> Node:
    """`getattr(x, "name", default)`: an attribute, or the default where there is none."""
    name = node.args[1] if len(node.args) in (2, 3) else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str) or not is_name(name.value):
        message = "getattr takes an element, a field's name and a literal: getattr(x, 'name', None)"
        raise ConditionError(message, node.col_offset + 1)
    read = scope.read(scope.bind(node.args[0]), name.value, name.col_offset + 1)
    if len(node.args) == 2:
        return read
    otherwise = choices(scope, node.args[2])
    if not isinstance(otherwise, Constant | Choices):
        raise ConditionError("the default of getattr is a literal", node.args[2].col_offset + 1)
    value = otherwise.value if isinstance(otherwise, Constant) else otherwise.values
    if isinstance(read, Undeclared):
        return Constant(value, otherwise.type)
    return Fallback(read, value, union((read, otherwise)))


def bind_subscript(scope: Scope, node: ast.Subscript) -> Node:
    """One item of a collection."""
    column = node.slice.col_offset + 1
    if not scope.lenient:
        raise ConditionError("a subscript is not allowed in a condition", column)
    index = number(node.slice)
    if not isinstance(index, int):
        raise ConditionError("a subscript is a literal whole number", column)
    collection = scope.bind(node.value)
    if isinstance(collection, Undeclared):
        return collection
    if any(isinstance(part, Item) for part in walk(collection)):
        raise ConditionError("a subscript of what was read through a subscript", column)
    item = Type(frozenset({TEXT})) if collection.type.may(TEXT) else scope.words.item(collection)
    if item is None:
        raise ConditionError("a subscript is read from a collection", column)
    return Item(collection, index, item.plus(ABSENT))
