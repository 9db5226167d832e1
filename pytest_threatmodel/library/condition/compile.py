"""From a typed tree to functions: verdicts, traced reads and signatures."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterator
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
from pytest_threatmodel.library.condition.guards import NAMESPACE
from pytest_threatmodel.library.condition.guards import Reader
from pytest_threatmodel.library.condition.nodes import Junction
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Target
from pytest_threatmodel.library.condition.nodes import Undeclared
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.reads import reads
from pytest_threatmodel.library.condition.resolve import Condition
from pytest_threatmodel.library.condition.signature import signature_lines
from pytest_threatmodel.library.condition.source import short_text

Holds = Callable[[Any], bool]
Traced = Callable[[Any, Reader], bool]
Signature = Callable[[Any], Hashable]

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
        return cast(Holds, _compile(self.condition.tree, traced=False))

    @cached_property
    def traced(self) -> Traced:
        """`traced(record, read)`: the same, with fields and data read by `read(record, name)`.

        `read` is called for fields that the record has, in Python's order of evaluation, and for no
        relation but `data`.
        """
        return cast(Traced, _compile(self.condition.tree, traced=True))

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


def _compile(tree: Node, *, traced: bool) -> Callable[..., Any]:
    constants = Constants()
    writer = Writer(traced, constants)
    lines = list(writer.bind(Target, [tree]))
    text = writer.truth(tree)
    if any(isinstance(node, Undeclared) for node in walk(tree)):
        lines += ["try:", f" return {text}", "except Ended:", " return False"]
    else:
        lines.append(f"return {text}")
    parameters = [RECORD_NAME, READER_NAME] if traced else [RECORD_NAME]
    return _run(writer, constants, function(_NAME, parameters, lines))


def _run(writer: Writer, constants: Constants, source: str) -> Callable[..., Any]:
    """Define the function. Its source holds our own names and those of declared fields, nothing else."""
    code = compile("\n".join([*writer.functions, source]), "<condition>", "exec")
    namespace = {**NAMESPACE, **constants.table}
    exec(code, namespace)
    return cast(Callable[..., Any], namespace[_NAME])


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
    def left(self) -> str:
        """The source of what a comparison compares."""
        syntax = self.condition.syntax
        return ast.unparse(syntax.left) if isinstance(syntax, ast.Compare) else ""

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
