"""What the tests of the model share: each starts where nothing was made yet, and may write and load model files."""

from __future__ import annotations

import importlib
import sys
from textwrap import dedent
from typing import TYPE_CHECKING
from typing import Protocol

import pytest

from pytest_threatmodel.model import registry
from pytest_threatmodel.model.loading import LoadedModel
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.registry import Load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = 'from pytest_threatmodel import *\n\ntm = TM("Shop")\n'


class Write(Protocol):
    def __call__(self, name: str, text: str) -> Path: ...


class LoadText(Protocol):
    def __call__(self, text: str, name: str = "threatmodel_shop.py") -> LoadedModel: ...


@pytest.fixture(autouse=True)
def _nothing_made_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements that other tests made outside of a load do not join the models of this one."""
    monkeypatch.setattr(registry, "_outside", Load())


@pytest.fixture
def modules() -> Iterator[None]:
    """Puts `sys.modules` and `sys.path` back after a test that imports files of its own."""
    before, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder; the text may be indented."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        # The import system may have listed the folder before.
        importlib.invalidate_caches()
        return file

    return write


@pytest.fixture
def load_text(write: Write) -> LoadText:
    """Loads a model file that begins with the names and a TM, and goes on with the text."""

    def load(text: str, name: str = "threatmodel_shop.py") -> LoadedModel:
        return load_model(write(name, START + dedent(text)))

    return load
