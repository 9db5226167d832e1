"""New rules: which threats are new on a day, and what becomes of findings of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.judge import Outcome
from pytest_threatmodel.decisions.new_rules import new_rules
from pytest_threatmodel.decisions.weakenings import model_weakenings
from pytest_threatmodel.decisions.weakenings import told
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Pack
from tests.analysis.models import SHOP
from tests.analysis.models import model_of
from tests.analysis.models import threat

TODAY = date(2026, 11, 24)
RELEASES = (("1.0", date(2026, 1, 1)), ("1.1", date(2026, 11, 1)), ("1.2", date(9999, 12, 30)))


def library(**changes: Any) -> Library:
    """Three threats on flows, each of another version of the pack."""
    made = threat("not target.usesVPN", severity="medium")
    threats = tuple(replace(made, id=f"T{number}", since=since) for number, (since, _) in enumerate(RELEASES))
    return Library([Pack(name="own", title="Own", version="1.2", threats=threats, releases=RELEASES, **changes)])


def decided(ground: Ground) -> Decided:
    return decide(evaluate(model_of(SHOP, library()), library()), (), ground, "shop.py")


@pytest.mark.parametrize(
    ("today", "grace", "expected"),
    [
        (TODAY, 30, {"T1": date(2026, 12, 1), "T2": date.max}),
        (date(2026, 12, 1), 30, {"T2": date.max}),
        (TODAY, 0, {}),
        (date(2026, 11, 1), 1, {"T1": date(2026, 11, 2), "T2": date.max}),
        (date.max, 30, {}),
    ],
)
def test_what_came_with_a_later_version_is_new_for_a_while(today: date, grace: int, expected: dict[str, date]) -> None:
    assert new_rules(library(), today, grace) == expected


def test_findings_of_new_rules_pass_until_their_day_and_others_fail() -> None:
    made = decided(Ground(TODAY))
    assert made.outcomes["T1", "Place order"] == Outcome("xfailed", "new rule, fails from 2026-12-01")
    assert made.passes_as_new(("T1", "Place order")) == date(2026, 12, 1)
    assert ("T0", "Place order") not in made.outcomes
    assert made.passes_as_new(("T0", "Place order")) is None


def test_what_the_gate_lets_pass_is_not_said_to_fail_one_day() -> None:
    made = decided(Ground(TODAY, gate=Gate("high")))
    assert made.outcomes["T1", "Place order"].reason == "medium severity, below --threatmodel-fail-on=high"
    assert made.passes_as_new(("T1", "Place order")) is None


def test_the_closing_section_names_the_days() -> None:
    verdicts = evaluate(model_of(SHOP, library()), library())
    found = model_weakenings(verdicts, decide(verdicts, (), Ground(TODAY), "shop.py"))
    ((line, details),) = told(found)
    days = ("new rule, fails from 2026-12-01", "new rule, fails from 9999-12-31")
    assert line.endswith(f"undecided findings let pass: {', '.join(days)}")
    assert details == list(days)
