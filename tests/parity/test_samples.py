"""What pytm's manual shows runs here unchanged: a sample model with a language model in it, and two templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.loading import LoadedModel
from tests.artifacts.pytm_tools import pytm_folder
from tests.artifacts.pytm_tools import pytm_sdist
from tests.parity.oracle import Findings
from tests.parity.oracle import Oracle
from tests.parity.oracle import findings_of
from tests.parity.oracle import threats_of
from tests.plugin.models import outcomes

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """pytm 1.4.0, whose source distribution holds the manual."""
    oracle = Oracle("1.4.0")
    yield oracle
    oracle.close()


def shown(kind: str, start: str) -> str:
    """The first block of the manual that begins with a text."""
    manual = (pytm_sdist() / "README.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(rf"^```{kind}\n(.*?)^```", manual, re.DOTALL | re.MULTILINE)
    return next(block.lstrip("\n") for block in blocks if start in block)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample model of the manual, as it stands there, beside its two templates."""
    path = tmp_path / "tm.py"
    path.write_text(shown("python", "my_lambda = Lambda("), encoding="utf-8")
    (tmp_path / "basic.md").write_text(shown("text", "# Threat Model Sample"), encoding="utf-8")
    (tmp_path / "advanced.md").write_text(shown("text", "## Findings\n\n{elements:repeat:"), encoding="utf-8")
    return path


def ours(path: Path, oracle: Oracle) -> tuple[LoadedModel, Findings]:
    """The sample, loaded and judged by us."""
    loaded, met = load_file(path, Library([]), own=threats_of(oracle))
    return loaded, findings_of(loaded, met)


def test_the_sample_has_the_findings_of_pytm(sample: Path, oracle: Oracle) -> None:
    theirs, _ = oracle.reports(sample.read_text(encoding="utf-8"), sample.parent, [])
    assert len(theirs) > 80
    assert ours(sample, oracle)[1] == theirs


def rendered(sample: Path, oracle: Oracle, template: str) -> tuple[list[str], list[str]]:
    """What a template makes of the sample, with us and in pytm, section by section."""
    _, (theirs,) = oracle.reports(sample.read_text(encoding="utf-8"), sample.parent, [template])
    model: Any = ours(sample, oracle)[0].model
    return re.split("(?m)^(?=#)", model.report(str(sample.parent / template))), re.split("(?m)^(?=#)", theirs)


def test_the_template_of_the_manual_says_the_same(sample: Path, oracle: Oracle) -> None:
    mine, theirs = rendered(sample, oracle, "basic.md")
    assert mine == theirs


def test_the_advanced_template_says_the_same_of_what_is_in_scope(sample: Path, oracle: Oracle) -> None:
    """pytm 1.4 hands the findings of all elements so far to one that is out of scope."""
    mine, theirs = rendered(sample, oracle, "advanced.md")
    assert [section for section in theirs if section not in mine] == [
        section for section in theirs if section.startswith("### SQL Database (*)")
    ]
    assert [section for section in theirs if section in mine] == mine


def test_pytest_makes_the_findings_of_the_sample_failing_tests(
    sample: Path, oracle: Oracle, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real pytm installed."""
    theirs, _ = oracle.reports(sample.read_text(encoding="utf-8"), sample.parent, [])
    monkeypatch.syspath_prepend(pytm_folder())
    (pytester.path / "tm.py").write_bytes(sample.read_bytes())
    found = outcomes(pytester.runpytest("-v", "--threatmodel", "tm.py"))
    assert len([word for word in found.values() if word == "FAILED"]) == len(theirs)
