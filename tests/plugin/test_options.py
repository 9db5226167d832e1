"""Options and settings: every way to give them, what is wrong with them, and a plugin that is off."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import pytest_threatmodel

from .models import FLOW_THREAT
from .models import HEAD
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

MODEL = """
user, web = Actor("User"), Server("Web", usesCache=True, OS="DOS")
ask = Dataflow(user, web, "Ask", protocol="HTTP")
"""
native = pytest.mark.skipif(pytest.version_tuple < (9,), reason="native TOML came with pytest 9")

_INI = """
threatmodel = true
threatmodel_files = tm_*.py model.tm
threatmodel_threats = extra/flows.toml
threatmodel_packs = tiny
threatmodel_exclude = TT02 X*
threatmodel_fail_on = high
threatmodel_required = true
"""
_TOML = """
threatmodel = true
threatmodel_files = ["tm_*.py", "model.tm"]
threatmodel_threats = ["extra/flows.toml"]
threatmodel_packs = ["tiny"]
threatmodel_exclude = ["TT02", "X*"]
threatmodel_fail_on = ["high"]
threatmodel_required = true
"""
FILES = [
    ("pytest.ini", f"[pytest]{_INI}"),
    ("tox.ini", f"[pytest]{_INI}"),
    ("setup.cfg", f"[tool:pytest]{_INI}"),
    ("pyproject.toml", f"[tool.pytest.ini_options]{_TOML}"),
    ("pyproject.toml", f"[tool.pytest.ini_options]{_INI.replace(' = ', ' = XX').replace('XX', chr(39) * 3)}"),
    ("pyproject.toml", f"[tool.pytest]{_TOML}"),
    ("pytest.toml", f"[pytest]{_TOML}"),
]


def _settings(name: str, text: str) -> str:
    """The text of a settings file; in `ini_options` settings may be strings as in ini files."""
    if "'''" not in text:
        return text
    lines = (f"{line}'''" if "'''" in line else line for line in text.splitlines())
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "text"),
    [pytest.param(*file, marks=[native] if number > 4 else []) for number, file in enumerate(FILES)],
    ids=["pytest.ini", "tox.ini", "setup.cfg", "ini_options", "ini_options-strings", "native", "pytest.toml"],
)
def test_every_setting_works_in_every_settings_file(pytester: pytest.Pytester, name: str, text: str) -> None:
    """Paths are relative to the file, wherever pytest is started."""
    write_project(pytester)
    for unwanted in ("pytest.ini", "threatmodel_shop.py"):
        pytester.path.joinpath(unwanted).unlink()
    pytester.path.joinpath(name).write_text(_settings(name, text), encoding="utf-8")
    extra = pytester.mkdir("extra")
    flows = f'[pack]\nname = "flows"\ntitle = "Flows"\nversion = "1"\n{FLOW_THREAT}'
    extra.joinpath("flows.toml").write_text(flows, encoding="utf-8")
    folder = pytester.mkdir("sub")
    folder.joinpath("tm_shop.py").write_text(HEAD + MODEL.lstrip(), encoding="utf-8")
    folder.joinpath("threatmodel_not.py").write_text(HEAD, encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        result = pytester.runpytest("-v")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TF01[Ask]": "XFAIL"}
    result.stdout.fnmatch_lines(
        [
            "threat models: 3 threats from tiny 2.1, flows 1",
            "sub/tm_shop.py: *",
            "1 pair deselected by --threatmodel-exclude",
        ]
    )


# Switching on and off


@pytest.mark.parametrize(
    "args",
    [
        ("--threatmodel",),
        ("--threatmodel-exclude=TT01",),
        ("--threatmodel-exclude=",),
        ("--threatmodel-fail-on=high",),
        ("-o", "threatmodel=true"),
        ("-o", "addopts=--threatmodel"),
    ],
    ids=" ".join,
)
def test_every_option_switches_threat_models_on(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest(*args, "-v")
    assert outcomes(result)["TT02[Web]"]


@pytest.mark.parametrize("args", [(), ("-o", "threatmodel=false"), ("-o", "threatmodel_required=true")], ids=" ".join)
def test_threat_models_are_off_by_default(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    write_project(pytester, MODEL)
    assert pytester.runpytest(*args).ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    "args",
    [
        ("-o", "threatmodel=true"),
        ("-o", "addopts=--threatmodel"),
        ("-o", "addopts=--threatmodel-fail-on=high"),
        ("--threatmodel-exclude=TT01",),
        ("--threatmodel",),
    ],
    ids=" ".join,
)
def test_no_threatmodel_wins(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest(*args, "--no-threatmodel")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.no_fnmatch_line("*threat model*")


# What each does


@pytest.mark.parametrize(
    ("args", "left"),
    [
        (["--threatmodel-exclude=TT01"], ["TT02[Web]", "TF01[Ask]"]),
        (["--threatmodel-exclude=TT01,TF01"], ["TT02[Web]"]),
        (["--threatmodel-exclude=TT01, TF01 ,"], ["TT02[Web]"]),
        (["--threatmodel-exclude=TT01", "--threatmodel-exclude=TF01"], ["TT02[Web]"]),
        (["--threatmodel-exclude=TT*"], ["TF01[Ask]"]),
        (["--threatmodel-exclude=*2"], ["TT01[Web]", "TF01[Ask]"]),
        (["--threatmodel-exclude=tt*"], ["TT01[Web]", "TT02[Web]", "TF01[Ask]"]),
        (["--threatmodel-exclude=TT01", "-o", "threatmodel_exclude=TF*"], ["TT02[Web]"]),
        (["--threatmodel", "-o", "threatmodel_exclude=TT01,TF01 X*"], ["TT02[Web]"]),
        (["--threatmodel-exclude=*"], []),
    ],
)
def test_excluded_threats_are_deselected(pytester: pytest.Pytester, args: list[str], left: list[str]) -> None:
    """Pattern by pattern; what the option says joins what the settings say."""
    write_project(pytester, MODEL, pack=PACK + FLOW_THREAT)
    result = pytester.runpytest(*args, "-v")
    assert sorted(outcomes(result)) == sorted(left)
    gone = 3 - len(left)
    if gone:
        result.stdout.fnmatch_lines([f"*collected 3 items / {gone} deselected*"] if left else ["*3 deselected*"])


def test_ordinary_tests_are_never_deselected(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL + "def test_ordinary(): pass\n")
    result = pytester.runpytest("--threatmodel-exclude=*", "-v")
    assert outcomes(result) == {"test_ordinary": "PASSED"}


def test_the_option_comes_before_the_setting(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_fail_on = critical\n")
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "XFAIL"
    assert outcomes(pytester.runpytest("--threatmodel-fail-on=high", "-v"))["TT01[Web]"] == "FAILED"


def test_a_run_that_must_have_a_model_fails_without(run_ways: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nthreatmodel_required = true\n")
    pytester.makepyfile("def test_passes(): pass")
    result = run_ways("--threatmodel")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["no model collected: *", "threatmodel_required is set: a run without a model fails", "*1 passed*"]
    )


def test_a_run_that_must_have_a_model_fails_with_nothing_at_all(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nthreatmodel_required = true\n")
    assert pytester.runpytest("--threatmodel").ret == pytest.ExitCode.TESTS_FAILED


def test_a_run_that_must_have_a_model_and_has_one_passes(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Web")', ini="threatmodel_required = true\n")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*threatmodel_required*")


def test_files_are_built_by_the_function_that_is_named(pytester: pytest.Pytester) -> None:
    write_project(pytester, ini="threatmodel_files = threatmodel_*.py tm.py::build\n")
    pytester.path.joinpath("threatmodel_shop.py").unlink()
    text = """
    from pytest_threatmodel import TM, Server

    def build():
        TM("Built")
        Server("Web")
    """
    pytester.path.joinpath("tm.py").write_text(dedent(text), encoding="utf-8")
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[Web]": "PASSED", "TT02[Web]": "PASSED"}


# What is wrong


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (
            ["--threatmodel-fail-on=hihg"],
            "--threatmodel-fail-on: unknown severity 'hihg', expected critical, high, medium, low or info; "
            "did you mean 'high'?",
        ),
        (
            ["--threatmodel-fail-on="],
            "--threatmodel-fail-on: unknown severity '', expected critical, high, medium, low or info",
        ),
        (
            ["--threatmodel", "-o", "threatmodel_fail_on=hihg"],
            "ini setting threatmodel_fail_on: unknown severity 'hihg', expected critical, high, medium, low or info; "
            "did you mean 'high'?",
        ),
        (
            ["--threatmodel", "-o", "threatmodel_packs=tinny"],
            "threat library: unknown threat pack 'tinny'; did you mean 'tiny'?",
        ),
        (["--threatmodel", "-o", "threatmodel_packs=zz"], "threat library: unknown threat pack 'zz'; there are: *"),
        (
            ["--threatmodel", "-o", "threatmodel_threats=tinny.toml"],
            "threat library: no such file of threats: '*tinny.toml'; did you mean 'tiny.toml'?",
        ),
        (
            ["--threatmodel", "-o", "threatmodel_files=tm.py::"],
            "ini setting threatmodel_files: 'tm.py::' names no function after '::'",
        ),
        (["-o", "threatmodel=perhaps"], "ini setting threatmodel: invalid truth value 'perhaps'"),
        (
            ["--threatmodel", "-o", "threatmodel_required=perhaps"],
            "ini setting threatmodel_required: invalid truth value 'perhaps'",
        ),
    ],
)
def test_a_wrong_value_is_one_usage_error_with_the_nearest(
    pytester: pytest.Pytester, args: list[str], problem: str
) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest(*args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len([line for line in result.stderr.lines if line]) == 1
    result.stderr.fnmatch_lines([f"ERROR: {problem}"])
    assert not result.stdout.str().strip()


def test_an_excluded_threat_that_does_not_exist_is_a_usage_error(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest("--threatmodel-exclude=TT11")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --threatmodel-exclude: *'TT11'*did you mean 'TT01'?"])


@pytest.mark.parametrize(
    "args", [["--threatmodel=yes"], ["--threatmodel-list=all"], ["--threatmodel-describe"], ["--threatmodel-lst"]]
)
def test_options_take_what_they_say(pytester: pytest.Pytester, args: list[str]) -> None:
    write_project(pytester, MODEL)
    assert pytester.runpytest(*args).ret == pytest.ExitCode.USAGE_ERROR


def test_wrong_values_stop_the_run_before_workers_start(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_project(pytester, MODEL)
    result = pytester.runpytest("--threatmodel-fail-on=hihg", "-n", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len([line for line in result.stderr.lines if line]) == 1


@native
@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('threatmodel_packs = "tiny"', "threatmodel_packs"),
        ('threatmodel_threats = "extra"', "threatmodel_threats"),
        ("threatmodel_fail_on = true", "threatmodel_fail_on"),
        ('threatmodel = "true"', "threatmodel"),
    ],
)
def test_native_settings_of_a_wrong_type_are_one_usage_error(pytester: pytest.Pytester, line: str, name: str) -> None:
    write_project(pytester, MODEL)
    pytester.path.joinpath("pytest.ini").unlink()
    pytester.makepyprojecttoml(f"[tool.pytest]\n{line}\n")
    result = pytester.runpytest(*([] if name == "threatmodel" else ["--threatmodel"]))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{name}*expects a *"])


def test_settings_that_do_not_exist_are_refused_by_strict_config(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL, ini="threatmodel_pack = tiny\n")
    result = pytester.runpytest("--threatmodel", "--strict-config")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*Unknown config option: threatmodel_pack"])


# Off


OFF = """
import sys

def pytest_unconfigure():
    heavy = ("pytest_threatmodel", "graphviz", "jinja2")
    print("LOADED", sorted(name for name in sys.modules if name.startswith(heavy)))
"""


def test_while_it_is_off_the_plugin_imports_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(OFF)
    pytester.makepyfile("def test_passes(): pass")
    result = pytester.runpytest_subprocess("-s", "-p", "no:hypothesispytest")
    (line,) = [line for line in result.stdout.lines if line.startswith("LOADED")]
    folder = Path(pytest_threatmodel.__file__).parent / "plugin"
    assert ast.literal_eval(line.removeprefix("LOADED ")) == [
        "pytest_threatmodel",
        "pytest_threatmodel.hookspecs",
        "pytest_threatmodel.plugin",
        *sorted(f"pytest_threatmodel.plugin.{path.stem}" for path in folder.glob("*options.py")),
    ]


def test_the_fixture_skips_with_a_hint_while_it_is_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_model(threatmodel): pass")
    result = pytester.runpytest("-rs", "--strict-markers")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: threat models are off: run pytest --threatmodel"])


def test_the_fixture_outside_of_a_model_file_says_where_it_belongs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_model(threatmodel): pass")
    result = pytester.runpytest("--threatmodel")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the threatmodel fixture is for tests in a model file (threatmodel_*.py)"])


def test_the_fixture_is_the_model_with_all_that_is_inherited(pytester: pytest.Pytester) -> None:
    body = f"""{MODEL}
def test_model(threatmodel):
    assert threatmodel is tm
    assert [flow.name for flow in threatmodel.dataflows] == ["Ask"]
    assert threatmodel["Web"].inputs == (threatmodel["Ask"],)
"""
    write_project(pytester, body)
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["test_model"] == "PASSED"


def test_fixtures_are_listed_with_what_they_are(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--fixtures")
    result.stdout.fnmatch_lines(["threatmodel * -- *", "    The model of the file that the test stands in, *"])
