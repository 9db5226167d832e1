"""Every clause of a condition matters: without it, some example would have another verdict."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.analysis.examples import NEIGHBOURS
from pytest_threatmodel.analysis.search import Traced
from pytest_threatmodel.analysis.search import outcome_under
from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.differ import difference
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.library.condition import ConditionError
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition import resolve
from pytest_threatmodel.library.threat import Threat

#: Of longer lists of texts and numbers not each one needs an example: such lists are facts, not logic.
_MOST_LITERALS: Final = 2


@dataclass(frozen=True, slots=True)
class _Shorter:
    """A condition without one of its clauses.

    Args:
        syntax: of the shorter condition.
        dropped: the clause.
    """

    syntax: ast.expr
    dropped: ast.expr


def clause_flaws(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """The clauses that make no difference to any example of the threat."""
    rule, cases = bench.rule(threat), bench.cases(threat)
    for shorter in _shorter(rule.condition.syntax):
        if _is_beyond_examples(shorter.dropped, bench):
            continue
        try:
            condition = resolve(shorter.syntax, threat.targets, bench.library.vocabulary, threat.lenient)
        except ConditionError:
            continue
        other = compile_condition(condition)
        if all(other.holds(case.record) is rule.holds(case.record) for case in cases):
            text = f"no example changes without {ast.unparse(shorter.dropped)!r}"
            hint = _proposal(threat, bench, other.traced)
            yield flaw("clauses", threat, text, "condition", column=shorter.dropped.col_offset + 1, hint=hint)


def _is_beyond_examples(clause: ast.expr, bench: Bench) -> bool:
    """Whether the clause asks for a relation that no example can state, such as the request of a response."""
    kinds = bench.library.vocabulary.kinds.values()
    relations = {name for kind in kinds for name, field in kind.fields.items() if field.is_relation}
    asked = {node.attr for node in ast.walk(clause) if isinstance(node, ast.Attribute)}
    return not asked.isdisjoint(relations - NEIGHBOURS - {"controls"})


def _proposal(threat: Threat, bench: Bench, other: Traced) -> str:
    """An example that would show what the clause is for."""
    rule = bench.rule(threat)
    for kind in threat.targets:
        found = difference([rule], rule.traced, other, kind, bench, [threat])
        if found is not None:
            word = "vulnerable" if outcome_under(rule.traced, found.record, found.changes)[0] else "safe"
            return f"a {word} example that shows it: {found}"
    return "no element was found on which it matters: leave it out"


def _shorter(syntax: ast.expr) -> Iterator[_Shorter]:
    """The condition without each of its clauses, one at a time."""
    # The walk is over a copy of our own, which is changed and changed back.
    syntax = deepcopy(syntax)
    for node in list(ast.walk(syntax)):
        clauses = _clauses(node)
        for index, dropped in enumerate(list(clauses)):
            del clauses[index]
            yield _Shorter(deepcopy(syntax), dropped)
            clauses.insert(index, dropped)


def _clauses(node: ast.AST) -> list[ast.expr]:
    """The parts of a node that can be dropped one by one."""
    match node:
        case ast.BoolOp():
            return node.values
        case ast.comprehension():
            return node.ifs
        case ast.Call(func=ast.Attribute(attr="oneOf")) if len(node.args) > 1:
            return node.args
        case ast.Tuple() | ast.List() | ast.Set() if 1 < len(node.elts) <= _most(node.elts):
            return node.elts
    return []


def _most(choices: list[ast.expr]) -> int:
    """The longest list of such choices in which each must matter."""
    literals = [choice.value for choice in choices if isinstance(choice, ast.Constant)]
    # Spellings of one word: fields take them for the known one.
    if len({str(value).casefold() for value in literals}) < len(literals):
        return 0
    return _MOST_LITERALS if literals else len(choices)
