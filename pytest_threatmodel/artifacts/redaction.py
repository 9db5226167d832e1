"""What a redacted report says: counts, and nothing that the model's authors wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal
from typing import TypedDict
from typing import get_args

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.decisions.decision import EXCLUDING
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import OutcomeWord
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot


class FindingTotals(TypedDict):
    """Findings by what became of them, and in these by severity.

    Args:
        open: they wait for an answer.
        known: a register knows them as open, and until when they are to be fixed.
        accepted: a decision that holds accepts them, or says where else they are answered.
        excluded: a decision says that they do not concern the system.
    """

    open: dict[str, int]
    known: dict[str, int]
    accepted: dict[str, int]
    excluded: dict[str, int]


class DecisionTotals(TypedDict):
    """Decisions.

    Args:
        known: entries of registers that are open, expired ones included.
        accepted: acceptances and what counts as such, expired ones included.
        excluded: exclusions.
        expired: whose last day was over.
    """

    known: int
    accepted: int
    excluded: int
    expired: int


class Totals(TypedDict):
    """What can be counted in a run.

    Args:
        gate: whether the model passes: no pair fails, and nothing is wrong with decisions.
        pairs: how many there are.
        failing: pairs that the gate refuses, whether they ran or not.
        verdicts: pairs by verdict.
        outcomes: pairs by what became of them in this run.
        findings: by status and severity.
        elements: parts of the system, in or out of scope.
        in_scope: those that are looked at.
        flows: elements that are data flows.
        decisions: that were made.
        problems: things that are wrong with decisions.
        unstated: undetermined pairs that fail, as a team wants their facts stated.
    """

    gate: Literal["passed", "failed"]
    pairs: int
    failing: int
    verdicts: dict[str, int]
    outcomes: dict[str, int]
    findings: FindingTotals
    elements: int
    in_scope: int
    flows: int
    decisions: DecisionTotals
    problems: int
    unstated: int


class RedactedRun(TypedDict):
    """The run, without what tells where it took place.

    Args:
        created: "2026-11-24T09:30:00Z".
        version: of pytest-threatmodel.
        fail_on: the lowest severity that fails.
        today: by which decisions expire.
    """

    created: str
    version: str
    fail_on: str
    today: str


class RedactedReport(TypedDict):
    """A report that leaves counts only.

    Args:
        version: of the shape of reports.
        redacted: always True.
        run: when.
        totals: the counts.
    """

    version: str
    redacted: Literal[True]
    run: RedactedRun
    totals: Totals


def redacted(snapshot: Snapshot) -> RedactedReport:
    """The snapshot with counts only: no names, ids, paths or reasons, not even that of an interruption."""
    run = snapshot["run"]
    return {
        "version": snapshot["version"],
        "redacted": True,
        "run": {
            "created": run["created"],
            "version": run["version"],
            # Those of folders and packs name what a redacted report does not.
            "fail_on": run["fail_on"].partition(",")[0],
            "today": run["today"],
        },
        "totals": totals(snapshot),
    }


def totals(snapshot: Snapshot) -> Totals:
    """What can be counted in a run. Every known word has a count, so that zero is told from unknown."""
    pairs, elements = snapshot["pairs"], snapshot["elements"]
    failing = sum(pair["judged"] == "failed" for pair in pairs)
    return {
        "gate": "failed" if failing or snapshot["problems"] else "passed",
        "pairs": len(pairs),
        "failing": failing,
        "verdicts": _counted((pair["verdict"] for pair in pairs), (verdict.value for verdict in Verdict)),
        "outcomes": _counted((pair["outcome"] for pair in pairs), get_args(OutcomeWord)),
        "findings": _findings(pair for pair in pairs if pair["verdict"] == "vulnerable"),
        "elements": len(elements),
        "in_scope": sum(element["in_scope"] for element in elements),
        "flows": sum(element["flow"] is not None for element in elements),
        "decisions": _decisions(snapshot),
        "problems": len(snapshot["problems"]),
        "unstated": sum(pair["judged"] == "failed" and pair["verdict"] == "undetermined" for pair in pairs),
    }


def _findings(pairs: Iterable[PairShape]) -> FindingTotals:
    by_status: dict[str, list[str]] = {}
    for pair in pairs:
        by_status.setdefault(status(pair), []).append(pair["severity"])
    return {
        "open": _counted(by_status.get("open", ()), SEVERITIES),
        "known": _counted(by_status.get("known", ()), SEVERITIES),
        "accepted": _counted(by_status.get("accepted", ()), SEVERITIES),
        "excluded": _counted(by_status.get("excluded", ()), SEVERITIES),
    }


def _decisions(snapshot: Snapshot) -> DecisionTotals:
    statuses = Counter(decision["status"] for decision in snapshot["decisions"])
    return {
        "known": statuses["open"],
        "accepted": sum(number for word, number in statuses.items() if word != "open" and word not in EXCLUDING),
        "excluded": sum(statuses[word] for word in EXCLUDING),
        "expired": sum(decision["expired"] for decision in snapshot["decisions"]),
    }


def _counted(words: Iterable[str], known: Iterable[str]) -> dict[str, int]:
    found = Counter(words)
    return {word: found[word] for word in known}
