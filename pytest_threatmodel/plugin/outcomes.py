"""What became of each pair, as the reports tell it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import OutcomeWord
    from pytest_threatmodel.snapshot.shape import Snapshot


class Outcomes:
    """Notes the outcome of every test; on the controller of xdist reports come from the workers."""

    def __init__(self) -> None:
        self._by_id: dict[str, OutcomeWord] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        word = _word(report)
        # A later phase says more only when it says something worse than that it passed.
        if word is not None and (word != "passed" or report.nodeid not in self._by_id):
            self._by_id[report.nodeid] = word

    def put_on(self, snapshots: Iterable[Snapshot]) -> None:
        """Tell each pair its outcome; those of which no report came keep "not run"."""
        for snapshot in snapshots:
            _put(snapshot, self._by_id)


def _word(report: pytest.TestReport) -> OutcomeWord | None:
    expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if expected else "skipped"
    if report.failed:
        return "failed"
    if report.passed and report.when == "call":
        return "xpassed" if expected else "passed"
    return None


def _put(snapshot: Snapshot, outcomes: Mapping[str, OutcomeWord]) -> None:
    file = snapshot["model"]["nodeid"]
    for pair in snapshot["pairs"]:
        pair["outcome"] = outcomes.get(f"{file}::{pair['id']}", "not run")
