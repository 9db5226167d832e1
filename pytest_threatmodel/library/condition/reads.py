"""What a condition reads, as dotted paths."""

from __future__ import annotations

from pytest_threatmodel.library.condition.nodes import Collection
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Fallback
from pytest_threatmodel.library.condition.nodes import Item
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Variable
from pytest_threatmodel.library.condition.nodes import children


def reads(tree: Node) -> tuple[str, ...]:
    """The dotted paths that a condition reads, in the order of evaluation.

    Those are every field that is no relation, every `data`, and the relations whose own value counts:
    "protocol", "controls.isEncrypted", "sink.isSQL", "data", "data[].isPII", "inBoundary".
    """
    found: dict[str, None] = {}
    loops: dict[int, Node] = {}
    _note_reads(tree, True, loops, found)
    return tuple(found)


def _note_reads(node: Node, valued: bool, loops: dict[int, Node], found: dict[str, None]) -> None:
    match node:
        case Relation() | Collection() | Read():
            _note_reads(node.owner, False, loops, found)
            if valued or isinstance(node, Read) or is_traced(node):
                found[_path(node, loops)] = None
        case Item():
            _note_reads(node.collection, valued, loops, found)
        case Fallback():
            _note_reads(node.value, valued, loops, found)
        case Each():
            for loop in node.loops:
                loops[loop.variable.number] = loop.collection
                _note_reads(loop.collection, False, loops, found)
                for test in loop.tests:
                    _note_reads(test, True, loops, found)
            _note_reads(node.element, True, loops, found)
        case _:
            for child in children(node):
                _note_reads(child, True, loops, found)


def is_traced(node: Relation | Collection | Read) -> bool:
    """Whether explanations follow the read: facts, controls and data, but not other relations."""
    return isinstance(node, Read) or (isinstance(node, Collection) and node.name == "data")


def _path(node: Node, loops: dict[int, Node]) -> str:
    match node:
        case Variable():
            return f"{_path(loops[node.number], loops)}[]"
        case Item():
            return f"{_path(node.collection, loops)}[]"
        case Fallback():
            return _path(node.value, loops)
        case Relation() | Collection() | Read():
            owner = _path(node.owner, loops)
            return f"{owner}.{node.name}" if owner else node.name
    return ""
