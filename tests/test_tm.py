"""TM as its author sees it: the names of the package, and a model file that is run as a script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import pytest_threatmodel
from pytest_threatmodel import TM
from pytest_threatmodel.model import registry
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = [
    "TM",
    "Element",
    "Asset",
    "Server",
    "ExternalEntity",
    "Datastore",
    "Actor",
    "Process",
    "SetOfProcesses",
    "Dataflow",
    "Boundary",
    "Lambda",
    "LLM",
    "Agent",
    "Data",
    "Controls",
    "Assumption",
    "Finding",
    "Classification",
    "Lifetime",
    "DatastoreType",
    "TLSVersion",
    "Action",
    "accept",
    "exclude",
]


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a model file as a script, in an interpreter of its own."""

    def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "threatmodel_shop.py"
        file.write_text(dedent(text), encoding="utf-8")
        command = [sys.executable, "-X", "utf8=0", file.name, *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_the_package_has_the_whole_vocabulary() -> None:
    names = set(dir(pytest_threatmodel))
    for name in KINDS:
        assert getattr(pytest_threatmodel, name).__name__ == name
        assert name in names
        assert name in pytest_threatmodel.__all__
    assert set(pytest_threatmodel.__all__) == {
        *KINDS,
        "fact",
        "control",
        "protection",
        "proven_by",
        "evidence",
        "load",
        "ThreatModelWarning",
    }


def test_a_star_import_gives_the_vocabulary_and_nothing_else() -> None:
    names: dict[str, object] = {}
    exec("from pytest_threatmodel import *", names)
    assert set(names) - {"__builtins__"} == set(pytest_threatmodel.__all__)


@pytest.mark.parametrize(("name", "hint"), [("Sever", "; did you mean 'Server'?"), ("xyzzy", ""), ("__wrapped__", "")])
def test_a_name_that_is_not_there_gets_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(pytest_threatmodel, name)
    assert str(caught.value) == f"module 'pytest_threatmodel' has no attribute {name!r}{hint}"


def test_importing_the_package_and_a_model_needs_no_pytest(tmp_path: Path) -> None:
    """A model file runs as a script in a place where nothing is tested."""
    code = "import sys; import pytest_threatmodel; pytest_threatmodel.TM('x').check(); print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_tm_is_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_outside", Load())
    tm = TM("Shop", description="Web shop")
    web = pytest_threatmodel.Server("Web")
    assert isinstance(tm, Model)
    assert (tm.describe(), tm.elements, tm["Web"]) == ('TM "Shop"', [web], web)
    assert repr(tm) == '<TM "Shop">'


GOOD = """
    from pytest_threatmodel import *

    tm = TM("Shop")
    web = Server("Web")
    Dataflow(Actor("User"), web, "Order")
    tm.process()
"""


def test_as_a_script_process_checks_the_model_and_says_what_to_run(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = script(GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        'TM "Shop": 3 elements, no problem in the model.\n'
        "Find the threats with: pytest --threatmodel threatmodel_shop.py\n"
    )


def test_as_a_script_every_complaint_goes_to_stderr(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = script(GOOD.replace('"Web"', '" "').replace('"Shop"', '""'))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        'TM "": an element of kind Server has an empty name (threatmodel_shop.py:5)\n'
        "the model has no name (threatmodel_shop.py:4)\n"
    )


def test_a_script_with_a_wrong_attribute_says_so(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = script(GOOD.replace("tm.process()", "web.usesCahce = True\n    tm.process()"))
    assert done.returncode == 1
    assert "has no attribute 'usesCahce'; did you mean 'usesCache'? (threatmodel_shop.py:7)" in done.stderr


def test_a_name_that_no_terminal_can_show_is_escaped(
    script: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = script(GOOD.replace('"Shop"', r'"Sh\ud800op\x1b[2J"'))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r'TM "Sh\ud800op\x1b[2J": 3 elements')


def test_elements_that_a_script_imports_belong_to_its_model(
    script: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "common.py").write_text('from pytest_threatmodel import Boundary\ndmz = Boundary("DMZ")\n')
    done = script(GOOD.replace('Server("Web")', '__import__("common") and Server("Web")'))
    assert done.stdout.startswith('TM "Shop": 4 elements')


def test_process_says_nothing_while_the_file_is_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "threatmodel_shop.py"
    file.write_text(dedent(GOOD), encoding="utf-8")
    assert load_model(file).model.name == "Shop"
    assert capsys.readouterr() == ("", "")
