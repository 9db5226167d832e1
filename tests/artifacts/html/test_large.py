"""The report of a model of 1,000 elements with 20,000 findings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import Snapshot
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs

ELEMENTS = 1_000
FINDINGS = 20


def large() -> Snapshot:
    """A snapshot in which each of many servers has the same findings, each with its own lines and values."""
    snapshot = bank()
    server = next(each for each in snapshot["elements"] if each["label"] == "Web Server")
    found = [pair for pair in snapshot["pairs"] if pair["judged"] == "failed"][:FINDINGS]
    names = [f"Server {number}" for number in range(ELEMENTS)]
    elements: list[Any] = [server | {"label": name, "name": name, "values": {}, "controls": {}} for name in names]
    snapshot["elements"] += elements
    snapshot["pairs"] = [_copied(pair, name, number) for number, name in enumerate(names) for pair in found]
    return snapshot


def _copied(pair: Any, name: str, number: int) -> Any:
    why = [
        part | {"facts": [fact | {"element": name, "origin": f"stated in line {number}"} for fact in part["facts"]]}
        for part in pair["why"]
    ]
    return pair | {"element": name, "id": f"{pair['id']} {number}", "why": why, "decision": None}


@pytest.mark.slow
def test_it_is_written_small_and_opens_usably(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a page of rows exists, whatever is searched, sorted or linked; diagrams have tests of their own."""
    monkeypatch.setattr("pytest_threatmodel.artifacts.html.page.diagrams", lambda *_: [])
    page = render(large(), Request())
    assert len(page) < 8_000_000
    window.open(page)
    assert window.text("#count") == "20,000 of 20,000 pairs (status open), 1 to 100 shown"
    assert len(window.rows()) == 100
    window.search("server 777")
    assert {row[3] for row in window.rows()} == {"Server 777\nServer"}
    assert window.text("#count").startswith("20 of 20,000 pairs")
    window.search("")
    window.click("th[data-sort=element] button")
    assert [row[3] for row in window.rows()[::FINDINGS]] == [f"Server {number}\nServer" for number in range(5)]
    window.run("location.hash = '#pair-19999'")
    window.run("return new Promise(done => setTimeout(done, 50))")
    assert window.focused().startswith(large()["pairs"][-1]["threat"])
    assert window.is_in_view("#pair-19999")
    window.run("location.hash = '#element-900'")
    window.run("return new Promise(done => setTimeout(done, 200))")
    assert window.is_in_view("#element-900")
    window.choose("element", "Server 5")
    assert len(window.rows()) == FINDINGS
