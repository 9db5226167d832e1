"""The day by which decisions are judged, and what the checks of decisions do in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

MODEL = """
web = Server("Web", usesCache=True)
web.marks = accept("TT01", reason="for now", owner="shop team", until="2027-06-30")
"""


def closing(result: pytest.RunResult) -> list[str]:
    """The indented lines of the closing section."""
    lines = result.stdout.lines
    start = next(number for number, line in enumerate(lines) if line.strip("= ") == "threat model")
    end = next(number for number in range(start + 1, len(lines)) if lines[number].startswith("="))
    return [line.strip() for line in lines[start + 1 : end] if line.startswith("  threatmodel_shop")]


# The day


def test_a_decision_counts_on_its_last_day_and_fails_the_day_after(run_ways: Run, pytester: pytest.Pytester) -> None:
    """Whatever the clock says; the option switches threat models on."""
    write_project(pytester, MODEL)
    last = run_ways("--threatmodel-today=2027-06-30")
    last.assert_outcomes(xfailed=1, passed=1)
    assert closing(last) == ['threatmodel_shop.py:5: accept("TT01") ends today, 2027-06-30; its owner is shop team']
    after = run_ways("--threatmodel-today=2027-07-01")
    after.assert_outcomes(failed=1, passed=1)
    after.stdout.fnmatch_lines(["*the acceptance expired on 2027-06-30; its owner is shop team*"])
    after.stdout.fnmatch_lines(["threat models: decisions are judged by 2027-07-01, --threatmodel-today"])


def test_a_day_that_nobody_gave_is_not_in_the_header(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    pytester.runpytest("--threatmodel").stdout.no_fnmatch_line("*threatmodel-today*")


@pytest.mark.parametrize("wrong", ["tomorrow", "2027-02-30", "30.06.2027", "20270630", "", "2027-06-30T00:00"])
def test_a_bad_day_is_a_usage_error(pytester: pytest.Pytester, wrong: str) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest(f"--threatmodel-today={wrong}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-today: {wrong!r} is no date, expected YYYY-MM-DD"])


def test_workers_have_the_day_of_the_controller(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though midnight passed before they began."""
    pytest.importorskip("xdist")
    # This test may run on a worker itself.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    clock = """
    import datetime
    import pytest_threatmodel.plugin.decision_options as decision_options

    class Clock(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            import os
            day = 1 if "PYTEST_XDIST_WORKER" in os.environ else 30
            return cls(2027, 7 if day == 1 else 6, day, tzinfo=zone)

    decision_options.datetime = Clock
    """
    write_project(pytester, MODEL)
    pytester.makepyfile(late=clock)
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("--threatmodel", "-p", "late", "-n", "2")
    result.assert_outcomes(xfailed=1, passed=1)


# Checks


def test_a_check_that_fails_is_a_line_in_the_failing_decisions(run_ways: Run, pytester: pytest.Pytester) -> None:
    ini = "threatmodel_decision_checks =\n    ownerless = fail\n    too-long = off\n"
    write_project(pytester, 'web = Server("Web", usesCache=True)\nweb.marks = accept("TT01", reason="x")', ini=ini)
    result = run_ways("--threatmodel")
    result.assert_outcomes(xfailed=1, passed=1, failed=1)
    result.stdout.fnmatch_lines(['threatmodel_shop.py:5: accept("TT01") has no owner'])
    assert closing(result) == []


def test_notices_crash_nothing_where_warnings_are_errors(run_ways: Run, pytester: pytest.Pytester) -> None:
    ini = "filterwarnings = error\nthreatmodel_widest_decision = 1\n"
    body = """
    Server("A", usesCache=True)
    Server("B", usesCache=True)
    pytestmark = accept("TT01", element="?", reason="x", until="2028-12-31")
    """
    write_project(pytester, body, ini=ini)
    result = run_ways("--threatmodel-today=2026-11-24")
    result.assert_outcomes(xfailed=2, passed=2)
    assert closing(result) == [
        "threatmodel_shop.py:6: accept(\"TT01\", element='?') reaches 2 pairs, more than 1",
        "threatmodel_shop.py:6: accept(\"TT01\", element='?') has no owner",
        "threatmodel_shop.py:6: accept(\"TT01\", element='?') ends on 2028-12-31, 768 days from today, more than 365",
    ]


def test_expired_decisions_can_be_told_and_not_fail(pytester: pytest.Pytester) -> None:
    """Those that a conftest makes as well."""
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.name == "TT01[Api]":
                item.add_marker(pytest.mark.threat_accept("TT01", reason="x", until="2027-01-01"))
    """
    ini = "threatmodel_decision_checks = expired = notice\n"
    write_project(pytester, MODEL + 'Server("Api", usesCache=True)\n', ini=ini, conftest=conftest)
    result = pytester.runpytest("--threatmodel-today=2028-01-01", "-v")
    assert {name: word for name, word in outcomes(result).items() if "TT01" in name} == {
        "TT01[Web]": "XFAIL",
        "TT01[Api]": "XFAIL",
    }
    assert closing(result) == ['threatmodel_shop.py:5: accept("TT01") expired on 2027-06-30; its owner is shop team']


def test_decisions_of_a_conftest_that_end_soon_are_told(pytester: pytest.Pytester) -> None:
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.threat_accept("TT01", reason="x", owner="Ada", until="2027-01-01"))
    """
    write_project(pytester, 'Server("Api", usesCache=True)\n', conftest=conftest)
    result = pytester.runpytest("--threatmodel-today=2026-12-31")
    assert closing(result) == ['threatmodel_shop.py:4: accept("TT01") ends on 2027-01-01, in 1 day; its owner is Ada']


def test_how_long_before_the_end_is_a_setting(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_expiry_notice = 90\n")
    soon = ['threatmodel_shop.py:5: accept("TT01") ends on 2027-06-30, in 90 days; its owner is shop team']
    assert closing(pytester.runpytest("--threatmodel-today=2027-04-01")) == soon
    assert closing(pytester.runpytest("--threatmodel-today=2027-03-31")) == []


@pytest.mark.parametrize(
    ("ini", "problem"),
    [
        (
            "threatmodel_decision_checks = stale = warn",
            "*checks: unknown action of stale 'warn', expected fail, notice, off",
        ),
        ("threatmodel_decision_checks = orphan = off", "*checks: unknown check 'orphan', * did you mean 'orphaned'[?]"),
        ("threatmodel_expiry_notice = soon", "*expiry_notice: 'soon', expected a whole number of days"),
        ("threatmodel_widest_decision = -1", "*widest_decision: '-1', expected a whole number of pairs"),
        ("threatmodel_longest_decision = 1.5", "*longest_decision: '1.5', expected a whole number of days"),
    ],
)
def test_a_wrong_setting_is_a_usage_error(pytester: pytest.Pytester, ini: str, problem: str) -> None:
    write_project(pytester, MODEL, ini=ini)
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: ini setting threatmodel_{problem}"])
