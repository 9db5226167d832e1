"""What names mean while one condition is bound: the target, the variables, the words of the vocabulary."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any
from typing import Final
from typing import NoReturn

from pytest_threatmodel.library.condition.build import NOTHING
from pytest_threatmodel.library.condition.build import constant
from pytest_threatmodel.library.condition.nodes import MANY
from pytest_threatmodel.library.condition.nodes import RECORD
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Item
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import Variable
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import attribute_column
from pytest_threatmodel.library.condition.parse import quoted
from pytest_threatmodel.library.condition.words import FUNCTIONS
from pytest_threatmodel.library.condition.words import GETATTR
from pytest_threatmodel.library.condition.words import TARGET
from pytest_threatmodel.library.condition.words import Words
from pytest_threatmodel.library.condition.words import near

#: Loops that may run inside each other; each multiplies the work.
MAX_LOOPS: Final = 4


class Scope:
    """Binds the expressions of one condition.

    Args:
        words: the vocabulary.
        targets: the kinds that `target` may have.
        lenient: read it as pytm does.
        binders: what binds an expression, by the type of its syntax.
    """

    def __init__(
        self,
        words: Words,
        targets: tuple[str, ...],
        lenient: bool,
        binders: Mapping[type[ast.expr], Callable[[Scope, Any], Node]],
    ) -> None:
        self.words = words
        self.lenient = lenient
        self.target = Target(words.element(targets))
        self._binders = binders
        self._variables: dict[str, Variable] = {}

    def bind(self, node: ast.expr) -> Node:
        """The typed node of an expression."""
        return self._binders[type(node)](self, node)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Forget the variables of a generator expression at its end."""
        outside = dict(self._variables)
        yield
        self._variables = outside

    def variable(self, name: str, type_: Type) -> Variable:
        """A node for a variable that nothing can name."""
        return Variable(name, len(self._variables) + 1, type_)

    def declare(self, name: str, column: int, type_: Type) -> Variable:
        """A new variable of the innermost loop."""
        if name in self.words.known:
            raise ConditionError(f"the variable {name} hides a name of the language", column)
        if name in self._variables:
            raise ConditionError(f"the variable {quoted(name)} hides another variable", column)
        if len(self._variables) == MAX_LOOPS:
            raise ConditionError(f"more than {MAX_LOOPS} loops inside each other", column)
        variable = self._variables[name] = self.variable(name, type_)
        return variable

    def named(self, name: str, column: int) -> Node:
        """The node that a name stands for."""
        if name == TARGET:
            return self.target
        if name in self._variables:
            return self._variables[name]
        if name in self.words.kinds:
            raise ConditionError(f"the kind {name} stands only in predicates such as oneOf({name})", column)
        if name in self.words.enums:
            raise ConditionError(f"{name} is an enumeration; write one of its members", column)
        if name in (*FUNCTIONS, GETATTR):
            raise ConditionError(f"the function {name} must be called", column)
        candidates = sorted({*self.words.known, *self._variables, "True", "False", "None"})
        raise ConditionError(f"unknown name {quoted(name)}", column, near(name, candidates))

    def member(self, enum: str, name: str, column: int) -> Node:
        """The node of an enumeration's member."""
        members = self.words.enums[enum].__members__
        if name in members:
            return constant(members[name])
        if self.lenient:
            return Undeclared(name, NOTHING)
        raise ConditionError(f"unknown member {quoted(name)} of {enum}", column, near(name, members))

    def read(self, owner: Node, name: str, column: int) -> Node:
        """The node that reads an attribute of a bound expression."""
        if isinstance(owner, Undeclared):
            return owner
        if isinstance(owner, Fallback):
            owner = owner.value
        if not is_element(owner):
            self._no_owner(owner, name, column)
        found = self.words.read(owner, name)
        if found is not None:
            return found
        candidates = self.words.attributes(owner.type)
        if name in candidates:
            raise ConditionError(f"the predicate {name} must be called", column)
        if self.lenient:
            return Undeclared(name, NOTHING)
        message = f"unknown attribute {quoted(name)} of {' or '.join(owner.type.of)}"
        raise ConditionError(message, column, near(name, sorted(candidates)))

    def _no_owner(self, owner: Node, name: str, column: int) -> NoReturn:
        if owner.type.may(MANY):
            message = f"{quoted(name)} is read from a collection: use any(... for x in ...) on its items"
        else:
            message = f"{quoted(name)} is read from a value that has no attributes"
        raise ConditionError(message, column)


def is_element(node: Node) -> bool:
    """Whether the node leads to an element by relations alone."""
    return isinstance(node, Target | Variable | Relation | Item) and node.type.may(RECORD)


def bind_name(scope: Scope, node: ast.Name) -> Node:
    """A name that stands by itself."""
    return scope.named(node.id, node.col_offset + 1)


def bind_attribute(scope: Scope, node: ast.Attribute) -> Node:
    """A field of an element, or a member of an enumeration."""
    column = attribute_column(node)
    if isinstance(node.value, ast.Name) and node.value.id in scope.words.enums:
        return scope.member(node.value.id, node.attr, column)
    return scope.read(scope.bind(node.value), node.attr, column)


def bind_constant(scope: Scope, node: ast.Constant) -> Node:
    """A literal."""
    return constant(node.value)
