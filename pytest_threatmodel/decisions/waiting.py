"""Which findings wait for a change of the model: those that fail, and those that are known and to be fixed."""

from __future__ import annotations

from collections.abc import Callable

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.gate import Gate


def waiting(decided: Decided, gate: Gate, file: str) -> Callable[[Row, int], bool]:
    """Tells of a pair whether it is such a finding, or would be one if it were vulnerable.

    Args:
        decided: about the pairs of the model.
        gate: lets findings pass that nobody decided about.
        file: the path of the model.
    """

    def waits(row: Row, column: int) -> bool:
        outcome = decided.outcomes.get((row.rules[column].threat.id, row.label))
        if outcome is None:
            return not gate.softens(row, column, file)
        if row.verdicts[column] is not Verdict.VULNERABLE:
            # Somebody decided about it already, and would be heard again.
            return outcome.decision is None
        return outcome.result == "failed" or (outcome.decision is not None and outcome.decision.status == "open")

    return waits
