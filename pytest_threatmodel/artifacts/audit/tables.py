"""Requirements matrix and decision log for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Final

from pytest_threatmodel.artifacts.audit.coverage import STATUSES
from pytest_threatmodel.artifacts.audit.coverage import Coverage
from pytest_threatmodel.artifacts.audit.coverage import coverage
from pytest_threatmodel.artifacts.audit.log import Entry
from pytest_threatmodel.artifacts.audit.log import entries
from pytest_threatmodel.artifacts.audit.requirements import requirements
from pytest_threatmodel.artifacts.csv_cells import BYTE_ORDER_MARK
from pytest_threatmodel.artifacts.csv_cells import write_csv
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.shape import Snapshot

#: Excel reads 32,767 characters of a cell; longer ones it breaks over rows.
_LONGEST_CELL: Final = 32_000
_WORDS: Final = tuple(word.replace("-", "_") for word in STATUSES)

MATRIX_COLUMNS: Final = (
    "scheme",
    "requirement",
    "threat",
    "title",
    "pack",
    "severity",
    "worst_open",
    "pairs",
    *_WORDS,
    "not_run",
    *(f"{word}_elements" for word in _WORDS),
    "controls",
)

_DECISION: Final[Mapping[str, Callable[[Entry], object]]] = {
    "number": lambda entry: entry.number,
    "status": lambda entry: entry.decision["status"],
    "expired": lambda entry: "yes" if entry.decision["expired"] else "no",
    "threats": lambda entry: _lines(entry.decision["threats"]),
    "element": lambda entry: entry.decision["element"],
    "reason": lambda entry: entry.decision["reason"],
    "owner": lambda entry: entry.decision["owner"],
    "decided": lambda entry: entry.decision["decided"],
    "commit": lambda entry: entry.decision["commit"],
    "source": lambda entry: entry.decision["source"],
    "since": lambda entry: entry.decision["since"],
    "until": lambda entry: entry.decision["until"],
    "ticket": lambda entry: entry.decision["ticket"],
    "facts": lambda entry: _lines(entry.facts),
    "findings": lambda entry: entry.findings,
    "pairs": lambda entry: entry.pairs,
    "file": lambda entry: entry.decision["file"],
    "line": lambda entry: entry.decision["line"],
    "decision": lambda entry: entry.decision["spelled"],
}
DECISION_COLUMNS: Final = tuple(_DECISION)


def matrix_csv(snapshot: Snapshot, request: Request) -> str:
    """A table with a row for each requirement and threat that stands for it: pairs by status, and what carries them.

    A threat has a row for each of its requirements, so pairs are to be added up within a scheme's requirement only.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    threats = {name: _threat_cells(each) for name, each in coverage(Reader(snapshot)).items()}
    rows = (
        [requirement.scheme, requirement.name, *threats[threat["id"]]]
        for requirement in requirements(snapshot["threats"])
        for threat in requirement.threats
    )
    return BYTE_ORDER_MARK + write_csv(MATRIX_COLUMNS, rows)


def _threat_cells(each: Coverage) -> list[object]:
    threat = each.threat
    return [
        threat["id"],
        threat["title"],
        threat["pack"],
        threat["severity"],
        each.worst_open,
        sum(each.counts.values()),
        *each.counts.values(),
        each.not_run,
        *(_lines([pair["element"] for pair in pairs]) for pairs in each.pairs.values()),
        _lines(each.controls),
    ]


def decisions_csv(snapshot: Snapshot, request: Request) -> str:
    """A table with a row for each decision: who, when, why, until when, and how many findings it covers.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    rows = ([read(entry) for read in _DECISION.values()] for entry in entries(snapshot))
    return BYTE_ORDER_MARK + write_csv(DECISION_COLUMNS, rows)


def _lines(texts: Sequence[str]) -> str:
    """Texts as the lines of a cell, as many as a spreadsheet can hold, and then how many more there are."""
    length = 0
    for number, text in enumerate(texts):
        length += len(text) + 1
        if length > _LONGEST_CELL:
            return "\n".join([*texts[:number], f"… {len(texts) - number:,} more"])
    return "\n".join(texts)
