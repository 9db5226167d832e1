"""The gate: which findings fail, where nobody decided anything."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity


@dataclass(frozen=True, slots=True)
class Gate:
    """From which severity on findings fail.

    Args:
        lowest: the lowest severity that fails.
    """

    lowest: Severity = "info"

    def softens(self, row: Row, column: int) -> str:
        """Why an undecided finding does not fail; empty where it does.

        Args:
            row: the element.
            column: of the rule.

        Raises:
            ModelError: an override names no severity.
        """
        rating, _ = severity(row, column)
        if SEVERITIES.index(rating) <= SEVERITIES.index(self.lowest):
            return ""
        return f"{rating} severity, below --threatmodel-fail-on={self.lowest}"
