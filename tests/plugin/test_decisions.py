"""Decisions as a model file states them: where they stand, which one holds, and what is wrong with them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.plugin.warnings import ThreatModelWarning

from .models import FLOW_THREAT
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

FOUND = 'web = Server("Web", usesCache=True)\n'
CALM = 'web = Server("Web", usesCache=False)\n'


def run(pytester: pytest.Pytester, body: str, *args: str, pack: str = PACK) -> pytest.RunResult:
    write_project(pytester, body, pack=pack)
    return pytester.runpytest("--threatmodel", "-v", *args)


def problems(result: pytest.RunResult) -> list[str]:
    """What `file::decisions` says, line for line."""
    lines = result.stdout.lines
    start = next((number for number, line in enumerate(lines) if line.strip("_") == " decisions "), None)
    if start is None:
        return []
    rest = lines[start + 1 :]
    return rest[: next(number for number, line in enumerate(rest) if line.startswith(("=", "_")))]


# Where decisions stand


@pytest.mark.parametrize(
    "mark",
    [
        'web.marks = accept("TT01", reason="known")',
        'web.marks = [accept("TT01", reason="known")]',
        'web.marks.append(accept("TT01", reason="known"))',
        'web.marks = [pytest.mark.threat_accept("TT01", reason="known")]',
        'pytestmark = accept("TT01", reason="known")',
        'pytestmark = [accept("TT01", element="Web", reason="known")]',
        'pytestmark = pytest.mark.threat_accept("TT*", element="W?b", reason="known")',
        'pytestmark = [pytest.mark.threat_accept("TT01", "TT02", reason="known")]',
    ],
)
def test_acceptances_stand_on_elements_and_on_the_file(pytester: pytest.Pytester, mark: str) -> None:
    result = run(pytester, FOUND + mark, "-rx")
    assert outcomes(result) == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(["XFAIL threatmodel_shop.py::TT01?Web? - known"])


@pytest.mark.parametrize(
    "mark",
    [
        'web.marks = exclude("TT01", reason="no cache")',
        'web.marks = [pytest.mark.threat_exclude("TT01", reason="no cache")]',
        'pytestmark = exclude("TT01", element="Web", reason="no cache")',
        'pytestmark = [pytest.mark.threat_exclude("*1", reason="no cache")]',
        'web.assumptions = Assumption("no cache", exclude=["TT01"])',
        'web.assumptions = [Assumption("no cache", exclude="*1")]',
        'tm.assumptions = [Assumption("no cache", exclude={"TT01"})]',
    ],
)
def test_exclusions_stand_on_elements_file_and_model(pytester: pytest.Pytester, mark: str) -> None:
    result = run(pytester, FOUND + mark, "-rs")
    assert outcomes(result) == {"TT01[Web]": "SKIPPED", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] threatmodel_shop.py: no cache"])


def test_the_reason_of_an_exclusion_by_assumption_is_the_assumption(pytester: pytest.Pytester) -> None:
    body = FOUND + 'web.assumptions = Assumption("One user", exclude="TT01", description="it is a desktop program")'
    result = run(pytester, body, "-rs")
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] threatmodel_shop.py: One user: it is a desktop program"])


def test_assumptions_that_exclude_nothing_change_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND + 'tm.assumptions = [Assumption("The power never fails")]')
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}


def test_decisions_on_a_flow_reach_that_flow_alone(pytester: pytest.Pytester) -> None:
    body = """
    user, web = Actor("User"), Server("Web")
    ask = Dataflow(user, web, "Ask", protocol="HTTP")
    tell = Dataflow(user, web, "Tell", protocol="HTTP")
    send = Dataflow(user, web, "Send", protocol="HTTP")
    ask.marks = accept("TF01", reason="public")
    tell.assumptions = Assumption("Wired", exclude="TF01")
    """
    outcome = outcomes(run(pytester, body, pack=PACK + FLOW_THREAT))
    assert [outcome[f"TF01[{flow}]"] for flow in ("Ask", "Tell", "Send")] == ["XFAIL", "SKIPPED", "FAILED"]


def test_the_terms_of_a_decision_are_shown_with_its_reason(pytester: pytest.Pytester) -> None:
    terms = 'reason="known", owner="Ada", until="2099-12-31", ticket="SEC-7"'
    result = run(pytester, f'{FOUND}web.marks = accept("TT01", {terms})', "-rx")
    result.stdout.fnmatch_lines(["XFAIL *TT01* - known (owner Ada, until 2099-12-31, ticket SEC-7)"])


def test_dates_are_taken_as_they_are(pytester: pytest.Pytester) -> None:
    body = f'import datetime\n{FOUND}web.marks = accept("TT01", reason="known", until=datetime.date(2099, 12, 31))'
    assert outcomes(run(pytester, body))["TT01[Web]"] == "XFAIL"


# Which decision holds


def test_the_nearest_decision_holds(pytester: pytest.Pytester) -> None:
    body = """
    web = Server("Web", usesCache=True)
    api = Server("API", usesCache=True)
    web.marks = accept("TT01", reason="near")
    pytestmark = exclude("TT01", reason="far")
    """
    outcome = outcomes(run(pytester, body))
    assert (outcome["TT01[Web]"], outcome["TT01[API]"]) == ("XFAIL", "SKIPPED")
    assert "decisions" not in outcome


def test_a_nearer_acceptance_that_expired_is_not_replaced_by_a_farther_one(pytester: pytest.Pytester) -> None:
    body = FOUND + 'web.marks = accept("TT01", reason="near", until="2020-01-01")\n'
    body += 'pytestmark = accept("TT01", reason="far")'
    assert outcomes(run(pytester, body))["TT01[Web]"] == "FAILED"


@pytest.mark.parametrize(
    ("marks", "first", "second"),
    [
        (
            'web.marks = [\n  accept("TT01", reason="a"),\n  exclude("TT*", reason="b"),\n]',
            'accept("TT01") (threatmodel_shop.py:6)',
            'exclude("TT*") (threatmodel_shop.py:7)',
        ),
        (
            'pytestmark = [\n  accept("TT01", reason="a"),\n  accept("*", element="W*", reason="b"),\n]',
            'accept("TT01") (threatmodel_shop.py:6)',
            "accept(\"*\", element='W*') (threatmodel_shop.py:7)",
        ),
        (
            'pytestmark = exclude("TT01", reason="a")\ntm.assumptions = [Assumption("No cache", exclude="TT01")]',
            'exclude("TT01") (threatmodel_shop.py:5)',
            "<Assumption 'No cache'> (threatmodel_shop.py:6)",
        ),
    ],
    ids=["element", "file", "file-and-model"],
)
def test_two_decisions_at_equal_distance_are_an_error_with_both_places(
    pytester: pytest.Pytester, marks: str, first: str, second: str
) -> None:
    result = run(pytester, FOUND + marks)
    assert outcomes(result)["decisions"] == "FAILED"
    assert problems(result) == [f"two decisions on TT01[Web]: {first} and {second}"]


def test_two_decisions_that_meet_on_many_pairs_are_one_error(pytester: pytest.Pytester) -> None:
    body = "".join(f'Server("{name}", usesCache=True)\n' for name in "ABC")
    body += 'pytestmark = [accept("TT01", reason="a"), exclude("TT*", reason="b")]'
    assert len(problems(run(pytester, body))) == 1


@pytest.mark.parametrize("name", ["Queue [prod]", "Service (*)", "What?"])
def test_an_exact_name_comes_before_patterns(pytester: pytest.Pytester, name: str) -> None:
    """Real names hold wildcards. `Queue [prod]` as a pattern would be `Queue p`, and `Service (*)` others as well."""
    body = f"""
    for name in ({name!r}, "Queue p", "Service (a)", "Whats"):
        Server(name, usesCache=True)
    pytestmark = accept("TT01", element={name!r}, reason="known")
    """
    outcome = outcomes(run(pytester, body))
    assert [pair for pair, word in outcome.items() if word == "XFAIL"] == [f"TT01[{name}]"]
    assert "decisions" not in outcome


def test_a_pattern_that_is_no_name_reaches_all_that_fit(pytester: pytest.Pytester) -> None:
    body = 'for name in ("Queue a", "Queue b", "Other"):\n    Server(name, usesCache=True)\n'
    body += 'pytestmark = accept("TT01", element="Queue [ab]", reason="known")'
    assert [pair for pair, word in outcomes(run(pytester, body)).items() if word == "XFAIL"] == [
        "TT01[Queue a]",
        "TT01[Queue b]",
    ]


def test_patterns_tell_upper_from_lower_case(pytester: pytest.Pytester) -> None:
    body = FOUND + 'pytestmark = accept("TT01", element="w*", reason="known")'
    assert outcomes(run(pytester, body))["TT01[Web]"] == "FAILED"


def test_decisions_name_elements_by_their_label(pytester: pytest.Pytester) -> None:
    """The key where there is one; a number that only counting gave is refused, though a pattern may reach it."""
    body = """
    Server("Web", key="srv-1", usesCache=True)
    Server("API", usesCache=True)
    Server("API", usesCache=True)
    Server("Mail", usesCache=True)
    Server("Mail", usesCache=True).marks = accept("TT01", reason="known")
    pytestmark = [
        accept("TT01", element="srv-1", reason="known"),
        accept("TT01", element="API #2", reason="known"),
        accept("TT01", element="[M]ail", reason="known"),
    ]
    """
    result = run(pytester, body)
    outcome = outcomes(result)
    assert problems(result) == [
        "threatmodel_shop.py:11: accept(\"TT01\", element='API #2') is refused: 'API #2' is told by its number only "
        'and may be another element tomorrow; give the one in threatmodel_shop.py:6 a key, key="...", and name that'
    ]
    assert {pair: word for pair, word in outcome.items() if "TT01" in pair} == {
        "TT01[srv-1]": "XFAIL",
        "TT01[API]": "FAILED",
        "TT01[API #2]": "FAILED",
        "TT01[Mail]": "XFAIL",
        "TT01[Mail #2]": "XFAIL",
    }


# Decisions that nothing needs


@pytest.mark.parametrize(
    ("mark", "spelled"),
    [
        ('web.marks = accept("TT01", reason="known")', 'accept("TT01")'),
        ('web.marks = pytest.mark.threat_accept("TT01", reason="known")', 'accept("TT01")'),
        ('pytestmark = accept("TT01", element="Web", reason="known")', "accept(\"TT01\", element='Web')"),
    ],
)
@pytest.mark.parametrize("web", [CALM, 'web = Server("Web")\n'], ids=["not-applicable", "undetermined"])
def test_a_stale_acceptance_of_one_pair_fails_that_pair(
    pytester: pytest.Pytester, web: str, mark: str, spelled: str
) -> None:
    """On an element, the element is named by where the decision stands."""
    result = run(pytester, web + mark)
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(
        [f"{spelled.replace('[', '[[]')} (threatmodel_shop.py:*) is no longer needed: remove it"]
    )


def test_a_stale_acceptance_of_a_name_with_wildcards_fails_that_pair(pytester: pytest.Pytester) -> None:
    body = 'Server("Queue [prod]", usesCache=False)\n'
    body += 'pytestmark = accept("TT01", element="Queue [prod]", reason="known")'
    assert outcomes(run(pytester, body))["TT01[Queue [prod]]"] == "FAILED"


@pytest.mark.parametrize(
    ("mark", "place", "count"),
    [
        ('pytestmark = accept("TT01", element="*", reason="known")', 'threatmodel_shop.py:6: accept("TT01")', 2),
        ('pytestmark = accept("TT*", reason="known")', 'threatmodel_shop.py:6: accept("TT*")', 4),
        ('web.marks = accept("TT01", "TT02", reason="known")', 'threatmodel_shop.py:6: accept("TT01", "TT02")', 2),
    ],
)
def test_a_stale_acceptance_of_several_pairs_fails_as_decisions(
    pytester: pytest.Pytester, mark: str, place: str, count: int
) -> None:
    result = run(pytester, f'{CALM}Server("API", usesCache=False)\n{mark}')
    outcome = outcomes(result)
    assert outcome.pop("decisions") == "FAILED"
    assert set(outcome.values()) == {"PASSED"}
    assert problems(result) == [f"{place} is no longer needed: none of its {count} pairs is a finding"]


def test_an_acceptance_is_needed_while_one_of_its_pairs_is_a_finding(pytester: pytest.Pytester) -> None:
    body = f'{FOUND}Server("API", usesCache=False)\npytestmark = accept("TT*", reason="known")'
    assert outcomes(run(pytester, body)) == {
        "TT01[Web]": "XFAIL",
        "TT02[Web]": "PASSED",
        "TT01[API]": "PASSED",
        "TT02[API]": "PASSED",
    }


def test_an_exclusion_is_needed_though_nothing_is_found(pytester: pytest.Pytester) -> None:
    result = run(pytester, CALM + 'web.marks = exclude("TT01", reason="no cache")')
    assert outcomes(result) == {"TT01[Web]": "SKIPPED", "TT02[Web]": "PASSED"}
    result.stdout.no_fnmatch_line("*warning*")


def test_an_exclusion_that_covers_no_pair_is_one_warning(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Actor("User")\nServer("Web")\npytestmark = exclude("TT01", element="User", reason="no")')
    result = run_ways("--threatmodel")
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        ["*ThreatModelWarning: threatmodel_shop.py:6: exclude(\"TT01\", element='User') covers no pair"]
    )


# What is wrong with decisions


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        (
            'pytestmark = accept("TT11", reason="known")',
            "threatmodel_shop.py:5: accept(\"TT11\"): no threat matches 'TT11'; did you mean 'TT01'?",
        ),
        (
            'web.marks = exclude("TT1", reason="known")',
            "threatmodel_shop.py:5: exclude(\"TT1\"): no threat matches 'TT1'; did you mean 'TT01'?",
        ),
        (
            'pytestmark = accept("TT01", element="Wep", reason="known")',
            "threatmodel_shop.py:5: accept(\"TT01\", element='Wep'): no element matches 'Wep'; did you mean 'Web'?",
        ),
        (
            'tm.assumptions = [Assumption("No cache", exclude="TT1")]',
            "threatmodel_shop.py:5: <Assumption 'No cache'>: no threat matches 'TT1'; did you mean 'TT01'?",
        ),
        (
            'web.overrides = [Finding(threat_id="TT1", severity="low")]',
            "threatmodel_shop.py:5: override of unknown threat 'TT1'; did you mean 'TT01'?",
        ),
        ('web.marks = accept("TT01")', 'threatmodel_shop.py:5: accept("TT01") gives no reason, expected reason="..."'),
        (
            'web.marks = exclude("TT01", reason=" ")',
            'threatmodel_shop.py:5: exclude("TT01") gives no reason, expected reason="..."',
        ),
        ('web.marks = accept(reason="known")', "threatmodel_shop.py:5: accept() names no threat"),
        (
            'web.marks = accept(7, reason="known")',
            "threatmodel_shop.py:5: accept(7): threats are ids or patterns, got 7",
        ),
        (
            'web.marks = accept("TT01", reason="known", until="31.12.2099")',
            'threatmodel_shop.py:5: accept("TT01"): until = \'31.12.2099\' is no date, expected "YYYY-MM-DD"',
        ),
        (
            'web.marks = accept("TT01", reason="known", owner=7)',
            'threatmodel_shop.py:5: accept("TT01"): owner must be text, got 7',
        ),
        (
            'web.marks = pytest.mark.threat_accept("TT01", reason="known", untill="2099-12-31")',
            "threatmodel_shop.py:4: accept(\"TT01\") has no argument 'untill'; did you mean 'until'?",
        ),
        (
            'web.marks = ["TT01"]',
            "threatmodel_shop.py:4: marks hold 'TT01', expected marks, accept(...) or exclude(...)",
        ),
        (
            'web.marks = accept("TT01", reason="known", facts={"usesCach": True})',
            "threatmodel_shop.py:5: accept(\"TT01\"): facts: 'usesCach' is no field here; did you mean 'usesCache'?",
        ),
        (
            'web.marks = accept("TT01", reason="known", facts={"usesCache": "yes"})',
            "threatmodel_shop.py:5: accept(\"TT01\"): facts: usesCache = 'yes', expected True or False",
        ),
        (
            'web.marks = accept("TT01", reason="known", facts=["usesCache"])',
            "threatmodel_shop.py:5: accept(\"TT01\"): facts must be a dictionary, got ['usesCache']",
        ),
    ],
)
def test_a_wrong_decision_is_one_failing_test_with_the_nearest(
    pytester: pytest.Pytester, mark: str, problem: str
) -> None:
    result = run(pytester, FOUND + mark)
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED", "decisions": "FAILED"}
    assert problems(result) == [problem]


def test_a_decision_on_an_element_that_names_another_is_wrong(pytester: pytest.Pytester) -> None:
    body = FOUND + 'Server("API")\nweb.marks = accept("TT01", element="API", reason="known")'
    outcome = outcomes(run(pytester, body))
    assert (outcome["TT01[Web]"], outcome.get("decisions")) == ("FAILED", "FAILED")


def test_the_summary_line_of_wrong_decisions_shows_the_first_and_counts_the_others(pytester: pytest.Pytester) -> None:
    body = CALM + 'pytestmark = [accept("A", reason="x"), accept("B", reason="x"), accept("C", reason="x")]'
    result = run(pytester, body, "-vv")
    result.stdout.fnmatch_lines(["FAILED threatmodel_shop.py::decisions - threatmodel_shop.py:5: accep* (and * more)"])


def test_a_wrong_mark_on_the_file_is_a_collection_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND + 'pytestmark = ["slow"]')
    result.stdout.fnmatch_lines(["pytestmark holds 'slow', expected marks, accept(...) or exclude(...)"])
    result.assert_outcomes(errors=1)


def test_an_unknown_severity_in_an_override_is_a_clear_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND + 'web.overrides = [Finding(threat_id="TT01", severity="hihg")]')
    result.stdout.fnmatch_lines(
        ["*unknown severity 'hihg', expected critical, high, * did you mean 'high'? (threatmodel_shop.py:5)"]
    )
    result.stdout.fnmatch_lines(["*threatmodel_shop.py:5*"])


@pytest.mark.parametrize("mark", ['accept("X*", reason="x")', 'exclude("TT01", element="X?", reason="x")'])
def test_a_pattern_that_matches_nothing_is_a_warning(pytester: pytest.Pytester, mark: str) -> None:
    result = run(pytester, f'Server("Web")\npytestmark = {mark}')
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*ThreatModelWarning: threatmodel_shop.py:5: * no * matches 'X?'"])


ERRORS_OF_WARNINGS = [
    "5: exclude(\"X*\"): no threat matches 'X*'",
    "5: exclude(\"Y*\"): no threat matches 'Y*'",
]


def test_where_warnings_are_errors_they_fail_as_decisions(run_ways: Run, pytester: pytest.Pytester) -> None:
    """They do not stop the session, and no result is lost."""
    body = FOUND + 'pytestmark = [exclude("X*", reason="x"), exclude("Y*", reason="y")]'
    write_project(pytester, body, ini="filterwarnings = error\n")
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED", "decisions": "FAILED"}
    assert [line.partition(":")[2] for line in problems(result) if "matches" in line] == ERRORS_OF_WARNINGS


def test_the_option_makes_errors_of_warnings_as_the_setting_does(pytester: pytest.Pytester) -> None:
    body = FOUND + 'pytestmark = [exclude("X*", reason="x"), exclude("Y*", reason="y")]'
    result = run(pytester, body, "-Werror")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED", "decisions": "FAILED"}
    assert [line.partition(":")[2] for line in problems(result)] == ERRORS_OF_WARNINGS


def test_warnings_can_be_filtered_by_their_class(pytester: pytest.Pytester) -> None:
    body = 'Server("Web")\npytestmark = exclude("X*", reason="x")'
    name = f"{ThreatModelWarning.__module__}.{ThreatModelWarning.__qualname__}"
    write_project(pytester, body, ini=f"filterwarnings = ignore::{name}\n")
    pytester.runpytest("--threatmodel").assert_outcomes(passed=2, warnings=0)


# Overrides


OVERRIDDEN = """
user, web = Actor("User"), Server("Web", usesCache=True)
ask = Dataflow(user, web, "Ask", protocol="HTTP")
web.overrides = [Finding(threat_id="TT01", severity="Very Low")]
ask.overrides = Finding(threat_id="TF01", severity="critical")
"""


def test_an_override_changes_the_severity_that_counts(pytester: pytest.Pytester) -> None:
    """For the threshold, the mark, the text and the closing section; on flows as on every element."""
    result = run(pytester, OVERRIDDEN, "--threatmodel-fail-on=high", pack=PACK + FLOW_THREAT)
    assert outcomes(result) == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED", "TF01[Ask]": "FAILED"}
    result.stdout.fnmatch_lines(
        [
            "Critical  Read on the way *",
            "      rated critical, not medium: override in threatmodel_shop.py:7",
            "  findings: 1 critical, 1 info",
        ]
    )
    selected = pytester.runpytest("--threatmodel", "-v", "-m", 'threat(severity="critical")')
    assert outcomes(selected) == {"TF01[Ask]": "FAILED"}


@pytest.mark.parametrize("stated", ['cvss="9.8"', 'response="avoided"', 'likelihood="unlikely"'])
def test_an_override_changes_only_what_it_states(pytester: pytest.Pytester, stated: str) -> None:
    result = run(pytester, f'{FOUND}web.overrides = [Finding(threat_id="TT01", {stated})]')
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(["High  Cached answers are read *", "  findings: 1 high"])
    result.stdout.no_fnmatch_line("*rated*")


def test_an_override_comes_before_the_circumstances_of_the_threat(pytester: pytest.Pytester) -> None:
    adjust = 'severity = "high"\nadjust = [{ when = "target.usesVPN", severity = "critical", why = "a tunnel" }]\n'
    body = """
    Server("A", usesCache=True, usesVPN=True)
    Server("B", usesCache=True, usesVPN=True).overrides = Finding(threat_id="TT01", severity="low")
    Server("C", usesCache=True, usesVPN=True).overrides = Finding(threat_id="TT01", cvss="9.8")
    """
    result = run(pytester, body, pack=PACK.replace('severity = "high"\n', adjust))
    result.stdout.fnmatch_lines(["  findings: 2 critical, 1 low"])


def test_an_override_has_no_effect_on_other_elements(pytester: pytest.Pytester) -> None:
    body = dedent(OVERRIDDEN) + 'Server("API", usesCache=True)\n'
    result = run(pytester, body, "--threatmodel-fail-on=high", pack=PACK + FLOW_THREAT)
    assert outcomes(result)["TT01[API]"] == "FAILED"
