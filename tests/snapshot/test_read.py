"""Questions that are asked of snapshots."""

from __future__ import annotations

import pytest

from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import PairShape


def pair(verdict: str, judged: str, decision: int | None) -> PairShape:
    return {
        "id": "T[E]",
        "threat": "T",
        "element": "E",
        "verdict": verdict,
        "severity": "high",
        "judged": judged,
        "outcome": "not run",
        "decision": decision,
    }


@pytest.mark.parametrize(
    ("verdict", "judged", "decision", "word"),
    [
        ("vulnerable", "failed", None, "open"),
        ("vulnerable", "failed", 0, "open"),  # the decision has lapsed
        ("vulnerable", "xfailed", None, "open"),  # below the severity that fails
        ("vulnerable", "xfailed", 0, "accepted"),
        ("vulnerable", "skipped", 0, "excluded"),
        ("mitigated", "passed", None, "mitigated"),
        ("mitigated", "failed", 0, "mitigated"),  # the decision is no longer needed
        ("undetermined", "skipped", 0, "excluded"),
        ("not-applicable", "passed", None, "not-applicable"),
        ("error", "failed", None, "error"),
    ],
)
def test_each_pair_has_one_word(verdict: str, judged: str, decision: int | None, word: str) -> None:
    made = pair(verdict, judged, decision)
    assert status(made) == word
    assert is_open(made) is (word == "open")
