"""Own templates as reports of a run."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.plugin.models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHOP = 'web = Server("Web", usesCache=True)\n'
JINJA = "{% for pair in pairs %}{{ pair.id }} {{ pair.outcome }}\n{% endfor %}"
PYTM = "{findings:repeat:{{item.threat_id}} {{item.target}}\n}"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def made(folder: Path, name: str) -> str:
    return (folder / "threatmodel-artifacts" / name).read_text(encoding="utf-8")


def test_templates_are_reports(run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester) -> None:
    """Beside formats, in both languages, in every way to run."""
    write_project(pytester, SHOP)
    write(pytester.path, "docs/pairs.txt.j2", JINJA)
    write(pytester.path, "findings.md", PYTM)
    result = run_ways("--threatmodel-report=docs/pairs.txt.j2,json", "--threatmodel-report=findings.md")
    result.assert_outcomes(failed=1, passed=1)
    assert made(pytester.path, "threatmodel_shop.pairs.txt") == "TT01[Web] failed\nTT02[Web] passed\n"
    assert made(pytester.path, "threatmodel_shop.findings.md") == "TT01 Web\n"
    assert made(pytester.path, "threatmodel_shop.json")
    assert "threatmodel_shop.pairs.txt" in made(pytester.path, "index.html")
    text = " ".join(result.outlines)
    assert text.count("generated report by pairs.txt.j2: ") == 1


def test_the_setting_is_relative_to_the_ini_file(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option is relative to the current folder."""
    write_project(pytester, SHOP, ini="threatmodel_report = docs/a.md\n")
    write(pytester.path, "docs/a.md", "a")
    write(pytester.path, "sub/b.md", "b")
    monkeypatch.chdir(pytester.path / "sub")
    pytester.runpytest("--threatmodel", "..")
    assert made(pytester.path, "threatmodel_shop.a.md") == "a"
    pytester.runpytest("--threatmodel-report=./b.md", "..")
    assert made(pytester.path, "threatmodel_shop.b.md") == "b"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--threatmodel-report=docs/raport.md",),
            "--threatmodel-report: no template '*raport.md'; did you mean 'report.md'[?]",
        ),
        (("--threatmodel-report=docs/",), "--threatmodel-report: template '*docs' is no file"),
        (
            ("--threatmodel-report=docs/report.md,docs/report.md.j2",),
            "--threatmodel-report: two formats '.report.md': report by report.md and report by report.md.j2",
        ),
        (
            ("--threatmodel-report=docs/summary.md",),
            "--threatmodel-report: two formats '.summary.md': Markdown summary and report by summary.md",
        ),
        (
            ("--threatmodel-redact", "--threatmodel-report=docs/report.md"),
            "--threatmodel-redact: report by report.md (*) cannot leave counts only, expected html, md, summary, json",
        ),
        (("--threatmodel-report=sarfi",), "--threatmodel-report: unknown format 'sarfi', expected *"),
    ],
)
def test_what_cannot_be_is_one_usage_error(pytester: pytest.Pytester, arguments: tuple[str, ...], message: str) -> None:
    write_project(pytester, SHOP)
    for name in ("report.md", "report.md.j2", "summary.md"):
        write(pytester.path, f"docs/{name}", "x")
    result = pytester.runpytest(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_a_template_with_a_mistake_costs_its_own_file_only(
    run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    write_project(pytester, SHOP)
    write(pytester.path, "a.md", "one\n{tm.nam}")
    write(pytester.path, "b.md.j2", "{{ model.nam }}")
    write(pytester.path, "c.md", "fine")
    result = run_ways("--threatmodel-report=./a.md,b.md.j2,c.md", "-q")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "threat model: could not write threatmodel_shop.a.md: template a.md, line 2, column 1: "
            "tm.nam: TM has no attribute 'nam'; did you mean 'name'[?]",
            "threat model: could not write threatmodel_shop.b.md: template b.md.j2, line 1: *",
        ]
    )
    assert made(pytester.path, "threatmodel_shop.c.md") == "fine"


def test_a_format_of_a_third_party_may_have_a_dot(pytester: pytest.Pytester) -> None:
    """It is known by its name, so it is no template."""
    conftest = """
        import pytest
        from pytest_threatmodel.artifacts.format import Format

        @pytest.hookimpl(optionalhook=True)
        def pytest_threatmodel_formats(config):
            return [Format("own.format", "report", ".own", "own report", lambda snapshot, request: "own")]
    """
    write_project(pytester, SHOP, conftest=dedent(conftest))
    pytester.runpytest("--threatmodel-report=own.format")
    assert made(pytester.path, "threatmodel_shop.own") == "own"


def test_the_same_template_twice_is_one_report(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    write(pytester.path, "a.md", "a")
    result = pytester.runpytest("--threatmodel-report=a.md,./a.md,a.md")
    assert " ".join(result.outlines).count("generated report by a.md") == 1
