"""What `tm.resolve()` does: verdicts as lists of findings, in pytm's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.compat.finding import Finding
from pytest_threatmodel.compat.library import library_of
from pytest_threatmodel.compat.threat import SEVERITY_WORDS
from pytest_threatmodel.compat.threat import Threat
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption

if TYPE_CHECKING:
    from pytest_threatmodel.compat.pytm_file import PytmFile


def resolve(model: Model, pytm: PytmFile) -> None:
    """Evaluate a model, and fill the findings of its file.

    Raises:
        ModelProblems: the model is wrong.
        LibraryError: threats of the file cannot be used.
    """
    model.check()
    pytm.findings, pytm.excluded_findings = [], []
    for row, column in evaluate(model, library_of(model, pytm)).pairs():
        if row.verdicts[column] is Verdict.VULNERABLE:
            reason = _reason(model, row, row.rules[column].threat.id)
            found = pytm.findings if reason is None else pytm.excluded_findings
            found.append(_finding(row, column, reason, len(found) + 1))


def _reason(model: Model, row: Row, threat_id: str) -> Assumption | None:
    """The assumption that leaves a pair out; exact ids only, as in pytm."""
    notes = [*row.element.assumptions, *model.assumptions]
    return next((note for note in notes if threat_id in note.exclude), None)


def _finding(row: Row, column: int, reason: Assumption | None, number: int) -> Finding:
    threat = Threat.of(row.rules[column].threat)
    override = next((note for note in row.element.overrides if note.threat_id == threat.id), None)
    stated = {} if override is None else vars(override)
    names = ("description", "details", "mitigations", "example", "references", "cvss", "response", "likelihood")
    changed = {name: stated[name] for name in names if stated.get(name)}
    # An override says nothing by None, a finding by empty text.
    changed = {"cvss": "", "response": "", **changed}
    word = SEVERITY_WORDS[severity(row, column)[0]]
    return Finding(row.element, threat=threat, assumption=reason, **{**changed, "severity": word, "id": str(number)})
