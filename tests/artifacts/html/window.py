"""A browser window with a report in it, and what people see and do there."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from tests.artifacts.report_models import built
from tests.artifacts.snapshots import BANK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from selenium import webdriver

_ROWS = """
return [...document.querySelectorAll('#pairs tr.pair')].map(
    row => [row.id, ...[...row.cells].map(cell => cell.innerText)])
"""


@cache
def page_of(source: str) -> str:
    """The report of a model given as text."""
    return render(built(source), Request())


class Window:
    """Chromium.

    Args:
        chrome: its driver.
        folder: where pages are put.
    """

    def __init__(self, chrome: webdriver.Chrome, folder: Path) -> None:
        self.chrome = chrome
        self._folder = folder

    def restore(self) -> None:
        """The light page on a wide screen, and an empty console."""
        self.chrome.get("about:blank")
        self.look(dark=False)
        self.complaints()

    def look(self, *, dark: bool) -> None:
        """Choose what `prefers-color-scheme` says."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def open(self, page: str, fragment: str = "") -> None:
        """Open a page from a file, as people do with artifacts."""
        path = self._folder / f"{hashlib.sha256(page.encode()).hexdigest()[:16]}.html"
        if not path.exists():
            path.write_text(page, encoding="utf-8")
        # From elsewhere: else a new fragment would only scroll.
        self.chrome.get("about:blank")
        self.chrome.get(path.as_uri() + fragment)

    def open_bank(self, fragment: str = "") -> None:
        """Open the report of the system that has everything."""
        self.open(page_of(BANK), fragment)

    def complaints(self) -> list[str]:
        """What stands in the console."""
        return [entry["message"] for entry in self.chrome.get_log("browser")]  # type: ignore[no-untyped-call]

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script gives in the page."""
        return self.chrome.execute_script(script, *arguments)

    def rows(self) -> list[list[str]]:
        """The rows of the table: id, then the text of each cell."""
        rows: list[list[str]] = self.run(_ROWS)
        return rows

    def numbers(self) -> list[int]:
        """Which pairs are in the table, in their order."""
        return [int(row[0].removeprefix("pair-")) for row in self.rows()]

    def text(self, selector: str) -> str:
        """The text of an element as it is shown."""
        text: str = self.run("return document.querySelector(arguments[0]).innerText", selector)
        return text

    def click(self, selector: str) -> None:
        """Click on an element with the mouse."""
        element = self.chrome.find_element(By.CSS_SELECTOR, selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def status(self, word: str) -> None:
        """Choose the status of the pairs that are shown."""
        self.click(f"#filters label:has([value='{word}'])")

    def choose(self, name: str, text: str) -> None:
        """Choose from one of the lists above the table."""
        Select(self.chrome.find_element(By.NAME, name)).select_by_visible_text(text)

    def search(self, text: str) -> None:
        """Type into the search field."""
        field = self.chrome.find_element(By.NAME, "text")
        field.clear()
        field.send_keys(text)

    def press(self, keys: Iterable[str]) -> None:
        """Press keys, one after another."""
        ActionChains(self.chrome).send_keys(*keys).perform()

    def focused(self) -> str:
        """The text of the element that has the focus, or its name."""
        text: str = self.run("const e = document.activeElement; return e.innerText || e.name || e.value || e.tagName")
        return text

    def is_in_view(self, selector: str) -> bool:
        """Whether the top of an element is on the screen, below the bar of sections."""
        top, bar, height = self.run(
            "return [document.querySelector(arguments[0]).getBoundingClientRect().top,"
            " document.querySelector('.bar').getBoundingClientRect().bottom, innerHeight]",
            selector,
        )
        return bool(bar - 1 <= top < height)

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.chrome.execute_cdp_cmd("Page.printToPDF", {})["data"])
