"""A measured process: how long the packs in a folder take to load, and prints milliseconds as JSON.

Run as `python packs.py FOLDER`. The first load is not measured: it pays for imports, as every run does.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pytest_threatmodel.library.compiled import compiled_packs
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_shipped


def load(files: list[Path]) -> Library:
    """As a run loads them: compiled ones where they can be trusted, the others from their files."""
    compiled = compiled_packs(files)
    packs = [compiled.get(path) or read_shipped(path) for path in files]
    return Library(packs, checked={pack.name for pack in compiled.values()}).resolve()


def main(folder: str) -> None:
    files = sorted(Path(folder).glob("*.toml"))
    load(files)
    started = time.process_time()
    threats = len(load(files))
    print(json.dumps({"ms": (time.process_time() - started) * 1e3, "threats": threats}))


if __name__ == "__main__":
    main(sys.argv[1])
