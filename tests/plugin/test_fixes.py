"""The closing section names what would turn a model green, however the run was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

#: Two findings that one control closes, one that another closes, and one that was decided.
MODEL = """
Server("Web", usesCache=True, OS="DOS")
Server("Old", usesCache=False, OS="DOS")
Server("Known", usesCache=True).marks = accept("TT01", reason="known", owner="me", until="2999-01-01")
"""
HEAD = "  what would close most:"
WEB = '    "Web": controls.isHardened = True closes 2 findings, 1 of them high'
OLD = '    "Old": controls.isHardened = True closes 1 low finding'


def named(result: pytest.RunResult) -> list[str]:
    """The lines of the closing section about changes."""
    lines = result.stdout.lines
    return [line for line in lines if line == HEAD or (line.startswith("    ") and " clos" in line)]


def test_the_best_changes_are_named_once_a_model(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    assert named(run_ways("--threatmodel")) == [HEAD, WEB, OLD]


@pytest.mark.parametrize(("number", "lines"), [("1", [HEAD, WEB]), ("0", []), ("0030", [HEAD, WEB, OLD])])
def test_the_option_says_how_many(pytester: pytest.Pytester, number: str, lines: list[str]) -> None:
    write_project(pytester, MODEL, ini="threatmodel_fixes = 3\n")
    assert named(pytester.runpytest(f"--threatmodel-fixes={number}")) == lines


def test_the_setting_says_how_many_in_every_run(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_fixes = 1\n")
    assert named(pytester.runpytest("--threatmodel")) == [HEAD, WEB]


@pytest.mark.parametrize("word", ["-1", "many", "", "1.5", "99999", "²"])
def test_what_is_no_number_is_refused(pytester: pytest.Pytester, word: str) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest(f"--threatmodel-fixes={word}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-fixes: {word!r}, expected a whole number of changes"])


def test_a_setting_that_is_no_number_is_refused(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_fixes = all\n")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: ini setting threatmodel_fixes: 'all', expected a whole number of changes"])


def test_a_quiet_run_looks_for_nothing(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest("--threatmodel", "-q")
    assert HEAD not in result.stdout.lines
    result.assert_outcomes(failed=3, passed=2, xfailed=1)


def test_a_model_without_open_findings_names_nothing(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Web", usesCache=True).marks = accept("TT01", reason="x", owner="y")\n')
    assert named(pytester.runpytest("--threatmodel")) == []


def test_findings_below_the_gate_are_nothing_to_turn_green(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    assert named(pytester.runpytest("--threatmodel-fail-on=high")) == [
        HEAD,
        '    "Web": controls.isHardened = True closes 1 high finding',
    ]


def test_after_a_worker_crashed_the_changes_are_still_named(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_project(pytester, MODEL)
    pytester.makeconftest(
        pytester.path.joinpath("conftest.py").read_text(encoding="utf-8")
        + """
import os

def pytest_runtest_logreport(report):
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0" and report.when == "call":
        os._exit(3)
"""
    )
    result = pytester.runpytest("--threatmodel", "-n", "2")
    assert named(result) == [HEAD, WEB, OLD]
