"""Our findings on a system."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.noise.matching import Found
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.model import Model


def our_findings(model: Model, library: Library) -> Iterator[Found]:
    """Every pair that is vulnerable, whatever was decided about it.

    Args:
        model: loaded and checked.
        library: the packs that count.
    """
    return _pairs(model, library, Verdict.VULNERABLE)


def our_answers(model: Model, library: Library) -> Iterator[Found]:
    """Every pair whose threat the model's controls answer: the packs know of it, and are quiet.

    Args:
        model: loaded and checked.
        library: the packs that count.
    """
    return _pairs(model, library, Verdict.MITIGATED)


def _pairs(model: Model, library: Library, verdict: Verdict) -> Iterator[Found]:
    for row, column in evaluate(model, library).pairs():
        if row.verdicts[column] is verdict:
            threat = row.rules[column].threat
            yield Found(threat.id, threat.title, threat.pack, row.label, frozenset(threat.cwe))
