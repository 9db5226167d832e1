"""Two sides that answer the same question, which findings a model has: the real pytm, and ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.compat.loading import load_file
from pytest_threatmodel.decisions.decide import decide
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.library.pytm_library import PytmThreats
from pytest_threatmodel.model.loading import LoadedModel
from tests.artifacts.pytm_tools import alone
from tests.artifacts.pytm_tools import pytm_folder

#: Threat, and the variable that holds the element.
Findings = list[tuple[str, str]]
_ROOT = Path(__file__).resolve().parents[2]
#: What pytm exports under no name of its package comes from the module within.
_IMPORTS = "from pytm import *\nfrom pytm.pytm import Asset, Controls\n"


@dataclass(frozen=True)
class ModelText:
    """A model as text, the same for both sides, without the imports.

    Args:
        body: makes a TM `tm`, and holds each element in a variable.
        threats: its own threat file `own.json`, None for none.
    """

    body: str
    threats: list[dict[str, Any]] | None = None

    def write(self, folder: Path) -> Path:
        """Write model and threat file for our side."""
        if self.threats is not None:
            (folder / "own.json").write_text(json.dumps(self.threats), encoding="utf-8")
        path = folder / "tm.py"
        path.write_text(_IMPORTS + self.body, encoding="utf-8")
        return path


class OracleError(Exception):
    """pytm raised; the text is its traceback."""


class Oracle:
    """A running pytm that answers about many models; starting one takes longer than asking it.

    Args:
        version: of pytm.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        folder = pytm_folder(version)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-m", "tests.parity.oracle_script"],
            cwd=_ROOT,
            env={**alone(folder), "PYTHONPATH": os.pathsep.join([str(folder), str(_ROOT)])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        said = self._ask({})
        self.kinds: dict[str, dict[str, str]] = said["kinds"]
        self.enums: dict[str, list[str]] = said["enums"]
        self.library: list[str] = said["library"]
        #: Each known difference of this version, with its reason.
        self.repairs: dict[str, str] = said["repairs"]
        self.library_file = folder / "pytm" / "threatlib" / "threats.json"

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise OracleError(f"pytm {self.version} ended with status {self._process.wait(30)}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise OracleError(answer["error"])
        return answer

    def findings(self, text: ModelText, folder: Path, repairs: Iterable[str]) -> Findings:
        """What pytm finds in a model.

        Args:
            text: the model.
            folder: where its threat file is.
            repairs: the differences that pytm is cured of.

        Raises:
            OracleError: pytm raised.
        """
        answer = self._judged(_IMPORTS + text.body, folder, repairs, ())
        return [(threat, name) for threat, name in answer["findings"]]

    def reports(self, source: str, folder: Path, templates: Iterable[str]) -> tuple[Findings, list[str]]:
        """What pytm finds in a file of its own, and what it writes by templates, cured of every difference.

        Args:
            source: of the file.
            folder: where the templates are.
            templates: their names.

        Raises:
            OracleError: pytm raised.
        """
        answer = self._judged(source, folder, self.repairs, templates)
        return [(threat, name) for threat, name in answer["findings"]], answer["reports"]

    def _judged(self, source: str, folder: Path, repairs: Iterable[str], templates: Iterable[str]) -> dict[str, Any]:
        asked = {"source": source, "folder": str(folder), "repairs": list(repairs), "templates": list(templates)}
        return self._ask(asked)


def our_findings(path: Path, threats: PytmThreats) -> Findings:
    """What we find in the model of a file that imports pytm.

    Args:
        path: where it was written.
        threats: those of pytm; a threat file of the model takes their place.
    """
    return findings_of(*load_file(path, Library([]), own=threats))


def threats_of(oracle: Oracle) -> PytmThreats:
    """The threats of the pytm that an oracle runs, as if it were installed here."""
    threats = PytmThreats()
    vars(threats)["whole"] = Library([read_pytm_json(oracle.library_file)]).resolve()
    return threats


def findings_of(loaded: LoadedModel, library: Library) -> Findings:
    """What we find in a model that was loaded."""
    verdicts = evaluate(loaded.model, library)
    outcomes = decide(verdicts, [], Ground(date(2027, 1, 1)), "tm.py").outcomes
    names = {id(value): name for name, value in vars(loaded.module).items()}
    return sorted(
        (threat, names[id(row.element)])
        for row, column in verdicts.pairs()
        if row.verdicts[column] is Verdict.VULNERABLE
        for threat in [row.rules[column].threat.id]
        if (threat, row.label) not in outcomes or outcomes[threat, row.label].result != "skipped"
    )
