"""What the page says before all details: the run, the counts, what needs attention."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.snapshot.comparison import changes
from pytest_threatmodel.snapshot.comparison import headline
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.read import weakening_text
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot
from pytest_threatmodel.snapshot.shape import ThreatShape

#: Statuses of pairs in the order in which they concern people, and what they are called.
STATUSES: Final = {
    "open": "Open",
    "known": "Known",
    "accepted": "Accepted",
    "excluded": "Excluded",
    "error": "Rule errors",
    "undetermined": "Undetermined",
    "mitigated": "Mitigated",
    "not-applicable": "Not applicable",
}
#: So many open findings are listed for readers without the script; all are in the page's data.
_MOST_PLAIN: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open finding for the list that needs no script.

    Args:
        number: index of its pair.
        pair, threat, element: as in the snapshot.
        fix: what would close it, one line.
    """

    number: int
    pair: PairShape
    threat: ThreatShape
    element: ElementShape
    fix: str


def run_facts(snapshot: Snapshot) -> dict[str, str]:
    """What was modelled, when, and by what, in the order of reading."""
    run, model = snapshot["run"], snapshot["model"]
    changed = ", with local changes" if run["dirty"] else ""
    packs = (
        f"{pack['title'] or pack['name']} {pack['version']}".strip()
        + f" ({pack['threats']:,} {'threat' if pack['threats'] == 1 else 'threats'})"
        for pack in snapshot["packs"]
    )
    told = {
        "Model file": f"{model['file']}:{model['line']}",
        "Created": run["created"].replace("T", " ").replace("Z", " UTC"),
        "Commit": f"{run['commit'][:12]}{changed}" if run["commit"] else "",
        "Threat packs": ", ".join(packs) or "none",
        "Fails from severity": run["fail_on"],
        "Made by": f"pytest-threatmodel {run['version']}".strip(),
    }
    return {name: text for name, text in told.items() if text}


def attention(snapshot: Snapshot) -> dict[str, list[str]]:
    """What somebody must look at beside findings, by title."""
    expired = (decision for decision in snapshot["decisions"] if decision["expired"])
    interrupted = snapshot["run"]["interrupted"]
    told = {
        "The run was interrupted": [interrupted] if interrupted else [],
        "Problems with decisions": snapshot["problems"],
        "Expired decisions": [
            f"{each['spelled']} ended on {each['until']}: {each['reason']} ({each['file']}:{each['line']})"
            for each in expired
        ],
        "What weakens the gate": list(map(weakening_text, snapshot["weakenings"])),
        **_comparison(snapshot),
        "Notices": snapshot["notices"],
    }
    return {title: items for title, items in told.items() if items}


def _comparison(snapshot: Snapshot) -> dict[str, list[str]]:
    """What is not as it was in earlier runs, by title."""
    made = snapshot.get("comparison")
    if made is None:
        return {}
    told = {"Earlier runs": [headline(made)]}
    for title, entries in changes(made).items():
        named = [f"{each['pair']} ({each['severity']}) {each['why']}".strip() for each in entries[:_MOST_PLAIN]]
        more = len(entries) - len(named)
        told[title] = [*named, f"and {more:,} more, which the JSON report has"] if more else named
    return told


def statuses(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """Status, what it is called, and how many pairs have it; known ones and errors only where there are some."""
    found = Counter(map(status, snapshot["pairs"]))
    return [
        (word, title, found[word]) for word, title in STATUSES.items() if found[word] or word not in ("known", "error")
    ]


def waiting(reader: Reader) -> list[Waiting]:
    """The first open findings, the worst first."""
    numbers = {pair["id"]: number for number, pair in enumerate(reader.snapshot["pairs"])}
    found = [pair for pair in findings(reader.snapshot) if is_open(pair)]
    return [
        Waiting(
            numbers[pair["id"]], pair, reader.threats[pair["threat"]], reader.elements[pair["element"]], fixes(pair)
        )
        for pair in found[:_MOST_PLAIN]
    ]
