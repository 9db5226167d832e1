"""Notices about rules of pytm's files: those that can never fire, those that always do, those that ended early."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition.nodes import Predicate
from pytest_threatmodel.library.condition.nodes import walk
from pytest_threatmodel.library.condition.reach import can_be_true


def rule_notices(verdicts: Verdicts) -> list[str]:
    """What the author of a rule should know, a sentence a rule.

    Packs of our own form have none of this: their conditions are refused when they are loaded.

    Args:
        verdicts: of one model; a rule without an element there is not looked at, but for rules that can never fire.
    """
    found = list(verdicts.rulebook.library.dead_rules())
    for rule, rows in _lenient_rules(verdicts).items():
        if not can_be_true(rule.condition):
            continue
        place = rule.threat.origin
        if _is_constant(rule):
            always = rule.holds(rows[0][0].record)
            what = "fires on every element of its kinds" if always else "can never fire"
            found.append(f"{place}: {what}: its condition reads nothing")
        else:
            found += [f"{place}: {text}" for text in _endings(rule, rows)]
    return found


def _lenient_rules(verdicts: Verdicts) -> dict[Rule, list[tuple[Row, int]]]:
    rules: dict[Rule, list[tuple[Row, int]]] = {}
    for row, column in verdicts.pairs():
        if row.rules[column].threat.lenient:
            rules.setdefault(row.rules[column], []).append((row, column))
    return rules


def _is_constant(rule: Rule) -> bool:
    return not rule.condition.reads and not any(isinstance(node, Predicate) for node in walk(rule.condition.tree))


def _endings(rule: Rule, rows: list[tuple[Row, int]]) -> Iterator[str]:
    """Where the condition met what is not there: an element of another kind, a relation that leads nowhere."""
    ended = compile_condition(rule.condition).ended
    labels: dict[str, list[str]] = {}
    for row, column in rows:
        what = None if row.verdicts[column] is Verdict.VULNERABLE else ended(row.record)
        if what is not None:
            labels.setdefault(what, []).append(row.label)
    for what, on in labels.items():
        why = f"there is no {what}" if what else "values are compared that have no order"
        first = f"{on[0]!r}" if len(on) == 1 else f"{len(on)} of {len(rows)} elements, {on[0]!r} first"
        yield f"ended early and counts as false on {first}: {why}"
