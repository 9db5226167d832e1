"""The folder of Node.js packages is made once, and whole."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.artifacts import node_tools
from tests.artifacts.node_tools import node_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_is_installed_and_found_again() -> None:
    folder = node_folder({"ms": "2.1.3"})
    assert json.loads((folder / "node_modules/ms/package.json").read_text(encoding="utf-8"))["version"] == "2.1.3"
    assert node_folder({"ms": "2.1.3"}) == folder


def test_workers_that_ask_at_once_get_one_whole_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None waits for another, and the slower ones leave nothing behind."""
    monkeypatch.setattr(node_tools, "_CACHE", tmp_path)
    with ThreadPoolExecutor(3) as workers:
        folders = set(workers.map(lambda _: node_folder({"ms": "2.1.3"}), range(3)))
    assert list(tmp_path.iterdir()) == list(folders)
    assert (folders.pop() / "node_modules/ms/index.js").is_file()


def test_a_package_that_cannot_be_had_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves no folder that the next run would take for a whole one."""
    monkeypatch.setattr(node_tools, "_CACHE", tmp_path)
    with pytest.raises(RuntimeError, match="npm install failed"):
        node_folder({"ms": "0.0.0-there-is-no-such-version"})
    assert list(tmp_path.iterdir()) == []
