"""Runs commands in fresh processes and makes ratios of what they cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import linear_regression
from statistics import median
from statistics import quantiles
from typing import Any
from typing import Literal
from typing import TypeVar

from benchmarks.peers import Project

T = TypeVar("T")
Mode = Literal["time", "memory", "calls"]
_HERE = Path(__file__).resolve().parent


class BenchmarkError(Exception):
    """A measured process did something else than what was to be measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost.

    Args:
        cpu: seconds, user and system.
        wall: seconds.
        peak: resident memory at its highest, in bytes.
        output: what it printed.
        code: its exit code.
    """

    cpu: float
    wall: float
    peak: int
    output: str
    code: int


def process(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and wait for it.

    Args:
        command: with its arguments.
        folder: to run it in.
        environment: variables besides the caller's; the caller's settings of Python and pytest do not count, since
            without bytecode or buffers other things would be measured.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env={**kept, **(environment or {})}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        # Linux counts kilobytes, macOS bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        cpu = usage.ru_utime + usage.ru_stime
        return Cost(cpu, wall, usage.ru_maxrss * unit, output.read(), child.returncode)


def script(python: str, name: str, *arguments: str, folder: Path = _HERE) -> dict[str, Any]:
    """What a script of this folder prints, run by an interpreter in a folder.

    Raises:
        BenchmarkError: it fails.
    """
    cost = process([python, str(_HERE / name), *arguments], folder)
    if cost.code:
        raise BenchmarkError(f"{name} ends with {cost.code}:\n{cost.output[-2000:]}")
    result: dict[str, Any] = json.loads(cost.output.splitlines()[-1])
    return result


def pytest_run(project: Project, *options: str, mode: Mode = "time") -> dict[str, float]:
    """Run pytest in a project, other plugins left out.

    Args:
        project: to run in.
        options: more of pytest's options.
        mode: what the probe notes.

    Returns:
        What the probe noted for `collection`, `run` and `summary`; `cpu`, `wall` and `peak` of the whole process.

    Raises:
        BenchmarkError: another number of tests ran or failed than the project holds.
    """
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.json")
        environment = {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(_HERE),
            "BENCHMARK_MODE": mode,
            "BENCHMARK_NOTES": str(notes),
        }
        command = [sys.executable, "-m", "pytest", "-p", "probe", *project.options, *options]
        cost = process(command, project.folder, environment)
        if cost.code not in (0, 1) or not notes.exists():
            raise BenchmarkError(f"pytest ends with {cost.code} in {project.folder}:\n{cost.output[-2000:]}")
        noted: dict[str, float] = json.loads(notes.read_text())
    if project.items and (noted["items"], noted["failed"]) != (project.items, project.failing):
        raise BenchmarkError(
            f"{noted['items']} tests, {noted['failed']} failed, expected {project.items} and {project.failing} "
            f"in {project.folder}:\n{cost.output[-2000:]}"
        )
    return {**noted, "cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak}


def alternated(cases: Mapping[str, Callable[[], T]], repeat: int) -> dict[str, list[T]]:
    """Run all cases in turn, so many times: what disturbs the machine meets all of them.

    Args:
        cases: by name.
        repeat: so many rounds count; the one before them fills the caches.
    """
    for case in cases.values():
        case()
    results: dict[str, list[T]] = {name: [] for name in cases}
    for _ in range(repeat):
        for name, case in cases.items():
            results[name].append(case())
    return results


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours to the peer's, round by round.

    Args:
        ours: the median.
        peer: the median.
        middle: the median of the ratios.
        low: a quarter of them are below.
        high: a quarter of them are above.
    """

    ours: float
    peer: float
    middle: float
    low: float
    high: float


def ratio(ours: Sequence[float], peer: Sequence[float]) -> Ratio:
    """The ratio of two series that were measured in turn."""
    each = [mine / other for mine, other in zip(ours, peer, strict=True)]
    low, _, high = quantiles(each, n=4, method="inclusive") if len(each) > 1 else each * 3
    return Ratio(median(ours), median(peer), median(each), low, high)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The power by which values grow with sizes: the slope through their logarithms, by least squares."""
    return linear_regression([log(size) for size in sizes], [log(value) for value in values]).slope
