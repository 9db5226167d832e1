"""Binding of calls: functions of collections, and predicates of elements."""

from __future__ import annotations

import ast
from typing import Any
from typing import cast

from pytest_threatmodel.library.condition.build import COUNT
from pytest_threatmodel.library.condition.build import NOTHING
from pytest_threatmodel.library.condition.build import TRUTH
from pytest_threatmodel.library.condition.macros import bind_macro
from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import BOOL
from pytest_threatmodel.library.condition.nodes import MANY
from pytest_threatmodel.library.condition.nodes import NONE
from pytest_threatmodel.library.condition.nodes import NUMBER
from pytest_threatmodel.library.condition.nodes import OTHER
from pytest_threatmodel.library.condition.nodes import RECORD
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Loop
from pytest_threatmodel.library.condition.nodes import Measure
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Predicate
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import attribute_column
from pytest_threatmodel.library.condition.parse import quoted
from pytest_threatmodel.library.condition.predicates import PREDICATES
from pytest_threatmodel.library.condition.predicates import WRITTEN_OUT
from pytest_threatmodel.library.condition.pytm_syntax import bind_getattr
from pytest_threatmodel.library.condition.scope import Scope
from pytest_threatmodel.library.condition.scope import is_element
from pytest_threatmodel.library.condition.words import FUNCTIONS
from pytest_threatmodel.library.condition.words import GETATTR
from pytest_threatmodel.library.condition.words import near


def bind_call(scope: Scope, node: ast.Call) -> Node:
    """A call of a function or of a predicate."""
    if isinstance(node.func, ast.Attribute):
        return _predicate(scope, node, node.func)
    column = node.col_offset + 1
    if not isinstance(node.func, ast.Name):
        raise ConditionError("only the named functions and predicates can be called", column)
    name = node.func.id
    if name == GETATTR and scope.lenient:
        return bind_getattr(scope, node)
    if name not in FUNCTIONS:
        raise ConditionError(f"unknown function {quoted(name)}", column, near(name, FUNCTIONS))
    if len(node.args) != 1:
        raise ConditionError(f"{name} takes one argument", column)
    argument = node.args[0]
    if isinstance(argument, ast.GeneratorExp | ast.ListComp):
        return _each(scope, name, argument)
    return _measure(scope, name, argument)


def bind_generator(scope: Scope, node: ast.expr) -> Node:
    """A generator expression anywhere else."""
    functions = ", ".join(name for name in FUNCTIONS if name != "len")
    raise ConditionError(f"a generator expression stands only inside {functions}", node.col_offset + 1)


def _measure(scope: Scope, name: str, argument: ast.expr) -> Node:
    column = argument.col_offset + 1
    if name in ("any", "all") and not scope.lenient:
        raise ConditionError(f"{name} takes a generator expression: {name}(... for x in ...)", column)
    collection = scope.bind(argument)
    if isinstance(collection, Undeclared):
        return collection
    item = scope.words.item(collection)
    if item is None:
        raise ConditionError(f"{name} takes a collection or a generator expression", column)
    if name in ("any", "all"):
        # pytm's own manual asks `any(target.inputs)`.
        variable = scope.variable("item", item)
        return Each(cast(Any, name), variable, (Loop(variable, collection, ()),), TRUTH)
    if name != "len":
        return Measure(cast(Any, name), collection, _summary(name, item, column))
    partly = {ABSENT} if collection.type.may(ABSENT, NONE, OTHER) else set()
    return Measure("len", collection, COUNT.plus(*partly))


def _summary(name: str, item: Type, column: int) -> Type:
    """The type of a sum, minimum or maximum of such items."""
    if name == "sum":
        if not item.may(NUMBER, BOOL, OTHER):
            raise ConditionError("sum adds numbers", column)
        return COUNT
    if item.may(RECORD, MANY):
        raise ConditionError(f"{name} compares values, not elements", column)
    return item.plus(ABSENT)


def _each(scope: Scope, name: str, node: ast.GeneratorExp | ast.ListComp) -> Node:
    if isinstance(node, ast.ListComp) and not scope.lenient:
        raise ConditionError("a list comprehension is not allowed in a condition", node.col_offset + 1)
    if isinstance(node, ast.GeneratorExp) and name == "len":
        raise ConditionError("len takes a collection; write sum(1 for x in ...)", node.col_offset + 1)
    with scope.inside():
        loops = tuple(_loop(scope, part) for part in node.generators)
        element = scope.bind(node.elt)
    if isinstance(loops[0].collection, Undeclared):
        return loops[0].collection
    return Each(cast(Any, name), element, loops, _each_type(name, element, node.elt.col_offset + 1))


def _each_type(name: str, element: Node, column: int) -> Type:
    if name in ("any", "all"):
        return TRUTH
    if name == "len":
        return COUNT
    return NOTHING if isinstance(element, Undeclared) else _summary(name, element.type, column)


def _loop(scope: Scope, node: ast.comprehension) -> Loop:
    collection = scope.bind(node.iter)
    # What stands after an undeclared collection is never reached; it is still checked.
    item = scope.target.type if isinstance(collection, Undeclared) else scope.words.item(collection)
    if item is None:
        raise ConditionError("a loop goes over a collection", node.iter.col_offset + 1)
    target = cast(ast.Name, node.target)
    variable = scope.declare(target.id, target.col_offset + 1, item)
    return Loop(variable, collection, tuple(scope.bind(test) for test in node.ifs))


def _predicate(scope: Scope, node: ast.Call, func: ast.Attribute) -> Node:
    name, column = func.attr, attribute_column(func)
    owner = _element(scope, func.value, f"{quoted(name)} is called on a value that is no element")
    if isinstance(owner, Undeclared):
        return owner
    if name in WRITTEN_OUT:
        return bind_macro(scope, name, owner, node.args, column)
    if name not in PREDICATES:
        hint = near(name, (*PREDICATES, *WRITTEN_OUT))
        raise ConditionError(f"unknown predicate {quoted(name)}", column, hint)
    if not node.args:
        raise ConditionError(f"{name} takes kinds or elements", column)
    return _asked(scope, name, owner, node.args)


def _asked(scope: Scope, name: str, owner: Node, arguments: list[ast.expr]) -> Node:
    kinds: set[str] = set()
    elements: list[Node] = []
    for argument in arguments:
        if isinstance(argument, ast.Name) and argument.id in scope.words.kinds:
            kinds.add(argument.id)
        else:
            elements.append(_element(scope, argument, f"{name} takes kinds or elements"))
    undeclared = next((element for element in elements if isinstance(element, Undeclared)), None)
    return undeclared or Predicate(name, owner, frozenset(kinds), tuple(elements), TRUTH)


def _element(scope: Scope, node: ast.expr, otherwise: str) -> Node:
    element = scope.bind(node)
    if isinstance(element, Fallback):
        element = element.value
    if not isinstance(element, Undeclared) and not is_element(element):
        raise ConditionError(otherwise, node.col_offset + 1)
    return element
