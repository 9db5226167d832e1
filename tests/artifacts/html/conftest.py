"""One Chromium for the tests of the HTML report, and the pages that they open in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.artifacts.browser import chromium
from tests.artifacts.html.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium import webdriver


@pytest.fixture(scope="session")
def _chrome() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


@pytest.fixture(scope="session")
def _window(_chrome: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Window:
    return Window(_chrome, tmp_path_factory.mktemp("html-report"))


@pytest.fixture
def window(_window: Window) -> Iterator[Window]:
    """A window in which nothing may go wrong: no error of the script, nothing that the policy had to block."""
    _window.restore()
    yield _window
    assert _window.complaints() == []
