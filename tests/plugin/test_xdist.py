"""Several workers: every way to distribute comes to what one process comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import closing_section
from .systems import counts
from .systems import junit_cases
from .systems import model_text
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("xdist")

#: Pairs of all outcomes, a decision that is wrong, a test function.
DECIDED = (
    SHOP
    + """
Server("Accepted", usesCache=True).marks = [accept("TT01", reason="for now", owner="we")]
Server("Excluded", usesCache=True).marks = [exclude("TT01", reason="not at all")]
Server("Wrong", usesCache=True).marks = [accept("TT0l", reason="misspelt")]
Server("two\\nlines [x] :: \\ud800", usesCache=True)

def test_in_the_model_file(threatmodel):
    assert threatmodel["Web"].usesCache
"""
)
FILES = {
    "threatmodel_shop.py": model_text(DECIDED),
    "sub/threatmodel_other.py": model_text('for n in range(6):\n    Server(f"S{n}", usesCache=n % 2 == 0)\n', "Other"),
    "test_x.py": "import pytest\n\n@pytest.mark.parametrize('n', range(4))\ndef test_x(n):\n    assert n\n",
}


@pytest.fixture
def alone(pytester: pytest.Pytester) -> tuple[pytest.RunResult, Path]:
    """The run in one process, and its JUnit file."""
    write_files(pytester, FILES)
    junit = pytester.path / "alone.xml"
    return pytester.runpytest("--threatmodel", "-v", f"--junitxml={junit}"), junit


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "worksteal", "each"])
def test_every_way_to_distribute(pytester: pytest.Pytester, alone: tuple[pytest.RunResult, Path], dist: str) -> None:
    """The same outcomes and JUnit cases, and the closing section once, with the figures of one process."""
    result, junit = alone
    workers = "1" if dist == "each" else "2"
    other = pytester.runpytest("--threatmodel", "-v", "-n", workers, f"--dist={dist}", "--junitxml=together.xml")
    assert outcomes(other) == outcomes(result)
    assert counts(other) == counts(result)
    assert closing_section(other)[:6] == closing_section(result)[:6]
    assert junit_cases(pytester.path / "together.xml") == junit_cases(junit)
    assert other.ret == result.ret


def test_no_worker_at_all(pytester: pytest.Pytester, alone: tuple[pytest.RunResult, Path]) -> None:
    """`-n 0` is one process, with xdist's hooks."""
    result, junit = alone
    other = pytester.runpytest("--threatmodel", "-v", "-n0", "--junitxml=zero.xml")
    assert outcomes(other) == outcomes(result)
    assert [line for line in closing_section(other) if line] == [line for line in closing_section(result) if line]
    assert junit_cases(pytester.path / "zero.xml") == junit_cases(junit)


def test_xdist_blocked(pytester: pytest.Pytester, alone: tuple[pytest.RunResult, Path]) -> None:
    other = pytester.runpytest("--threatmodel", "-v", "-p", "no:xdist")
    assert outcomes(other) == outcomes(alone[0])


def test_a_worker_that_crashes_takes_nothing_with_it(pytester: pytest.Pytester) -> None:
    """The other one, or the one that takes its place, tells of the models."""
    crash = "import os\n\ndef test_crash():\n    os._exit(1)\n"
    write_files(pytester, {"test_crash.py": crash, "threatmodel_shop.py": model_text()})
    result = pytester.runpytest("--threatmodel", "-n2", "-v", "--max-worker-restart=2")
    words = outcomes(result)
    assert {name: words.get(name) for name in SHOP_OUTCOMES} == SHOP_OUTCOMES
    assert closing_section(result)[0].startswith("threatmodel_shop.py: Shop, 3 elements, 6 pairs")
    assert "INTERNALERROR" not in result.stdout.str()


def test_a_model_that_cannot_be_loaded_is_one_error_on_two_workers(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"threatmodel_bad.py": model_text("1 / 0"), "threatmodel_shop.py": model_text()})
    result = pytester.runpytest("--threatmodel", "-n2", "--continue-on-collection-errors", "-v")
    assert outcomes(result) == SHOP_OUTCOMES
    assert counts(result) == {"failed": 2, "passed": 4, "errors": 1}
    lines = closing_section(result)
    assert lines.count("threatmodel_bad.py: could not be loaded") == 1
    assert sum(line.startswith("threatmodel_shop.py") for line in lines) == 1


def test_the_controller_loads_no_model(pytester: pytest.Pytester) -> None:
    """Only workers do: the file, which notes each process, notes two."""
    write_shop(pytester, "import os\nopen(f'loaded-{os.getpid()}.txt', 'w').close()\n" + SHOP)
    result = pytester.runpytest("--threatmodel", "-n2")
    assert counts(result) == {"failed": 2, "passed": 4}
    assert len(list(pytester.path.glob("loaded-*.txt"))) == 2


def test_failures_under_xdist_are_told_in_full(pytester: pytest.Pytester) -> None:
    """The text crosses from the worker; the summary has severity and title."""
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-n2")
    for line in ("why   target.usesCache", "fix   controls.isHardened = True", 'on    Server "Old"'):
        assert any(each.startswith(line) for each in result.outlines), line
    assert any(line.startswith("FAILED threatmodel_shop.py::TT01[Web] - High: Cached answ") for line in result.outlines)


def test_warnings_are_told_once(pytester: pytest.Pytester) -> None:
    """Of a pattern that matches nothing, though both workers meet it."""
    write_shop(pytester, SHOP + 'pytestmark = [exclude("XX*", reason="none such")]\n')
    result = pytester.runpytest("--threatmodel", "-n2")
    assert result.parseoutcomes()["warnings"] == 1


def test_stopping_early_still_tells_of_the_models(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-n2", "-x")
    assert closing_section(result)[0].startswith("threatmodel_shop.py: Shop, 3 elements, 6 pairs")
    assert result.ret != pytest.ExitCode.OK
