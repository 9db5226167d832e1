"""The benchmarks are no part of the distribution: they are found beside the tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="package", autouse=True)
def beside() -> Iterator[None]:
    """Make `benchmarks` importable, after everything that is installed."""
    root = str(Path(__file__).parents[2])
    sys.path.append(root)
    yield
    sys.path.remove(root)
