"""The ground that decisions stand on, beside the model: the same for all models of a run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Final

from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.policy import Policy

#: A changed condition only asks for review for so many days, unless somebody says otherwise.
CONDITION_GRACE: Final = 30


@dataclass(frozen=True, slots=True)
class Ground:
    """By what the decisions of a run are judged.

    Args:
        today: the day, in UTC, by which they expire.
        gate: which findings fail, where nobody decided anything.
        policy: what may weaken the gate; None where nobody limits it.
        condition_grace: for how many days a changed condition only asks for review of the decisions on it.
    """

    today: date
    gate: Gate = field(default_factory=Gate)
    policy: Policy | None = None
    condition_grace: int = CONDITION_GRACE
