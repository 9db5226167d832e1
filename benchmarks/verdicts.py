"""A measured process: loads a model and finds its verdicts without pytest, and prints what each step took, as JSON.

Run as `python verdicts.py MODEL [THREATS]`; without a file of threats with the shipped packs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from unittest import mock

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model


def main(file: str, *threats: str) -> None:
    library = load_library(() if threats else None, [Path(name) for name in threats])
    steps: dict[str, float] = {"check": 0.0}
    check = Model.check

    def timed(model: Model) -> bool:
        start = time.process_time()
        result = check(model)
        steps["check"] += time.process_time() - start
        return result

    start = time.process_time()
    with mock.patch.object(Model, "check", timed):
        model = load_model(Path(file), library.vocabulary.declared).model
    loaded = time.process_time()
    verdicts = evaluate(model, library)
    steps["load"] = loaded - start
    steps["evaluate"] = time.process_time() - loaded
    found = sum(row.verdicts[column] is Verdict.VULNERABLE for row, column in verdicts.pairs())
    print(json.dumps({**steps, "pairs": len(verdicts), "findings": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
