"""When `tm.process()` does something: in a script, once a model, and without pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.plugin.first_model import FIRST_MODEL
from tests.cli.scripts import SCRIPT
from tests.cli.scripts import SHOP
from tests.cli.scripts import run
from tests.cli.scripts import write

if TYPE_CHECKING:
    from pathlib import Path

CHECKED = (
    'TM "Shop": 6 elements, no problem in the model.\nFind the threats with: pytest --threatmodel threatmodel_shop.py\n'
)
#: Says at the end what was loaded.
TELLING = "import sys\nprint(sorted({'pytest', '_pytest'} & set(sys.modules)))\n"


def test_a_script_loads_no_pytest(tmp_path: Path) -> None:
    """Decisions, their marks and every kind of output included."""
    write(tmp_path, SCRIPT + TELLING)
    printed = run(tmp_path, "--json", "out.json", "--report", "md", "--seq", "--dfd", "--list", "--stale_days", "1").out
    assert printed.endswith("[]\n")


def test_process_may_stand_in_a_function_and_be_called_again(tmp_path: Path) -> None:
    write(tmp_path, SHOP + "def run(model):\n    model.process()\n\nrun(tm)\nrun(tm)\ntm.process()\n")
    done = run(tmp_path)
    assert (done.status, done.out, done.err) == (0, CHECKED, "")


def test_process_may_be_called_by_another_module(tmp_path: Path) -> None:
    write(tmp_path, "def run(model):\n    model.process()\n", "helper.py")
    write(tmp_path, f"import helper\n{SHOP}helper.run(tm)\n")
    assert run(tmp_path).out == CHECKED


def test_a_model_that_is_imported_leaves_the_command_line_alone(tmp_path: Path) -> None:
    """The script's own model is the one that is asked for."""
    write(tmp_path, SCRIPT.replace('"Shop"', '"Other"'), "threatmodel_other.py")
    write(tmp_path, f"import threatmodel_other\n{SCRIPT}")
    done = run(tmp_path, "--json", "-")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["model"]["name"] == "Shop"


def test_a_script_can_process_a_model_that_it_imports(tmp_path: Path) -> None:
    """Its file, and the marks in it, count."""
    write(tmp_path, SCRIPT, "models/threatmodel_shop.py")
    write(tmp_path, "from models.threatmodel_shop import tm\n\ntm.process()\n", "build.py")
    (tmp_path / ".git").mkdir()
    report = json.loads(run(tmp_path, "--json", "-", file="build.py").out)
    assert report["model"]["file"] == report["model"]["nodeid"] == "models/threatmodel_shop.py"
    assert "HA*" in [threat for decision in report["decisions"] for threat in decision["threats"]]


def test_a_function_elsewhere_may_make_the_model(tmp_path: Path) -> None:
    """The marks of the script count for it."""
    body = SHOP.partition("tm = TM")
    lines = "".join(f"    {line}\n" for line in f"tm = TM{body[2]}".splitlines() if "pytestmark" not in line)
    write(tmp_path, f"{body[0]}\ndef build():\n{lines}    return tm\n", "shop.py")
    mark = 'pytestmark = exclude("LB03", reason="never")\n'
    write(
        tmp_path, f"from pytest_threatmodel import exclude\nfrom shop import build\n{mark}tm = build()\ntm.process()\n"
    )
    report = json.loads(run(tmp_path, "--json", "-").out)
    assert report["model"]["file"] == "shop.py"
    assert ["LB03"] in [decision["threats"] for decision in report["decisions"]]


def test_what_to_run_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT, "my $model.py")
    assert run(tmp_path, file="my $model.py").out.endswith("pytest --threatmodel 'my $model.py'\n")


def test_two_models_of_a_script_both_have_their_turn(tmp_path: Path) -> None:
    write(tmp_path, f'{SCRIPT}two = TM("Two")\nServer("Alone")\ntwo.process()\n')
    done = run(tmp_path, "--seq")
    assert (done.status, done.err) == (0, "")
    assert done.out.count("@startuml") == 2
    done = run(tmp_path, "--json", "out.json")
    assert done.status == 2
    assert done.err == "threatmodel_shop.py: error: --json: 'out.json' already holds another model of this script\n"


def test_importing_a_model_or_running_pytest_prints_nothing(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT)
    write(
        tmp_path,
        "from threatmodel_shop import tm\n\ndef test_shop():\n    tm.process()\n    assert tm.check()\n",
        "test_shop.py",
    )
    done = subprocess.run(
        [sys.executable, "-c", "import threatmodel_shop"], cwd=tmp_path, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--no-header", "-p", "no:cacheprovider", "test_shop.py"]
    tested = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert tested.stdout.split()[0] == "."
    assert "TM" not in tested.stdout


def test_a_test_can_run_the_script(tmp_path: Path) -> None:
    """What pytest leaves in the environment does not keep a script from its work, though it imports pytest."""
    write(tmp_path, f"import pytest\n{SCRIPT}")
    assert run(tmp_path, PYTEST_CURRENT_TEST="test_x (call)").out == CHECKED


@pytest.mark.parametrize("options", [["-m", "threatmodel_shop"], ["-m", "cProfile", "-o", "p", "threatmodel_shop.py"]])
def test_other_ways_to_run_a_script(tmp_path: Path, options: list[str]) -> None:
    write(tmp_path, SCRIPT)
    done = subprocess.run(
        [sys.executable, *options, "--list"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("core 1.0")


def test_fields_of_packs_can_be_stated_in_scripts_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT.replace("hashesCredentials", "hashesCredentails"))
    done = run(tmp_path)
    assert done.status == 1
    assert "did you mean 'hashesCredentials'?" in done.err


def test_a_first_model_is_a_script_as_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, FIRST_MODEL)
    done = run(tmp_path, "--seq", "--stale_days", "30")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("@startuml")
