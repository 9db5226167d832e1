"""The decision log: every decision with what it covers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import Snapshot

#: The statuses that let findings pass for good.
_ACCEPTING: Final = ("accepted", "transferred", "false-positive", "mitigated-elsewhere")


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision.

    Args:
        number: by which reports for auditors name it, counted from 1.
        decision: it.
        findings: how many findings it covers, lapsed or not.
        pairs: how many pairs, findings among them: exclusions cover what is no finding too.
    """

    number: int
    decision: DecisionShape
    findings: int
    pairs: int

    @property
    def facts(self) -> list[str]:
        """What was so when it was decided, each as text."""
        return [f"{name} = {value}" for name, value in self.decision["facts"].items()]

    @property
    def unbound(self) -> bool:
        """Whether it lets findings pass and no change of the model can end it."""
        return self.decision["status"] in _ACCEPTING and not self.decision["facts"]


def entries(snapshot: Snapshot) -> list[Entry]:
    """All decisions as they stand in the snapshot; assumptions that exclude threats are among them."""
    pairs = Counter(pair["decision"] for pair in snapshot["pairs"])
    findings = Counter(pair["decision"] for pair in snapshot["pairs"] if pair["verdict"] == "vulnerable")
    return [
        Entry(index + 1, decision, findings[index], pairs[index])
        for index, decision in enumerate(snapshot["decisions"])
    ]
