"""Rules of accessibility, checked by axe-core in light and dark, and what it cannot check."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from tests.artifacts.html.window import page_of
from tests.artifacts.node_tools import node_folder
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.snapshots import BANK

if TYPE_CHECKING:
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs

VERSION = "4.14.1"
_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(({violations}) => done(
    violations.flatMap(({id, nodes}) => nodes.map(({html, failureSummary}) => `${id}: ${html}\\n${failureSummary}`))));
"""


@cache
def axe() -> str:
    """The script of axe-core."""
    folder = node_folder({"axe-core": VERSION})
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(window: Window) -> list[str]:
    window.run(axe())
    found: list[str] = window.chrome.execute_async_script(_RUN)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_rule_is_broken(window: Window, dark: bool) -> None:
    """With findings, an element and every kind of answer open; contrast of texts included."""
    window.look(dark=dark)
    window.open(page_of(BANK), "#show:status=all")
    for kind in ("open", "accepted", "excluded", "undetermined", "mitigated", "not applicable"):
        window.run(
            "[...document.querySelectorAll('tr.pair')].find(row => row.cells[3].innerText.startsWith(arguments[0]))"
            ".querySelector('button').click()",
            kind,
        )
    window.run("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations(window) == []


@pytest.mark.parametrize("redact", [False, True], ids=["full", "redacted"])
def test_small_pages_break_no_rule(window: Window, redact: bool) -> None:
    window.open(page_of(EMPTY) if not redact else render(bank(), Request(redact=True)))
    assert violations(window) == []


def test_dark_pages_are_dark(window: Window) -> None:
    colour = "return getComputedStyle(document.body).backgroundColor"
    window.open_bank()
    assert window.run(colour) == "rgb(245, 246, 248)"
    window.look(dark=True)
    assert window.run(colour) == "rgb(20, 24, 29)"


def test_changes_are_announced(window: Window) -> None:
    """The count is a live region, and opened details follow their button and are named by it."""
    window.open_bank()
    assert window.run("return document.getElementById('count').role") == "status"
    number = window.numbers()[0]
    window.click(f"#pair-{number} button")
    assert window.run(f"return document.querySelector('#pair-{number} button').getAttribute('aria-controls')") == (
        f"details-{number}"
    )
    following = window.run(f"return document.getElementById('pair-{number}').nextElementSibling.id")
    assert following == f"details-{number}"


def test_nothing_is_cut_off_on_a_phone(window: Window) -> None:
    """The page itself does not scroll sideways; wide tables do, by themselves."""
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    window.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        window.open_bank(f"#pair-{min(window_open_numbers())}")
        assert window.run("return document.documentElement.scrollWidth") <= 390
        assert window.run("return document.querySelector('tr.detail').getBoundingClientRect().right") <= 390
    finally:
        window.chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def window_open_numbers() -> list[int]:
    return [number for number, pair in enumerate(bank()["pairs"]) if pair["judged"] == "failed"]
