"""pytm's findings on a system."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.noise.matching import Found
from benchmarks.noise.plain import plain
from pytest_threatmodel.model.model import Model

_SCRIPT: Final = Path(__file__).with_name("peer_pytm.py")


def their_findings(model: Model, python: str) -> Iterator[Found]:
    """What pytm finds in the same model, with its own threats.

    Args:
        model: ours; pytm is told what its author stated, in so far as it has the words.
        python: an interpreter that has pytm.

    Raises:
        subprocess.CalledProcessError: pytm does not take the model.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.json")
        file.write_text(json.dumps(plain(model)))
        run = subprocess.run([python, _SCRIPT, file], capture_output=True, text=True, check=True, cwd=folder)
    told = json.loads(run.stdout.splitlines()[-1])
    if told["left"]:
        raise RuntimeError(f"{told['left']} findings of pytm are on elements that the model does not have")
    for row in told["findings"]:
        yield Found(row["threat"], row["title"], "pytm", row["element"], frozenset(row["cwe"]))
