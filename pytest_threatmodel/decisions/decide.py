"""The decisions of one model file: read from marks and assumptions, put on pairs, judged."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import MARKS
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.imported import imported_decisions
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.known import Comparison
from pytest_threatmodel.decisions.lapsed import Reviews
from pytest_threatmodel.decisions.lapsed import asks_for_review
from pytest_threatmodel.decisions.lapsed import lapsed
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.matching import Scope
from pytest_threatmodel.decisions.matching import match
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.review import names_one_pair
from pytest_threatmodel.decisions.review import review
from pytest_threatmodel.decisions.review import without_counted
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.origin import Place


@dataclass
class Decided:
    """What people decided about the pairs of one model.

    Attributes:
        outcomes: for every pair whose outcome does not follow from its verdict alone.
        plain: element label -> the plain pytest marks on it.
        problems: what is wrong with the decisions, each a sentence.
        warnings: what does nothing.
        notices: what came with the file of another tool and decides nothing, or is not read; what the review tells.
        made: every decision that was read.
        resolved: the known findings of registers that are findings no more.
        shared: the ids of the register's decisions that count for other models too.
        unneeded: id of such a decision -> what is wrong with it, unless another model needs it, and whether that fails.
        reach: id of a decision that was read -> how many pairs it covers, findings or not.
        comparison: with earlier runs, where there is one.
        waiting: mitigated pairs that are findings only where their controls are not proven -> the decision on them, and
            whether it names that one pair.
        lapsed: those of them on which the decision does not hold any more -> why.
        unproven: pairs whose mitigation lacks proof, as far as the run knows.
    """

    outcomes: dict[PairKey, Outcome] = field(default_factory=dict)
    plain: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    made: list[Decision] = field(default_factory=list)
    resolved: list[Decision] = field(default_factory=list)
    shared: frozenset[int] = frozenset()
    unneeded: dict[int, tuple[str, bool]] = field(default_factory=dict)
    reach: dict[int, int] = field(default_factory=dict)
    comparison: Comparison | None = None
    waiting: dict[PairKey, tuple[Decision, bool]] = field(default_factory=dict)
    lapsed: dict[PairKey, str] = field(default_factory=dict)
    unproven: dict[PairKey, Lost] = field(default_factory=dict)

    def verdict(self, row: Row, column: int) -> Verdict:
        """The verdict that counts: a mitigation that must be proven and is not, is none.

        Args:
            row: the element.
            column: of the rule.
        """
        lost = self.unproven.get((row.rules[column].threat.id, row.label)) if self.unproven else None
        return row.verdicts[column] if lost is None or not lost.reopens else Verdict.VULNERABLE


def decide(verdicts: Verdicts, file_marks: Sequence[Any], ground: Ground, file: str) -> Decided:
    """Read and judge the decisions of a model file.

    Args:
        verdicts: of the model.
        file_marks: the file's `pytestmark`.
        ground: by what they are judged.
        file: the path, for messages.

    Raises:
        ModelError: an override names no severity.
    """
    decided = Decided(problems=_unknown_overrides(verdicts))
    on_elements = {label: _read_element(element, label, decided) for label, element in verdicts.labels.items()}
    on_file = _read(file_marks, Place(file, 1), decided)
    on_file += [_assumed(assumption) for assumption in verdicts.model.assumptions if assumption.exclude]
    made = {label: decisions for label, decisions in on_elements.items() if decisions}
    on_file += _registered(verdicts, ground.register, file, decided)
    on_file = without_counted(on_file, verdicts, decided.problems)
    matched = match(made, on_file, _scope(verdicts), decided.shared)
    decided.problems += map(str, matched.errors)
    decided.unneeded.update((id(decision), (text, False)) for decision, text in matched.idle)
    decided.warnings += matched.warnings
    decided.made += [decision for decision, _ in matched.covered]
    decided.reach.update((id(decision), len(pairs)) for decision, pairs in matched.covered)
    found = _verdict_of(verdicts)
    near = {id(decision): label for label, decisions in made.items() for decision in decisions}
    awaiting = _awaiting(verdicts, matched.by_pair, ground)
    # What tests have still to prove may be a finding yet: what was decided about it is not stale.
    open_ = frozenset(pair for pair, verdict in found.items() if verdict is Verdict.VULNERABLE) | awaiting
    reviewed = review(matched, open_, near, verdicts, ground, decided.shared)
    decided.problems += reviewed.problems
    decided.notices += reviewed.notices
    decided.resolved += reviewed.resolved
    decided.unneeded.update(reviewed.unneeded)
    for decision, pairs in matched.covered:
        for pair in awaiting.intersection(pairs):
            if matched.by_pair[pair] is decision:
                decided.waiting[pair] = decision, names_one_pair(decision, pairs, id(decision) in near)
    places = _places(verdicts) if matched.by_pair else {}
    reviews = Reviews()
    for pair, decision in matched.by_pair.items():
        why = _lapsed(decision, verdicts, places[pair], ground, decided, reviews)
        if why and pair in awaiting:
            decided.lapsed[pair] = why
        stale = pair in reviewed.stale
        decided.outcomes[pair] = judge(found[pair], decision, today=ground.judged_on, lapsed=why, stale=stale)
    decided.notices += reviews.notices()
    _import(verdicts, frozenset(matched.by_pair), ground.judged_on, decided)
    _soften(verdicts, ground, file, decided)
    return decided


def _registered(verdicts: Verdicts, register: Register, file: str, decided: Decided) -> list[Decision]:
    """The decisions of registers that count for the model."""
    path, key = Path(file), verdicts.model.key
    decided.problems += register.problems(path, key)
    entries = register.for_model(path, key)
    shared = (entry.decision for where, entry in entries if not entry.names_model(where, path, key))
    decided.shared = frozenset(map(id, shared))
    return [entry.decision for _, entry in entries]


def _import(verdicts: Verdicts, near: frozenset[PairKey], today: date, decided: Decided) -> None:
    """Add what the file of another tool decides where the model file says nothing."""
    imported = imported_decisions(verdicts, near)
    found = _verdict_of(verdicts) if imported.by_pair else {}
    for pair, decision in imported.by_pair.items():
        decided.outcomes[pair] = judge(found[pair], decision, today=today)
        decided.made.append(decision)
    decided.notices += imported.notices


def _awaiting(verdicts: Verdicts, by_pair: Mapping[PairKey, Decision], ground: Ground) -> frozenset[PairKey]:
    """The pairs that somebody decided about and that tests have still to prove."""
    if ground.unproven is None:
        return frozenset()
    return frozenset(
        pair
        for row, column in verdicts.pairs()
        if (pair := (row.rules[column].threat.id, row.label)) in by_pair
        and not by_pair[pair].excludes
        and ground.awaits_proof(row, column)
    )


def _places(verdicts: Verdicts) -> dict[PairKey, tuple[Row, int]]:
    return {(row.rules[column].threat.id, row.label): (row, column) for row, column in verdicts.pairs()}


def _lapsed(
    decision: Decision,
    verdicts: Verdicts,
    place: tuple[Row, int],
    ground: Ground,
    decided: Decided,
    reviews: Reviews,
) -> str:
    """Why the decision does not hold for the pair; what only asks for review is noted."""
    row, column = place
    try:
        if decision.excludes or row.verdicts[column] is Verdict.VULNERABLE:
            reviews.note(decision, asks_for_review(decision, verdicts, row, column, ground))
        return lapsed(decision, verdicts, row, column, ground)
    except DecisionError as error:
        if str(error) not in decided.problems:
            decided.problems.append(str(error))
        return "its facts cannot be checked"


def _scope(verdicts: Verdicts) -> Scope:
    pairs: dict[str, list[str]] = {label: [] for label in verdicts.labels}
    for row in verdicts.rows:
        pairs[row.label] = [rule.threat.id for rule in row.rules]
    return Scope(pairs, [threat.id for threat in verdicts.rulebook.library.threats])


def _verdict_of(verdicts: Verdicts) -> dict[PairKey, Verdict]:
    return {(row.rules[column].threat.id, row.label): row.verdicts[column] for row, column in verdicts.pairs()}


def _read_element(element: Any, label: str, decided: Decided) -> list[Decision]:
    marks = element.marks if isinstance(element.marks, list | tuple) else [element.marks]
    decisions = [each for each in _read(marks, element.place, decided) if _concerns(each, label, decided)]
    decided.plain[label] = [mark for mark in marks if getattr(_bare(mark), "name", "") not in MARKS]
    decisions += [_assumed(assumption) for assumption in element.assumptions if assumption.exclude]
    return decisions


def _concerns(decision: Decision, label: str, decided: Decided) -> bool:
    """Whether a decision that stands on an element is about it; one that names another is a mistake."""
    if decision.element in ("*", label) or fnmatchcase(label, decision.element):
        return True
    decided.problems.append(f"{decision.place}: {decision.spelled} stands on {label!r} and names another element")
    return False


def _read(marks: Iterable[Any], place: Place, decided: Decided) -> list[Decision]:
    decisions = []
    for mark in marks:
        plain = _bare(mark)
        if getattr(plain, "name", None) not in MARKS:
            if not hasattr(plain, "name"):
                decided.problems.append(f"{place}: marks hold {mark!r}, expected marks, accept(...) or exclude(...)")
            continue
        try:
            decisions.append(read_decision(plain, place))
        except DecisionError as error:
            decided.problems.append(str(error))
    return decisions


def _bare(mark: Any) -> Any:
    """The mark in a decorator; our own objects as they are, whose `.mark` would import pytest."""
    return mark if hasattr(mark, "place") else getattr(mark, "mark", mark)


def _assumed(assumption: Assumption) -> Decision:
    reason = f"{assumption.name}: {assumption.description}" if assumption.description else assumption.name
    return Decision(
        "excluded",
        assumption.exclude,
        "*",
        escape(reason),
        None,
        None,
        None,
        None,
        assumption.place,
        repr(assumption),
    )


def _soften(verdicts: Verdicts, ground: Ground, file: str, decided: Decided) -> None:
    """Findings that the gate lets pass or that earlier runs had, where nobody decided anything."""
    if ground.known is not None:
        decided.comparison = ground.known.compare(verdicts, file, set(decided.outcomes).__contains__)
    known = decided.comparison or Comparison("")
    for row, column in verdicts.pairs():
        pair = (row.rules[column].threat.id, row.label)
        if row.verdicts[column] is not Verdict.VULNERABLE or pair in decided.outcomes:
            continue
        softened = known.passes.get(pair) or ground.gate.softens(row, column, file)
        if softened:
            decided.outcomes[pair] = judge(Verdict.VULNERABLE, None, today=ground.today, softened=softened)
        elif pair in known.fails:
            decided.outcomes[pair] = Outcome("failed", known.fails[pair])


def _unknown_overrides(verdicts: Verdicts) -> list[str]:
    """Overrides of threats that are in no pack."""
    library = verdicts.rulebook.library
    problems = []
    for element in verdicts.model.elements:
        for override in element.overrides:
            if override.threat_id not in library:
                hint = did_you_mean(override.threat_id, (threat.id for threat in library.threats))
                text = f"{override.place}: override of unknown threat {override.threat_id!r}"
                problems.append(text if hint is None else f"{text}; {hint}")
    return problems
