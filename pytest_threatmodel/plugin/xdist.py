"""xdist: the workers load the models, the controller shows what one of them found."""

from __future__ import annotations

import time
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.plugin.decision_options import TODAY
from pytest_threatmodel.plugin.session import run_key

_KEY = "threatmodel"
#: Seconds that the controller waits for it after the last test.
_PATIENCE: Final = 60.0


class Gathering:
    """Brings the figures of one worker to the controller; every worker loads every model."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[run_key]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[TODAY] = self._run.ground.today.isoformat()

    def pytest_sessionfinish(self) -> None:
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            run = self._run
            output[_KEY] = {
                "summaries": run.summaries,
                "unloaded": [*run.unloaded],
                "excluded": run.excluded,
                "standard_protocol": [*run.standard_protocol],
            }

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        sent = getattr(node, "workeroutput", {}).get(_KEY)
        if sent:
            # Each worker runs other pairs, so each has reasons of its own.
            self._run.standard_protocol.update(dict.fromkeys(sent["standard_protocol"]))
        # A worker that crashed sends nothing; the first that ends well speaks for all.
        if sent and not self._run.summaries:
            self._run.summaries[:] = sent["summaries"]
            self._run.unloaded.update(dict.fromkeys(sent["unloaded"]))
            self._run.excluded = sent["excluded"]


class SentText:
    """A long text that one worker sends to the controller; when it crashes, the worker that replaces it does.

    Args:
        subject: what it is about, by which several are told apart.
    """

    def __init__(self, subject: str) -> None:
        self._name = f"threatmodel_{subject}"
        self._speaker: Any = None
        #: What was sent; empty until then.
        self.text = ""

    def is_asked(self, config: pytest.Config) -> bool:
        """Whether this worker is the one that sends."""
        return bool(getattr(config, "workerinput", {}).get(self._name))

    def send(self, config: pytest.Config, text: str) -> None:
        """Send from a worker, when its session ends."""
        config.workeroutput[self._name] = text  # type: ignore[attr-defined]  # xdist's, on workers

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if self._speaker is None:
            self._speaker = node
            node.workerinput[self._name] = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if node is self._speaker:
            self._take()
            # One that crashed has a successor, which is configured next.
            self._speaker = node if self.text else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Wait for the text where xdist does not: before 3.7 its controller stops at the first failure under -x."""
        deadline = time.monotonic() + _PATIENCE
        node = self._speaker
        while node is not None and not self.text and time.monotonic() < deadline and not node.channel.isclosed():
            time.sleep(0.05)
            self._take()

    def _take(self) -> None:
        self.text = getattr(self._speaker, "workeroutput", {}).get(self._name, "")
