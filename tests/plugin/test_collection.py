"""What is collected: which files are models, however they are named, and that each becomes items once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import closing_section
from .systems import counts
from .systems import ids
from .systems import model_text
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from .systems import Run

FOUND = {"failed": 2, "passed": 4}


@pytest.mark.parametrize(
    "args",
    [(), (".",), ("threatmodel_shop.py",), ("--doctest-modules",), ("--doctest-modules", "threatmodel_shop.py")],
    ids=lambda args: " ".join(args) or "nothing",
)
def test_a_model_is_collected_once(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    """However it is named, and whoever else collects Python files."""
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-v", *args)
    assert outcomes(result) == SHOP_OUTCOMES
    assert counts(result) == FOUND
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
@pytest.mark.parametrize("args", [("sub",), ("sub/threatmodel_shop.py",), ("--doctest-modules",)], ids=" ".join)
def test_every_import_mode_finds_the_same(pytester: pytest.Pytester, mode: str, args: tuple[str, ...]) -> None:
    """The plugin loads model files itself."""
    write_files(pytester, {"sub/threatmodel_shop.py": model_text()})
    result = pytester.runpytest("--threatmodel", "-v", f"--import-mode={mode}", *args)
    assert outcomes(result) == SHOP_OUTCOMES
    assert counts(result) == FOUND


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
@pytest.mark.parametrize("doctest", [(), ("--doctest-modules",)], ids=["", "doctest"])
def test_models_of_the_same_name_in_two_folders(pytester: pytest.Pytester, mode: str, doctest: tuple[str, ...]) -> None:
    """pytest's own import would say "import file mismatch"."""
    write_files(
        pytester,
        {
            "a/threatmodel_x.py": model_text('Server("In a")', "A"),
            "b/threatmodel_x.py": model_text('Server("In b")', "B"),
        },
    )
    # pytest's doctest plugin imports the files itself, and stumbles over them without importlib.
    mode = "importlib" if doctest else mode
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q", f"--import-mode={mode}", *doctest)
    assert ids(result) == [
        "a/threatmodel_x.py::TT01[In a]",
        "a/threatmodel_x.py::TT02[In a]",
        "b/threatmodel_x.py::TT01[In b]",
        "b/threatmodel_x.py::TT02[In b]",
    ]


def test_doctests_of_a_model_file_run_beside_its_pairs(pytester: pytest.Pytester) -> None:
    body = SHOP + 'def half(number):\n    """Halve.\n\n    >>> half(4)\n    2\n    """\n    return number // 2\n'
    write_shop(pytester, body)
    result = pytester.runpytest("--threatmodel", "-v", "--doctest-modules")
    assert counts(result) == {"failed": 2, "passed": 5}
    result.stdout.fnmatch_lines(["threatmodel_shop.py::threatmodel_shop.half PASSED*"])


@pytest.mark.parametrize("twice", ["{0} {0}", ". {0}", "--keep-duplicates {0} {0}", "{0}::TT01 {0}::TT02"])
def test_a_file_named_twice_runs_as_often_as_a_test_file(pytester: pytest.Pytester, twice: str) -> None:
    """Once, or twice with --keep-duplicates; before pytest 9 a folder and a file in it made two as well."""
    test = "import pytest\n\ndef test_TT01(): pass\ndef test_TT02(): pass\n"
    write_files(pytester, {"threatmodel_shop.py": model_text('Server("One", usesCache=False)'), "sub/test_x.py": test})
    tests = twice.format("sub/test_x.py").replace("::TT", "::test_TT").replace(". ", "sub ").split()
    expected = counts(pytester.runpytest(*tests))
    result = pytester.runpytest("--threatmodel", "--ignore=sub", *twice.format("threatmodel_shop.py").split())
    assert counts(result) == expected
    assert sum(line.startswith("threatmodel_shop.py") for line in closing_section(result)) == 1


def test_two_node_ids_of_one_file_load_it_once(pytester: pytest.Pytester) -> None:
    write_shop(pytester, SHOP + 'print("loaded")\n')
    names = ("threatmodel_shop.py::TT01[Web]", "threatmodel_shop.py::TT02[Old]")
    result = pytester.runpytest("--threatmodel", "-v", "-s", *names)
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Old]": "FAILED"}
    assert result.stdout.str().count("loaded") == 1


@pytest.mark.parametrize(
    ("folder", "args"),
    [
        (".", ("--rootdir=system",)),
        ("system", ()),
        ("system/deep", ()),
        ("system/deep", ("..",)),
        ("elsewhere", ("../system",)),
        ("elsewhere", ("--rootdir=..", "../system/deep")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_rootdir_above_and_below(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, folder: str, args: tuple[str, ...]
) -> None:
    write_files(pytester, {"system/deep/threatmodel_shop.py": model_text(), "elsewhere/x.txt": ""})
    monkeypatch.chdir(pytester.path / folder)
    result = pytester.runpytest("--threatmodel", "-v", "-c", str(pytester.path / "pytest.ini"), *args)
    assert counts(result) == FOUND
    first = outcomes(result)
    assert first == SHOP_OUTCOMES


def test_testpaths_decides_where_models_are_looked_for(pytester: pytest.Pytester) -> None:
    """A model in the root is then not collected, and the closing section says that there is none."""
    files = {"tests/threatmodel_shop.py": model_text(), "threatmodel_root.py": model_text('Server("Root")')}
    write_files(pytester, files, ini="testpaths = tests")
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == SHOP_OUTCOMES
    pytester.path.joinpath("tests/threatmodel_shop.py").unlink()
    result = pytester.runpytest("--threatmodel")
    assert closing_section(result)[0].startswith("no model collected")


@pytest.mark.parametrize("args", [(), ("threatmodel_shop.py",)], ids=["folder", "file"])
def test_a_file_that_matches_python_files_too_is_collected_once(
    pytester: pytest.Pytester, args: tuple[str, ...]
) -> None:
    write_shop(pytester, ini="python_files = *.py")
    result = pytester.runpytest("--threatmodel", "-v", *args)
    assert outcomes(result) == SHOP_OUTCOMES
    assert counts(result) == FOUND


@pytest.mark.parametrize("name", ["system.py", "my-system.py", "2024 model.py", "système.py", "deep/er/system.py"])
def test_a_file_named_on_the_command_line_is_a_model_whatever_its_name(pytester: pytest.Pytester, name: str) -> None:
    write_files(pytester, {name: model_text()})
    assert counts(pytester.runpytest("--threatmodel", name)) == FOUND
    pair = pytester.runpytest("--threatmodel", "-v", f"{name}::TT01[Web]")
    assert counts(pair) == {"failed": 1}
    assert pytester.runpytest("--threatmodel").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_test_files_and_conftests_named_on_the_command_line_are_no_models(pytester: pytest.Pytester) -> None:
    files = {"test_x.py": "def test_x(): pass", "y_test.py": "def test_y(): pass", "spec_z.py": "def test_z(): pass"}
    write_files(pytester, files, ini="python_files = test_*.py *_test.py spec_*.py")
    result = pytester.runpytest("--threatmodel", "conftest.py", "test_x.py", "y_test.py", "spec_z.py")
    assert counts(result) == {"passed": 3}
    assert closing_section(result)[0].startswith("no model collected")


def test_test_files_beside_models_stay_test_files(pytester: pytest.Pytester, run_ways: Run) -> None:
    """Though pytest's doctest plugin looks at all of them."""
    files = {"threatmodel_shop.py": model_text(), "test_x.py": "def test_x(): pass"}
    write_files(pytester, files)
    assert outcomes(run_ways("--threatmodel", "-v", "--doctest-modules")) == {**SHOP_OUTCOMES, "test_x": "PASSED"}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("tm_*.py", ["sub/tm_b.py", "tm_a.py"]),
        ("sub/tm_*.py", ["sub/tm_b.py"]),
        ("*.model", ["shop.model"]),
        ("tm_a.py threatmodel_*.py", ["threatmodel_c.py", "tm_a.py"]),
    ],
)
def test_threatmodel_files_says_which_files_are_models(
    pytester: pytest.Pytester, patterns: str, expected: list[str]
) -> None:
    names = ("tm_a.py", "sub/tm_b.py", "threatmodel_c.py", "shop.model")
    write_files(
        pytester,
        {name: model_text('Server("One")') for name in names},
        ini=f"threatmodel_files = {patterns}",
    )
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q", "-k", "TT01")
    assert sorted({line.partition("::")[0] for line in ids(result)}) == expected
    assert len(ids(result)) == len(expected)


def test_a_function_that_makes_the_model_is_called(pytester: pytest.Pytester) -> None:
    built = (
        "from pytest_threatmodel import *\n\ndef build_model():\n    TM('Built')\n    Server('Web', usesCache=True)\n"
    )
    write_files(pytester, {"tm.py": built}, ini="threatmodel_files = tm.py::build_model")
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("tm.py::", "'tm.py::' names no function after '::'"),
        ("tm.py::build-model", "'tm.py::build-model' names no function after '::'"),
    ],
)
def test_a_pattern_that_names_no_function_is_a_usage_error(pytester: pytest.Pytester, pattern: str, says: str) -> None:
    write_files(pytester, {}, ini=f"threatmodel_files = {pattern}")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*threatmodel_files: {says}"])


def test_off_by_name_the_plugin_is_not_there(pytester: pytest.Pytester) -> None:
    """Neither options nor hooks; a conftest with an optional hook is content."""
    write_files(pytester, {"threatmodel_shop.py": model_text(), "test_x.py": "def test_x(): pass"})
    result = pytester.runpytest("-p", "no:threatmodel")
    assert counts(result) == {"passed": 1}
    assert "threat model" not in result.stdout.str()
    result = pytester.runpytest("-p", "no:threatmodel", "--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_without_the_option_nothing_is_collected_and_nothing_is_said(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"threatmodel_shop.py": model_text(), "test_x.py": "def test_x(): pass"})
    result = pytester.runpytest()
    assert counts(result) == {"passed": 1}
    assert "threat model" not in result.stdout.str()


def test_no_threatmodel_overrules_the_ini_file(pytester: pytest.Pytester) -> None:
    write_shop(pytester, ini="threatmodel = true")
    assert outcomes(pytester.runpytest("-v")) == SHOP_OUTCOMES
    assert pytester.runpytest("--no-threatmodel").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_autoload_off_and_loaded_by_module_name(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    write_shop(pytester)
    result = pytester.runpytest("-p", "pytest_threatmodel.plugin", "--threatmodel", "-v")
    assert outcomes(result) == SHOP_OUTCOMES
    assert pytester.runpytest("--threatmodel").ret == pytest.ExitCode.USAGE_ERROR


def test_collect_only_lists_the_pairs_in_the_order_of_elements_and_threats(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q")
    assert ids(result) == [f"threatmodel_shop.py::{name}" for name in SHOP_OUTCOMES]
    assert result.ret == pytest.ExitCode.OK
    result = pytester.runpytest("--threatmodel", "--collect-only")
    result.stdout.fnmatch_lines(
        ["  <ThreatModelFile threatmodel_shop.py>", "    <ThreatItem TT01[[]Web[]]>", "*6 tests collected*"]
    )


@pytest.mark.parametrize("verbosity", ["-q", "-v"])
def test_no_model_is_exit_five_and_a_sentence(pytester: pytest.Pytester, verbosity: str) -> None:
    """At -q nothing that pytest would not print."""
    result = pytester.runpytest("--threatmodel", verbosity)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    if verbosity == "-q":
        assert "threat model" not in result.stdout.str()
    else:
        assert closing_section(result) == [
            "no model collected: model files are named threatmodel_*.py, or as ini threatmodel_files says"
        ]


def test_a_required_model_that_is_missing_fails_the_run(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"test_x.py": "def test_x(): pass"}, ini="threatmodel_required = true")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert closing_section(result)[1] == "threatmodel_required is set: a run without a model fails"


def test_a_required_model_that_is_there_changes_nothing(pytester: pytest.Pytester) -> None:
    write_shop(pytester, 'Server("One", usesCache=False)', ini="threatmodel_required = true")
    assert pytester.runpytest("--threatmodel").ret == pytest.ExitCode.OK


def test_a_required_model_asks_nothing_of_a_run_without_threat_models(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"test_x.py": "def test_x(): pass"}, ini="threatmodel_required = true")
    assert pytester.runpytest().ret == pytest.ExitCode.OK


def test_an_empty_model_is_a_model(pytester: pytest.Pytester) -> None:
    """Nothing that a threat could concern, yet nothing is wrong: no test, and the figures say so."""
    write_shop(pytester, "")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert closing_section(result)[0] == "threatmodel_shop.py: Shop, 0 elements, 0 pairs: none"


MANY = """
zones = [Boundary(f"Zone {n}") for n in range(4)]
servers = [Server(f"S{n}", inBoundary=zones[n % 4], usesCache=n % 3 == 0) for n in range(12)]
flows = [Dataflow(servers[n], servers[(n * 7 + 1) % 12], "call") for n in range(12)]
pytestmark = [accept("TT01", element="S0", reason="known"), exclude("TT02", reason="not here")]
"""


def test_ids_and_order_do_not_depend_on_hashes(pytester: pytest.Pytester) -> None:
    """xdist stops a run whose workers collected something else, and dashboards compare runs."""
    write_shop(pytester, MANY)
    seen = set()
    for seed in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--threatmodel", "--collect-only", "-q"],
            cwd=pytester.path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        seen.add(tuple(line for line in done.stdout.splitlines() if "::" in line))
    assert len(seen) == 1
    assert len(seen.pop()) == 24


def test_elements_out_of_scope_make_no_items(pytester: pytest.Pytester) -> None:
    write_shop(pytester, 'Server("In")\nServer("Out", inScope=False)\n')
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q")
    assert ids(result) == ["threatmodel_shop.py::TT01[In]", "threatmodel_shop.py::TT02[In]"]


def test_items_say_where_their_element_is_made(pytester: pytest.Pytester) -> None:
    """Editors jump there; a helper function is the innermost line inside the file."""
    body = 'def make(name):\n    return Server(name)\n\nServer("One")\nmake("Two")\n'
    conftest = """
    def pytest_collection_modifyitems(items):
        for item in items:
            print("AT", item.location, item.reportinfo()[1])
    """
    write_shop(pytester, body, conftest=conftest)
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q", "-s")
    places = [line for line in result.outlines if line.startswith("AT")]
    assert places[0] == "AT ('threatmodel_shop.py', 6, 'TT01[One]') 6"
    assert places[2] == "AT ('threatmodel_shop.py', 4, 'TT01[Two]') 4"
