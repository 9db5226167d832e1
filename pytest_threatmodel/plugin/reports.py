"""Reports of pairs: recognised on every process, and kept out of a list that pytest reads once a failure."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.item import is_marked
from pytest_threatmodel.plugin.item import mark_report


class Reports:
    """Takes the setup and teardown reports of pairs, which say nothing, out of the terminal's statistics.

    For each failure the terminal reads all of them, which makes a run with 10,000 findings among 20,000 pairs wait
    170 s at its end; each report also costs 1.3 KB.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        # --durations reads them, once, at the end: then they are only set aside until it does.
        self._kept: list[pytest.TestReport] | None = [] if config.getoption("durations", None) is not None else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if type(item) is ThreatItem and report.when != "call":
            mark_report(report)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed or report.sections or not is_marked(report):
            return
        silent = self._silent()
        if silent and silent[-1] is report:
            silent.pop()
            if self._kept is not None:
                self._kept.append(report)

    def _silent(self) -> list[Any] | None:
        """The terminal's list of reports that show nothing."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        stats: dict[str, list[Any]] = getattr(reporter, "stats", {})
        return stats.get("")

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._kept:
            terminalreporter.stats.setdefault("", []).extend(self._kept)
