"""The closing section names what would turn a model green, however the run was made."""

from __future__ import annotations

import json
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


def test_after_a_worker_crashed_the_changes_are_still_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xdist")
    # This test may run on a worker itself.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
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
    result = pytester.runpytest_subprocess("--threatmodel", "-n", "2")
    assert named(result) == [HEAD, WEB, OLD]


#: A control that carries TT01, one that carries nothing, and so on for more than are named without `-vv`.
IDLE = 'Server("Web", usesCache=True, controls={"isHardened": True, "usesMFA": True})\n'
MANY = "".join(f'Server("{number}", controls={{"usesMFA": True}})\n' for number in range(6))
COUNT = "  1 claimed control carries nothing"
LINE = '    "Web": controls.usesMFA = True carries nothing'


def idle(result: pytest.RunResult) -> list[str]:
    """The lines of the closing section about controls on which nothing rests."""
    words = ("nothing", "redundant", "more, which")
    return [line for line in result.stdout.lines if line[:2] == "  " and any(word in line for word in words)]


def test_verbose_runs_name_controls_that_carry_nothing(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, IDLE)
    assert idle(run_ways("--threatmodel", "-v")) == [COUNT, LINE]


def test_other_runs_do_not_look_for_them(pytester: pytest.Pytester) -> None:
    write_project(pytester, IDLE)
    assert idle(pytester.runpytest("--threatmodel")) == []


def test_very_verbose_runs_name_all_of_them(pytester: pytest.Pytester) -> None:
    write_project(pytester, MANY)
    lines = [f'    "{number}": controls.usesMFA = True carries nothing' for number in range(6)]
    more = "    and 1 more, which -vv names"
    count = "  6 claimed controls carry nothing"
    assert idle(pytester.runpytest("--threatmodel", "-v", "--threatmodel-fixes=0")) == [count, *lines[:5], more]
    assert idle(pytester.runpytest("--threatmodel", "-vv")) == [count, *lines]


def test_the_json_report_has_both(run_ways: Run, pytester: pytest.Pytester) -> None:
    """Whatever the option says of the closing section."""
    write_project(pytester, MODEL + 'Server("Idle", controls={"usesMFA": True})\n')
    run_ways("--threatmodel-report=json", "--threatmodel-fixes=0")
    (path,) = pytester.path.glob("threatmodel-artifacts/*.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    change = {"element": "Web", "field": "controls.isHardened", "value": "True"}
    assert [each["changes"][0]["element"] for each in report["improvements"]] == ["Web", "Old"]
    assert report["improvements"][0] == {
        "changes": [change],
        "text": WEB.strip(),
        "closes": ["TT01[Web]", "TT02[Web]"],
        "opens": [],
        "worst": "high",
        "of_worst": 1,
    }
    assert report["idle_controls"] == [
        {"element": "Idle", "field": "controls.usesMFA", "value": "True", "redundant": False, "beside": ""}
    ]
