"""The judge: what becomes of a pair, given its verdict and what was decided about it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from typing import Literal

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import MARKS
from pytest_threatmodel.decisions.decision import WORDS
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import Status
from pytest_threatmodel.decisions.matching import PairKey

Result = Literal["passed", "failed", "xfailed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a pair.

    Args:
        result: in pytest's words.
        reason: why, where it is not plain from the verdict: the decision's summary, or what lapsed.
        decision: the decision that made it so, if one did.
    """

    result: Result
    reason: str = ""
    decision: Decision | None = None


#: What a decision of a status is called when it has ended.
_NAMES: Final[Mapping[Status, str]] = {
    "accepted": "the acceptance",
    "transferred": "the transfer",
    "false-positive": "the decision that this is a false positive",
    "mitigated-elsewhere": "the decision that this is mitigated elsewhere",
    "not-applicable": "the decision that this does not apply",
    "excluded": "the exclusion",
    "open": "the time to fix this",
}

PASSED: Final = Outcome("passed")
FAILED: Final = Outcome("failed")


def judge(
    verdict: Verdict,
    decision: Decision | None,
    *,
    today: date,
    softened: str = "",
    unstated: str = "",
    lapsed: str = "",
    stale: bool = False,
) -> Outcome:
    """The table of outcomes.

    Args:
        verdict: of the pair.
        decision: that holds for it, if any.
        today: the day in UTC; a decision's last day still counts.
        softened: why an undecided finding does not fail, empty where it does.
        unstated: why an undetermined pair that nobody decided about fails, empty where it does not.
        lapsed: which of the decision's facts changed for the worse, empty where none did.
        stale: the decision names this one pair and has become unnecessary.
    """
    if decision is not None and decision.excludes and not _has_ended(decision, today, lapsed):
        return Outcome("skipped", _told(decision), decision)
    if verdict is Verdict.ERROR:
        return Outcome("failed", "the rule could not be evaluated", decision)
    if verdict is Verdict.UNDETERMINED and decision is None and unstated:
        return Outcome("failed", unstated)
    if verdict is not Verdict.VULNERABLE:
        return Outcome("failed", _stale_text(decision), decision) if stale and decision else PASSED
    if decision is None:
        return Outcome("xfailed", softened) if softened else FAILED
    if decision.expired(today):
        owner = f"; its owner is {decision.owner}" if decision.owner else ""
        return Outcome("failed", f"{_NAMES[decision.status]} expired on {decision.until}{owner}", decision)
    if lapsed:
        return Outcome("failed", f"{lapsed}; {WORDS[decision.status]}: {decision.summary()}", decision)
    return Outcome("xfailed", _told(decision), decision)


def _told(decision: Decision) -> str:
    """What pytest prints behind XFAIL, which means accepted, or SKIPPED, which means excluded."""
    if decision.status in MARKS.values():
        return decision.summary()
    return f"{WORDS[decision.status]}: {decision.summary()}"


def _has_ended(decision: Decision, today: date, lapsed: str) -> bool:
    """Whether an exclusion holds no more."""
    return decision.expired(today) or (bool(lapsed) and decision.status != "excluded")


def _stale_text(decision: Decision) -> str:
    return f"{decision.spelled} ({decision.place}) is no longer needed: remove it"


def stale_decisions(
    covered: Iterable[tuple[Decision, list[PairKey]]], vulnerable: Callable[[PairKey], bool]
) -> Iterator[tuple[Decision, list[PairKey]]]:
    """The acceptances none of whose pairs is vulnerable, with the pairs.

    Args:
        covered: decisions with the pairs that they reach.
        vulnerable: tells whether a pair is a finding.
    """
    for decision, pairs in covered:
        if not decision.excludes and not any(vulnerable(pair) for pair in pairs):
            yield decision, pairs
