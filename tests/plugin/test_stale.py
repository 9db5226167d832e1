"""Tests of code that has moved on: one an element, in a real repository."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from tests.analysis.repositories import Repo

from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """
web = Server("Web Server", sourceFiles=["web.py", "lib"])
api = Server("Api [v2]", sourceFiles="api.py")
gone = Server("Gone", sourceFiles="wbe.py")
Server("No code")
Server("Out", sourceFiles="web.py", inScope=False)
"""
STALE = {"stale[Web Server]": "FAILED", "stale[Api [v2]]": "PASSED", "stale[Gone]": "FAILED"}
QUIET = ("-p", "no:cacheprovider", "-v")


def write_repo(pytester: pytest.Pytester, ini: str = "threatmodel_stale_days = 30") -> Repo:
    """A model of January, one file of its code of March."""
    repo = Repo(pytester.path)
    write_project(pytester, MODEL, ini=ini)
    repo.write(web="1", api="1", lib__a="1")
    repo.commit("2026-01-01")
    repo.write(web="2")
    repo.commit("2026-03-02")
    return repo


def stale(result: pytest.RunResult) -> dict[str, str]:
    return {name: word for name, word in outcomes(result).items() if name.startswith("stale[")}


def test_an_element_whose_code_moved_on_fails_with_file_day_and_line(pytester: pytest.Pytester) -> None:
    repo = write_repo(pytester)
    first, second = repo.git("rev-parse", "--short", "HEAD~1"), repo.git("rev-parse", "--short", "HEAD")
    result = pytester.runpytest("--threatmodel", *QUIET)
    assert stale(result) == STALE
    assert list(outcomes(result))[-3:] == list(STALE)
    text = result.stdout.str()
    assert (
        'Server "Web Server", threatmodel_shop.py:4\n'
        f"  web.py changed 2026-03-02 in {second}, 60 days after the model (2026-01-01 in {first})\n"
        "Look whether the model still says what the code does, and commit the model file with what you changed.\n"
    ) in text
    assert (
        "Server \"Gone\", threatmodel_shop.py:6\n  source file 'wbe.py' does not exist; did you mean 'web.py'?\n"
        in text
    )
    result.stdout.fnmatch_lines(["FAILED threatmodel_shop.py::stale[[]Web Server] - web.py changed 2026-03-02*"])


def test_the_days_count_and_without_them_there_are_no_such_tests(pytester: pytest.Pytester) -> None:
    write_repo(pytester, ini="")
    assert stale(pytester.runpytest("--threatmodel", *QUIET)) == {}
    # The option switches threat models on, as every other does.
    fresh = STALE | {"stale[Web Server]": "PASSED"}
    assert stale(pytester.runpytest("--threatmodel-stale-days=60", *QUIET)) == fresh
    assert stale(pytester.runpytest("--threatmodel-stale-days=59", *QUIET)) == STALE


def test_the_option_comes_before_the_setting(pytester: pytest.Pytester) -> None:
    write_repo(pytester, ini="threatmodel_stale_days = 0")
    assert stale(pytester.runpytest("--threatmodel-stale-days=60", *QUIET))["stale[Web Server]"] == "PASSED"


@pytest.mark.parametrize("wrong", ["soon", "-1", "1.5", "", "999999"])
def test_days_that_are_no_number_are_a_usage_error(pytester: pytest.Pytester, wrong: str) -> None:
    write_project(pytester, ini=f"threatmodel_stale_days = {wrong or 'x'}")
    result = pytester.runpytest(f"--threatmodel-stale-days={wrong}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-stale-days: {wrong!r}, expected a whole number of days"])
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: ini setting threatmodel_stale_days: {wrong or 'x'!r}, expected*"])


def test_selection_works_as_for_any_test(pytester: pytest.Pytester) -> None:
    write_repo(pytester)
    run = pytester.runpytest
    assert outcomes(run("--threatmodel", "-v", "-k", "stale")) == STALE
    assert outcomes(run("-v", "--threatmodel", "--lf", "-k", "stale")) == {
        name: word for name, word in STALE.items() if word == "FAILED"
    }
    assert stale(run("--threatmodel", *QUIET, "-m", "threat")) == {}
    assert outcomes(run("--threatmodel", *QUIET, "-m", "not threat")) == STALE
    assert outcomes(run(*QUIET, "--threatmodel", "threatmodel_shop.py::stale[Api [v2]]")) == {
        "stale[Api [v2]]": "PASSED"
    }
    assert list(outcomes(run("--threatmodel", *QUIET, "-k", "stale", "-x"))) == ["stale[Web Server]"]
    listed = run("--threatmodel", "--collect-only", "-q", "-k", "stale")
    assert [line.partition("::")[2] for line in listed.outlines[:3]] == list(STALE)


def test_several_workers_come_to_the_same(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_repo(pytester)
    result = pytester.runpytest("--threatmodel", *QUIET, "-k", "stale", "-n", "2")
    assert outcomes(result) == STALE
    result.stdout.fnmatch_lines(['Server "Gone", threatmodel_shop.py:6', "  source file 'wbe.py' does not exist; *"])


def test_junit_and_one_line_failures(pytester: pytest.Pytester) -> None:
    write_repo(pytester)
    result = pytester.runpytest("--threatmodel", "-k", "stale", "--tb=line", "--junitxml=junit.xml", *QUIET)
    result.stdout.fnmatch_lines(
        ["*threatmodel_shop.py:6: source file 'wbe.py' does not exist; did you mean 'web.py'[?]"]
    )
    assert "Look whether" not in result.stdout.str()
    cases = ET.parse(pytester.path / "junit.xml").findall(".//testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("threatmodel_shop", name) for name in STALE
    ]
    assert [case.find("failure") is not None for case in cases] == [True, False, True]


def test_a_clone_without_history_skips_and_says_how_to_get_it(pytester: pytest.Pytester, tmp_path: Path) -> None:
    repo = write_repo(pytester)
    repo.git("clone", "-q", "--depth", "1", repo.folder.as_uri(), str(tmp_path / "clone"))
    result = pytester.runpytest(
        "--threatmodel", *QUIET, "-k", "stale", "-rs", f"--rootdir={tmp_path}", tmp_path / "clone"
    )
    assert outcomes(result) == {name: "FAILED" if "Gone" in name else "SKIPPED" for name in STALE}
    result.stdout.fnmatch_lines(["SKIPPED [[]2] *this clone lacks the history; *fetch-depth: 0*"])


def test_a_mark_of_the_user_decides_as_for_any_test(pytester: pytest.Pytester) -> None:
    write_repo(pytester)
    conftest = pytester.path / "conftest.py"
    conftest.write_text(
        conftest.read_text(encoding="utf-8")
        + "\nimport pytest\n\ndef pytest_itemcollected(item):\n"
        + "    if item.name == 'stale[Web Server]':\n        item.add_marker(pytest.mark.xfail(reason='known'))\n",
        encoding="utf-8",
    )
    result = pytester.runpytest("--threatmodel", *QUIET, "-k", "stale")
    assert outcomes(result) == STALE | {"stale[Web Server]": "XFAIL"}


def test_what_prints_and_leaves_is_as_ever(pytester: pytest.Pytester) -> None:
    write_repo(pytester)
    assert pytester.runpytest("--threatmodel-list").outlines[0] == "tiny 2.1: Two or three threats (2 threats)"
