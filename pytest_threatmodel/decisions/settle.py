"""What becomes of a mitigated pair once it is known which of its controls are proven."""

from __future__ import annotations

from dataclasses import replace

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.evidence import Lost
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.judge import judge


def settle(decided: Decided, ground: Ground, row: Row, column: int, lost: Lost | None) -> Outcome:
    """Judge a mitigated pair by its proof, and note what came of it.

    Args:
        decided: about the model; takes the outcome.
        ground: by what it is judged.
        row: the pair's element.
        column: the pair's rule.
        lost: what is missing for the mitigation to hold; None where nothing is.

    Raises:
        ModelError: an override names no severity.
    """
    pair = (row.rules[column].threat.id, row.label)
    known = decided.outcomes.get(pair)
    if known is not None and known.decision is not None and known.decision.excludes:
        return known
    decision, names_it = decided.waiting.get(pair, (None, False))
    if lost is None:
        decided.unproven.pop(pair, None)
        fails = ground.checks.action("stale") == "fail"
        outcome = judge(Verdict.MITIGATED, decision, today=ground.judged_on, stale=names_it and fails)
    else:
        decided.unproven[pair] = lost
        softened = (
            "" if decision is not None else decided.softens(ground.gate, row, column, row.element.load.file or "")
        )
        outcome = _reopened(ground, lost, decision, softened, decided.lapsed.get(pair, ""))
    decided.outcomes[pair] = outcome
    return outcome


def _reopened(ground: Ground, lost: Lost, decision: Decision | None, softened: str, lapsed: str) -> Outcome:
    if not lost.reopens:
        return Outcome("skipped", str(lost))
    outcome = judge(Verdict.VULNERABLE, decision, today=ground.judged_on, softened=softened, lapsed=lapsed)
    if outcome.result != "failed":
        return outcome
    return replace(outcome, reason="; ".join(filter(None, (outcome.reason, str(lost)))))
