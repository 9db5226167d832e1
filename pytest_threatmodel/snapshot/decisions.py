"""Decisions as plain data, each once, with a number by which pairs name theirs."""

from __future__ import annotations

from datetime import date

from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.snapshot.shape import DecisionShape
from pytest_threatmodel.snapshot.values import Values


class Decisions:
    """The decisions of one model: those of the file, and those that a conftest put on single items.

    Args:
        decided: what was decided about its pairs.
    """

    def __init__(self, decided: Decided) -> None:
        self._numbers: dict[int, int] = {}
        self._same: dict[tuple[object, ...], int] = {}
        self._all: list[Decision] = []
        for decision in decided.made:
            self._numbers[id(decision)] = len(self._all)
            self._all.append(decision)
        for outcome in decided.outcomes.values():
            if outcome.decision is not None and id(outcome.decision) not in self._numbers:
                self._numbers[id(outcome.decision)] = self._merged(outcome.decision)

    def _merged(self, decision: Decision) -> int:
        """The number of a decision that a conftest made; it makes one for each item, which say the same."""
        terms = (decision.spelled, decision.status, decision.reason, decision.owner, decision.until, decision.ticket)
        number = self._same.setdefault(terms, len(self._all))
        if number == len(self._all):
            self._all.append(decision)
        return number

    def number(self, decision: Decision | None) -> int | None:
        """The index of a decision among the shapes."""
        return None if decision is None else self._numbers[id(decision)]

    def shapes(self, today: date, values: Values) -> list[DecisionShape]:
        """All decisions, those of the file first."""
        return [_shape(decision, today, values) for decision in self._all]


def _shape(decision: Decision, today: date, values: Values) -> DecisionShape:
    facts = (decision.facts or {}).items()
    return {
        "status": decision.status,
        "threats": list(decision.threats),
        "element": decision.element,
        "reason": decision.reason,
        "owner": decision.owner or "",
        "ticket": decision.ticket or "",
        "until": "" if decision.until is None else decision.until.isoformat(),
        "facts": {str(name): str(values.plain(value)) for name, value in facts},
        "expired": decision.expired(today),
        "file": values.file(decision.place.file),
        "line": decision.place.line,
        "spelled": decision.spelled,
        "source": decision.source,
        "since": "" if decision.since is None else decision.since.isoformat(),
        "commit": "",
        "decided": "",
    }
