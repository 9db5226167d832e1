"""Snapshots in which elements that look alike share searches equal those in which each has its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.analysis import explain
from pytest_threatmodel.analysis.rulebook import Rulebook
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model
from tests.artifacts.snapshots import snapshot_of

#: Elements that look alike, hardly differ, or differ; among the flows some that lead back, and some that share an end.
LANDSCAPE = """
from pytest_threatmodel import *

tm = TM("Landscape")
zones = [Boundary(f"Zone {number}") for number in range(3)]
zones[2].inBoundary = zones[1]
kinds = (Server, Process, Datastore, Lambda, SetOfProcesses, Actor)
data = [Data(f"Data {number}", isPII=number % 2 == 0, isCredentials=number % 3 == 0) for number in range(6)]
nodes = []
for number in range(48):
    node = kinds[number % 6](f"Node {number}", inBoundary=zones[number % 3])
    if number % 4 == 0 and not isinstance(node, Actor):
        node.controls.isHardened = node.controls.validatesInput = True
    if number % 5 == 0 and isinstance(node, Server):
        node.usesCache = node.usesXMLParser = True
    if number % 7 == 0 and isinstance(node, (Server, Lambda, Datastore)):
        node.controls.authenticatesSource = node.controls.hasAccessControl = True
    nodes.append(node)
for number in range(96):
    flow = Dataflow(nodes[number % 48], nodes[number * 7 % 48], f"Flow {number}")
    if number % 3:
        flow.protocol = ("HTTP", "HTTPS", "MySQL")[number % 9 // 3]
    if number % 4 == 0:
        flow.data = data[number % 6 :][:2]
    if number % 5 == 0:
        flow.controls.isEncrypted = True
    if number % 11 == 0:
        flow.usesSessionTokens = True
"""


@pytest.mark.parametrize("source", [BANK, hostile_model(), LANDSCAPE], ids=["bank", "hostile", "landscape"])
def test_a_shared_search_says_what_one_of_its_own_says(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = snapshot_of(source, tmp_path)
    monkeypatch.setattr(Rulebook, "found", lambda self, kind: tuple({} for _ in self.rules_for(kind)))
    assert snapshot_of(source, tmp_path) == shared


def test_elements_that_look_alike_are_searched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []

    def counted(*arguments: object) -> object:
        searched.append(arguments)
        return original(*arguments)  # type: ignore[arg-type]  # as they came

    original = explain._searched
    monkeypatch.setattr(explain, "_searched", counted)
    snapshot = snapshot_of(LANDSCAPE, tmp_path)
    looked_at = [pair for pair in snapshot["pairs"] if pair["verdict"] != "not-applicable"]
    assert 0 < len(searched) < len(looked_at) / 2
