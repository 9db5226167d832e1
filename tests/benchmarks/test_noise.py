"""How loud the packs are: the rule by which findings and lists meet, the arithmetic, and the numbers to hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.library.load import load_library

ROOT = Path(__file__).parents[2]
#: Findings of pytm 1.4.0 per element of our systems, as `python -m benchmarks.noise --pytm` found them.
PYTM = 9.48
#: What was reached; better packs raise it.
LEAST_RECALL = 0.95
LEAST_PRECISION = 0.80
MODEL = """\
from pytest_threatmodel import TM, Actor, Dataflow, Datastore, Server

tm = TM("Small")
user, web, db = Actor("User"), Server("Web"), Datastore("Store")
ask = Dataflow(user, web, "Ask", protocol="HTTP")
write = Dataflow(web, db, "Write", protocol="HTTP")
"""
KEPT = """\
kept = [
  { element = "Ask", pack = "core", severity = "high", cwe = [319], what = "Questions in clear." },
  { element = "Web", pack = "core", severity = "low", cwe = [1188], what = "Not hardened." },
  { element = "Web", pack = "web", severity = "low", cwe = [1004], what = "Nothing names this." },
]
"""


@pytest.fixture
def small(tmp_path: Path) -> Any:
    """The small system, with a list of three of which two are named."""
    from benchmarks.noise.catalogue import System
    from benchmarks.noise.review import read_kept

    model = tmp_path / "threatmodel_small.py"
    model.write_text(MODEL)
    kept = tmp_path / "small.toml"
    kept.write_text(KEPT)
    return System("small", model, read_kept(kept).entries, True)


def test_elements_findings_and_shares_of_a_small_system_are_counted(small: Any) -> None:
    from benchmarks.noise.measure import measure

    score = measure(small, load_library(["core"])).ours
    assert score.elements == 5
    assert score.loudness == len(score.findings) / 5
    assert [entry.what for entry in score.named] == ["Questions in clear.", "Not hardened."]
    assert [entry.what for entry in score.missed] == ["Nothing names this."]
    assert score.recall == pytest.approx(2 / 3)
    assert {(found.threat, found.element) for found in score.useful} == {("DE01", "Ask"), ("HA01", "Web")}
    assert score.precision == pytest.approx(2 / len(score.findings))
    assert set(score.noise) | set(score.useful) == set(score.findings)


def test_a_pack_has_its_own_findings_and_the_entries_of_its_subject(small: Any) -> None:
    from benchmarks.noise.measure import measure

    score = measure(small, load_library(["core"])).ours
    core, web = score.of_pack("core"), score.of_pack("web")
    assert (len(core.entries), core.recall, core.findings) == (2, 1.0, score.findings)
    assert (len(web.entries), web.recall, web.findings, web.precision) == (1, 0.0, (), 1.0)


def _found(element: str, *cwe: int, threat: str = "XX01") -> Any:
    from benchmarks.noise.matching import Found

    return Found(threat, "A threat", "core", element, frozenset(cwe))


def _names(small: Any, found: Any, element: str, *cwe: int, more: Any = None) -> bool:
    from benchmarks.noise.matching import Equivalents
    from benchmarks.noise.matching import Neighbours
    from benchmarks.noise.matching import names
    from benchmarks.noise.review import Entry

    near = Neighbours(small.load(load_library(["core"])))
    return names(found, Entry((element,), "core", "high", frozenset(cwe), "It is so."), near, more or Equivalents({}))


@pytest.mark.parametrize(
    ("element", "cwe", "named"),
    [
        pytest.param("Web", (79,), True, id="same element, shared weakness"),
        pytest.param("Web", (89,), False, id="same element, another weakness"),
        pytest.param("Ask", (79,), False, id="a flow into it, a weakness of the element"),
        pytest.param("Ask", (306,), True, id="a flow into it, a weakness of how they talk"),
        pytest.param("Write", (306,), True, id="a flow out of it"),
        pytest.param("Store", (306,), False, id="the other end of a flow"),
        pytest.param("User", (79, 306), False, id="another element"),
    ],
)
def test_a_finding_names_an_entry(small: Any, element: str, cwe: tuple[int, ...], named: bool) -> None:
    assert _names(small, _found(element, *cwe), "Web", 79, 306) is named


def test_the_table_of_equivalents_adds_weaknesses_to_a_threat(small: Any) -> None:
    from benchmarks.noise.matching import Equivalents

    found = _found("Web", 20, threat="XX02")
    assert not _names(small, found, "Web", 79)
    assert _names(small, found, "Web", 79, more=Equivalents({"XX02": frozenset({79})}))


def test_the_table_of_equivalents_lets_a_finding_name_an_entry_on_another_element(small: Any) -> None:
    from benchmarks.noise.matching import Equivalents

    found = _found("Store", 20, threat="XX02")
    assert not _names(small, found, "Web", 79)
    assert _names(small, found, "Web", 79, more=Equivalents({}, frozenset({("XX02[Store]", "It is")})))


def test_every_equivalence_gives_a_reason(tmp_path: Path) -> None:
    from benchmarks.noise.matching import read_equivalents

    table = tmp_path / "equivalents.toml"
    table.write_text('ours = [{ threats = "XX01", cwe = [20], why = "" }]\npytm = []\npairs = []\n')
    with pytest.raises(ValueError, match="gives no reason"):
        read_equivalents("ours", "small", table)


def test_a_list_that_names_no_element_of_its_model_is_refused(small: Any) -> None:
    from dataclasses import replace

    from benchmarks.noise.measure import measure

    wrong = replace(small, kept=(replace(small.kept[0], elements=("Wep",)),))
    with pytest.raises(ValueError, match=r"list of small names elements .* \['Wep'\]"):
        measure(wrong, load_library(["core"]))


def test_an_entry_that_misses_a_key_is_refused(tmp_path: Path) -> None:
    from benchmarks.noise.review import read_kept

    file = tmp_path / "bad.toml"
    file.write_text('kept = [{ element = "Web", pack = "core", cwe = [79], what = "No severity." }]')
    with pytest.raises(ValueError, match=r"bad\.toml: entry 1 needs cwe, element, pack, severity, what"):
        read_kept(file)


def test_the_command_prints_systems_packs_misses_and_noise() -> None:
    command = [sys.executable, "-m", "benchmarks.noise", "--systems", "shop", "--packs", "core", "--misses", "--noise"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    assert "| shop | 6 | 15 |" in done.stdout
    assert "| **our systems** | 6 | 15 |" in done.stdout
    assert "| core |" in done.stdout
    assert "- shop: SQL Database: Orders are not said to be encrypted at rest." in done.stdout
    assert "On no list:" in done.stdout


def test_every_list_is_of_a_system_and_of_packs_that_are_known() -> None:
    from benchmarks.noise.catalogue import systems

    found = {system.name: system for system in systems()}
    assert {"shop", "webshop", "saas", "scans", "tickets", "hospital", "assistant", "sensors", "delivery"} <= set(found)
    assert all(system.kept for name, system in found.items() if name != "green")


def test_the_packs_find_what_reviews_keep_and_are_quiet_about_the_rest() -> None:
    """No timing and no other program: the numbers are the same in every run."""
    from benchmarks.noise.catalogue import systems
    from benchmarks.noise.measure import measure
    from benchmarks.noise.scores import total

    library = load_library()
    ours = total(measure(system, library).ours for system in systems() if system.ours)
    assert ours.recall >= LEAST_RECALL, "\n".join(str(entry) for entry in ours.missed)
    assert ours.precision >= LEAST_PRECISION, "\n".join(str(found) for found in ours.noise)
    assert ours.loudness <= PYTM / 3


def test_the_table_of_equivalents_speaks_of_threats_that_exist() -> None:
    from benchmarks.noise.catalogue import systems
    from benchmarks.noise.matching import read_equivalents

    library = load_library()
    tables = [(system, read_equivalents("ours", system.name)) for system in systems()]
    assert tables[0][1].weaknesses
    assert [id_ for id_ in tables[0][1].weaknesses if id_ not in library] == []
    for system, table in tables:
        for finding, begin in table.pairs:
            assert finding.partition("[")[0] in library, finding
            assert any(entry.what.startswith(begin) for entry in system.kept), begin
