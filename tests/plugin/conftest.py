"""What every run inside a test starts from."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _repository_is_not_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m pytest` puts it there; pytest then finds the metadata beside the sources and warns about them."""
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", str(ROOT))])


@pytest.fixture(autouse=True)
def _warnings_are_not_errors() -> Iterator[None]:
    """They are in our own runs, and a run within this process would inherit that."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        yield
