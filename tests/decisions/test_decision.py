"""Decisions as they are written in a model file."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import accept
from pytest_threatmodel.decisions.decision import exclude
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.model.origin import Place
from tests.decisions.made import accepted
from tests.decisions.made import excluded

PLACE = Place("threatmodel_shop.py", 9)


def mark(name: str, *threats: object, **terms: object) -> SimpleNamespace:
    """A mark as pytest hands it on, which does not know where it was written."""
    return SimpleNamespace(name=f"threat_{name}", args=threats, kwargs=terms)


def problem(written: Any) -> str:
    """The complaint about a decision."""
    with pytest.raises(DecisionError) as caught:
        read_decision(written, PLACE)
    return str(caught.value)


def test_an_acceptance_keeps_what_was_said() -> None:
    facts = {"protocol": "HTTP"}
    terms = {"owner": "shop team", "until": "2027-06-30", "ticket": "SHOP-7", "facts": facts, "element": "Place order"}
    written = accept("DE01", "DE02", reason="one host", **terms)  # type: ignore[arg-type]  # by name
    assert read_decision(written, PLACE) == Decision(
        status="accepted",
        threats=("DE01", "DE02"),
        element="Place order",
        reason="one host",
        owner="shop team",
        until=date(2027, 6, 30),
        ticket="SHOP-7",
        facts=facts,
        place=written.place,
        spelled='accept("DE01", "DE02", element=\'Place order\')',
    )


def test_an_exclusion_keeps_what_was_said() -> None:
    decision = read_decision(exclude("LB03", reason="fixed number of rows"), PLACE)
    assert (decision.status, decision.threats, decision.element) == ("excluded", ("LB03",), "*")
    assert (decision.reason, decision.spelled) == ("fixed number of rows", 'exclude("LB03")')


def test_a_decision_knows_the_line_where_it_was_written() -> None:
    written = accept("DE01", reason="one host")
    assert written.place.file == __file__
    assert read_decision(written, PLACE).place is written.place


def test_a_mark_of_pytest_says_the_same() -> None:
    """It does not know its line, so it has the place of what carries it."""
    decision = read_decision(mark("accept", "DE01", reason="one host", until=date(2027, 6, 30)), PLACE)
    assert (decision.status, decision.threats, decision.until) == ("accepted", ("DE01",), date(2027, 6, 30))
    assert decision.place is PLACE


def test_a_decision_becomes_a_mark_of_pytest() -> None:
    made = accept("DE01", reason="one host", owner="shop team").mark
    assert (made.name, made.args) == ("threat_accept", ("DE01",))
    assert made.kwargs == {"element": "*", "reason": "one host", "owner": "shop team"}
    again = exclude("LB03", reason="fixed").mark
    assert (again.name, again.args, again.kwargs) == ("threat_exclude", ("LB03",), {"element": "*", "reason": "fixed"})


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_decision_without_a_reason_is_refused(reason: str) -> None:
    assert problem(exclude("LB03", reason=reason)).endswith('exclude("LB03") gives no reason, expected reason="..."')
    assert problem(accept("DE01", reason=reason)).endswith('accept("DE01") gives no reason, expected reason="..."')


def test_a_missing_reason_is_told_with_the_place() -> None:
    expected = 'threatmodel_shop.py:9: accept("DE01") gives no reason, expected reason="..."'
    assert problem(mark("accept", "DE01")) == expected


@pytest.mark.parametrize("until", ["2027-02-30", "30.06.2027", "", "soon", 20270630, True, datetime(2027, 6, 30, 12)])
def test_what_is_no_date_is_refused(until: Any) -> None:
    text = problem(mark("accept", "DE01", reason="one host", until=until))
    assert text == f'threatmodel_shop.py:9: accept("DE01"): until = {until!r} is no date, expected "YYYY-MM-DD"'


@pytest.mark.parametrize(
    ("name", "terms", "hint"),
    [
        ("accept", {"untill": "2027-06-30"}, "'untill'; did you mean 'until'?"),
        ("accept", {"resaon": "x"}, "'resaon'; did you mean 'reason'?"),
        ("exclude", {"elemnt": "x"}, "'elemnt'; did you mean 'element'?"),
        ("exclude", {"until": "2027-06-30"}, "'until'"),
        ("accept", {"zzz": 1}, "'zzz'"),
    ],
)
def test_an_unknown_argument_is_refused_with_the_nearest(name: str, terms: dict[str, Any], hint: str) -> None:
    """An exclusion has no end: what does not concern a system today will not tomorrow."""
    text = problem(mark(name, "DE01", **{"reason": "one host", **terms}))
    assert text == f'threatmodel_shop.py:9: {name}("DE01") has no argument {hint}'


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"reason": 3}, "reason must be text, got 3"),
        ({"owner": ["me"]}, "owner must be text, got ['me']"),
        ({"ticket": 7}, "ticket must be text, got 7"),
        ({"facts": "HTTP"}, "facts must be a dictionary, got 'HTTP'"),
    ],
)
def test_terms_of_the_wrong_type_are_refused(terms: dict[str, Any], expected: str) -> None:
    text = problem(mark("accept", "DE01", **{"reason": "one host", **terms}))
    assert text == f'threatmodel_shop.py:9: accept("DE01"): {expected}'


def test_an_element_that_is_no_text_is_refused() -> None:
    text = problem(mark("exclude", "DE01", reason="x", element=3))
    assert text == 'threatmodel_shop.py:9: exclude("DE01", element=3): element must be text, got 3'


def test_a_decision_on_no_threat_is_refused() -> None:
    assert problem(mark("accept", reason="x")) == "threatmodel_shop.py:9: accept() names no threat"


@pytest.mark.parametrize(
    ("threat", "spelled"), [(3, "3"), ("", '""'), ("  ", '"  "'), (None, "None"), (["A"], "['A']")]
)
def test_a_threat_that_is_no_id_is_refused(threat: Any, spelled: str) -> None:
    text = problem(mark("accept", threat, reason="x"))
    assert text == f"threatmodel_shop.py:9: accept({spelled}): threats are ids or patterns, got {threat!r}"


def test_an_error_carries_problem_and_hint() -> None:
    error = DecisionError("it is wrong", "did you mean 'right'?")
    assert (error.problem, error.hint) == ("it is wrong", "did you mean 'right'?")
    assert str(error) == "it is wrong; did you mean 'right'?"
    assert str(DecisionError("it is wrong")) == "it is wrong"


@pytest.mark.parametrize(
    ("until", "today", "expired"),
    [
        (None, date(9999, 12, 31), False),
        ("2027-06-30", date(2027, 6, 29), False),
        ("2027-06-30", date(2027, 6, 30), False),
        ("2027-06-30", date(2027, 7, 1), True),
    ],
)
def test_the_last_day_still_counts(until: str | None, today: date, expired: bool) -> None:
    assert accepted("DE01", until=until).expired(today) is expired


def test_a_summary_tells_the_terms_that_were_given() -> None:
    assert accepted("DE01", reason="one host").summary() == "one host"
    full = accepted("DE01", reason="one host", owner="shop team", until="2027-06-30", ticket="SHOP-7")
    assert full.summary() == "one host (owner shop team, until 2027-06-30, ticket SHOP-7)"
    assert excluded("LB03", reason="fixed").summary() == "fixed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("DE01", False), ("DE*", True), ("DE0?", True), ("[prod] db", True), ("a]", False), ("", False)],
)
def test_a_name_with_wildcards_is_a_pattern(name: str, expected: bool) -> None:
    assert is_pattern(name) is expected
