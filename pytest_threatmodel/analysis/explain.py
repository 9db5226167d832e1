"""Explanations: why a pair has its verdict and what would change it, made from the condition when somebody looks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.facts_read import facts_read
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Alternatives
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.shared import Trail
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.library.condition import Clause
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element

#: How many fixes, mitigating sets and facts to correct are named.
NAMED: Final = 3
#: How many fixes are compared to find those.
_FIX_SETS: Final = 6
#: How many sets of unstated facts are looked at to name the facts.
_OPEN_SETS: Final = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """One field that a part of the condition read.

    Args:
        record: where.
        name: the field.
        value: what it was.
    """

    record: Record
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition with what it read.

    Args:
        joiner: "and", "or" or "".
        text: the part's source, with a list of choices cut to the one that was met.
        holds: whether it is true.
        readings: in the order of evaluation.
        witness: the element that makes an `any` true which reads no field, such as a flow that crosses a boundary.
    """

    joiner: str
    text: str
    holds: bool
    readings: tuple[Reading, ...]
    witness: Element | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair has its verdict.

    Args:
        threat: the pair's threat.
        element: the pair's element.
        label: of the element.
        verdict: of the pair.
        severity: that counts.
        severity_why: why it is not the threat's own; empty where it is.
        parts: the parts of the condition that decide; where it is true through one of several, only that one.
        fixes: the smallest changes that would close a finding.
        facts: single facts of which another value would close it, if what is said is untrue.
        carried_by: the minimal sets of controls and protections that carry a mitigation.
        open_facts: the unstated facts that could make the condition true.
        rests_on: of a finding, dotted path -> the value that was read, for a decision that notices changes.
        error: what went wrong, where the rule could not be evaluated.
        column: where in the condition the part stands that went wrong, counted from 1; 0 where that is not known.
    """

    threat: Threat
    element: Element
    label: str
    verdict: Verdict
    severity: Severity
    severity_why: str
    parts: tuple[Part, ...]
    fixes: tuple[Changes, ...] = ()
    facts: tuple[Changes, ...] = ()
    carried_by: tuple[Changes, ...] = ()
    open_facts: tuple[str, ...] = ()
    rests_on: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    column: int = 0


def explain(verdicts: Verdicts, row: Row, column: int, *, outline: bool = False) -> Explanation:
    """Explain one pair.

    Args:
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.
        outline: why alone, without the searches for what would change it.
    """
    rule, verdict = row.rules[column], row.verdicts[column]
    rating, why = severity(row, column)
    error = verdicts.errors.get((row.label, rule.threat.id), "")
    start = (rule.threat, row.element, row.label, verdict, rating, why)
    if verdict is Verdict.ERROR:
        return Explanation(*start, parts=(), error=error, column=_failing_column(rule.clauses, row.record))
    parts = tuple(deciding_parts(rule.clauses, row.record, verdict is Verdict.VULNERABLE))
    if outline:
        return Explanation(*start, parts=parts)
    rests_on = facts_read(verdicts, row, column) if verdict is Verdict.VULNERABLE else {}
    return Explanation(*start, parts=parts, rests_on=rests_on, **_changes(verdicts, row, column))


def _failing_column(parts: tuple[Clause, ...], record: Record) -> int:
    for part in parts:
        try:
            part.traced(record, getattr)
        except Exception:  # whatever it raises, this is the place
            inner = 0 if part.parts == (part,) else _failing_column(part.parts, record)
            return inner or part.condition.syntax.col_offset + 1
    return 0


def _changes(verdicts: Verdicts, row: Row, column: int) -> dict[str, Any]:
    found = _found(verdicts, row, column)
    if "open_facts" in found:
        return {"open_facts": _open_facts(found["open_facts"], row.element)}
    return found


def _found(verdicts: Verdicts, row: Row, column: int) -> dict[str, tuple[Changes, ...]]:
    """What the searches find for a pair; elements that look alike to the condition share them."""
    rule = row.rules[column]
    if row.verdicts[column] is Verdict.NOT_APPLICABLE:
        return {}
    known = verdicts.rulebook.found(row.element.kind())[column]
    signature, trail = rule.signature(row.record), Trail(rule.traced, row.record)
    if signature in known:
        return {name: tuple(map(trail.changes, sets)) for name, sets in known[signature].items()}
    found = _searched(verdicts, row, column)
    known[signature] = {name: list(map(trail.steps, sets)) for name, sets in found.items()}
    return found


def _searched(verdicts: Verdicts, row: Row, column: int) -> dict[str, tuple[Changes, ...]]:
    rule, verdict = row.rules[column], row.verdicts[column]
    other = OtherValues(verdicts.rulebook, rule)

    def search(alternatives: Alternatives, goal: bool, most: int, largest: int = 16) -> tuple[Changes, ...]:
        return tuple(minimal_changes(rule.traced, row.record, alternatives, goal, most=most, largest=largest))

    if verdict is Verdict.VULNERABLE:
        return {
            "fixes": _best_fixes(search(other.stronger, False, _FIX_SETS), verdicts),
            "facts": search(other.other_facts, False, NAMED, largest=1),
        }
    if verdict is Verdict.MITIGATED:
        return {"carried_by": search(other.absent, True, NAMED)}
    return {"open_facts": search(other.open, True, _OPEN_SETS)}


def _best_fixes(sets: tuple[Changes, ...], verdicts: Verdicts) -> tuple[Changes, ...]:
    """The smallest sets in the order of the condition, but the first that needs only controls leads."""

    def needs_protection(changes: Changes) -> bool:
        fields = (verdicts.rulebook.field(change.record, change.name) for change in changes)
        return any(field is not None and field.role != "control" for field in fields)

    leading = next((changes for changes in sets if not needs_protection(changes)), None)
    ranked = sorted(sets, key=lambda changes: (len(changes), changes is not leading))
    return tuple(ranked[:NAMED])


def mitigated_by(verdicts: Verdicts, row: Row, column: int) -> list[str]:
    """The minimal sets that carry a mitigated pair, in words."""
    return [names_text(changes, row.element) for changes in carried_by(verdicts, row, column)]


def carried_by(verdicts: Verdicts, row: Row, column: int) -> tuple[Changes, ...]:
    """The minimal sets that carry a mitigated pair, at most `NAMED`."""
    return _found(verdicts, row, column).get("carried_by", ())


def open_facts(verdicts: Verdicts, row: Row, column: int) -> tuple[str, ...]:
    """The unstated facts that an undetermined pair waits for; none where there are too many to look through."""
    return _open_facts(_found(verdicts, row, column).get("open_facts", ()), row.element)


def _open_facts(sets: tuple[Changes, ...], element: Element) -> tuple[str, ...]:
    """The facts in any of the sets; what data that nobody named may hold counts as the data."""
    named: dict[str, None] = {}
    for changes in sets:
        for change in changes:
            invented = change.record._kind == "Data" and owner_of(change.record).kind() != "Data"
            if not invented:
                named[names_text((change,), element)] = None
    return tuple(named)


def deciding_parts(parts: tuple[Clause, ...], record: Record, vulnerable: bool) -> Iterator[Part]:
    """The parts that decide, with what they read; of alternatives in a true condition only those that hold."""
    made = [(clause, _part(clause, record)) for clause in parts]
    if vulnerable and any(clause.joiner == "or" for clause in parts):
        made = [(clause, part) for clause, part in made if part.holds][:1]
        made = [(clause, replace(part, joiner="")) for clause, part in made]
    for clause, part in made:
        if vulnerable and part.holds and len(clause.parts) > 1:
            yield from _nested(part.joiner, deciding_parts(clause.parts, record, vulnerable))
        else:
            yield part


def _nested(joiner: str, parts: Iterator[Part]) -> Iterator[Part]:
    """Parts of a part that holds: all of them are joined by "and", as are the parts around."""
    for number, part in enumerate(parts):
        yield replace(part, joiner=joiner) if number == 0 else part


def _part(clause: Clause, record: Record) -> Part:
    readings: dict[tuple[int, str], Reading] = {}

    def read(where: Record, name: str) -> Any:
        value = getattr(where, name)
        readings[id(where), name] = Reading(where, name, value)
        return value

    holds = bool(clause.traced(record, read))
    read_all = tuple(readings.values())
    witness = None
    if holds and _is_any(clause.condition.syntax):
        read_all = _of_witness(read_all, record)
        witness = None if read_all else _witness(clause, record)
    return Part(clause.joiner, _met(clause, holds, read_all), holds, read_all, witness)


def _is_any(syntax: ast.expr) -> bool:
    return isinstance(syntax, ast.Call) and isinstance(syntax.func, ast.Name) and syntax.func.id == "any"


def _witness(clause: Clause, record: Record) -> Element | None:
    """The first item of the target's collection with which alone the part would be true."""
    loop = next(node for node in ast.walk(clause.condition.syntax) if isinstance(node, ast.comprehension))
    if not (isinstance(loop.iter, ast.Attribute) and isinstance(loop.iter.value, ast.Name)):
        return None
    for item in getattr(record, loop.iter.attr):
        alone = type(record)()
        alone.__dict__.update(record.__dict__, **{loop.iter.attr: (item,)})
        if clause.traced(alone, getattr):
            return owner_of(item)
    return None


def _of_witness(readings: tuple[Reading, ...], target: Record) -> tuple[Reading, ...]:
    """What was read of the item that makes `any` true, and of the target; not of the items before it.

    An item before it is one of which something was read that was later read of another element of its kind.
    """

    def question(reading: Reading) -> tuple[str, str, str]:
        return (owner_of(reading.record).kind(), reading.record._kind, reading.name)

    latest = {question(reading): reading.record for reading in readings}
    passed = {id(owner_of(one.record)) for one in readings if latest[question(one)] is not one.record}
    passed.discard(id(owner_of(target)))
    return tuple(reading for reading in readings if id(owner_of(reading.record)) not in passed)


def _met(clause: Clause, holds: bool, readings: tuple[Reading, ...]) -> str:
    """The part's text; a choice out of many is shown as the one that was met."""
    syntax = clause.condition.syntax
    if (
        holds
        and isinstance(syntax, ast.Compare)
        and len(syntax.ops) == 1
        and isinstance(syntax.ops[0], ast.In)
        and len(readings) == 1
        and isinstance(readings[0].value, str)
    ):
        return f"{clause.left} == {readings[0].value!r}"
    # Such a part stands between parts that "and" joins.
    is_choice = isinstance(syntax, ast.BoolOp) and isinstance(syntax.op, ast.Or)
    return f"({clause.short})" if is_choice else clause.short
