"""A measured process: writes every report of a model without pytest, and prints what each took, as JSON.

Run as `python reports.py MODEL PACK`. Times are CPU seconds; `explanations` is what all reports share that say why.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.formats import builtin
from pytest_threatmodel.artifacts.write import write_file
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.snapshot.build import Circumstances
from pytest_threatmodel.snapshot.build import snapshot
from pytest_threatmodel.snapshot.run import describe_run
from pytest_threatmodel.snapshot.shape import Snapshot

T = TypeVar("T")


def main(file: str, pack: str) -> None:
    path, today = Path(file), date(2026, 11, 24)
    library = Library([read_pack(Path(pack))])
    verdicts = evaluate(load_model(path, library.vocabulary.declared).model, library)
    decided = decide(verdicts, [], Ground(today), file)
    about = Circumstances(path.parent, path.name, today, describe_run(path.parent, "info", today))
    plain, _ = timed(lambda: snapshot(verdicts, decided, about, explained=False))
    explained, whole = timed(lambda: snapshot(verdicts, decided, about))
    reports: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for each in builtin():
            if each.group == "report":
                reports[each.name], _ = timed(partial(written, each, whole, Path(folder)))
    findings = sum(pair["verdict"] == "vulnerable" for pair in whole["pairs"])
    counts = {"elements": len(whole["elements"]), "findings": findings}
    print(json.dumps({**counts, "snapshot": plain, "explanations": explained - plain, "reports": reports}))


def written(form: Format, whole: Snapshot, folder: Path) -> Path:
    return write_file(folder, f"model{form.suffix}", form.render(whole, Request()))


def timed(action: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    made = action()
    return time.process_time() - start, made


if __name__ == "__main__":
    main(*sys.argv[1:])
