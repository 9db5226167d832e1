"""The CSV report: one row a pair."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Final

from pytest_threatmodel.artifacts.csv_cells import BYTE_ORDER_MARK
from pytest_threatmodel.artifacts.csv_cells import write_csv
from pytest_threatmodel.artifacts.findings import reasons
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.shape import ElementShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot
from pytest_threatmodel.snapshot.shape import ThreatShape

_PAIR: Final[Mapping[str, Callable[[PairShape], object]]] = {
    "verdict": lambda pair: pair["verdict"],
    "judged": lambda pair: pair["judged"],
    "outcome": lambda pair: pair["outcome"],
    "why": lambda pair: "\n".join(reasons(pair)),
    "fixes": lambda pair: "\n".join(pair.get("fixes", [])),
    "mitigated_by": lambda pair: "\n".join(pair.get("mitigated_by", [])),
    "unstated": lambda pair: "\n".join(pair.get("unstated", [])),
    "evidence": lambda pair: "\n".join(pair.get("evidence", [])),
    "error": lambda pair: pair.get("error", ""),
    "severity_why": lambda pair: pair.get("severity_why", ""),
    "cvss": lambda pair: pair.get("cvss", ""),
    "response": lambda pair: pair.get("response", ""),
    "new_rule": lambda pair: pair.get("new_rule", ""),
}
_THREAT: Final[Mapping[str, Callable[[ThreatShape], object]]] = {
    "threat": lambda threat: threat["id"],
    "title": lambda threat: threat["title"],
    "pack": lambda threat: threat["pack"],
    "stride": lambda threat: ", ".join(threat["stride"]),
    "linddun": lambda threat: ", ".join(threat.get("linddun", [])),
    "cwe": lambda threat: ", ".join(f"CWE-{number}" for number in threat["cwe"]),
    "capec": lambda threat: ", ".join(f"CAPEC-{number}" for number in threat["capec"]),
    "attack": lambda threat: ", ".join(threat.get("attack", [])),
    "owasp": lambda threat: ", ".join(threat["owasp"]),
    "asvs": lambda threat: ", ".join(threat["asvs"]),
}
_ELEMENT: Final[Mapping[str, Callable[[ElementShape], object]]] = {
    "element": lambda element: element["label"],
    "kind": lambda element: element["kind"],
    "boundary": lambda element: element["boundary"],
    "file": lambda element: element["file"],
    "line": lambda element: element["line"],
}
_DECISION: Final[Mapping[str, Callable[[DecisionShape], object]]] = {
    "decided": lambda decision: decision["status"],
    "decision": lambda decision: decision["spelled"],
    "reason": lambda decision: decision["reason"],
    "owner": lambda decision: decision["owner"],
    "source": lambda decision: decision["source"],
    "since": lambda decision: decision["since"],
    "until": lambda decision: decision["until"],
    "ticket": lambda decision: decision["ticket"],
    "expired": lambda decision: "yes" if decision["expired"] else "no",
}

#: The columns: the pair's node id, then what `--threatmodel-report=json` says under the same names, lists as lines.
COLUMNS: Final = ("id", "status", "severity", "likelihood", *_THREAT, *_ELEMENT, *_PAIR, *_DECISION)


def render(snapshot: Snapshot, request: Request) -> str:
    """A table with a row for each pair, in the order of its test items.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    reader = Reader(snapshot)
    return BYTE_ORDER_MARK + write_csv(COLUMNS, (_row(pair, reader) for pair in snapshot["pairs"]))


def _row(pair: PairShape, reader: Reader) -> list[object]:
    threat, element = reader.threats[pair["threat"]], reader.elements[pair["element"]]
    decision = reader.decision(pair)
    return [
        f"{reader.snapshot['model']['nodeid']}::{pair['id']}",
        status(pair),
        pair["severity"],
        pair.get("likelihood", threat["likelihood"]),
        *(read(threat) for read in _THREAT.values()),
        *(read(element) for read in _ELEMENT.values()),
        *(read(pair) for read in _PAIR.values()),
        *("" if decision is None else read(decision) for read in _DECISION.values()),
    ]
