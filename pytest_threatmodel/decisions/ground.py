"""The ground that decisions stand on, beside the model: the same for all models of a run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date

from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.known import Known
from pytest_threatmodel.decisions.policy import Policy


@dataclass(frozen=True, slots=True)
class Ground:
    """By what the decisions of a run are judged.

    Args:
        today: the day, in UTC, by which they expire.
        gate: which findings fail, where nobody decided anything.
        known: the findings of earlier runs, which fail nothing; None where nothing is compared.
        policy: what may weaken the gate; None where nobody limits it.
    """

    today: date
    gate: Gate = field(default_factory=Gate)
    known: Known | None = None
    policy: Policy | None = None
