"""Conditions that can never be true, because a read of what no kind has ends them first."""

from __future__ import annotations

from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Not
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.resolve import Condition


def undeclared_reads(condition: Condition) -> tuple[str, ...]:
    """The names that a condition reads and no kind has, in order."""
    return tuple(dict.fromkeys(node.name for node in walk(condition.tree) if isinstance(node, Undeclared)))


def can_be_true(condition: Condition) -> bool:
    """Whether any evaluation can end in true.

    Only pytm's JSON files have conditions for which none can: `target.isSql is True and not target.isCached` ends at
    its second read whenever the first part is true.
    """
    return _can_be(condition.tree, True)


def _can_be(node: Node, value: bool) -> bool:
    if isinstance(node, Not):
        return _can_be(node.operand, not value)
    if isinstance(node, Junction):
        # An "and" is true when all parts are evaluated; it is false as soon as one is, if it gets so far.
        deciding = value is (node.operator == "or")
        if not deciding:
            return all(_can_be(part, value) for part in node.parts)
        return _some_part_decides(node, value)
    if isinstance(node, Each):
        # Over an empty collection "any" is false and "all" is true, whatever its parts read.
        return value is (node.function == "all") or not _reads_undeclared(node)
    return not _reads_undeclared(node)


def _some_part_decides(node: Junction, value: bool) -> bool:
    for part in node.parts:
        if _can_be(part, value):
            return True
        if not _can_be(part, not value):
            return False
    return False


def _reads_undeclared(node: Node) -> bool:
    return any(isinstance(part, Undeclared) for part in walk(node))
