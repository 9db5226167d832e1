"""What the tests of reports for auditors share."""

from __future__ import annotations

import csv
from collections import defaultdict
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import PairShape
    from pytest_threatmodel.snapshot.shape import Snapshot


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of a table."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:], newline=""), strict=True))


def words(pair: PairShape) -> str:
    """What became of a pair, worked out from what the documentation says of outcomes, not from the code."""
    if pair["judged"] == "skipped":
        return "excluded"
    if pair["verdict"] == "vulnerable":
        return "accepted" if pair["judged"] == "xfailed" and pair["decision"] is not None else "open"
    return pair["verdict"]


def expected(snapshot: Snapshot) -> dict[tuple[str, str], dict[str, list[str]]]:
    """(requirement, threat) -> status -> labels, straight from the pairs."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for threat in snapshot["threats"]:
        names = [f"CWE-{number}" for number in threat["cwe"]] + [f"CAPEC-{number}" for number in threat["capec"]]
        names += threat["owasp"] + threat["asvs"] + threat["stride"]
        names += threat.get("linddun", []) + threat.get("attack", [])
        for name in names or [""]:
            by_status: dict[str, list[str]] = defaultdict(list)
            for pair in snapshot["pairs"]:
                if pair["threat"] == threat["id"]:
                    by_status[words(pair)].append(pair["element"])
            found[name, threat["id"]] = by_status
    return found


def with_every_requirement(snapshot: Snapshot) -> Snapshot:
    """The snapshot with ASVS items on its first threat, no requirement at its last, a rule error and pairs not run."""
    threats = snapshot["threats"]
    threats[0]["asvs"] = ["v5.0.0-10.1.1", "v5.0.0-2.1.1"]
    threats[-1]["cwe"], threats[-1]["capec"] = [], []
    threats[-1]["owasp"], threats[-1]["stride"], threats[-1]["asvs"] = [], [], []
    threats[-1].pop("attack", None)
    broken = next(pair for pair in snapshot["pairs"] if pair["verdict"] == "not-applicable")
    broken["verdict"], broken["judged"], broken["error"] = "error", "failed", "the rule divides by nothing"
    for pair in snapshot["pairs"][::7]:
        pair["outcome"] = "not run"
    return snapshot
