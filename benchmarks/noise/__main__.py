"""The command: `python -m benchmarks.noise` says how loud the packs are, and what they miss."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.noise.catalogue import SAMPLES
from benchmarks.noise.catalogue import systems
from benchmarks.noise.measure import measure
from benchmarks.noise.table import Result
from benchmarks.noise.table import by_pack
from benchmarks.noise.table import by_system
from benchmarks.noise.table import counts
from pytest_threatmodel.library.load import load_library


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise", description=__doc__)
    parser.add_argument("--pytm", metavar="PYTHON", help="an interpreter that has pytm 1.4.0, to compare with")
    parser.add_argument("--samples", metavar="FOLDER", type=Path, default=SAMPLES, help="files of other tools")
    parser.add_argument("--packs", nargs="+", help="the packs that count, all of them by default")
    parser.add_argument("--systems", nargs="+", metavar="NAME", help="the systems that count, all of them by default")
    parser.add_argument("--misses", action="store_true", help="list what no finding names")
    parser.add_argument("--noise", action="store_true", help="list findings that are on no list, and count by threat")
    return parser


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    library = load_library(options.packs)
    wanted = [each for each in systems(options.samples) if not options.systems or each.name in options.systems]
    results = [measure(each, library, options.pytm) for each in wanted]
    packs = dict.fromkeys(threat.pack for threat in library)
    print("\n".join([*by_system(results), "", *by_pack(results, packs)]))
    if options.misses:
        print("\n".join(_misses(results)))
    if options.noise:
        print("\n".join([*_noise(results), "", *counts(results)]))


def _misses(results: list[Result]) -> Iterator[str]:
    yield "\nNamed by no finding:"
    for result in results:
        yield from (f"- {result.name}: {entry}" for entry in result.ours.missed)


def _noise(results: list[Result]) -> Iterator[str]:
    yield "\nOn no list:"
    for result in results:
        if result.whole:
            yield from (f"- {result.name}: {found.pack}: {found}" for found in result.ours.noise)


if __name__ == "__main__":
    main(sys.argv[1:])
