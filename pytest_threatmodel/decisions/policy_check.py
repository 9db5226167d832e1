"""Checks a model and a run against a policy."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.checks import DEFAULTS
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.policy import RULES
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.weakenings import SILENCING
from pytest_threatmodel.decisions.weakenings import lowerings
from pytest_threatmodel.decisions.weakenings import silencing_marks
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity

#: Words a violation: the field of the policy, and what is wrong.
Say = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a policy asks of a run as a whole.

    Args:
        packs: names of the threat packs that count.
        left_out: names of the shipped packs that do not count.
        replaced: those in whose place others of that name count.
        exclude: the patterns of `--threatmodel-exclude`.
        models: path and key of each model that was collected; None where the run was narrowed to some.
    """

    packs: Collection[str]
    left_out: Sequence[str] = ()
    replaced: Sequence[str] = ()
    exclude: Sequence[str] = ()
    models: Sequence[tuple[str, str]] | None = None


@dataclass(slots=True)
class _Covered:
    """What one decision decides: how many pairs, and the worst of the findings among them."""

    decision: Decision
    pairs: int = 0
    worst: Severity | None = None


def run_violations(policy: Policy, ground: Ground, facts: RunFacts) -> list[str]:
    """What a run does that its policy does not allow, a sentence each.

    Args:
        policy: of the run.
        ground: by what decisions are judged.
        facts: the rest of the run.
    """
    say = _sentences(policy)
    found = [*_soft(policy, ground, say), *_packs(policy, facts, say)]
    if policy.today_option == "forbidden" and ground.today_given:
        text = f"--threatmodel-today={ground.today} is given, expected the day that it is"
        found.append(say("today_option", text))
    if policy.soften_checks == "forbidden":
        for check in ground.checks.softened():
            text = f"threatmodel_decision_checks: {check} = {ground.checks.action(check)}"
            found.append(say("soften_checks", f"{text}, expected {DEFAULTS[check]}"))
    if policy.where == "register" and facts.exclude:
        text = f"threats are deselected by --threatmodel-exclude={','.join(facts.exclude)}, expected register entries"
        found.append(say("where", text))
    return [*found, *_missing_models(policy, facts, say)]


def model_violations(
    policy: Policy,
    ground: Ground,
    verdicts: Verdicts,
    decided: Decided,
    *,
    file_marks: Iterable[Any] = (),
    run_packs: Collection[str] = (),
) -> list[str]:
    """What a model does that the policy does not allow, a sentence each.

    Args:
        policy: of the run.
        ground: by what decisions are judged.
        verdicts: of the model.
        decided: what was decided about it.
        file_marks: the file's `pytestmark`.
        run_packs: names of the threat packs of the run, which the model may not meet.

    Raises:
        ModelError: an override names no severity.
    """
    say = _sentences(policy)
    found: list[str] = []
    if policy.where == "register":
        found += _outside_register(verdicts, decided, file_marks, say)
    covered = _covered(verdicts, decided, ground)
    found += _wide(covered, decided, policy, say)
    for each in covered:
        found += _terms(each, policy, ground.today, say)
    found += _out_of_scope(verdicts, policy, say)
    found += _lowered(verdicts, policy, say)
    library = [pack.name for pack in verdicts.rulebook.library.packs]
    hint = "it imports pytm; set threatmodel_pytm_threats = packs"
    return found + [
        say("required_packs", f"threat pack {name!r} does not count for this model; {hint}")
        for name in policy.required_packs
        if name in run_packs and name not in library
    ]


def _sentences(policy: Policy) -> Say:
    """How a violation is worded: with who forbids it, and where that stands."""

    def say(field: str, text: str) -> str:
        return f"{text} (policy {policy.said.get(field, policy.name)}, {RULES[field]})"

    return say


def _soft(policy: Policy, ground: Ground, say: Say) -> Iterator[str]:
    lowest = ground.gate.laxest
    if policy.fail_on is not None and SEVERITIES.index(lowest) < SEVERITIES.index(policy.fail_on):
        text = f"--threatmodel-fail-on={ground.gate} lets findings of {policy.fail_on} severity pass"
        yield say("fail_on", f"{text}, expected {policy.fail_on} or lower")


def _packs(policy: Policy, facts: RunFacts, say: Say) -> Iterator[str]:
    for name in policy.required_packs:
        if name not in facts.packs:
            hint = guess(name, facts.packs)
            there = f"there are: {', '.join(facts.packs)}" if hint is None else hint
            yield say("required_packs", f"threat pack {name!r} does not count; {there}")
    if policy.replace == "forbidden":
        for name in facts.left_out:
            yield say("replace", f"the shipped threat pack {name!r} is left out by threatmodel_packs")
        for name in facts.replaced:
            yield say("replace", f"the shipped threat pack {name!r} is replaced by another of that name")


def _missing_models(policy: Policy, facts: RunFacts, say: Say) -> Iterator[str]:
    if facts.models is None:
        return
    for pattern in policy.required_models:
        if not any(_is_model(pattern, path, key) for path, key in facts.models):
            hint = guess(pattern, [name for model in facts.models for name in model if name])
            text = f"no model {pattern!r} was collected"
            yield say("required_models", text if hint is None else f"{text}; {hint}")


def _is_model(pattern: str, path: str, key: str) -> bool:
    return PurePath(path).match(pattern) or bool(key and fnmatchcase(key, pattern))


def _outside_register(verdicts: Verdicts, decided: Decided, file_marks: Iterable[Any], say: Say) -> Iterator[str]:
    for decision in _decisions(decided):
        if decision.source != "register":
            text = f"{decision.place}: {decision.spelled} decides outside a register, expected an entry there"
            yield say("where", text)
    for each in lowerings(verdicts):
        text = f"{each.place}: the override of {each.pair} lowers {each.before} to {each.after}"
        yield say("where", f"{text}, expected a register entry")
    for label, mark in silencing_marks(decided):
        place = verdicts.labels[label].place
        yield say("where", f"{place}: pytest.mark.{mark.name} decides about {label!r}, expected register entries")
    for mark in file_marks:
        name = getattr(mark, "name", "")
        if name in SILENCING:
            yield say("where", f"pytest.mark.{name} decides about the whole file, expected register entries")


def _decisions(decided: Decided) -> Iterator[Decision]:
    """Every decision once: those that were read, then those that a conftest put on single pairs."""
    seen = set(map(id, decided.made))
    told: set[tuple[object, ...]] = set()
    yield from decided.made
    for outcome in decided.outcomes.values():
        decision = outcome.decision
        if decision is not None and id(decision) not in seen and _terms_of(decision) not in told:
            told.add(_terms_of(decision))
            yield decision


def _terms_of(decision: Decision) -> tuple[object, ...]:
    """What a decision says: a conftest makes one for each pair, which say the same."""
    return (decision.spelled, decision.status, decision.reason, decision.owner, decision.until, decision.ticket)


def _covered(verdicts: Verdicts, decided: Decided, ground: Ground) -> list[_Covered]:
    """What each decision decides, in one pass over the pairs."""
    read = set(map(id, decided.made))
    found: dict[object, _Covered] = {}
    for row, column in verdicts.pairs():
        outcome = decided.outcomes.get((row.rules[column].threat.id, row.label))
        decision = outcome.decision if outcome is not None else None
        if decision is not None:
            key = id(decision) if id(decision) in read else _terms_of(decision)
            _count(found.setdefault(key, _Covered(decision)), row, column, ground)
    return list(found.values())


def _count(covered: _Covered, row: Row, column: int, ground: Ground) -> None:
    covered.pairs += 1
    if row.verdicts[column] is Verdict.VULNERABLE or ground.awaits_proof(row, column):
        rating, _ = severity(row, column)
        covered.worst = rating if covered.worst is None else min(rating, covered.worst, key=SEVERITIES.index)


def _wide(covered: Iterable[_Covered], decided: Decided, policy: Policy, say: Say) -> Iterator[str]:
    """Patterns that cover too many pairs, findings or not: one that is none today may be one tomorrow."""
    widest = policy.widest_pattern
    if widest is None:
        return
    reached = [(decision, decided.reach.get(id(decision), 0)) for decision in decided.made]
    known = {id(decision) for decision, pairs in reached if pairs}
    reached += [(each.decision, each.pairs) for each in covered if id(each.decision) not in known]
    for decision, pairs in reached:
        if pairs > widest and _has_patterns(decision):
            text = f"{decision.place}: {decision.spelled} covers {pairs} pairs"
            yield say("widest_pattern", f"{text}, expected {widest} at most")


def _terms(covered: _Covered, policy: Policy, today: date, say: Say) -> Iterator[str]:
    """What a decision lacks for what it decides."""
    decision = covered.decision
    start = f"{decision.place}: {decision.spelled}"
    if covered.worst is None:
        return
    on = f"decides on a finding of {covered.worst} severity"
    for field, lowest, term, given in (
        ("owner_from", policy.owner_from, "owner", decision.owner),
        ("ticket_from", policy.ticket_from, "ticket", decision.ticket),
    ):
        if policy.asks_for(lowest, covered.worst) and not (given or "").strip():
            # Marks that exclude take neither.
            where = ", which a register entry can name" if decision.excludes and decision.source == "model" else ""
            yield say(field, f"{start} {on} without {term}{where}")
    longest = policy.longest(covered.worst)
    if longest is not None and not decision.excludes:
        yield from _too_long(decision, longest, today, f"{start} {on}", say)


def _has_patterns(decision: Decision) -> bool:
    return is_pattern(decision.element) or any(map(is_pattern, decision.threats))


def _too_long(decision: Decision, longest: int, today: date, start: str, say: Say) -> Iterator[str]:
    if decision.until is None:
        yield say("longest_days", f"{start} without until, expected {longest} days at most")
        return
    # A first day that is yet to come makes no decision shorter: it holds already.
    start_day = min(decision.since or today, today)
    days = (decision.until - start_day).days
    if days > longest:
        since = "from today" if start_day == today else f"from {start_day}"
        yield say("longest_days", f"{start} for {days} days {since}, expected {longest} at most")


def _out_of_scope(verdicts: Verdicts, policy: Policy, say: Say) -> Iterator[str]:
    for element in verdicts.labels.values():
        if element.inScope or policy.out_of_scope == "anyone":
            continue
        if policy.out_of_scope == "forbidden":
            yield say("out_of_scope", f"{element.place}: {element.describe()} is out of scope")
        elif not element.scopeReason.strip():
            text = f"{element.place}: {element.describe()} is out of scope without a reason"
            yield say("out_of_scope", f'{text}, expected scopeReason="..."')


def _lowered(verdicts: Verdicts, policy: Policy, say: Say) -> Iterator[str]:
    # In models that only registers may weaken, each is told of already.
    for each in lowerings(verdicts) if policy.lower != "anyone" and policy.where == "anywhere" else ():
        text = f"{each.place}: the override of {each.pair} lowers {each.before} to {each.after}"
        if policy.lower == "forbidden":
            yield say("lower", text)
        elif not each.reason:
            yield say("lower", f'{text} without a reason, expected Finding(..., reason="...")')
