"""Pairs and their explanations as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import Part
from pytest_threatmodel.analysis.explain import Reading
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import changes_text
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import origin_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.analysis.wording import path
from pytest_threatmodel.analysis.wording import value_text
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.judge import FAILED
from pytest_threatmodel.decisions.judge import PASSED
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.decisions import Decisions
from pytest_threatmodel.snapshot.shape import FactShape
from pytest_threatmodel.snapshot.shape import PairShape
from pytest_threatmodel.snapshot.shape import PartShape
from pytest_threatmodel.snapshot.values import Values

_OVERRIDES = ("likelihood", "cvss", "response")


class Pairs:
    """Turns the pairs of one model into plain data.

    Args:
        verdicts: of the model.
        decided: what was decided about them.
        decisions: for their numbers.
        values: for labels.
        explained: with the reasons, or verdicts alone.
    """

    def __init__(
        self, verdicts: Verdicts, decided: Decided, decisions: Decisions, values: Values, *, explained: bool
    ) -> None:
        self._verdicts = verdicts
        self._decided = decided
        self._values = values
        self._explained = explained
        self._decisions = decisions

    def all(self) -> Iterator[PairShape]:
        """Every pair, in the order of its test items."""
        for row, column in self._verdicts.pairs():
            yield self._pair(row, column)

    def _pair(self, row: Row, column: int) -> PairShape:
        threat, verdict = row.rules[column].threat, self._decided.verdict(row, column)
        known = self._decided.outcomes.get((threat.id, row.label))
        outcome = known or (FAILED if verdict in (Verdict.VULNERABLE, Verdict.ERROR) else PASSED)
        explanation = explain(self._verdicts, row, column) if self._explained else None
        rating, why = _rating(row, column, explanation)
        pair: PairShape = {
            "id": pair_name(threat.id, row.label),
            "threat": threat.id,
            "element": row.label,
            "verdict": verdict.value,
            "severity": rating,
            "judged": outcome.result,
            "outcome": "not run",
            "decision": self._decisions.number(outcome.decision),
        }
        decided = "" if outcome.decision is None else outcome.decision.status
        more: dict[str, Any] = {
            "decided": decided,
            "reason": outcome.reason,
            "new_rule": str(self._decided.passes_as_new((threat.id, row.label)) or ""),
            "severity_why": why,
            **_overridden(row, threat.id),
        }
        lost = self._decided.unproven.get((threat.id, row.label))
        if lost is not None:
            more["evidence"] = lost.lines()
        if explanation is not None:
            more |= self._explanation(explanation)
            if lost is not None and lost.reopens:
                more["fixes"] = [f'let a test prove {name} of "{label}"' for (label, name), _ in lost.controls]
        pair.update({name: value for name, value in more.items() if value})  # type: ignore[typeddict-item]  # keys of it
        return pair

    def _explanation(self, explanation: Explanation) -> dict[str, Any]:
        target = explanation.element
        return {
            "why": [self._part(part, explanation) for part in explanation.parts],
            "fixes": [changes_text(changes, target) for changes in explanation.fixes],
            "corrections": [changes_text(changes, target) for changes in explanation.facts],
            "mitigated_by": [names_text(changes, target) for changes in explanation.carried_by],
            "controls": self._carriers(explanation),
            "unstated": list(explanation.open_facts),
            "error": escape(explanation.error),
        }

    def _carriers(self, explanation: Explanation) -> list[str]:
        found: dict[str, None] = {}
        for changes in explanation.carried_by:
            for change in changes:
                owner = owner_of(change.record)
                found[f"{self._values.label(owner)}.{path(change.record, change.name, owner)}"] = None
        return list(found)

    def _part(self, part: Part, explanation: Explanation) -> PartShape:
        shape: PartShape = {
            "joiner": part.joiner,
            "text": part.text,
            "holds": part.holds,
            "facts": [self._fact(reading, explanation) for reading in part.readings],
        }
        witness = None if part.witness is None else self._values.label(part.witness)
        if witness is not None:
            shape["witness"] = witness
        return shape

    def _fact(self, reading: Reading, explanation: Explanation) -> FactShape:
        owner = owner_of(reading.record)
        return {
            "element": self._values.label(owner) or escape(owner.name),
            "field": path(reading.record, reading.name, owner),
            "value": value_text(reading.value),
            "origin": origin_text(reading.record, reading.name, explanation.element.load.file),
        }


def _rating(row: Row, column: int, explanation: Explanation | None) -> tuple[str, str]:
    if explanation is None:
        return severity(row, column)
    return explanation.severity, explanation.severity_why


def _overridden(row: Row, threat: str) -> dict[str, str]:
    override = next((each for each in row.element.overrides if each.threat_id == threat), None)
    return {} if override is None else {name: getattr(override, name) or "" for name in _OVERRIDES}
