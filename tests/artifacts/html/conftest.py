"""One Chromium for the tests of the HTML report, and the pages that they open in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from selenium import webdriver

from tests.artifacts.html.window import Window

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


@pytest.fixture(scope="session")
def _chrome() -> Iterator[webdriver.Chrome]:
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


@pytest.fixture(scope="session")
def _window(_chrome: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Window:
    return Window(_chrome, tmp_path_factory.mktemp("html-report"))


@pytest.fixture
def window(_window: Window) -> Iterator[Window]:
    """A window in which nothing may go wrong: no error of the script, nothing that the policy had to block."""
    _window.restore()
    yield _window
    assert _window.complaints() == []
