"""Evidence of an earlier run: what its JUnit file holds, and when it is not believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import pytest_threatmodel.plugin.evidence  # noqa: F401  # kept loaded, as in models.py
from tests.analysis.repositories import Repo

from .models import outcomes
from .models import write_project
from .test_evidence import MODEL
from .test_evidence import PROVES
from .test_evidence import REQUIRE
from .test_evidence import both
from .test_evidence import pairs
from .test_evidence import project

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = ("-o", "threatmodel_evidence=report", "--junitxml=evidence.xml")
THEN = ("-v", "threatmodel_shop.py", "--threatmodel-evidence-from=evidence.xml")


def earlier(pytester: pytest.Pytester, body: str = "pass", *args: str) -> None:
    """A project in which an earlier run wrote a JUnit file."""
    project(pytester, PROVES.format(body=body))
    pytester.runpytest(*FIRST, *args)


def change(pytester: pytest.Pytester, edit: Callable[[str], str]) -> None:
    path = pytester.path / "evidence.xml"
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "workers"), [("pass", ()), ("assert 0", ()), ("assert 0", ("-n", "2")), ("pass", ("-p", "no:xdist"))]
)
def test_an_earlier_run_proves_what_this_one_does_not(
    pytester: pytest.Pytester, body: str, workers: tuple[str, ...]
) -> None:
    if workers == ("-n", "2"):
        pytest.importorskip("xdist")
    earlier(pytester, body, *workers)
    result = pytester.runpytest(*THEN, *workers)
    assert pairs(result) == both("PASSED" if body == "pass" else "FAILED")
    if body != "pass":
        result.stdout.fnmatch_lines(
            [
                "  findings: 1 high, 1 low",
                "  evidence: 0 of 1 control proven, 2 mitigated pairs re-opened",
                '    "Web" isHardened: test_web.py::test_hardened failed',
            ]
        )


def test_workers_go_by_the_earlier_run_alone(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    earlier(pytester)
    result = pytester.runpytest("-v", "-n", "2", "--threatmodel-evidence-from=evidence.xml")
    assert outcomes(result) == {"test_hardened": "PASSED", **both("PASSED")}


def test_workers_tell_what_is_proven(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    project(pytester, PROVES.format(body="pass"))
    result = pytester.runpytest("-n", "2", *FIRST)
    result.stdout.fnmatch_lines(["  evidence: 1 of 1 control proven"])


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_the_file_says_what_a_later_run_needs(pytester: pytest.Pytester, family: str) -> None:
    project(pytester, PROVES.format(body="pass"))
    pytester.runpytest(*FIRST, "-o", f"junit_family={family}")
    assert pairs(pytester.runpytest(*THEN)) == both("PASSED")
    text = (pytester.path / "evidence.xml").read_text(encoding="utf-8")
    for name in ("commit", "time", "model", "claim", "outcome"):
        assert text.count(f'name="threatmodel_evidence_{name}"') == 1


def test_several_files_count_together(pytester: pytest.Pytester) -> None:
    """Each claims one of the tests; where one file lacks, its test is missing in the other."""
    project(pytester, PROVES.format(body="pass"))
    (pytester.path / "test_more.py").write_text(PROVES.format(body="pass").replace("hardened", "more"))
    for name in ("web", "more"):
        pytester.runpytest(*FIRST[:2], f"--junitxml={name}.xml", f"test_{name}.py", "threatmodel_shop.py")
    options = [f"--threatmodel-evidence-from={name}.xml" for name in ("web", "more")]
    assert pairs(pytester.runpytest("-v", "threatmodel_shop.py", *options)) == both("PASSED")
    (pytester.path / "test_more.py").write_text(PROVES.format(body="assert 0").replace("hardened", "more"))
    pytester.runpytest(*FIRST[:2], "--junitxml=more.xml", "test_more.py", "threatmodel_shop.py")
    assert pairs(pytester.runpytest("-v", "threatmodel_shop.py", *options)) == both("FAILED")


def test_this_run_denies_what_an_earlier_one_proved(pytester: pytest.Pytester) -> None:
    earlier(pytester)
    (pytester.path / "test_web.py").write_text(PROVES.format(body="assert 0"), encoding="utf-8")
    result = pytester.runpytest("-v", "--threatmodel-evidence-from=evidence.xml")
    assert pairs(result) == both("FAILED")


def test_a_test_that_the_earlier_run_did_not_select_proves_nothing(pytester: pytest.Pytester) -> None:
    earlier(pytester, "pass", "-k", "TT01")
    result = pytester.runpytest(*THEN)
    assert pairs(result) == both("FAILED")
    assert "test_web.py::test_hardened did not run" in result.stdout.str()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda text: text[: len(text) // 2], "evidence.xml is no whole XML"),
        (lambda text: text.replace("threatmodel_evidence_model", "x"), "did not load threatmodel_shop.py"),
    ],
)
def test_a_file_that_is_not_believed_proves_nothing(
    pytester: pytest.Pytester, edit: Callable[[str], str], told: str
) -> None:
    earlier(pytester)
    change(pytester, edit)
    result = pytester.runpytest(*THEN)
    assert pairs(result) == both("FAILED")
    assert told in result.stdout.str()


def test_a_failure_in_the_file_counts_whatever_the_case_says(pytester: pytest.Pytester) -> None:
    earlier(pytester, "assert 0")
    change(pytester, lambda text: text.replace("&quot;failed&quot;", "&quot;passed&quot;"))
    assert pairs(pytester.runpytest(*THEN)) == both("FAILED")


@pytest.mark.parametrize("what", ["model", "pack", "commit", "nothing"])
def test_model_packs_and_commit_must_be_the_same(pytester: pytest.Pytester, what: str) -> None:
    repo = Repo(pytester.path)
    project(pytester, PROVES.format(body="pass"))
    repo.commit("2026-01-01")
    pytester.runpytest(*FIRST)
    if what == "model":
        write_project(pytester, MODEL + 'Server("More", usesCache=False)\n', ini=REQUIRE)
    elif what == "pack":
        text = (pytester.path / "tiny.toml").read_text(encoding="utf-8")
        (pytester.path / "tiny.toml").write_text(text.replace('"high"', '"medium"'), encoding="utf-8")
    elif what == "commit":
        (pytester.path / "more.txt").write_text("more", encoding="utf-8")
        repo.commit("2026-01-02")
    result = pytester.runpytest(*THEN)
    assert pairs(result)["TT01[Web]"] == ("PASSED" if what == "nothing" else "FAILED")


def test_a_file_that_is_not_there_is_a_usage_error(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = pytester.runpytest("--threatmodel-evidence-from=none.xml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "there is no file 'none.xml'" in result.stderr.str()


def test_an_earlier_run_is_of_no_use_where_evidence_is_off(pytester: pytest.Pytester) -> None:
    earlier(pytester)
    result = pytester.runpytest("-o", "threatmodel_evidence=off", "--threatmodel-evidence-from=evidence.xml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "set threatmodel_evidence to report or require" in result.stderr.str()
