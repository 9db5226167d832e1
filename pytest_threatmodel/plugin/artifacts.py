"""Diagrams and reports: snapshots where the models are, files where the results come together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_threatmodel.analysis.notices import all_notices
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.formats import builtin
from pytest_threatmodel.artifacts.formats import installed
from pytest_threatmodel.artifacts.write import Written
from pytest_threatmodel.artifacts.write import told
from pytest_threatmodel.artifacts.write import write_artifacts
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.plugin.artifact_options import ArtifactSettings
from pytest_threatmodel.plugin.outcomes import Outcomes
from pytest_threatmodel.plugin.session import EVIDENCE
from pytest_threatmodel.plugin.session import Run
from pytest_threatmodel.plugin.session import run_key
from pytest_threatmodel.plugin.summary import violations
from pytest_threatmodel.plugin.weakenings import beside_model
from pytest_threatmodel.plugin.xdist import SentText
from pytest_threatmodel.snapshot.blame import date_decisions
from pytest_threatmodel.snapshot.build import Circumstances
from pytest_threatmodel.snapshot.build import snapshot
from pytest_threatmodel.snapshot.run import describe_run
from pytest_threatmodel.snapshot.shape import RunShape
from pytest_threatmodel.snapshot.shape import Snapshot


class BuiltinFormats:
    """The formats of this package and of entry points, by the hook that third parties use."""

    def pytest_threatmodel_formats(self) -> list[Format]:
        return [*builtin(), *installed()]


class Artifacts:
    """Makes a snapshot of each model at the end of the run, and writes what was asked for."""

    def __init__(self, config: pytest.Config, settings: ArtifactSettings) -> None:
        self._config = config
        self._run = config.stash[run_key]
        self._settings = settings
        self._outcomes = Outcomes()
        self._sent = SentText("snapshots")
        self._written = Written()
        config.pluginmanager.register(self._outcomes)
        if config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(self._sent)

    # Last, so that JUnit's file is there whatever happens here.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self._config.getoption("collectonly") and not self._settings.when_collecting:
            return
        try:
            if hasattr(self._config, "workeroutput"):
                self._send()
            else:
                self._finish(session, exitstatus)
        except Exception as error:  # the results of the run come first
            self._written.problems.append(f"no artifacts: {told(error)}")

    def _send(self) -> None:
        if self._sent.is_asked(self._config):
            # As one text: xdist takes plain objects apart one by one, in Python.
            self._sent.send(self._config, json.dumps(self._snapshots()))

    def _finish(self, session: pytest.Session, exitstatus: int) -> None:
        made = self._received() if self._config.pluginmanager.hasplugin("dsession") else self._snapshots()
        self._outcomes.put_on(made)
        evidence = self._config.pluginmanager.get_plugin(EVIDENCE)
        if evidence is not None:
            evidence.put_on(made)
        why = str(session.shouldfail or session.shouldstop or "")
        for each in made:
            each["run"]["interrupted"] = why or ("interrupted" if exitstatus == pytest.ExitCode.INTERRUPTED else "")
            self._tell(each)
        settings = self._settings
        found = write_artifacts(made, settings.formats, settings.folder, settings.request)
        found.problems[:0] = self._written.problems
        self._written = found

    def _received(self) -> list[Snapshot]:
        if not self._sent.text:
            raise ArtifactError("the worker that should have sent the models did not end well")
        made: list[Snapshot] = json.loads(self._sent.text)
        return made

    def _snapshots(self) -> list[Snapshot]:
        explained = any(each.explained for each in self._settings.formats) or _is_awaited(self._config)
        return list(snapshots(self._run, self._config, explained))

    def _tell(self, each: Snapshot) -> None:
        try:
            self._config.hook.pytest_threatmodel_verdicts(config=self._config, snapshot=each)
        except Exception as error:  # other people's code
            self._written.problems.append(f"hook pytest_threatmodel_verdicts: {told(error)}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.get_verbosity() >= 0:
            for line in _announcements(self._written):
                terminalreporter.write_sep("-", line)
        for problem in self._written.problems:
            terminalreporter.write_line(f"threat model: {problem}", red=True)


def _is_awaited(config: pytest.Config) -> bool:
    """Whether somebody implements the hook that looks at snapshots."""
    return bool(config.hook.pytest_threatmodel_verdicts.get_hookimpls())


def _announcements(written: Written) -> Iterator[str]:
    for artifact in written.artifacts:
        yield f"generated {artifact.format.title}: {escape(str(artifact.path))}"
    if written.index is not None:
        yield f"generated index of threat models: {escape(str(written.index))}"


def snapshots(run: Run, config: pytest.Config, explained: bool) -> Iterator[Snapshot]:
    """A snapshot of each model that was collected.

    Args:
        run: with the models.
        config: for the root folder.
        explained: with the reasons of every pair.
    """
    known: dict[Any, RunShape] = {}
    for file in run.collected.values():
        folder = file.path.parent
        if folder not in known:
            notice = run.ground.checks.notice
            known[folder] = describe_run(folder, str(run.ground.gate), run.ground.today, notice)
        about = Circumstances(
            root=config.rootpath,
            nodeid=file.nodeid,
            today=run.ground.today,
            run=known[folder].copy(),
            problems=tuple(violations(file, run)),
            weakenings=beside_model(run, file.verdicts),
            notices=tuple(all_notices(file.verdicts)),
            gate=run.ground.gate,
        )
        made = snapshot(file.verdicts, file.decided, about, explained=explained)
        date_decisions(made["decisions"], config.rootpath)
        yield made
