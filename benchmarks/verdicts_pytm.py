"""A measured process for an interpreter that has pytm: loads a model, resolves it, prints what each step took, as JSON.

Run as `python verdicts_pytm.py MODEL`; without a model it prints where pytm keeps its threats. Imports nothing of ours.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any


def main(file: str | None = None) -> None:
    if file is None:
        folder = Path(str(import_module("pytm").__file__)).parent
        print(json.dumps({"threats": str(folder / "threatlib" / "threats.json"), "version": version("pytm")}))
        return
    sys.argv = [file]
    start = time.process_time()
    tm: Any = runpy.run_path(file)["tm"]
    loaded = time.process_time()
    tm.check()
    tm.resolve()
    resolved = time.process_time()
    steps = {"load": loaded - start, "resolve": resolved - loaded}
    print(json.dumps({**steps, "findings": len(tm.findings)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
