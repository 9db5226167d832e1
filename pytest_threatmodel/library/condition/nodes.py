"""The typed tree of a condition, after its names were bound to the vocabulary.

Nodes are equal when they read the same, whatever they were bound for: conditions on one element share them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Final
from typing import Literal

BOOL: Final = "bool"
NUMBER: Final = "number"
TEXT: Final = "text"
NONE: Final = "none"
RECORD: Final = "record"
MANY: Final = "many"
TEXTS: Final = "texts"
INTS: Final = "ints"
OTHER: Final = "other"
#: The value may be MISSING: its kind lacks the field, or a relation on the way points nowhere.
ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True)
class Type:
    """What a value may be.

    Args:
        sorts: the sorts above; an enumeration is "enum X", or "ordered X" where its members have an order.
        of: the kinds by which elements were declared, for messages.
        kinds: every kind that the elements may have; for a collection, that its items may have.
    """

    sorts: frozenset[str]
    of: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()

    def only(self, *sorts: str) -> bool:
        """Whether a value can not be anything but these sorts."""
        return self.sorts.issubset(sorts)

    def may(self, *sorts: str) -> bool:
        """Whether a value can be one of these sorts."""
        return not self.sorts.isdisjoint(sorts)

    def plus(self, *sorts: str) -> Type:
        """This type with more sorts."""
        return Type(self.sorts.union(sorts), self.of, self.kinds)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal, or a member of an enumeration."""

    value: Any
    type: Type


@dataclass(frozen=True, slots=True)
class Choices:
    """Literals on the right side of `in`."""

    values: tuple[Any, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Target:
    """The element that the condition is about."""

    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """The variable of a loop; numbered by the loops around it, so that equal loops are equal nodes."""

    name: str = field(compare=False)
    number: int
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """The one element that a relation points to, or None.

    Args:
        partial: some kinds of the owner lack the field.
    """

    owner: Node
    name: str
    type: Type = field(compare=False)
    partial: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class Collection:
    """The elements that a relation points to.

    Args:
        partial: some kinds of the owner lack the field.
    """

    owner: Node
    name: str
    type: Type = field(compare=False)
    partial: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a field that is no relation.

    Args:
        partial: some kinds of the owner lack the field.
    """

    owner: Node
    name: str
    type: Type = field(compare=False)
    partial: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a collection, counted from 0, or from the end where negative (pytm JSON only)."""

    collection: Node
    index: int
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fallback:
    """A value, or a constant where that is MISSING (`getattr` in pytm JSON only)."""

    value: Node
    otherwise: Any
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A read of what no kind has; reaching it ends the condition as false (pytm JSON only)."""

    name: str
    type: Type = field(compare=False)


Operator = Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"]


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison; chains are junctions of these."""

    operator: Operator
    left: Node
    right: Node
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a truth value."""

    operand: Node
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Junction:
    """Parts of which all, or at least one, must be true."""

    operator: Literal["and", "or"]
    parts: tuple[Node, ...]
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question about where an element stands: to kinds, and to other elements."""

    name: str
    owner: Node
    kinds: frozenset[str]
    elements: tuple[Node, ...]
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Loop:
    """One `for` of a generator expression with its `if`s."""

    variable: Variable
    collection: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """A function of the values that a generator expression makes; "tuple" serves signatures only."""

    function: Literal["any", "all", "len", "sum", "min", "max", "tuple"]
    element: Node
    loops: tuple[Loop, ...]
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """A function of a collection itself."""

    function: Literal["len", "sum", "min", "max"]
    collection: Node
    type: Type = field(compare=False)


Node = (
    Constant
    | Choices
    | Target
    | Variable
    | Relation
    | Collection
    | Read
    | Item
    | Fallback
    | Undeclared
    | Compare
    | Not
    | Junction
    | Predicate
    | Each
    | Measure
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, in the order in which they are evaluated."""
    match node:
        case Relation() | Collection() | Read():
            return (node.owner,)
        case Item() | Measure():
            return (node.collection,)
        case Fallback():
            return (node.value,)
        case Compare():
            return (node.left, node.right)
        case Not():
            return (node.operand,)
        case Junction():
            return node.parts
        case Predicate():
            return (node.owner, *node.elements)
        case Each():
            loops = (part for loop in node.loops for part in (loop.collection, *loop.tests))
            return (*loops, node.element)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before what it is made of."""
    yield node
    for child in children(node):
        yield from walk(child)
