"""From which severity on findings fail: options and settings, for folders and packs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .models import HEAD
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from pathlib import Path

#: A high finding and a low one.
MODEL = 'Server("Web", usesCache=True, OS="DOS")\n'
native = pytest.mark.skipif(pytest.version_tuple < (9,), reason="native TOML came with pytest 9")
LINES = ["critical", "security/=low", "pack:tiny=high"]


def write_two(pytester: pytest.Pytester, ini: str = "") -> Path:
    """The model of `MODEL` in the root and in the folder `security`."""
    write_project(pytester, MODEL, ini=ini)
    folder = pytester.mkdir("security")
    folder.joinpath("threatmodel_pay.py").write_text(HEAD + MODEL, encoding="utf-8")
    return folder


def words(result: pytest.RunResult) -> str:
    """The outcomes of both findings of the root, and of both in the folder, as letters."""
    lines = [line for line in result.outlines if "::TT0" in line and "%]" in line]
    return " ".join(line.partition("] ")[2][:1] for line in sorted(lines, key=lambda line: ("security" in line, line)))


def test_folders_and_packs_have_bars_of_their_own(pytester: pytest.Pytester) -> None:
    write_two(pytester)
    assert words(pytester.runpytest("--threatmodel-fail-on=critical,security/=high", "-v")) == "X X F X"
    given = ("--threatmodel-fail-on=critical", "--threatmodel-fail-on=security/=info")
    assert words(pytester.runpytest(*given, "-v")) == "X X F F"
    result = pytester.runpytest("--threatmodel-fail-on=critical,security/=info,pack:tiny=high", "-v", "-rx")
    assert words(result) == "F X F X"
    result.stdout.fnmatch_lines(["*TT02?Web? - low severity, below --threatmodel-fail-on=pack:tiny=high"])


FILES = [
    ("pytest.ini", "[pytest]\nthreatmodel = true\nthreatmodel_packs = tiny\nthreatmodel_fail_on =\n  {ini}\n"),
    (
        "pyproject.toml",
        '[tool.pytest.ini_options]\nthreatmodel = true\nthreatmodel_packs = ["tiny"]\nthreatmodel_fail_on = {toml}\n',
    ),
    (
        "pyproject.toml",
        '[tool.pytest]\nthreatmodel = true\nthreatmodel_packs = ["tiny"]\nthreatmodel_fail_on = {toml}\n',
    ),
]


@pytest.mark.parametrize(
    ("name", "text"),
    [*FILES[:2], pytest.param(*FILES[2], marks=native)],
    ids=["pytest.ini", "ini_options", "native"],
)
def test_lines_of_every_settings_file_are_relative_to_it(pytester: pytest.Pytester, name: str, text: str) -> None:
    folder = write_two(pytester)
    pytester.path.joinpath("pytest.ini").unlink()
    lines = LINES[:2]
    text = text.format(ini="\n  ".join(lines), toml=json.dumps(lines))
    pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        assert words(pytester.runpytest("..", "-v")) == "X X F F"
        # The option replaces all lines, and is relative to where pytest is started.
        assert words(pytester.runpytest("..", "-v", "--threatmodel-fail-on=info,../security=high")) == "F F F X"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("high,low", "high and low, expected one severity for the rest"),
        ("high,", "unknown severity '', expected critical, high, medium, low or info"),
        ("securty/=high", "no such folder 'securty/' in *; did you mean 'security'?"),
        ("security/=hgih", "unknown severity 'hgih', *did you mean 'high'?"),
        ("pack:tinny=low", "unknown threat pack 'tinny'; did you mean 'tiny'?"),
        ("pack:zz=low", "unknown threat pack 'zz'; there are: tiny"),
        ("pack:=low", "'pack:=low', expected SEVERITY, FOLDER/=SEVERITY or pack:NAME=SEVERITY"),
        ("=low", "'=low', expected SEVERITY, FOLDER/=SEVERITY or pack:NAME=SEVERITY"),
    ],
)
def test_a_wrong_line_is_one_usage_error_with_the_nearest(pytester: pytest.Pytester, value: str, problem: str) -> None:
    write_two(pytester)
    result = pytester.runpytest(f"--threatmodel-fail-on={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-fail-on: {problem}"])
    assert len([line for line in result.stderr.lines if line]) == 1


def test_reports_say_the_gate_and_redacted_ones_no_folder(pytester: pytest.Pytester) -> None:
    write_two(pytester)
    option = ("--threatmodel-fail-on=critical,security/=low", "--threatmodel-report=json", "threatmodel_shop.py")
    pytester.runpytest(*option)
    (report,) = pytester.path.joinpath("threatmodel-artifacts").glob("*.json")
    assert json.loads(report.read_text())["run"]["fail_on"] == "critical, security/=low"
    pytester.runpytest(*option, "--threatmodel-redact")
    assert json.loads(report.read_text())["run"]["fail_on"] == "critical"


def test_workers_have_the_same_gate(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_project(pytester, MODEL, ini="threatmodel_fail_on =\n  critical\n  pack:tiny=high\n")
    result = pytester.runpytest("--threatmodel", "-n", "2", "-v")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "XFAIL"}
