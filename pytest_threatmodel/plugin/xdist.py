"""xdist: the workers load the models, the controller shows what one of them found."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.plugin.session import run_key

_KEY = "threatmodel"


class Gathering:
    """Brings the figures of one worker to the controller; every worker loads every model."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run = config.stash[run_key]

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
