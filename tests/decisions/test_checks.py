"""The settings of the review: what they are read from, and what is wrong with them."""

from __future__ import annotations

from datetime import date

import pytest

from pytest_threatmodel.decisions.checks import DEFAULTS
from pytest_threatmodel.decisions.checks import Checks
from pytest_threatmodel.decisions.checks import read_actions
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.ground import Ground


def test_checks_that_nobody_set_do_as_they_do_by_default() -> None:
    checks = Checks(read_actions(["", " ownerless =fail ", "stale= off"]))
    assert {check: checks.action(check) for check in DEFAULTS} == {
        "stale": "off",
        "orphaned": "fail",
        "overbroad": "notice",
        "expired": "fail",
        "ownerless": "fail",
        "too-long": "notice",
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ownerles = fail", "unknown check 'ownerles', expected stale, orphaned, * did you mean 'ownerless'?"),
        ("stale = fial", "unknown action of stale 'fial', expected fail, notice, off; did you mean 'fail'?"),
        ("stale =", "unknown action of stale '', expected fail, notice, off"),
        ("stale", "'stale', expected lines such as 'ownerless = fail'"),
        ("= fail", "unknown check '', expected *"),
    ],
)
def test_a_wrong_line_says_what_was_expected(line: str, problem: str) -> None:
    with pytest.raises(DecisionError) as caught:
        read_actions([line])
    head, _, tail = problem.partition("*")
    assert str(caught.value).startswith(head)
    assert str(caught.value).endswith(tail)


def test_a_check_that_is_set_twice_is_an_error() -> None:
    with pytest.raises(DecisionError, match="'stale' comes twice"):
        read_actions(["stale = off", "stale = fail"])


def test_pairs_are_judged_by_the_day_unless_expiry_fails_nothing() -> None:
    today = date(2026, 11, 24)
    assert Ground(today).judged_on == today
    assert Ground(today, checks=Checks({"expired": "notice"})).judged_on == date.min
