"""A pytest plugin for measured processes: notes what collection, run and terminal summary cost.

The environment says what to note (`BENCHMARK_MODE`: time, memory or calls) and where to write it (`BENCHMARK_NOTES`).
It implements no hook that is called once a test, so it costs the tests nothing.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import Protocol

import pytest


class _Meter(Protocol):
    def start(self) -> None: ...
    def read(self) -> float: ...


class _Time:
    """Seconds of CPU, user and system."""

    def start(self) -> None:
        self._start = time.process_time()

    def read(self) -> float:
        return time.process_time() - self._start


class _Memory:
    """Bytes that stay allocated."""

    def start(self) -> None:
        if not tracemalloc.is_tracing():
            tracemalloc.start()
        gc.collect()
        self._start = tracemalloc.get_traced_memory()[0]

    def read(self) -> float:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - self._start


class _Calls:
    """Calls of Python and C functions."""

    def start(self) -> None:
        self._calls = 0
        sys.setprofile(self._count)

    def _count(self, frame: object, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            self._calls += 1

    def read(self) -> float:
        sys.setprofile(None)
        return self._calls


_METERS: dict[str, type[_Meter]] = {"time": _Time, "memory": _Memory, "calls": _Calls}


class Probe:
    """Measures the phases of one run."""

    def __init__(self, mode: str) -> None:
        self._meter = _METERS[mode]
        self.notes: dict[str, float] = {}

    @contextmanager
    def _noted(self, phase: str) -> Generator[None]:
        meter = self._meter()
        meter.start()
        yield
        self.notes[phase] = meter.read()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, Any, Any]:
        with self._noted("collection"):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        self.notes["items"] = len(session.items)
        with self._noted("run"):
            result = yield
        self.notes["failed"] = session.testsfailed
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self) -> Generator[None, Any, Any]:
        with self._noted("summary"):
            return (yield)

    def pytest_unconfigure(self) -> None:
        Path(os.environ["BENCHMARK_NOTES"]).write_text(json.dumps(self.notes))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Probe(os.environ["BENCHMARK_MODE"]))
