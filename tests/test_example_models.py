"""The example models end as they did, pack by pack: every finding, decision and verdict is expected by name.

Each `tests/example_models/PACK.toml` states the packs with which it runs (`packs`, pinned, so that a new pack changes
nothing here) and, for every model, what becomes of the pairs of PACK itself. `all.toml` does so for all shipped packs
together, and leaves the counts by verdict out: most threats of most packs are undetermined on any model.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree

import pytest

from pytest_threatmodel.library.pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from typing import TypeAlias

    Run: TypeAlias = "Callable[..., list[Case]]"

ROOT = Path(__file__).resolve().parents[1]
MODELS = sorted((ROOT / "example_models").glob("threatmodel_*.py"))
PACKS = {path.stem: path for path in sorted((ROOT / "tests" / "example_models").glob("*.toml"))}
SHIPPED = sorted((ROOT / "threats").glob("*.toml"))
CASES = [pytest.param(pack, model, id=f"{pack}-{model.stem}") for pack in PACKS for model in MODELS]

#: In the order of the expectations; what is passed is only counted, by verdict.
LISTED = ("failed", "xfailed", "skipped")


@dataclass(frozen=True)
class Case:
    """One test case of a run.

    Args:
        name: the pair, `DE01[Place order]`, or the name of a test function.
        threat: the threat's id, empty for what is no pair.
        verdict: of the pair.
        outcome: passed, failed, xfailed or skipped.
    """

    name: str
    threat: str
    verdict: str
    outcome: str


def cases(junit: Path) -> Iterator[Case]:
    """What a JUnit file tells of a run."""
    for case in ElementTree.parse(junit).iter("testcase"):
        properties = {found.get("name"): found.get("value") or "" for found in case.iter("property")}
        yield Case(case.get("name", ""), properties.get("threat", ""), properties.get("verdict", ""), outcome(case))


def outcome(case: ElementTree.Element) -> str:
    """The outcome of a JUnit test case in pytest's words."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"


def summary(pairs: list[Case]) -> dict[str, Any]:
    """Pairs as the expectations write them."""
    listed = {word: sorted(pair.name for pair in pairs if pair.outcome == word) for word in LISTED}
    return {"verdicts": dict(Counter(pair.verdict for pair in pairs)), **listed}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs one model in a process and a folder of its own, once for each set of packs and options."""

    @cache
    def run_once(model: Path, pack: str, *options: str) -> list[Case]:
        folder = tmp_path_factory.mktemp(model.stem)
        for beside in (model, *model.parent.glob("*.otm.*")):
            shutil.copy(beside, folder)
        packs = " ".join(expected(pack)["packs"])
        ini = f"[pytest]\nfilterwarnings = error\nthreatmodel_packs = {packs}\n"
        folder.joinpath("pytest.ini").write_text(ini, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "--threatmodel", model.name, "--junitxml=run.xml", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return list(cases(folder / "run.xml"))

    return run_once


def expected(pack: str) -> Mapping[str, Any]:
    """The expectations of a pack."""
    return tomllib.loads(PACKS[pack].read_text(encoding="utf-8"))


def of_pack(found: list[Case], pack: str) -> list[Case]:
    """The pairs whose threats are the pack's; `all` are those of every pack that ran."""
    names = expected(pack)["packs"] if pack == "all" else [pack]
    threats = {threat.id for name in names for threat in read_pack(ROOT / "threats" / f"{name}.toml").threats}
    return [case for case in found if case.threat in threats]


@pytest.mark.parametrize(("pack", "model"), CASES)
def test_each_model_ends_as_expected(run: Run, pack: str, model: Path) -> None:
    """When a rule changes on purpose, change the expectations and say in the changelog what users will see."""
    found = summary(of_pack(run(model, pack), pack))
    wanted = expected(pack)[model.stem]
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_own_tests_of_each_model_pass_and_its_decisions_are_in_order(run: Run, model: Path) -> None:
    """Whatever is no pair passes: there are test functions, and no complaint about decisions."""
    others = [case for case in run(model, "core") if not case.threat]
    assert others
    assert {(case.outcome, case.name.startswith("test_")) for case in others} == {("passed", True)}


@pytest.mark.skipif(find_spec("xdist") is None, reason="xdist is not installed")
def test_two_workers_find_the_same(run: Run) -> None:
    """The largest model, case by case."""
    model = ROOT / "example_models" / "threatmodel_landscape.py"
    alone = run(model, "core")
    together = run(model, "core", "-n2")
    assert sorted(together, key=str) == sorted(alone, key=str)


@pytest.mark.parametrize("pack", PACKS)
def test_expectations_are_there_for_every_model_and_no_other(pack: str) -> None:
    assert expected(pack).keys() - {"packs"} == {model.stem for model in MODELS}
    packs = expected(pack)["packs"]
    assert sorted(packs) == [path.stem for path in SHIPPED] if pack == "all" else pack in packs
    keys = set(LISTED) if pack == "all" else {"verdicts", *LISTED}
    assert all(expected(pack)[model.stem].keys() == keys for model in MODELS)


def test_the_page_lists_every_model_and_how_many_findings_it_has() -> None:
    """`example_models/README.md` says what each ends with under all shipped packs."""
    page = (ROOT / "example_models" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| [`threatmodel_")]
    assert len(rows) == len(MODELS)
    for model in MODELS:
        (row,) = (row for row in rows if f"]({model.name})" in row)
        found = expected("all")[model.stem]
        count = len(found["failed"])
        assert row.endswith(f"| {count or 'no'} finding{'' if count == 1 else 's'}{decided(found)} |")


def decided(found: Mapping[str, Any]) -> str:
    """What the page says of the decisions in a model."""
    words = [f"{len(found['xfailed'])} accepted"] if found["xfailed"] else []
    words += [f"{len(found['skipped'])} excluded"] if found["skipped"] else []
    return f" ({', '.join(words)})" if words else ""
