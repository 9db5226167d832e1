"""Nodes whose types follow from what they are made of."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import BOOL
from pytest_threatmodel.library.condition.nodes import NONE
from pytest_threatmodel.library.condition.nodes import NUMBER
from pytest_threatmodel.library.condition.nodes import TEXT
from pytest_threatmodel.library.condition.nodes import Compare
from pytest_threatmodel.library.condition.nodes import Constant
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Operator
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.nodes import Undeclared

TRUTH: Final = Type(frozenset({BOOL}))
COUNT: Final = Type(frozenset({NUMBER}))
NOTHING: Final = Type(frozenset({ABSENT}))


def constant(value: Any) -> Constant:
    """The node of a literal or of an enumeration's member."""
    if value is None:
        sort = NONE
    elif isinstance(value, bool):
        sort = BOOL
    elif isinstance(value, str):
        sort = TEXT
    elif isinstance(value, int | float):
        sort = NUMBER
    else:
        sort = enum_sort(type(value))
    return Constant(value, Type(frozenset({sort})))


def compare(operator: Operator, left: Node, right: Node) -> Node:
    """The comparison, or the side of it that is undeclared, as that is reached in any case."""
    for side in (left, right):
        if isinstance(side, Undeclared):
            return side
    return Compare(operator, left, right, TRUTH)


def union(parts: tuple[Node, ...]) -> Type:
    """The type of a value that is one of the parts."""
    return Type(
        frozenset().union(*(part.type.sorts for part in parts)),
        tuple(dict.fromkeys(name for part in parts for name in part.type.of)),
        frozenset().union(*(part.type.kinds for part in parts)),
    )


def enum_sort(enum: type[Enum]) -> str:
    """The sort of an enumeration's members: "ordered X" when they are in the order of their values."""
    return f"{'ordered' if _is_ordered(enum) else 'enum'} {enum.__name__}"


@cache
def _is_ordered(enum: Any) -> bool:
    members = list(enum)
    try:
        return all((one < other) == (one.value < other.value) for one in members for other in members)
    except TypeError:
        return False
