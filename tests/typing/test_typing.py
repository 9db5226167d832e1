"""Users' models under a type checker: what is right passes mypy --strict, what is wrong is found before it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pytest_threatmodel
from pytest_threatmodel.model.loading import load_model

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
GOOD = HERE / "model_good.py"
#: Mistakes, each with the code of the error that mypy has for it. No file, as the gate checks all files of the tests.
BAD = """\
from pytest_threatmodel import TM
from pytest_threatmodel import Actor
from pytest_threatmodel import Controls
from pytest_threatmodel import Data
from pytest_threatmodel import Dataflow
from pytest_threatmodel import Finding
from pytest_threatmodel import Server
from pytest_threatmodel import accept

tm = TM("Shop", descripton="Web shop")  # E: call-arg
tm.isOrderd = True  # E: attr-defined
tm.onDuplicates = 3  # E: assignment
web = Server("Web", usesCahce=True)  # E: call-arg
Server()  # E: call-arg
Server(name=5)  # E: arg-type
Server("Web", inBoundary="DMZ")  # E: arg-type
web.usesCache = "yes"  # E: assignment
web.usesCahce = True  # E: attr-defined
print(web.usesCahce)  # E: attr-defined
web.controls.isHardend = True  # E: attr-defined
web.controls.isHardened = 1  # E: assignment
web.controls = True  # E: assignment
web.data = 3  # E: assignment
web.maxClassification = 3  # E: assignment
web.overrides = ["AC01"]  # E: list-item
Controls(isHardend=True)  # E: call-arg
Controls(isHardened="yes")  # E: arg-type
Dataflow(Actor("User"), web)  # E: call-arg
Dataflow(Actor("User"), "Web", "Order")  # E: arg-type
Dataflow(Actor("User"), web, "Order", dstPort=8.5)  # E: arg-type
Dataflow(Actor("User"), web, "Order", port=80)  # E: call-arg
Data("card", isPII="yes")  # E: arg-type
Finding(severity="low")  # E: call-arg
accept("DE01", reason="x", untill="2027-06-30")  # E: call-arg
text: str = web.port  # E: assignment
"""

needs_mypy = pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")


def mypy(file: Path, cache: Path) -> list[str]:
    """What mypy --strict reports about one file, by its own settings rather than by this repository's."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", file.name]
    home = Path(pytest_threatmodel.__file__).parents[1]
    # An editable install is no place where mypy looks; an installed one it finds, and refuses to be told.
    paths = {} if home.name == "site-packages" else {"MYPYPATH": str(home)}
    environment = {**os.environ, **paths}
    done = subprocess.run(command, cwd=file.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout.splitlines()


def errors(lines: list[str]) -> Mapping[int, set[str]]:
    """The codes of the errors by line."""
    found: dict[int, set[str]] = {}
    for line in lines:
        match = re.fullmatch(r"model_bad\.py:(\d+): error: .*  \[([\w-]+)\]", line)
        if match:
            found.setdefault(int(match[1]), set()).add(match[2])
    return found


def wanted(text: str) -> Mapping[int, set[str]]:
    """The codes that the comments name, by line."""
    lines = enumerate(text.splitlines(), start=1)
    return {number: {match[1]} for number, line in lines if (match := re.search(r"# E: ([\w-]+)$", line))}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all runs, so that the package is checked once."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
@needs_mypy
def test_a_model_that_uses_the_vocabulary_passes_mypy_strict(cache: Path) -> None:
    assert mypy(GOOD, cache) == ["Success: no issues found in 1 source file"]


@pytest.mark.slow
@needs_mypy
def test_mistakes_in_a_model_are_errors_of_their_kind(cache: Path, tmp_path: Path) -> None:
    """A field that is misspelt or given a wrong value, an unknown keyword, a missing argument."""
    file = tmp_path / "model_bad.py"
    file.write_text(BAD, encoding="utf-8")
    lines = mypy(file, cache)
    assert errors(lines) == wanted(BAD), "\n".join(lines)


def test_what_the_type_checker_accepts_runs() -> None:
    tm = load_model(GOOD).model
    assert len(tm.elements) == 20
    assert tm["Portal"].kinds()[0] == "Portal"
