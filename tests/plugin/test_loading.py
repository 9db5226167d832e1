"""How a model file is run: as if by itself, leaving nothing behind, with what pytest gives a test file."""

from __future__ import annotations

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

MODES = pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])

#: Elements that several models put into theirs.
COMMON = """
from pytest_threatmodel import Boundary, Server

cloud = Boundary("Cloud")
identity = Server("Identity provider", inBoundary=cloud, usesCache=True)
"""
WITH_COMMON = "from common import cloud, identity\n"


@MODES
def test_models_that_share_a_module_of_elements_do_not_mix(pytester: pytest.Pytester, mode: str) -> None:
    """The module runs again for each of them: changes that one makes, the other does not see."""
    write_files(
        pytester,
        {
            "common.py": COMMON,
            "threatmodel_a.py": model_text(WITH_COMMON + "identity.usesCache = False\nServer('A', inBoundary=cloud)"),
            "threatmodel_b.py": model_text(WITH_COMMON + "Server('B', inBoundary=cloud)"),
        },
    )
    result = pytester.runpytest("--threatmodel", "-v", f"--import-mode={mode}", "-k", "TT01")
    verdicts = {name: word for name, word in outcomes(result).items() if "Identity" not in name}
    assert verdicts == {"TT01[A]": "PASSED", "TT01[B]": "PASSED"}
    result.stdout.fnmatch_lines(
        [
            "threatmodel_a.py::TT01[[]Identity provider[]] PASSED*",
            "threatmodel_b.py::TT01[[]Identity provider[]] FAILED*",
        ]
    )


def test_folders_may_have_modules_of_the_same_name(pytester: pytest.Pytester) -> None:
    """Each model finds the one beside it."""
    write_files(
        pytester,
        {
            "a/common.py": COMMON.replace("Identity provider", "From a"),
            "a/threatmodel_x.py": model_text(WITH_COMMON),
            "b/common.py": COMMON.replace("Identity provider", "From b"),
            "b/threatmodel_x.py": model_text(WITH_COMMON),
        },
    )
    result = pytester.runpytest("--threatmodel", "--collect-only", "-q", "-k", "TT01")
    assert ids(result) == ["a/threatmodel_x.py::TT01[From a]", "b/threatmodel_x.py::TT01[From b]"]


@MODES
@pytest.mark.parametrize("args", [(), ("--doctest-modules",)], ids=["", "doctest"])
def test_models_in_packages_import_relatively(pytester: pytest.Pytester, mode: str, args: tuple[str, ...]) -> None:
    write_files(
        pytester,
        {
            "system/__init__.py": "",
            "system/common.py": COMMON,
            "system/part/__init__.py": "",
            "system/part/names.py": "WEB = 'Web'",
            "system/part/threatmodel_x.py": "from .names import WEB\nfrom ..common import identity\n"
            + model_text("from ..common import cloud\nServer(WEB, inBoundary=cloud)\n"),
        },
    )
    if args:
        # Doctest runs the file as an ordinary module, where elements have no TM to join yet.
        path = pytester.path / "system/part/threatmodel_x.py"
        path.write_text(model_text("from .names import WEB\nfrom ..common import identity\nServer(WEB)\n"))
    result = pytester.runpytest("--threatmodel", "-v", f"--import-mode={mode}", "-k", "TT01", *args)
    assert outcomes(result) == {"TT01[Identity provider]": "FAILED", "TT01[Web]": "PASSED"}


@pytest.mark.parametrize("order", ["test_a.py threatmodel_shop.py", "threatmodel_shop.py test_a.py"])
@MODES
def test_a_test_that_imports_the_model(pytester: pytest.Pytester, mode: str, order: str) -> None:
    """Before or after the model is collected: it gets a module of its own, and the pairs are not changed."""
    test = """
    import threatmodel_shop

    def test_names():
        assert [element.name for element in threatmodel_shop.tm.elements] == ["Web", "Old", "Safe"]
    """
    write_files(pytester, {"threatmodel_shop.py": model_text(), "test_a.py": test}, ini="pythonpath = .")
    result = pytester.runpytest("--threatmodel", "-v", f"--import-mode={mode}", *order.split())
    assert outcomes(result) == {**SHOP_OUTCOMES, "test_names": "PASSED"}


def test_nothing_is_left_behind(pytester: pytest.Pytester) -> None:
    """Path, arguments, modules and working folder are as before for the tests that are collected later."""
    files = {
        "deep/common.py": COMMON,
        "deep/threatmodel_x.py": model_text(
            "import os, sys\nfrom common import identity\n"
            "assert sys.argv == [__file__], sys.argv\n"
            "assert sys.path[0] == os.path.dirname(__file__)\n"
        ),
        "test_after.py": """
        import os, sys

        PATH, ARGV, CWD = list(sys.path), list(sys.argv), os.getcwd()

        def test_clean():
            assert not [entry for entry in PATH if entry.endswith("deep")]
            assert "common" not in sys.modules
            assert not [name for name in sys.modules if "threatmodel_x" in name]
            assert CWD == os.path.dirname(__file__)
        """,
    }
    write_files(pytester, files)
    result = pytester.runpytest("--threatmodel", "-v", "deep", "test_after.py", "--import-mode=importlib")
    assert outcomes(result)["test_clean"] == "PASSED"
    assert outcomes(result)["TT01[Identity provider]"] == "FAILED"


def test_an_assertion_in_a_model_file_explains_itself(pytester: pytest.Pytester) -> None:
    """While it loads, and in its test functions."""
    body = SHOP + "names = [each.name for each in tm.elements]\ndef test_names():\n    assert len(names) == 2\n"
    write_files(
        pytester,
        {
            "threatmodel_a.py": model_text(body),
            "threatmodel_b.py": model_text(SHOP + "names = ['Web']\nassert names == ['Shop']\n"),
        },
    )
    result = pytester.runpytest("--threatmodel", "threatmodel_a.py")
    result.stdout.fnmatch_lines(["*where 3 = len(*"])
    result = pytester.runpytest("--threatmodel", "threatmodel_b.py")
    assert counts(result) == {"errors": 1}
    assert "AssertionError: assert ['Web'] == ['Shop']" in result.outlines


TESTS = """
log = []

def setup_module():
    log.append("setup_module")

def teardown_module():
    print("MODULE TORN DOWN")

@pytest.fixture(scope="module")
def per_module():
    log.append("per_module")
    yield 7

@pytest.fixture
def server(threatmodel):
    return threatmodel["Web"]

def test_function(server, per_module):
    assert server.usesCache
    assert log == ["setup_module", "per_module"]

@pytest.mark.parametrize("name", ["Web", "Old"])
def test_parametrised(threatmodel, name):
    assert threatmodel[name].name == name

class TestClass:
    @pytest.fixture(autouse=True)
    def _before(self):
        self.seen = True

    def test_method(self, threatmodel):
        assert self.seen
        assert threatmodel is tm
"""


def test_test_functions_classes_and_fixtures_in_a_model_file(pytester: pytest.Pytester, run_ways: Run) -> None:
    """All that a test file may hold, `setup_module` included."""
    write_shop(pytester, SHOP + TESTS)
    assert outcomes(run_ways("--threatmodel", "-v")) == {
        **SHOP_OUTCOMES,
        "test_function": "PASSED",
        "test_parametrised[Web]": "PASSED",
        "test_parametrised[Old]": "PASSED",
        "TestClass::test_method": "PASSED",
    }


def test_teardown_module_runs_once_after_the_last_test_of_the_file(pytester: pytest.Pytester) -> None:
    write_files(
        pytester, {"threatmodel_a.py": model_text(SHOP + TESTS), "threatmodel_b.py": model_text('Server("Last")')}
    )
    result = pytester.runpytest("--threatmodel", "-v", "-s")
    lines = [line for line in result.outlines if "MODULE TORN DOWN" in line or "::" in line]
    torn = [number for number, line in enumerate(lines) if "MODULE TORN DOWN" in line]
    last = max(number for number, line in enumerate(lines) if line.startswith("threatmodel_a.py"))
    first = min(number for number, line in enumerate(lines) if line.startswith("threatmodel_b.py"))
    assert len(torn) == 1
    assert last <= torn[0] < first


def test_a_model_is_also_a_script(pytester: pytest.Pytester) -> None:
    """Its last line says what to run."""
    write_shop(pytester, SHOP + 'if __name__ == "__main__":\n    tm.process()\n')
    done = subprocess.run(
        [sys.executable, "threatmodel_shop.py"], cwd=pytester.path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Find the threats with: pytest --threatmodel threatmodel_shop.py"
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == SHOP_OUTCOMES


@pytest.mark.parametrize(
    "ending",
    ["tm.process()", "import sys\nsys.exit(0)", "import sys\nsys.exit()", "raise SystemExit"],
    ids=["process", "exit-0", "exit", "raise"],
)
def test_a_script_that_ends_well_keeps_its_model(pytester: pytest.Pytester, ending: str) -> None:
    write_shop(pytester, f"{SHOP}{ending}\n")
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == SHOP_OUTCOMES


def test_a_model_with_its_own_command_line_does_not_read_pytests(pytester: pytest.Pytester) -> None:
    write_shop(pytester, "import argparse\nargparse.ArgumentParser().parse_args()\n" + SHOP)
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == SHOP_OUTCOMES


def test_what_a_model_prints_is_captured(pytester: pytest.Pytester) -> None:
    """It shows where the file cannot be loaded, and nowhere else."""
    write_shop(pytester, 'print("hello from the model")\n' + SHOP)
    assert "hello" not in pytester.runpytest("--threatmodel").stdout.str()
    write_shop(pytester, 'print("hello from the model")\n1 / 0\n')
    assert "hello" in pytester.runpytest("--threatmodel").stdout.str()


def test_a_model_that_changes_the_folder_disturbs_nobody(pytester: pytest.Pytester) -> None:
    files = {
        "deep/x.txt": "",
        "threatmodel_a.py": model_text('import os\nos.chdir("deep")\nServer("A")'),
        "threatmodel_b.py": model_text('open("tiny.toml").close()\nServer("B")'),
    }
    write_files(pytester, files)
    result = pytester.runpytest("--threatmodel", "-v", "-k", "TT02")
    assert outcomes(result) == {"TT02[A]": "PASSED", "TT02[B]": "PASSED"}


def test_keyboard_interrupt_ends_the_session(pytester: pytest.Pytester) -> None:
    """As it does in a test file."""
    write_shop(pytester, "raise KeyboardInterrupt")
    result = pytester.runpytest_subprocess("--threatmodel")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('pytest.skip("not on this machine", allow_module_level=True)', "not on this machine"),
        ('pytest.importorskip("no_such_module_at_all")', "could not import 'no_such_module_at_all'"),
        ('import unittest\nraise unittest.SkipTest("not today")', "not today"),
    ],
    ids=["skip", "importorskip", "unittest"],
)
def test_a_model_file_may_skip_itself(pytester: pytest.Pytester, line: str, reason: str) -> None:
    """As a test file may, and the others run."""
    write_files(pytester, {"threatmodel_a.py": model_text(line), "threatmodel_b.py": model_text()})
    result = pytester.runpytest("--threatmodel", "-rs")
    assert counts(result) == {"failed": 2, "passed": 4, "skipped": 1}
    result.stdout.fnmatch_lines([f"SKIPPED*{reason}*"])
    assert not [line for line in closing_section(result) if "threatmodel_a" in line]


def test_pytest_exit_in_a_model_file_is_an_error_of_the_file(pytester: pytest.Pytester) -> None:
    """As pytest has it for a test file."""
    write_files(pytester, {"threatmodel_a.py": model_text('pytest.exit("enough", 3)'), "test_b.py": ""})
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert counts(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["*Exit: enough"])


def test_a_model_sees_the_modules_on_pythonpath(pytester: pytest.Pytester) -> None:
    write_files(
        pytester,
        {"lib/common.py": COMMON, "models/threatmodel_x.py": model_text(WITH_COMMON)},
        ini="pythonpath = lib",
    )
    result = pytester.runpytest("--threatmodel")
    assert counts(result) == {"failed": 1, "passed": 1}
    assert closing_section(result)[0].startswith("models/threatmodel_x.py: Shop, 2 elements")


def test_models_are_found_through_symbolic_links(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"real/threatmodel_shop.py": model_text()})
    try:
        pytester.path.joinpath("linked").symlink_to(pytester.path / "real", target_is_directory=True)
    except OSError:
        pytest.skip("no symbolic links here")
    result = pytester.runpytest("--threatmodel", "-v", "linked")
    assert outcomes(result) == SHOP_OUTCOMES
