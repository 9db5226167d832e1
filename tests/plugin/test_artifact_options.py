"""Options and settings of diagrams and reports: what they ask for, and what is wrong with them."""

from __future__ import annotations

import sys

import pytest

from tests.plugin.artifact_files import OWN_FORMAT
from tests.plugin.artifact_files import SHOP
from tests.plugin.artifact_files import artifact
from tests.plugin.artifact_files import snapshot
from tests.plugin.models import write_project


def test_collecting_only_writes_when_it_is_asked_for(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    pytester.runpytest("--threatmodel-report=json", "--collect-only")
    assert not artifact(pytester.path, "").exists()
    pytester.runpytest("--threatmodel-report=json", "--collect-only", "--threatmodel-collect-artifacts")
    assert {pair["outcome"] for pair in snapshot(pytester.path)["pairs"]} == {"not run"}
    artifact(pytester.path, "threatmodel_shop.json").unlink()
    pytester.runpytest("--threatmodel-report=json", "--co", "-o", "threatmodel_collect_artifacts=true")
    assert snapshot(pytester.path)


def test_output_goes_where_it_is_asked_for(pytester: pytest.Pytester) -> None:
    """The option is relative to the current folder, the setting to the ini file."""
    write_project(pytester, SHOP, ini="threatmodel_output = build/models\nthreatmodel_report = json\n")
    pytester.runpytest("--threatmodel")
    assert (pytester.path / "build" / "models" / "threatmodel_shop.json").is_file()
    (pytester.path / "sub").mkdir()
    pytester.runpytest("--threatmodel", "--threatmodel-output=sub/x", "--threatmodel-report=csv")
    assert [path.name for path in sorted((pytester.path / "sub" / "x").iterdir())] == [
        "index.html",
        "threatmodel_shop.csv",
    ]


@pytest.mark.parametrize("setting", ["threatmodel_plantuml", "threatmodel_dot"])
def test_programs_are_found_relative_to_the_ini_file(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    write_project(pytester, SHOP, ini=f"{setting} = tools/draw\n")
    picture = b"\x89PNG\r\n\x1a\n" + bytes(8) + (1).to_bytes(4, "big") * 2 + b"IEND\xaeB`\x82"
    draw = pytester.path / "tools" / "draw"
    draw.parent.mkdir()
    draw.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.buffer.write({picture!r})\n", encoding="utf-8")
    draw.chmod(0o755)
    (pytester.path / "sub").mkdir()
    monkeypatch.chdir(pytester.path / "sub")
    group = "seq" if setting == "threatmodel_plantuml" else "dfd"
    pytester.runpytest(f"--threatmodel-{group}=png", "--rootdir=..", "-c", "../pytest.ini", "..")
    assert artifact(pytester.path, f"threatmodel_shop.{group}.png").read_bytes() == picture


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--threatmodel-report=htlm",), "--threatmodel-report: unknown format 'htlm', expected html, md, summary, *"),
        (("--threatmodel-report=outcome",), "*outcomes, broken; did you mean 'outcomes'[?]"),
        (("--threatmodel-seq=pdf",), "--threatmodel-seq: unknown format 'pdf', expected svg, png, puml, mmd*"),
        (("--threatmodel-levels=a",), "--threatmodel-levels: 'a', expected whole numbers separated by commas"),
        (("--threatmodel-levels=",), "--threatmodel-levels: '', expected whole numbers separated by commas"),
        (("--threatmodel-output=conftest.py",), "--threatmodel-output: *conftest.py is no folder"),
        (("--threatmodel-output=",), "--threatmodel-output: expected a folder"),
        (
            ("--threatmodel-redact", "--threatmodel-report=csv"),
            "--threatmodel-redact: CSV report (csv) cannot leave counts only, expected html, md, summary, json",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_usage_error(pytester: pytest.Pytester, arguments: tuple[str, ...], said: str) -> None:
    write_project(pytester, SHOP, conftest=OWN_FORMAT)
    result = pytester.runpytest(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert len([line for line in result.errlines if line.strip()]) == 1


def test_two_formats_of_one_name_are_a_usage_error(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, conftest=OWN_FORMAT.replace('"outcomes", "report"', '"csv", "report"'))
    result = pytester.runpytest("--threatmodel-report=json")
    result.stderr.fnmatch_lines(["ERROR: threat model formats: two formats 'csv': *"])


def test_a_hook_that_gives_no_formats_is_a_usage_error(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, conftest="def pytest_threatmodel_formats(config):\n    return ['html']\n")
    result = pytester.runpytest("--threatmodel-report=json")
    result.stderr.fnmatch_lines(
        ["ERROR: threat model formats: hook pytest_threatmodel_formats: expected formats, got 'html'"]
    )


@pytest.mark.parametrize("table", ["ini_options", "native"])
def test_settings_in_pyproject(pytester: pytest.Pytester, table: str) -> None:
    if table == "native" and not hasattr(pytest, "version_tuple"):
        pytest.fail("pytest has always told its version")
    if table == "native" and pytest.version_tuple < (9,):
        pytest.skip("native tables came with pytest 9")
    write_project(pytester, SHOP)
    (pytester.path / "pytest.ini").unlink()
    head = "[tool.pytest.ini_options]" if table == "ini_options" else "[tool.pytest]"
    (pytester.path / "pyproject.toml").write_text(
        f'{head}\nthreatmodel = true\nthreatmodel_packs = ["tiny"]\nthreatmodel_report = ["json", "csv"]\n'
        'threatmodel_output = "made"\nthreatmodel_levels = "0"\n',
        encoding="utf-8",
    )
    pytester.runpytest().assert_outcomes(failed=1, passed=3)
    assert sorted(path.name for path in (pytester.path / "made").iterdir()) == [
        "index.html",
        "threatmodel_shop.csv",
        "threatmodel_shop.json",
    ]


def test_switched_off_nothing_is_imported_or_written(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, ini="threatmodel_report = json\n")
    pytester.makepyfile(
        "import sys\ndef test_x(): assert not [m for m in sys.modules if m.startswith('pytest_threatmodel.artifacts')]"
    )
    for off in ((), ("--no-threatmodel",)):
        result = pytester.runpytest_subprocess(*off)
        result.assert_outcomes(passed=1)
    assert not artifact(pytester.path, "").exists()


def test_a_folder_alone_asks_for_nothing(pytester: pytest.Pytester) -> None:
    """It switches models on, as every option does, and is checked; no snapshot is made for it."""
    write_project(pytester, SHOP)
    result = pytester.runpytest("--threatmodel-output=made", "--trace-config")
    result.assert_outcomes(failed=1, passed=3)
    assert "plugin.artifacts.Artifacts" not in result.stdout.str()
    assert not (pytester.path / "made").exists()


def test_data_flow_diagrams_are_drawn_as_options_and_settings_say(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP + 'deep = Server("Deep", levels=[1])\n')
    dot = artifact(pytester.path, "threatmodel_shop.dfd.dot")
    pytester.runpytest("--threatmodel-dfd=dot", "--threatmodel-dfd-color=none", "--threatmodel-levels=0")
    assert "finding" not in dot.read_text(encoding="utf-8")
    assert "Deep" not in dot.read_text(encoding="utf-8")
    pytester.runpytest("--threatmodel-dfd=dot", "-o", "threatmodel_dfd_color=none", "-o", "threatmodel_levels=1")
    assert "finding" not in dot.read_text(encoding="utf-8")
    assert "Deep" in dot.read_text(encoding="utf-8")


def test_a_level_without_elements_is_told(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    result = pytester.runpytest("--threatmodel-dfd=dot", "--threatmodel-levels=7")
    result.stdout.fnmatch_lines(["threat model: threatmodel_shop.dfd.dot: No element is on level 7"])
