"""The short way to run pairs: their verdicts are known, so nothing has to be set up, called or torn down.

pytest spends some 270 us on an item that does nothing. This protocol makes the same reports directly, for pairs on
which nobody but pytest itself has something to say; every other pair takes the standard protocol.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.plugin.item import ThreatItem
from pytest_threatmodel.plugin.item import mark_report
from pytest_threatmodel.plugin.session import run_key

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile

#: Hooks that the short way does not call.
_HOOKS: Final = (
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_exception_interact",
)
#: Plugins whose implementations of those hooks were read and do nothing to an item that is no test function.
_HARMLESS: Final = ("_hypothesis_pytestplugin", "xdist.remote", "pytest_cov.plugin")
#: Options that show or stop at the phases that the short way leaves out.
_OPTIONS: Final = ("usepdb", "trace", "setupshow", "setuponly", "setupplan")
_OWN_MARKS: Final = frozenset({"threat_accept", "threat_exclude"})


class Protocol:
    """Runs the pairs of a file by the short way, all but the last, whose standard teardown pytest's next item needs."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[run_key]
        self._runxfail: bool = config.getoption("runxfail", False)
        self._files: dict[ThreatModelFile, _File | None] = {}

    # First, since pytest's own implementation ends the call.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        if type(item) is not ThreatItem or type(nextitem) is not ThreatItem:
            return None
        parent = item.parent
        # "previous item was not torn down properly": the step to another file belongs to the standard protocol.
        if nextitem.parent is not parent or not item.is_untouched():
            return None
        if parent not in self._files:
            self._files[parent] = self._prepare(item)
        file = self._files[parent]
        if file is None:
            return None
        file.run(item, self._runxfail)
        return True

    def _prepare(self, item: ThreatItem) -> _File | None:
        reason = next(self._objections(item), None)
        if reason is not None:
            self._run.standard_protocol.setdefault(reason, None)
            return None
        return _File(item)

    def _objections(self, item: ThreatItem) -> Iterator[str]:
        """Why the pairs of a file take the standard protocol."""
        for option in _OPTIONS:
            if self._config.getoption(option, False):
                yield f"option {option}"
        if not self._config.pluginmanager.hasplugin("skipping"):
            yield "the skipping plugin is off"
        if self._config.pluginmanager.hasplugin("logging") and self._config.getini("log_cli"):
            yield "log_cli"
        for hook in _HOOKS:
            for module in _implementers(item, hook):
                yield f"{module} implements {hook}"
        for module in _implementers(item, "pytest_runtest_protocol", wrappers=False):
            yield f"{module} implements pytest_runtest_protocol"
        for node in item.parent.listchain():
            if isinstance(node, pytest.Package) and _sets_up(node):
                yield f"{node.nodeid} has a setup_module"
            for mark in node.own_markers:
                if mark.name not in _OWN_MARKS:
                    yield f"{node.nodeid or 'the session'} is marked {mark.name}"


def _implementers(item: ThreatItem, hook: str, wrappers: bool = True) -> Iterator[str]:
    """The modules, other than pytest's, ours and harmless ones, that implement a hook for this item."""
    for implementation in getattr(item.ihook, hook).get_hookimpls():
        module: str = implementation.function.__module__
        is_wrapper = implementation.wrapper or implementation.hookwrapper
        # pytest's own plugins are the modules of its private package; were they moved, no pair would go the short way,
        # which the count of calls in tests/plugin/test_protocol.py notices.
        known = module.startswith(("_pytest.", "pytest_threatmodel.")) or module in _HARMLESS
        if not known and (wrappers or not is_wrapper):
            yield module


def _sets_up(package: pytest.Package) -> bool:
    """Whether the package has something to do before its first test."""
    text = (package.path / "__init__.py").read_text(encoding="utf-8", errors="replace")
    return any(name in text for name in ("setup_module", "setUpModule", "teardown_module", "tearDownModule"))


def _properties_are_read(item: ThreatItem) -> bool:
    """Whether something may look at the properties in a report: JUnit's writer, a controller, another plugin."""
    if item.config.getoption("xmlpath", None) or hasattr(item.config, "workerinput"):
        return True
    return next(_implementers(item, "pytest_runtest_logreport"), None) is not None


class _File:
    """What the reports of all pairs of one file share.

    Args:
        item: any pair of the file.
    """

    def __init__(self, item: ThreatItem) -> None:
        # The hooks for a path are the same for all its items; looking them up anew costs 8 us an item.
        self._hooks: Any = item.ihook
        # Walking the parents for the keywords of each report costs 15 us a report.
        self._keywords: dict[str, Any] = dict.fromkeys(item.parent.keywords, 1)
        # Properties cost 20 us and 400 bytes an item; without JUnit and other people's plugins nobody reads them.
        self._tells = _properties_are_read(item)

    def run(self, item: ThreatItem, runxfail: bool) -> None:
        """Make and send the reports of one pair."""
        hooks, nodeid, location = self._hooks, item.nodeid, item.location
        hooks.pytest_runtest_logstart(nodeid=nodeid, location=location)
        for report in self._reports(item, runxfail):
            hooks.pytest_runtest_logreport(report=report)
        hooks.pytest_runtest_logfinish(nodeid=nodeid, location=location)

    def _reports(self, item: ThreatItem, runxfail: bool) -> tuple[pytest.TestReport, pytest.TestReport]:
        """The report of the phase that decides, and the teardown report, with which JUnit closes the case."""
        now = time.time()
        keywords = {**self._keywords, item.name: 1}
        for mark in item.own_markers:
            keywords[mark.name] = 1
        result = item.outcome.result
        if result == "xfailed" and runxfail:
            result = "failed"
        when: Any = "setup" if result == "skipped" else "call"
        outcome: Any = "skipped" if result == "xfailed" else result
        properties = item.user_properties if self._tells else ()
        common: dict[str, Any] = {"start": now, "stop": now, "user_properties": properties}
        # From 9.2 on pytest parses a node id that comes as text, and keeps the parts.
        identity: Any = getattr(item, "id", item.nodeid)
        decided = pytest.TestReport(identity, item.location, keywords, outcome, _longrepr(item, result), when, **common)
        if result == "xfailed":
            decided.wasxfail = item.outcome.reason
        closed = pytest.TestReport(identity, item.location, keywords, "passed", None, "teardown", **common)
        mark_report(closed)
        return decided, closed


def _longrepr(item: ThreatItem, result: str) -> Any:
    if result == "passed":
        return None
    if result == "skipped":
        path, line, _ = item.reportinfo()
        return (str(path), line + 1, f"Skipped: {item.outcome.reason}")
    return item.failure()
