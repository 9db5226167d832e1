"""Reports of pairs: recognised on every process, and kept out of a list that pytest reads once a failure."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from pytest_threatmodel.plugin.failure import FailureText
from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.item import in_one_line
from pytest_threatmodel.plugin.item import is_marked
from pytest_threatmodel.plugin.item import mark_report

#: What crosses from worker to controller beside the text of a failure: path, line, and the line of the summary.
_CRASH = "threatmodel_crash"


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

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
        data = yield
        failure = report.longrepr
        if data is not None and isinstance(failure, FailureText):
            # pytest sends only the text; short summary and JUnit want the rest, and the same as from one process.
            crash = failure.reprcrash
            data[_CRASH] = [crash.path, crash.lineno, crash.message]
        return data

    @pytest.hookimpl(wrapper=True)
    def pytest_report_from_serializable(
        self, data: dict[str, Any]
    ) -> Generator[
        None, pytest.CollectReport | pytest.TestReport | None, pytest.CollectReport | pytest.TestReport | None
    ]:
        sent = data.pop(_CRASH, None)
        report = yield
        if sent and report is not None:
            path, lineno, message = sent
            text = str(report.longrepr)
            quiet = in_one_line(self._config)
            failure = FailureText(lambda: text, lambda: message, path, lineno, one_line=quiet)
            report.longrepr = failure  # type: ignore[assignment]  # as pytest's own, it can be written and printed
        return report
