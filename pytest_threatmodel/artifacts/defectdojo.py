"""The DefectDojo report: findings for its "Generic Findings Import"."""

from __future__ import annotations

import json
from typing import Any
from typing import Final

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.findings import findings
from pytest_threatmodel.artifacts.findings import fingerprint
from pytest_threatmodel.artifacts.findings import fixes
from pytest_threatmodel.artifacts.findings import reasons
from pytest_threatmodel.artifacts.findings import score
from pytest_threatmodel.artifacts.findings import vector
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import reference
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import Snapshot
from pytest_threatmodel.snapshot.shape import ThreatShape

#: What its columns hold: title 511, component and ids 500.
_LONGEST: Final = 500


def render(snapshot: Snapshot, request: Request) -> str:
    """The findings as DefectDojo's generic parser takes them.

    https://docs.defectdojo.com/supported_tools/parsers/generic_findings_import/ describes the fields; it refuses a
    file with any other. Open findings are active, accepted ones are risks accepted, excluded ones are out of scope.

    Args:
        snapshot: of one model.
        request: has nothing to say here.
    """
    reader = Reader(snapshot)
    # Thousands of findings share a threat: what is said of it is worded once.
    known = {threat["id"]: _of_threat(threat) for threat in snapshot["threats"]}
    report = {"findings": [_finding(pair, reader, known[pair["threat"]]) for pair in findings(snapshot)]}
    return json.dumps(report, indent=1) + "\n"


def _of_threat(threat: ThreatShape) -> dict[str, Any]:
    return {
        "title": escape(threat["title"]),
        "description": prose(threat["description"] or threat["title"]),
        "mitigation": prose(threat["mitigation"]),
        "references": lines(*(f"- {reference(each)}" for each in threat["references"])),
        "cwe": next(iter(threat["cwe"]), 0),
        "vuln_id_from_tool": threat["id"],
        "tags": _tags(threat),
    }


def _finding(pair: PairShape, reader: Reader, threat: dict[str, Any]) -> dict[str, Any]:
    element = reader.elements[pair["element"]]
    finding = threat | {
        "title": cut(f"{threat['title']}: {element['label']}", _LONGEST),
        "severity": pair["severity"].capitalize(),
        "description": _description(pair, threat["description"], reader),
        "mitigation": _mitigation(pair, threat["mitigation"]),
        "severity_justification": prose(pair.get("severity_why", "")),
        "date": reader.snapshot["run"]["created"][:10],
        "cvssv3": vector(pair),
        "cvssv3_score": score(pair),
        "file_path": escape(element["file"]),
        "line": max(1, element["line"]),
        "component_name": cut(element["label"], _LONGEST),
        "unique_id_from_tool": fingerprint(reader.snapshot, pair),
    }
    return {name: value for name, value in finding.items() if value} | _states(pair)


def _states(pair: PairShape) -> dict[str, bool]:
    state = status(pair)
    return {
        "active": state in ("open", "known"),
        "verified": state != "open",
        "risk_accepted": state == "accepted" and pair.get("decided") != "false-positive",
        "out_of_scope": state == "excluded",
        "false_p": state == "accepted" and pair.get("decided") == "false-positive",
        "static_finding": True,
        "dynamic_finding": False,
    }


def _description(pair: PairShape, threat: str, reader: Reader) -> str:
    """Markdown, as DefectDojo shows it."""
    element = reader.elements[pair["element"]]
    told = [
        f"{prose(element['kind'])} {code(element['label'])}: {threat}",
        lines("**Why**", "", *(f"- {code(reason, 300)}" for reason in reasons(pair))) if pair.get("why") else "",
        f"**{status(pair).capitalize()}**: {prose(pair['reason'])}" if pair.get("reason") else "",
    ]
    return "\n\n".join(filter(None, told))


def _mitigation(pair: PairShape, threat: str) -> str:
    found = pair.get("fixes", [])
    fix = ", or ".join(map(code, found)) if found else fixes(pair)
    return "\n\n".join(filter(None, (f"**Fix**: {fix}", threat)))


def _tags(threat: ThreatShape) -> list[str]:
    # A comma or a blank would make two tags of one.
    words = ["threat-model", f"pack:{threat['pack']}", *(f"stride:{word}" for word in threat["stride"])]
    words += [f"linddun:{word}" for word in threat.get("linddun", [])]
    return [escape("-".join(word.replace(",", " ").split())) for word in words]
