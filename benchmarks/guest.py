"""A pytest plugin with a hook that is called for every test: with it, no part of the standard run may be left out."""

from __future__ import annotations


def pytest_runtest_setup() -> None:
    """Be called."""
