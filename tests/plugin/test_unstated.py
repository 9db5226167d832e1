"""What nobody stated: told in the closing section, and failing where a team asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plugin.models import FLOW_THREAT
from tests.plugin.models import PACK
from tests.plugin.models import outcomes
from tests.plugin.models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

#: `web` leaves both of its threats open, `old` one, `done` none.
MODEL = """
web = Server("Web")
old = Server("Old", OS="DOS")
done = Server("Done", OS="Linux", usesCache=False)
"""
QUIET = {"TT01[Web]": "PASSED", "TT02[Web]": "PASSED", "TT01[Old]": "PASSED", "TT02[Old]": "FAILED"}
DONE = {"TT01[Done]": "PASSED", "TT02[Done]": "PASSED"}


def section(result: pytest.RunResult) -> list[str]:
    """The lines of the closing section about what is unstated."""
    lines = iter(result.outlines)
    assert any(line.startswith("  never stated") for line in lines)
    return [line for line in lines if line.startswith("    ") and "undetermined" in line]


def test_open_pairs_pass_and_the_closing_section_names_what_would_settle_them(
    pytester: pytest.Pytester, run_ways: Callable[..., pytest.RunResult]
) -> None:
    write_project(pytester, MODEL)
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == QUIET | DONE
    assert section(result) == [
        "    Web: usesCache 1, OS 1, for 2 undetermined pairs",
        "    Old: usesCache 1, for 1 undetermined pair",
    ]


def test_a_model_that_leaves_nothing_open_says_nothing(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'done = Server("Done", OS="Linux", usesCache=False)\n')
    pytester.runpytest("--threatmodel").stdout.no_fnmatch_line("*never stated*")


def test_hostile_names_are_escaped(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'web = Server("W\\x1b[31meb")\n')
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(["*W\\x1b[[]31meb: usesCache 1, OS 1, for 2 undetermined pairs"])


def test_many_elements_are_counted(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'for number in range(14):\n    Server(f"S{number}")\n')
    result = pytester.runpytest("--threatmodel")
    assert len(section(result)) == 10
    result.stdout.fnmatch_lines(["    and 4 more elements"])


@pytest.mark.parametrize(
    ("setting", "failing"),
    [
        ("fail", {"TT01[Web]", "TT02[Web]", "TT01[Old]"}),
        ("fail=low", {"TT01[Web]", "TT02[Web]", "TT01[Old]"}),
        ("fail=High", {"TT01[Web]", "TT01[Old]"}),
        ("fail=critical", set()),
        ("pass", set()),
        ("limit=3", set()),
    ],
)
def test_open_pairs_fail_from_a_severity_on(
    pytester: pytest.Pytester, run_ways: Callable[..., pytest.RunResult], setting: str, failing: set[str]
) -> None:
    write_project(pytester, MODEL, ini=f"threatmodel_unstated_facts = {setting}\n")
    assert outcomes(run_ways("--threatmodel", "-v")) == QUIET | DONE | dict.fromkeys(failing, "FAILED")


def test_the_failure_names_the_facts(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_unstated_facts = fail\n")
    result = pytester.runpytest("--threatmodel", "-k", "TT01 and Web")
    result.stdout.fnmatch_lines(
        ["unstated facts decide this (threatmodel_unstated_facts)", "High  Cached answers are read*"]
    )
    result.stdout.fnmatch_lines(["open  not stated: usesCache"])


def test_what_was_excluded_does_not_fail(pytester: pytest.Pytester) -> None:
    marks = 'web.marks = [exclude("TT*", reason="no such thing")]\n'
    write_project(pytester, MODEL + marks, ini="threatmodel_unstated_facts = fail=high\n")
    found = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert (found["TT01[Web]"], found["TT01[Old]"]) == ("SKIPPED", "FAILED")


def test_too_many_open_pairs_fail_as_one_item(
    pytester: pytest.Pytester, run_ways: Callable[..., pytest.RunResult]
) -> None:
    write_project(pytester, MODEL, ini="threatmodel_unstated_facts = limit=2\n")
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == QUIET | DONE | {"unstated": "FAILED"}
    result.stdout.fnmatch_lines(
        [
            "3 undetermined pairs, at most 2 are allowed (threatmodel_unstated_facts)",
            "Web: usesCache 1, OS 1, for 2 undetermined pairs",
        ]
    )


def test_both_rules_hold_together(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, pack=PACK + FLOW_THREAT, ini="threatmodel_unstated_facts = fail=high limit=0\n")
    found = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert {name for name, word in found.items() if word == "FAILED"} == {
        "TT01[Web]",
        "TT01[Old]",
        "TT02[Old]",
        "unstated",
    }


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("fial", "'fial', expected pass, fail, fail=SEVERITY or limit=N"),
        ("limit", "'limit', expected pass, fail, fail=SEVERITY or limit=N"),
        ("limit=-1", "'limit=-1', expected pass, fail, fail=SEVERITY or limit=N"),
        ("fail=", "'fail=', expected pass, fail, fail=SEVERITY or limit=N"),
        ("fail=hgih", "unknown severity 'hgih', expected *; did you mean 'high'?"),
        ("pass fail", "'fail' contradicts what stands before it"),
        ("limit=1 limit=2", "'limit=2' contradicts what stands before it"),
    ],
)
def test_a_wrong_setting_is_one_usage_error(pytester: pytest.Pytester, setting: str, message: str) -> None:
    write_project(pytester, MODEL, ini=f"threatmodel_unstated_facts = {setting}\n")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: ini setting threatmodel_unstated_facts: {message}"])


def test_reports_say_why_the_gate_failed_without_a_finding(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'web = Server("Web")\n', ini="threatmodel_unstated_facts = fail=high limit=1\n")
    result = pytester.runpytest("--threatmodel-report=md,html")
    result.assert_outcomes(failed=2, passed=1)
    folder = pytester.path / "threatmodel-artifacts"
    text = (folder / "threatmodel_shop.md").read_text(encoding="utf-8")
    assert "Failed**. 0 open findings. 1 undetermined pair failing for unstated facts. 1 problem" in text
    assert "2 undetermined pairs, at most 1 are allowed" in text
    page = (folder / "threatmodel_shop.html").read_text(encoding="utf-8")
    assert "1 undetermined pair failing for unstated facts" in page


def test_a_model_that_leaves_too_much_open_has_not_passed_in_its_report(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'web = Server("Web")\n', ini="threatmodel_unstated_facts = limit=1\n")
    pytester.runpytest("--threatmodel-report=md").assert_outcomes(failed=1, passed=2)
    text = (pytester.path / "threatmodel-artifacts" / "threatmodel_shop.md").read_text(encoding="utf-8")
    assert "Failed**. 0 open findings." in text
