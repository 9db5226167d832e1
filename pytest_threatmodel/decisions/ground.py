"""The ground that decisions stand on, beside the model: the same for all models of a run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date

from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.register import Register


@dataclass(frozen=True, slots=True)
class Ground:
    """By what the decisions of a run are judged.

    Args:
        today: the day, in UTC, by which they expire.
        gate: which findings fail, where nobody decided anything.
        register: the decisions that stand beside the models.
        policy: what may weaken the gate; None where nobody limits it.
    """

    today: date
    gate: Gate = field(default_factory=Gate)
    register: Register = field(default_factory=Register)
    policy: Policy | None = None
