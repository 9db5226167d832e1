"""Tests of threats themselves: a pack on the command line, and all packs of the library."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import pytest_threatmodel.plugin.selftest  # noqa: F401  # kept loaded, as those of .models
from tests.analysis.selftest.packs import GOOD

SPOILED = GOOD.replace("(controls.validatesInput)", "(controls.validateInput)")
WRONG = "threat ACME01, mitigation: there is no control validateInput; did you mean 'validatesInput'?"
QUIET = ("-p", "no:cacheprovider")


def write(pytester: pytest.Pytester, text: str = GOOD, name: str = "acme.toml") -> Path:
    path: Path = pytester.path / name
    path.write_text(text, encoding="utf-8")
    return path


def ran(result: pytest.RunResult) -> dict[str, str]:
    """What became of each test, by the last part of its id."""
    return dict(re.findall(r"::(\S+) (PASSED|FAILED)", result.stdout.str()))


def test_a_pack_on_the_command_line_is_tested_without_any_option(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest("acme.toml", "-v", *QUIET)
    assert ran(result) == {"ACME01": "PASSED"}
    result.stdout.fnmatch_lines(["acme.toml::ACME01 PASSED*"])
    result.stdout.no_fnmatch_line("*no model collected*")


def test_a_broken_rule_is_told_with_its_place_and_the_nearest_name(pytester: pytest.Pytester) -> None:
    write(pytester, SPOILED)
    result = pytester.runpytest("acme.toml", *QUIET)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = result.stdout.str()
    assert f"\nacme.toml:13: {WRONG}\n" in text
    assert "\nacme.toml:13: threat ACME01, mitigation: does not name controls.validatesInput, which mitigates\n" in text
    result.stdout.fnmatch_lines(["FAILED acme.toml::ACME01 - acme.toml:13: threat ACME01, mitigation: *"])


def test_threats_are_selected_as_all_tests_are(pytester: pytest.Pytester) -> None:
    broken = SPOILED[SPOILED.index("[[threat]]") :].replace("ACME01", "ACME02")
    write(pytester, GOOD + broken)
    pytester.runpytest("acme.toml::ACME01", *QUIET).assert_outcomes(failed=1)
    assert ran(pytester.runpytest("acme.toml", "-v", "-k", "ACME02", *QUIET)) == {"ACME02": "FAILED"}
    pytester.runpytest("acme.toml", "-x", *QUIET).assert_outcomes(failed=1)
    result = pytester.runpytest("acme.toml", "--collect-only", "-q", *QUIET)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["acme.toml::ACME01", "acme.toml::ACME02"])


def test_what_failed_last_runs_again(pytester: pytest.Pytester) -> None:
    write(pytester)
    other = SPOILED.replace("ACME01", "OTHER1").replace('"acme"', '"other"').replace("printsLabels", "cutsLabels")
    write(pytester, other, "other.toml")
    pytester.runpytest("acme.toml", "other.toml").assert_outcomes(passed=1, failed=1)
    assert ran(pytester.runpytest("acme.toml", "other.toml", "--lf", "-v")) == {"OTHER1": "FAILED"}


@pytest.mark.workers
@pytest.mark.skipif(find_spec("xdist") is None, reason="xdist is not installed, so that there are no workers")
def test_workers_share_the_threats(pytester: pytest.Pytester) -> None:
    write(pytester, SPOILED)
    result = pytester.runpytest_subprocess("acme.toml", "-n", "2", *QUIET)
    result.assert_outcomes(failed=1)
    assert WRONG in result.stdout.str()


def test_all_packs_of_the_library_are_tested_with_the_files_of_the_settings(pytester: pytest.Pytester) -> None:
    write(pytester)
    pytester.makeini("[pytest]\nthreatmodel_threats = acme.toml\n")
    pytester.makepyfile("def test_of_somebody(): assert False")
    result = pytester.runpytest("--threatmodel-selftest", "--collect-only", "-q", *QUIET)
    assert result.ret == 0
    lines = result.stdout.str().splitlines()
    assert "acme.toml::ACME01" in lines
    assert any(line.endswith("threats/core.toml::DE01") for line in lines)
    assert "test_of_somebody" not in result.stdout.str()


def test_packs_of_the_library_stand_beside_paths_that_somebody_typed(pytester: pytest.Pytester) -> None:
    test = pytester.makepyfile("def test_of_somebody(): pass")
    result = pytester.runpytest(test, "--threatmodel-selftest", "-v", "-k", "somebody or DE01", *QUIET)
    assert ran(result) == {"test_of_somebody": "PASSED", "DE01": "PASSED"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\n", "*acme.toml: x: unknown table or key"),
        ("[pack\n", "*acme.toml:1: column 6: not TOML*"),
        (GOOD.replace("target.printsLabels", "target.printLabels"), "*did you mean 'printsLabels'*"),
        (GOOD.replace('"ACME01"', '"DE01"'), "*threat id DE01 stands twice*"),
    ],
)
def test_a_file_that_is_no_pack_is_an_error_of_collection(pytester: pytest.Pytester, text: str, problem: str) -> None:
    write(pytester, text)
    result = pytester.runpytest("acme.toml", "--threatmodel-selftest", *QUIET)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*ERROR collecting acme.toml*", problem])
    assert "Traceback" not in result.stdout.str()


def test_other_toml_files_are_left_alone(pytester: pytest.Pytester) -> None:
    write(pytester, "[tool.x]\npack = 1\n", "pyproject.toml")
    write(pytester)
    pytester.makepyfile("def test_of_somebody(): pass")
    pytester.runpytest(*QUIET).assert_outcomes(passed=1)
    pytester.runpytest(".", "--threatmodel", *QUIET).assert_outcomes(passed=1)
    assert pytester.runpytest("pyproject.toml", *QUIET).ret == pytest.ExitCode.USAGE_ERROR


def test_a_run_of_packs_alone_needs_no_model(pytester: pytest.Pytester) -> None:
    write(pytester)
    pytester.makeini("[pytest]\nthreatmodel_required = true\nthreatmodel_evidence = report\n")
    pytester.runpytest("acme.toml", *QUIET).assert_outcomes(passed=1)


def test_files_of_pytm_are_asked_what_needs_no_examples(pytester: pytest.Pytester) -> None:
    rule = '{"SID": "X1", "target": ["Server"], "description": "d", "severity": "High", "condition": "%s"}'
    write(pytester, f"[{rule % 'target.isHardened is target.isHardened'}]", "rules.json")
    result = pytester.runpytest("rules.json", *QUIET)
    result.assert_outcomes(failed=1)
    assert "true on Server: no element was found" in result.stdout.str()


def test_without_the_plugin_pytest_knows_nothing_of_packs(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = pytester.runpytest_subprocess("acme.toml", "-p", "no:threatmodel", *QUIET)
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_switched_off_it_collects_no_pack(pytester: pytest.Pytester) -> None:
    write(pytester)
    assert pytester.runpytest("acme.toml", "--no-threatmodel", *QUIET).ret == pytest.ExitCode.USAGE_ERROR
