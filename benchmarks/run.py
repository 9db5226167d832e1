"""The benchmarks: `python -m benchmarks.run` compares the plugin with its peers and prints one table."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from statistics import median

from benchmarks.measure import Ratio
from benchmarks.measure import alternated
from benchmarks.measure import exponent
from benchmarks.measure import process
from benchmarks.measure import pytest_run
from benchmarks.measure import ratio
from benchmarks.measure import script
from benchmarks.models import write_model
from benchmarks.peers import THREATS
from benchmarks.peers import Project
from benchmarks.peers import write_bare
from benchmarks.peers import write_functions
from benchmarks.peers import write_landscape
from benchmarks.peers import write_pairs
from benchmarks.peers import write_unrelated
from benchmarks.table import Row
from benchmarks.table import as_json
from benchmarks.table import lines
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.write_compiled import write_compiled


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Args:
        folder: where projects are made.
        pairs: tests in a project.
        slow: tests in a project that takes pytest's default failure text.
        nodes: sizes of generated models, in rising order.
        repeat: rounds.
        pytm: an interpreter that has pytm, if there is one.
    """

    folder: Path
    pairs: int
    slow: int
    nodes: Sequence[int]
    repeat: int
    pytm: str | None


_GUEST = ("-p", "guest")


def passing(plan: Plan) -> Iterator[Row]:
    """A passing pair beside a parametrised function and a bare item: time, memory, calls."""
    section = f"a passing pair, of {plan.pairs:,}"
    ours = write_pairs(plan.folder / "pairs", plan.pairs)
    function = write_functions(plan.folder / "functions", ours.items)
    bare = write_bare(plan.folder / "bare", ours.items)
    results = alternated(
        {
            "ours": partial(pytest_run, ours),
            "function": partial(pytest_run, function),
            "bare item": partial(pytest_run, bare),
            "standard": partial(pytest_run, ours, *_GUEST),
            "standard function": partial(pytest_run, function, *_GUEST),
        },
        plan.repeat,
    )

    def row(phase: str, peer: str, limit: float | None, mine: str = "ours", note: str = "") -> Row:
        costs = [[run[phase] / ours.items * 1e6 for run in results[name]] for name in (mine, peer)]
        return _row(section, f"{phase} phase{note}, to a {peer}", ratio(*costs), "us", limit)

    yield row("run", "function", 0.2)
    yield row("run", "bare item", 0.35)
    yield row("run", "standard function", None, "standard", ", standard protocol")
    yield row("collection", "function", None)
    yield row("collection", "bare item", None)
    yield from _calls(plan, section)
    yield from _memory(plan, section)


def _calls(plan: Plan, section: str) -> Iterator[Row]:
    few, many = 200, 600
    counts = {}
    for name, write in _WRITERS.items():
        runs = [pytest_run(write(plan.folder / f"{name} calls {size}", size), mode="calls") for size in (few, many)]
        counts[name] = (runs[1]["run"] - runs[0]["run"]) / (many - few)
    yield from _absolute(section, "calls in the run phase", counts, "calls", 500)


def _memory(plan: Plan, section: str) -> Iterator[Row]:
    for name, options, limit in (("memory", (), 2048), ("memory with --junitxml", ("--junitxml=junit.xml",), 4096)):
        kept = {kind: _kept(plan, kind, write, options) for kind, write in _WRITERS.items()}
        yield from _absolute(section, name, kept, "bytes", limit)


def _kept(plan: Plan, kind: str, write: Callable[[Path, int], Project], options: tuple[str, ...]) -> float:
    """Bytes that one more item keeps, the difference of two sizes."""
    few, many = 400, 1200
    kept = []
    for size in (few, many):
        project = write(plan.folder / f"{kind} memory {size} {len(options)}", size)
        run = pytest_run(project, *options, mode="memory")
        kept.append(run["collection"] + run["run"])
    return (kept[1] - kept[0]) / (many - few)


_WRITERS: dict[str, Callable[[Path, int], Project]] = {
    "ours": write_pairs,
    "function": write_functions,
    "bare item": write_bare,
}


def _absolute(section: str, what: str, values: dict[str, float], unit: str, limit: float) -> Iterator[Row]:
    """Rows whose limit is for our number itself; the peers stand beside it."""
    ours, *_ = values.values()
    yield Row(section=section, what=what, ours=ours, value=ours, unit=unit, limit=limit)
    for peer, value in list(values.items())[1:]:
        to_peer = f"{what}, to a {peer}"
        yield Row(section=section, what=to_peer, ours=ours, peer=value, value=ours / value, unit=unit)


def failing(plan: Plan) -> Iterator[Row]:
    """Findings: shares of 1, 10 and 50 %, with the default traceback style and a short one."""
    section = f"findings among {plan.pairs:,} pairs"
    none = write_pairs(plan.folder / "findings none", plan.pairs)
    for percent in (1, 10, 50):
        some = write_pairs(plan.folder / f"findings {percent}", plan.pairs, percent / 100)
        for style, options in (("default", ()), ("--tb=short", ("--tb=short",))):
            results = alternated(
                {"some": partial(pytest_run, some, *options), "none": partial(pytest_run, none, *options)},
                plan.repeat,
            )
            what = f"{percent} % findings, {style}"
            held = percent == 50 and not options
            whole = ratio([run["cpu"] for run in results["some"]], [run["cpu"] for run in results["none"]])
            yield _row(section, f"{what}: whole run, to no finding", whole, "s", 2 if held else None)
            # Few failures drown in the noise of the many that pass.
            if percent == 50:
                costs = [
                    (_one_failure(run, other, some), other["run"] / none.items * 1e6)
                    for run, other in zip(results["some"], results["none"], strict=True)
                ]
                to_passing = ratio(*zip(*costs, strict=True))
                yield _row(
                    section, f"{what}: run phase of one, to a passing pair", to_passing, "us", 3 if held else None
                )
    yield _default_text(plan)


def _one_failure(run: dict[str, float], passing: dict[str, float], project: Project) -> float:
    """Microseconds of the run phase for one failing test, the passing ones taken out."""
    passed = passing["run"] * (1 - project.failing / project.items)
    return (run["run"] - passed) / project.failing * 1e6


def _default_text(plan: Plan) -> Row:
    """A finding beside a bare item that fails with pytest's own text, which is slow."""
    ours = write_pairs(plan.folder / "slow pairs", plan.slow, 0.5)
    bare = write_bare(plan.folder / "slow bare", ours.items, 0.5)
    results = alternated({"ours": partial(pytest_run, ours), "bare": partial(pytest_run, bare)}, plan.repeat)
    costs = [[run["run"] / ours.items * 1e6 for run in results[name]] for name in ("ours", "bare")]
    section = f"findings among {ours.items:,} pairs"
    return _row(section, "50 % findings: run phase, to bare items with pytest's text", ratio(*costs), "us")


def verdicts(plan: Plan) -> Iterator[Row]:
    """Verdicts without pytest, beside pytm with the same models and rules."""
    if plan.pytm is None:
        return
    about = script(plan.pytm, "verdicts_pytm.py")
    for nodes in (size for size in plan.nodes if size <= 1000):
        folder = plan.folder / f"verdicts {nodes}"
        folder.mkdir()
        model = write_model(folder / "threatmodel_landscape.py", nodes)
        same = write_model(folder / "landscape_of_pytm.py", nodes, "pytm")
        results = alternated(
            {
                "ours": partial(script, sys.executable, "verdicts.py", str(model), about["threats"]),
                "pytm": partial(script, plan.pytm, "verdicts_pytm.py", str(same)),
            },
            plan.repeat,
        )
        ours, pytm = results["ours"], results["pytm"]
        section = f"verdicts, to TM.check() and TM.resolve() of pytm {about['version']}, its rules"
        spent = ratio([run["check"] + run["evaluate"] for run in ours], [run["resolve"] for run in pytm])
        yield _row(section, f"{nodes:,} nodes: check and verdicts", spent, "s", 1 / 20)
        loaded = ratio([run["load"] for run in ours], [run["load"] for run in pytm])
        yield _row(section, f"{nodes:,} nodes: load", loaded, "s")
        found = ratio([ours[0]["findings"]], [pytm[0]["findings"]])
        yield _row(section, f"{nodes:,} nodes: findings, as a check", found, "")


def start_up(plan: Plan) -> Iterator[Row]:
    """A run that does not use the plugin, beside one without it."""
    project = write_unrelated(plan.folder / "unrelated")
    others = {each.name for each in entry_points(group="pytest11")} - {"threatmodel"}
    options = ["-q", *(option for name in sorted(others) for option in ("-p", f"no:{name}"))]
    ways = {"with": options, "without": [*options, "-p", "no:threatmodel"]}
    command = [sys.executable, "-m", "pytest"]
    results = alternated(
        {name: partial(process, [*command, *way], project.folder) for name, way in ways.items()}, plan.repeat * 8
    )
    spent = [[cost.cpu * 1e3 for cost in results[name]] for name in ways]
    yield _row("start-up", "plugin unused, to -p no:threatmodel", ratio(*spent), "ms", 1.01)
    # The same without noise: a difference of 1 % takes hundreds of rounds to see in times.
    with_, without = (
        script(sys.executable, "startup_calls.py", *way, folder=project.folder)["calls"] for way in ways.values()
    )
    what = "plugin unused, calls, to -p no:threatmodel"
    yield Row(section="start-up", what=what, ours=with_, peer=without, value=with_ / without, unit="calls", limit=1.01)


def packs(plan: Plan) -> Iterator[Row]:
    """All shipped packs, in the compiled form of a wheel and as their files."""
    folders = {name: plan.folder / f"packs {name}" for name in ("compiled", "read")}
    for folder in folders.values():
        folder.mkdir()
        for path in shipped_files().values():
            shutil.copy(path, folder)
    write_compiled(folders["compiled"])
    results = alternated(
        {name: partial(script, sys.executable, "packs.py", str(folder)) for name, folder in folders.items()},
        plan.repeat * 4,
    )
    spent = {name: median(run["ms"] for run in runs) for name, runs in results.items()}
    threats = results["read"][0]["threats"]
    section = f"packs: {threats:,.0f} threats"
    ours = spent["compiled"]
    yield Row(section=section, what="load, compiled", ours=ours, value=ours, unit="ms", limit=60)
    yield Row(section=section, what="load, from files", ours=spent["read"], value=spent["read"], unit="ms")


def growth(plan: Plan) -> Iterator[Row]:
    """How load, verdicts, collection, run and terminal summary grow with the pairs of a model, shipped packs."""
    if len(plan.nodes) < 2:
        return
    cases: dict[str, Callable[[], dict[str, float]]] = {}
    for nodes in plan.nodes:
        project = write_landscape(plan.folder / f"landscape {nodes}")
        model = write_model(project.folder / "threatmodel_landscape.py", nodes)
        cases[str(nodes)] = partial(_steps, model, project)
    results = alternated(cases, 1 if plan.nodes[-1] > 1000 else min(plan.repeat, 3))
    pairs = [runs[0]["items"] for runs in results.values()]
    section = f"growth: {', '.join(f'{nodes:,}' for nodes in plan.nodes)} nodes, up to {pairs[-1]:,.0f} pairs, power"
    for step in ("load", "evaluate", "collection", "run", "summary"):
        seconds = [median(run[step] for run in runs) for runs in results.values()]
        power = exponent(pairs, seconds)
        yield Row(section=section, what=step, ours=seconds[-1], value=power, unit="s", limit=1.1)


def _steps(model: Path, project: Project) -> dict[str, float]:
    """What the steps take, load and verdicts in a process of their own."""
    return {**script(sys.executable, "verdicts.py", str(model)), **pytest_run(project)}


def reports(plan: Plan) -> Iterator[Row]:
    """What reports of a large model take: 1,000 elements and 20 findings on each, beside the run that leaves them."""
    project = write_pairs(plan.folder / "reports", 1000 * THREATS, 1.0)
    files = [str(project.folder / name) for name in ("threatmodel_bench.py", "bench.toml")]
    results = alternated(
        {"ours": partial(script, sys.executable, "reports.py", *files), "run": partial(pytest_run, project)},
        min(plan.repeat, 3),
    )
    ours, run = results["ours"], [each["cpu"] for each in results["run"]]
    section = f"reports of {ours[0]['elements']:,} elements with {ours[0]['findings']:,} findings, to the whole run"
    for step in ("snapshot", "explanations"):
        yield _row(section, f"{step}, once for all", ratio([each[step] for each in ours], run), "s")
    for name in ours[0]["reports"]:
        yield _row(section, name, ratio([each["reports"][name] for each in ours], run), "s")
    slowest = [each["snapshot"] + each["explanations"] + max(each["reports"].values()) for each in ours]
    seconds = median(slowest)
    yield Row(section=section, what="the slowest with all it needs", ours=seconds, value=seconds, unit="s", limit=10)


def _row(section: str, what: str, measured: Ratio, unit: str, limit: float | None = None) -> Row:
    return Row(
        section=section,
        what=what,
        ours=measured.ours,
        peer=measured.peer,
        value=measured.middle,
        low=measured.low,
        high=measured.high,
        unit=unit,
        limit=limit,
    )


_SECTIONS: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "passing": passing,
    "failing": failing,
    "verdicts": verdicts,
    "start-up": start_up,
    "packs": packs,
    "growth": growth,
    "reports": reports,
}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(_SECTIONS), default=list(_SECTIONS), help="default: all")
    parser.add_argument("--pairs", type=int, default=4000, help="tests in a project (default: 4000)")
    parser.add_argument(
        "--slow-pairs", type=int, default=200, help="tests where pytest's own failure text is made (default: 200)"
    )
    parser.add_argument("--nodes", type=int, nargs="+", default=[100, 300, 1000], help="default: 100 300 1000")
    parser.add_argument("--repeat", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--pytm", metavar="PYTHON", help="an interpreter that has pytm, to compare verdicts with")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here as well")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        plan = Plan(Path(folder), given.pairs, given.slow_pairs, sorted(given.nodes), given.repeat, given.pytm)
        for name in given.only:
            print(f"measuring: {name} ...", file=sys.stderr, flush=True)
            rows += _SECTIONS[name](plan)
    for line in lines(rows):
        print(line)
    if "verdicts" in given.only and given.pytm is None:
        print("verdicts were not compared with pytm: give --pytm=PYTHON, an interpreter that has it")
    if given.json:
        told = {name: str(value) if isinstance(value, Path) else value for name, value in vars(given).items()}
        given.json.write_text(as_json(rows, told) + "\n")


if __name__ == "__main__":
    main()
