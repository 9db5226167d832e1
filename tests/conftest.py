"""What every test may use: pytester, the three ways to run a project, hypothesis profiles."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["pytester"]

settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile("gate", max_examples=25, deadline=None)
settings.register_profile("quick", max_examples=10, deadline=None)
settings.register_profile("full", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

WAYS = {"plain": (), "two-workers": ("-n", "2"), "xdist-blocked": ("-p", "no:xdist")}


@pytest.fixture(autouse=True)
def _same_output_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest writes differently on a build server and in a wide terminal; the runs inside tests do not."""
    for name in ("CI", "BUILD_NUMBER", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(
    params=[pytest.param(way, marks=pytest.mark.workers if "-n" in args else ()) for way, args in WAYS.items()]
)
def run_ways(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Runs pytest in the pytester folder: plain, on two workers and with xdist blocked, a test each."""
    way = request.param
    if way != "plain" and find_spec("xdist") is None:
        pytest.skip("xdist is not installed, so that there is one way")

    def run(*args: str) -> pytest.RunResult:
        return pytester.runpytest(*WAYS[way], *args)

    return run
