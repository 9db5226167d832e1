"""The decisions about one model: read, put on pairs, reviewed and judged."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from datetime import date
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.unstated import undetermined
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.imported import imported_decisions
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.known import Comparison
from pytest_threatmodel.decisions.lapsed import Reviews
from pytest_threatmodel.decisions.lapsed import asks_for_review
from pytest_threatmodel.decisions.lapsed import lapsed
from pytest_threatmodel.decisions.matching import Matched
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.matching import Scope
from pytest_threatmodel.decisions.matching import match
from pytest_threatmodel.decisions.new_rules import new_rules
from pytest_threatmodel.decisions.review import names_one_pair
from pytest_threatmodel.decisions.review import review
from pytest_threatmodel.decisions.unstated import FAILING
from pytest_threatmodel.decisions.unstated import too_many
from pytest_threatmodel.decisions.written import on_elements
from pytest_threatmodel.decisions.written import on_file
from pytest_threatmodel.decisions.written import renamed_overrides
from pytest_threatmodel.decisions.written import unknown_overrides


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
    new = new_rules(verdicts.rulebook.library, ground.today, ground.new_rules_grace)
    decided = Decided(problems=list(unknown_overrides(verdicts)), new_rules=new)
    decided.notices += renamed_overrides(verdicts)
    near = on_elements(verdicts, decided)
    matched = match(
        near, on_file(verdicts, file_marks, ground.register, file, decided), _scope(verdicts), decided.shared
    )
    _take(matched, decided)
    awaiting = _awaiting(verdicts, matched.by_pair, ground)
    standing = {id(decision): label for label, decisions in near.items() for decision in decisions}
    _judge(
        verdicts, matched, ground, decided, awaiting, _reviewed(verdicts, matched, ground, decided, awaiting, standing)
    )
    for decision, pairs in matched.covered:
        for pair in awaiting.intersection(pairs):
            if matched.by_pair[pair] is decision:
                decided.waiting[pair] = decision, names_one_pair(decision, pairs, id(decision) in standing)
    _import(verdicts, frozenset(matched.by_pair), ground.judged_on, decided)
    _soften(verdicts, ground, file, decided)
    _fail_unstated(verdicts, ground, decided)
    return decided


def _take(matched: Matched, decided: Decided) -> None:
    """Note which decisions there are, and what is wrong with what they name."""
    decided.problems += map(str, matched.errors)
    decided.unneeded.update((id(decision), (text, False)) for decision, text in matched.idle)
    decided.warnings += matched.warnings
    decided.notices += matched.notices
    decided.made += [decision for decision, _ in matched.covered]
    decided.reach.update((id(decision), len(pairs)) for decision, pairs in matched.covered)


def _reviewed(
    verdicts: Verdicts,
    matched: Matched,
    ground: Ground,
    decided: Decided,
    awaiting: frozenset[PairKey],
    standing: Mapping[int, str],
) -> Set[PairKey]:
    """Review the decisions; gives the pairs whose decision is stale and names them alone."""
    # What tests have still to prove may be a finding yet: what was decided about it is not stale.
    findings = frozenset(pair for pair, verdict in _verdict_of(verdicts).items() if verdict is Verdict.VULNERABLE)
    reviewed = review(matched, findings | awaiting, standing, verdicts, ground, decided.shared)
    decided.problems += reviewed.problems
    decided.notices += reviewed.notices
    decided.resolved += reviewed.resolved
    decided.unneeded.update(reviewed.unneeded)
    return reviewed.stale


def _judge(
    verdicts: Verdicts,
    matched: Matched,
    ground: Ground,
    decided: Decided,
    awaiting: frozenset[PairKey],
    stale: Set[PairKey],
) -> None:
    """Judge every pair that somebody decided about."""
    places = _places(verdicts, matched.by_pair)
    reviews = Reviews()
    for pair, decision in matched.by_pair.items():
        row, column = places[pair]
        why = _lapsed(decision, verdicts, (row, column), ground, decided, reviews)
        if why and pair in awaiting:
            decided.lapsed[pair] = why
        verdict = row.verdicts[column]
        decided.outcomes[pair] = judge(verdict, decision, today=ground.judged_on, lapsed=why, stale=pair in stale)
    decided.notices += reviews.notices()


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


def _places(verdicts: Verdicts, pairs: Container[PairKey]) -> dict[PairKey, tuple[Row, int]]:
    """Row and column of the pairs that are asked for."""
    return {
        pair: (row, column)
        for row, column in verdicts.pairs()
        if (pair := (row.rules[column].threat.id, row.label)) in pairs
    }


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
    library = verdicts.rulebook.library
    return Scope(pairs, [threat.id for threat in library.threats], library.replaced)


def _verdict_of(verdicts: Verdicts) -> dict[PairKey, Verdict]:
    return {(row.rules[column].threat.id, row.label): row.verdicts[column] for row, column in verdicts.pairs()}


def _soften(verdicts: Verdicts, ground: Ground, file: str, decided: Decided) -> None:
    """Findings that the gate lets pass or that earlier runs had, where nobody decided anything."""
    if ground.known is not None:
        decided.comparison = ground.known.compare(verdicts, file, set(decided.outcomes).__contains__)
    known = decided.comparison or Comparison("")
    for row, column in verdicts.pairs():
        pair = (row.rules[column].threat.id, row.label)
        if row.verdicts[column] is not Verdict.VULNERABLE or pair in decided.outcomes:
            continue
        softened = known.passes.get(pair) or decided.softens(ground.gate, row, column, file)
        if softened:
            decided.outcomes[pair] = judge(Verdict.VULNERABLE, None, today=ground.today, softened=softened)
        elif pair in known.fails:
            decided.outcomes[pair] = Outcome("failed", known.fails[pair])


def _fail_unstated(verdicts: Verdicts, ground: Ground, decided: Decided) -> None:
    """Undetermined pairs that the team wants settled, where nobody decided anything."""
    unstated = ground.unstated
    if unstated.limit is not None:
        decided.unstated += too_many(verdicts, decided, unstated.limit)
    if unstated.lowest is None:
        return
    for row in verdicts.rows:
        for column in undetermined(row):
            pair = (row.rules[column].threat.id, row.label)
            if pair not in decided.outcomes and unstated.fails(row, column):
                decided.outcomes[pair] = judge(Verdict.UNDETERMINED, None, today=ground.today, unstated=FAILING)
