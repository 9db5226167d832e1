"""What ends a decision: a worse rating, more sensitive data, another condition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.lapsed import Reviews
from pytest_threatmodel.decisions.lapsed import asks_for_review
from pytest_threatmodel.decisions.lapsed import lapsed
from pytest_threatmodel.decisions.lapsed import worsened
from pytest_threatmodel.decisions.seen import seen
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Releases
from tests.analysis.models import SHOP
from tests.analysis.models import model_of
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.decisions.made import accepted
from tests.decisions.made import excluded

PERSONAL = Adjust("any(d.isPII for d in target.data)", "high", "personal data")
CARD = "order.data = Data('Card', isPII=True, classification='SECRET')"
TODAY = date(2026, 11, 24)
GROUND = Ground(TODAY)


def released_on(day: date | None) -> Releases:
    """That the version 2 was published on a day, and an earlier one before, where it is known."""
    return () if day is None else (("1", date.min), ("2.0", day))


def verdicts_of(stated: str = "", condition: str = "not target.usesVPN", released: date | None = None) -> Verdicts:
    rule = threat(condition, severity="medium", adjust=(PERSONAL,))
    library = Library(
        [Pack(name="own", title="Own", version="2", threats=(rule,), releases=released_on(released), origin="own.toml")]
    )
    return evaluate(model_of(f"{SHOP}{stated}", library), library)


def decided(**terms: Any) -> Decision:
    return replace(accepted("T1", line=4), **terms)


def worse(stated: str, **terms: Any) -> str:
    verdicts = verdicts_of(stated)
    return worsened(decided(**terms), verdicts, row_of(verdicts, "Place order"), 0)


@pytest.mark.parametrize(
    ("stated", "terms", "expected"),
    [
        (CARD, {}, ""),
        ("", {"severity": "medium", "sensitivity": "UNKNOWN"}, ""),
        ("", {"severity": "high", "sensitivity": "SECRET"}, ""),
        (CARD, {"severity": "medium"}, "worsened: severity was medium, now high (personal data)"),
        (CARD, {"sensitivity": "PUBLIC"}, "worsened: sensitivity was PUBLIC, now SECRET"),
        (
            CARD,
            {"severity": "low", "sensitivity": "UNKNOWN"},
            "worsened: severity was low, now high (personal data), sensitivity was UNKNOWN, now SECRET",
        ),
        ("", {"severity": "info"}, "worsened: severity was info, now medium"),
    ],
)
def test_only_what_became_worse_ends_a_decision(stated: str, terms: dict[str, Any], expected: str) -> None:
    assert worse(stated, **terms) == expected


def test_a_sensitivity_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(DecisionError) as caught:
        worse("", sensitivity="SECRETS")
    expected = "expected one of UNKNOWN, PUBLIC, RESTRICTED, SENSITIVE, SECRET, TOP_SECRET; did you mean 'SECRET'?"
    assert str(caught.value) == f"threatmodel_shop.py:4: accept(\"T1\"): sensitivity = 'SECRETS', {expected}"


def ended(verdicts: Verdicts, decision: Decision, ground: Ground = GROUND) -> tuple[str, str]:
    """What asks for review, and what ends the decision."""
    row = row_of(verdicts, "Place order")
    return asks_for_review(decision, verdicts, row, 0, ground), lapsed(decision, verdicts, row, 0, ground)


def test_a_decision_made_on_what_is_seen_holds() -> None:
    verdicts = verdicts_of(CARD)
    now = seen(verdicts, row_of(verdicts, "Place order"), 0)
    terms = {"facts": now.facts, "severity": now.severity, "sensitivity": now.sensitivity, "condition": now.condition}
    assert ended(verdicts, decided(**terms)) == ("", "")


def test_another_spelling_of_the_condition_is_no_change() -> None:
    verdicts = verdicts_of(condition="(target.inScope) and not target.usesVPN", released=date(2020, 1, 1))
    first = verdicts_of(condition="not target.usesVPN and target.inScope")
    before = seen(first, row_of(first, "Place order"), 0)
    assert ended(verdicts, decided(condition=before.condition)) == ("", "")


CHANGED = "the condition of T1 has changed"


@pytest.mark.parametrize(
    ("released", "since", "expected"),
    [
        (None, None, (f"re-review: {CHANGED}", "")),
        (None, date(2020, 1, 1), (f"re-review: {CHANGED}", "")),
        (date(2026, 11, 1), None, (f"re-review by 2026-12-01: {CHANGED}", "")),
        (date(2026, 10, 25), None, (f"re-review by 2026-11-24: {CHANGED}", "")),
        (date(2026, 10, 24), None, ("", f"re-review: {CHANGED}")),
        (date(2026, 10, 24), date(2026, 11, 1), (f"re-review by 2026-12-01: {CHANGED}", "")),
        (date(2026, 10, 24), date(2020, 1, 1), ("", f"re-review: {CHANGED}")),
        (date(9999, 12, 31), None, (f"re-review: {CHANGED}", "")),
    ],
)
def test_a_changed_condition_asks_for_review_and_fails_after_the_time_of_grace(
    released: date | None, since: date | None, expected: tuple[str, str]
) -> None:
    assert ended(verdicts_of(released=released), decided(condition="0" * 12, since=since)) == expected


def test_the_time_of_grace_can_be_set() -> None:
    verdicts = verdicts_of(released=date(2026, 11, 23))
    decision = decided(condition="0" * 12)
    assert ended(verdicts, decision, Ground(TODAY, condition_grace=0)) == ("", f"re-review: {CHANGED}")
    assert ended(verdicts, decision, Ground(TODAY, condition_grace=1)) == (f"re-review by 2026-11-24: {CHANGED}", "")


def test_an_exclusion_asks_for_review_without_an_end() -> None:
    decision = replace(excluded("T1"), condition="0" * 12)
    assert ended(verdicts_of(released=date(2000, 1, 1)), decision) == (f"re-review: {CHANGED}", "")


@pytest.mark.parametrize("threats", [("T*",), ("T1", "T2")])
def test_a_condition_on_several_threats_is_refused(threats: tuple[str, ...]) -> None:
    with pytest.raises(DecisionError, match="condition belongs to a decision that names one threat"):
        ended(verdicts_of(), replace(decided(condition="0" * 12), threats=threats))


def test_everything_that_changed_is_told() -> None:
    verdicts = verdicts_of(f"{CARD}\norder.protocol = 'HTTP'", released=date(2020, 1, 1))
    decision = decided(condition="0" * 12, severity="low", facts={"protocol": "HTTPS"})
    assert ended(verdicts, decision)[1] == (
        "worsened: severity was low, now high (personal data); "
        "re-review: protocol was HTTPS, now HTTP (threatmodel_shop.py:8); "
        f"re-review: {CHANGED}"
    )


def test_decisions_that_ask_for_the_same_stand_in_one_line() -> None:
    reviews = Reviews()
    decisions = [accepted("T1", line=line) for line in range(1, 1001)]
    for decision in decisions:
        reviews.note(decision, "re-review: x")
        reviews.note(decision, "re-review: x")
    reviews.note(decisions[0], "")
    assert list(reviews.notices()) == [
        "re-review: x (threatmodel_shop.py:1, threatmodel_shop.py:2, threatmodel_shop.py:3 and 997 more)"
    ]
