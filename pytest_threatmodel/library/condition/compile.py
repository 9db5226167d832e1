"""From a typed tree to functions: verdicts, traced reads, signatures, and one for all rules of a kind."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from typing import Final
from typing import Literal
from typing import cast

from pytest_threatmodel.library.condition.emit import READER_NAME
from pytest_threatmodel.library.condition.emit import RECORD_NAME
from pytest_threatmodel.library.condition.emit import Constants
from pytest_threatmodel.library.condition.emit import Writer
from pytest_threatmodel.library.condition.emit import function
from pytest_threatmodel.library.condition.emit import tuple_of
from pytest_threatmodel.library.condition.guards import NAMESPACE
from pytest_threatmodel.library.condition.guards import Reader
from pytest_threatmodel.library.condition.nodes import Compare
from pytest_threatmodel.library.condition.nodes import Each
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Measure
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Not
from pytest_threatmodel.library.condition.nodes import Predicate
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import Variable
from pytest_threatmodel.library.condition.nodes import children
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.reads import reads
from pytest_threatmodel.library.condition.resolve import Condition
from pytest_threatmodel.library.condition.signature import signature_lines
from pytest_threatmodel.library.condition.source import short_text

Holds = Callable[[Any], bool]
Traced = Callable[[Any, Reader], bool]
Signature = Callable[[Any], Hashable]
Fused = Callable[[Any], tuple[bool, ...]]

_NAME: Final = "compiled"


class Compiled:
    """The forms of one condition; each is made when it is first used.

    Args:
        condition: what is compiled.
    """

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    @cached_property
    def holds(self) -> Holds:
        """`holds(record)`: whether the condition is true."""
        return cast(Holds, _compile([self.condition.tree], traced=False))

    @cached_property
    def traced(self) -> Traced:
        """`traced(record, read)`: the same, with fields and data read by `read(record, name)`.

        `read` is called for fields that the record has, in Python's order of evaluation, and for no
        relation but `data`.
        """
        return cast(Traced, _compile([self.condition.tree], traced=True))

    @cached_property
    def signature(self) -> Signature:
        """`signature(record)`: what was stated of all that the condition reads.

        For records of one kind, equal signatures mean equal outcomes, also when the same reads are changed
        in both.
        """
        constants = Constants()
        writer = Writer(False, constants)
        lines = signature_lines(self.condition.tree, writer)
        return cast(Signature, _run(writer, constants, function(_NAME, [RECORD_NAME], lines)))


def compile_condition(condition: Condition) -> Compiled:
    """The functions of a condition."""
    return Compiled(condition)


def fuse(conditions: Sequence[Condition]) -> Fused:
    """One function that evaluates all conditions on a record, and does once what several of them need.

    Args:
        conditions: all must be bound for the kind of the records.
    """
    return cast(Fused, _compile([condition.tree for condition in conditions], traced=False, fused=True))


def _compile(trees: Sequence[Node], *, traced: bool, fused: bool = False) -> Callable[..., Any]:
    constants = Constants()
    writer = Writer(traced, constants)
    lines = list(writer.bind(Target, trees))
    if fused:
        lines += _hold_shared(writer, trees)
    results = []
    for number, tree in enumerate(trees):
        text = writer.truth(tree)
        if any(isinstance(node, Undeclared) for node in walk(tree)):
            lines += ["try:", f" r{number} = {text}", "except Ended:", f" r{number} = False"]
            text = f"r{number}"
        results.append(text)
    lines.append(f"return {tuple_of(results)}" if fused else f"return {results[0]}")
    parameters = [RECORD_NAME, READER_NAME] if traced else [RECORD_NAME]
    return _run(writer, constants, function(_NAME, parameters, lines))


def _run(writer: Writer, constants: Constants, source: str) -> Callable[..., Any]:
    """Define the function. Its source holds our own names and those of declared fields, nothing else."""
    code = compile("\n".join([*writer.functions, source]), "<condition>", "exec")
    namespace = {**NAMESPACE, **constants.table}
    exec(code, namespace)
    return cast(Callable[..., Any], namespace[_NAME])


def _hold_shared(writer: Writer, trees: Sequence[Node]) -> Iterator[str]:
    """Statements that put what is evaluated several times into variables."""
    counts: Counter[Node] = Counter()
    for tree in trees:
        _count(tree, counts)
    certain = {node for tree in trees for node in _certain(tree)}
    shared = [node for node in reversed(counts) if counts[node] > 1 and _is_shareable(node, certain)]
    for node in shared:
        text = writer.text(node)
        name = writer.held[node] = f"x{len(writer.held)}"
        yield f"{name} = {text}"


def _count(node: Node, counts: Counter[Node]) -> None:
    """Counts evaluations; below a node that is evaluated once for all, its parts count once."""
    counts[node] += 1
    if counts[node] == 1:
        for child in children(node):
            _count(child, counts)


def _certain(node: Node) -> Iterator[Node]:
    """The nodes that are evaluated in any case."""
    yield node
    parts = children(node)
    for part in parts[:1] if isinstance(node, Junction | Each) else parts:
        yield from _certain(part)


def _is_shareable(node: Node, certain: set[Node]) -> bool:
    """Whether to evaluate it beforehand: it does not end the condition, and is cheap or needed anyway."""
    if not isinstance(node, Read | Compare | Not | Junction | Predicate | Each | Measure):
        return False
    inside = list(walk(node))
    if any(isinstance(part, Undeclared) for part in inside):
        return False
    bound = {loop.variable for part in inside if isinstance(part, Each) for loop in part.loops}
    if any(isinstance(part, Variable) and part not in bound for part in inside):
        return False
    return node in certain or not any(isinstance(part, Predicate | Each) for part in inside)


@dataclass(frozen=True)
class Clause:
    """One part of a condition, for explanations.

    Args:
        joiner: what stands before it: "and", "or", or "" for the first.
        condition: the part as a condition of its own.
    """

    joiner: Literal["", "and", "or"]
    condition: Condition

    @cached_property
    def text(self) -> str:
        """The source of the part."""
        return self.condition.source

    @cached_property
    def short(self) -> str:
        """The source of the part for a line of an explanation."""
        return short_text(self.condition.syntax)

    @cached_property
    def parts(self) -> tuple[Clause, ...]:
        """The parts of the part; itself where it has none."""
        found = clauses(self.condition)
        return found if len(found) > 1 else (self,)

    @cached_property
    def traced(self) -> Traced:
        """The part's own traced form."""
        return Compiled(self.condition).traced


def clauses(condition: Condition) -> tuple[Clause, ...]:
    """The parts that the condition joins by `and`, or by `or`; the whole where it joins none."""
    if not isinstance(condition.tree, Junction) or not isinstance(condition.syntax, ast.BoolOp):
        return (Clause("", condition),)
    operator = condition.tree.operator
    parts = _flat(condition.syntax, condition.tree, operator)
    return tuple(
        Clause(operator if number else "", Condition(tree, reads(tree), syntax))
        for number, (syntax, tree) in enumerate(parts)
    )


def _flat(syntax: ast.expr, tree: Node, operator: str) -> Iterator[tuple[ast.expr, Node]]:
    if isinstance(syntax, ast.BoolOp) and isinstance(tree, Junction) and tree.operator == operator:
        for inner_syntax, inner_tree in zip(syntax.values, tree.parts, strict=True):
            yield from _flat(inner_syntax, inner_tree, operator)
    else:
        yield syntax, tree
