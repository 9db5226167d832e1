"""The ground that decisions stand on, beside the model: the same for all models of a run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date

from pytest_threatmodel.decisions.checks import Checks
from pytest_threatmodel.decisions.gate import Gate


@dataclass(frozen=True, slots=True)
class Ground:
    """By what the decisions of a run are judged.

    Args:
        today: the day, in UTC, by which they expire.
        gate: which findings fail, where nobody decided anything.
        checks: how decisions are reviewed.
        today_given: whether somebody named the day, rather than the clock.
    """

    today: date
    gate: Gate = field(default_factory=Gate)
    checks: Checks = field(default_factory=Checks)
    today_given: bool = False

    @property
    def judged_on(self) -> date:
        """The day by which pairs are judged; the first of all where decisions that have expired fail nothing."""
        return self.today if self.checks.action("expired") == "fail" else date.min
