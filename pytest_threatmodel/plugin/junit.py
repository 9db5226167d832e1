"""The properties of a pair's JUnit test case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.explain import mitigated_by
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.labels import escape

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.item import ThreatItem


def properties(item: ThreatItem) -> list[tuple[str, object]]:
    """Threat, element, severity and verdict of every pair; of findings, decided and mitigated pairs all there is."""
    row, column = item.row, item.column
    threat = row.rules[column].threat
    few: list[tuple[str, object]] = [
        ("threat", threat.id),
        ("element", row.label),
        ("severity", severity(row, column)[0]),
        ("verdict", item.verdict.value),
    ]
    told = item.outcome.decision is not None or item.verdict in (Verdict.VULNERABLE, Verdict.MITIGATED)
    return few + _more(item) if told else few


def _more(item: ThreatItem) -> list[tuple[str, object]]:
    threat, element = item.row.rules[item.column].threat, item.row.element
    decision = item.outcome.decision
    lost = item.parent.decided.unproven.get(item.key)
    boundary = element.inBoundary
    values = {
        "title": threat.title,
        "likelihood": _override(item, "likelihood") or threat.likelihood,
        "stride": ", ".join(threat.stride),
        "linddun": ", ".join(threat.linddun),
        "cwe": ", ".join(f"CWE-{number}" for number in threat.cwe),
        "capec": ", ".join(f"CAPEC-{number}" for number in threat.capec),
        "attack": ", ".join(threat.attack),
        "owasp": ", ".join(threat.owasp),
        "asvs": ", ".join(threat.asvs),
        "kind": element.kind(),
        "boundary": "" if boundary is None else escape(boundary.name),
        "model": escape(item.parent.model.name),
        "cvss": _override(item, "cvss"),
        "response": _override(item, "response"),
        "decision": "" if decision is None else decision.status,
        "reason": "" if decision is None else decision.reason,
        "owner": "" if decision is None else decision.owner,
        "until": "" if decision is None or decision.until is None else decision.until.isoformat(),
        "ticket": "" if decision is None else decision.ticket,
        "mitigated_by": _mitigated_by(item),
        "evidence": "" if lost is None else "; ".join(lost.lines()),
    }
    return [(name, value) for name, value in values.items() if value]


def _override(item: ThreatItem, name: str) -> str:
    threat = item.row.rules[item.column].threat
    for override in item.row.element.overrides:
        if override.threat_id == threat.id:
            return getattr(override, name) or ""
    return ""


def _mitigated_by(item: ThreatItem) -> str:
    if item.verdict is not Verdict.MITIGATED:
        return ""
    return "; ".join(mitigated_by(item.parent.verdicts, item.row, item.column))
