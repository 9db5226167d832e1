"""The judge: the table of outcomes, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import Status
from pytest_threatmodel.decisions.judge import FAILED
from pytest_threatmodel.decisions.judge import PASSED
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.judge import judge
from pytest_threatmodel.decisions.judge import stale_decisions
from pytest_threatmodel.decisions.matching import PairKey
from tests.decisions.made import accepted
from tests.decisions.made import excluded

TODAY = date(2026, 5, 1)
ACCEPTED = accepted("DE01", element="Place order", owner="shop team", until="2026-05-01", line=4)
EXPIRED = accepted("DE01", owner="shop team", until="2026-04-30")
EXCLUDED = excluded("DE01")
OVER = replace(EXCLUDED, status="not-applicable", owner="Ada", until=date(2026, 4, 30))
GREEN = (Verdict.MITIGATED, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("verdict", "decision", "result"),
    [
        (Verdict.VULNERABLE, None, "failed"),
        (Verdict.VULNERABLE, ACCEPTED, "xfailed"),
        (Verdict.VULNERABLE, EXPIRED, "failed"),
        (Verdict.VULNERABLE, EXCLUDED, "skipped"),
        *((verdict, decision, "passed") for verdict in GREEN for decision in (None, ACCEPTED, EXPIRED)),
        *((verdict, EXCLUDED, "skipped") for verdict in GREEN),
        (Verdict.ERROR, None, "failed"),
        (Verdict.ERROR, ACCEPTED, "failed"),
        (Verdict.ERROR, EXPIRED, "failed"),
        (Verdict.ERROR, EXCLUDED, "skipped"),
    ],
)
def test_the_table_of_outcomes(verdict: Verdict, decision: Decision | None, result: str) -> None:
    """Design section 3, without what softens or lapses."""
    assert judge(verdict, decision, today=TODAY).result == result


def test_an_undecided_pair_has_no_reason_but_its_verdict() -> None:
    assert judge(Verdict.VULNERABLE, None, today=TODAY) is FAILED
    assert judge(Verdict.MITIGATED, None, today=TODAY) is PASSED


def test_a_decided_finding_tells_the_decision() -> None:
    assert judge(Verdict.VULNERABLE, ACCEPTED, today=TODAY) == Outcome(
        "xfailed", "small (owner shop team, until 2026-05-01)", ACCEPTED
    )
    assert judge(Verdict.VULNERABLE, EXCLUDED, today=TODAY) == Outcome("skipped", "elsewhere", EXCLUDED)


def test_an_acceptance_holds_on_its_last_day_and_fails_the_day_after() -> None:
    """With the owner, who is to be asked."""
    assert judge(Verdict.VULNERABLE, ACCEPTED, today=date(2026, 5, 1)).result == "xfailed"
    assert judge(Verdict.VULNERABLE, ACCEPTED, today=date(2026, 5, 2)) == Outcome(
        "failed", "the acceptance expired on 2026-05-01; its owner is shop team", ACCEPTED
    )
    nobody = accepted("DE01", until="2026-04-30")
    assert judge(Verdict.VULNERABLE, nobody, today=TODAY).reason == "the acceptance expired on 2026-04-30"


def test_an_exclusion_that_has_ended_excludes_nothing() -> None:
    """Its pairs are judged, and the finding tells who owned it."""
    assert judge(Verdict.VULNERABLE, OVER, today=TODAY) == Outcome(
        "failed", "the decision that this does not apply expired on 2026-04-30; its owner is Ada", OVER
    )
    assert judge(Verdict.MITIGATED, OVER, today=TODAY) is PASSED
    assert judge(Verdict.VULNERABLE, OVER, today=date(2026, 4, 30)).result == "skipped"


def test_every_status_has_words_for_its_end() -> None:
    for status in get_args(Status):
        outcome = judge(Verdict.VULNERABLE, replace(EXPIRED, status=status), today=TODAY)
        assert outcome.result == "failed"
        assert outcome.reason.endswith(" expired on 2026-04-30; its owner is shop team")


def test_an_acceptance_whose_facts_changed_fails() -> None:
    outcome = judge(Verdict.VULNERABLE, ACCEPTED, today=TODAY, lapsed="re-review: protocol was HTTPS, now HTTP")
    assert outcome == Outcome(
        "failed",
        "re-review: protocol was HTTPS, now HTTP; accepted: small (owner shop team, until 2026-05-01)",
        ACCEPTED,
    )


@pytest.mark.parametrize("verdict", GREEN)
def test_changed_facts_do_not_matter_where_nothing_was_found(verdict: Verdict) -> None:
    assert judge(verdict, ACCEPTED, today=TODAY, lapsed="re-review") is PASSED


def test_changed_facts_do_not_matter_where_the_pair_is_excluded() -> None:
    assert judge(Verdict.VULNERABLE, EXCLUDED, today=TODAY, lapsed="re-review").result == "skipped"


def test_a_threshold_softens_undecided_findings_only() -> None:
    softened = "low severity, below --threatmodel-fail-on=high"
    assert judge(Verdict.VULNERABLE, None, today=TODAY, softened=softened) == Outcome("xfailed", softened)
    assert judge(Verdict.VULNERABLE, EXPIRED, today=TODAY, softened=softened).result == "failed"
    assert judge(Verdict.VULNERABLE, EXCLUDED, today=TODAY, softened=softened).result == "skipped"
    assert judge(Verdict.ERROR, None, today=TODAY, softened=softened).result == "failed"
    for verdict in GREEN:
        assert judge(verdict, None, today=TODAY, softened=softened) is PASSED


@pytest.mark.parametrize("verdict", GREEN)
def test_a_stale_acceptance_of_one_pair_fails_that_pair(verdict: Verdict) -> None:
    assert judge(verdict, ACCEPTED, today=TODAY, stale=True) == Outcome(
        "failed",
        "accept(\"DE01\", element='Place order') (threatmodel_shop.py:4) is no longer needed: remove it",
        ACCEPTED,
    )


def test_a_rule_error_is_one_whatever_was_decided() -> None:
    outcome = judge(Verdict.ERROR, ACCEPTED, today=TODAY, stale=True)
    assert outcome == Outcome("failed", "the rule could not be evaluated", ACCEPTED)


def stale(*covered: tuple[Decision, list[PairKey]]) -> list[Decision]:
    """Those that have become unnecessary; only pairs of DE01 are findings."""
    return [decision for decision, _ in stale_decisions(covered, lambda pair: pair[0] == "DE01")]


def test_an_acceptance_is_stale_when_none_of_its_pairs_is_a_finding() -> None:
    """One of many is enough to keep it."""
    some, none = accepted("DE*"), accepted("AA*")
    findings: list[PairKey] = [("DE02", "a"), ("DE01", "a")]
    assert stale((some, findings), (none, [("AA01", "a"), ("AA02", "a")])) == [none]


def test_an_acceptance_without_pairs_is_stale() -> None:
    assert stale((ACCEPTED, [])) == [ACCEPTED]


def test_an_exclusion_is_never_stale() -> None:
    """It says that threats do not concern the system; that none is found is no news."""
    assert stale((EXCLUDED, []), (EXCLUDED, [("AA01", "a")])) == []


def test_a_stale_decision_comes_with_its_pairs() -> None:
    covered: list[tuple[Decision, list[PairKey]]] = [(ACCEPTED, [("AA01", "a")])]
    assert list(stale_decisions(covered, lambda pair: False)) == covered


@pytest.mark.parametrize("verdict", list(Verdict))
def test_unstated_facts_fail_only_what_is_undetermined(verdict: Verdict) -> None:
    found = judge(verdict, None, today=date(2026, 1, 1), unstated="facts are missing")
    assert (found.reason == "facts are missing") is (verdict is Verdict.UNDETERMINED)
    assert found.result == ("passed" if verdict in (Verdict.MITIGATED, Verdict.NOT_APPLICABLE) else "failed")
