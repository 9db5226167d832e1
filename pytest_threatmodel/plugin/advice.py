"""What would turn the models green, and which controls carry nothing: made once, at the end, where the models are."""

from __future__ import annotations

from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.analysis.idle import idle_controls
from pytest_threatmodel.analysis.idle_text import idle_count
from pytest_threatmodel.analysis.idle_text import idle_line
from pytest_threatmodel.analysis.improve import improvements
from pytest_threatmodel.analysis.improve_text import ImprovementText
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.decisions.waiting import waiting
from pytest_threatmodel.plugin.collect import ThreatModelFile
from pytest_threatmodel.plugin.session import run_key

_KEY: Final = "threatmodel_advice"
_MOST_IDLE: Final = 5


class Advice:
    """Adds advice to the figures of each model; under xdist one worker finds it, the controller adds it.

    Args:
        config: of the run.
        most: how many changes are named a model.
    """

    def __init__(self, config: pytest.Config, most: int) -> None:
        self._config = config
        self._run = config.stash[run_key]
        self._most = most
        self._is_asked = False
        self._found: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if not self._is_asked:
            self._is_asked = node.workerinput[_KEY] = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if node.workerinput.get(_KEY):
            self._found = getattr(node, "workeroutput", {}).get(_KEY, {})
            # One that crashed has a successor, which is configured next.
            self._is_asked = bool(self._found)

    def pytest_sessionfinish(self) -> None:
        if getattr(self._config, "workerinput", {}).get(_KEY):
            self._config.workeroutput[_KEY] = self._make()  # type: ignore[attr-defined]  # xdist's, on workers

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self) -> None:
        if not self._config.pluginmanager.hasplugin("dsession"):
            self._found = self._make()
        for figures in self._run.summaries:
            figures.update(self._found.get(figures["file"], {}))

    def _make(self) -> dict[str, dict[str, Any]]:
        return {name: self._advice(file) for name, file in self._run.collected.items()}

    def _advice(self, file: ThreatModelFile) -> dict[str, Any]:
        counts = waiting(file.decided, self._run.ground.gate, str(file.path))
        found = improvements(file.verdicts, counts, self._most)
        text = ImprovementText(file.verdicts)
        return {"fixes": [text.line(each) for each in found], "idle": self._idle(file, text)}

    def _idle(self, file: ThreatModelFile, text: ImprovementText) -> list[str]:
        """The controls on which nothing rests: a count and the first, or all of them with `-vv`."""
        verbosity = self._config.get_verbosity()
        found = idle_controls(file.verdicts) if verbosity > 0 else []
        if not found:
            return []
        found.sort(key=lambda each: each.redundant)
        shown = found if verbosity > 1 else found[:_MOST_IDLE]
        lines = [f"  {idle_line(each, text.label(owner_of(each.record)))}" for each in shown]
        more = len(found) - len(shown)
        return [idle_count(found), *lines, *([f"  and {more} more, which -vv names"] if more else [])]
