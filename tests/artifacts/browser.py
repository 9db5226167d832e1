"""A real browser for the tests of pictures and pages."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from selenium import webdriver

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Without a screen and as root; the last ones keep it from asking anybody anything.
_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1000"),
)


def _program(name: str) -> str:
    # Named by its path, so that Selenium does not look for one to download.
    found = shutil.which(name)
    assert found is not None, f"{name} is missing"
    return found


@contextmanager
def chromium() -> Iterator[webdriver.Chrome]:
    """A browser without a page, ended afterwards."""
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in _FLAGS:
        options.add_argument(flag)
    chrome = webdriver.Chrome(options, webdriver.ChromeService(_program("chromedriver")))
    try:
        chrome.set_script_timeout(60)
        yield chrome
    finally:
        chrome.quit()
