"""What would turn a model green, and which of its controls nothing rests on, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.idle import Idle
from pytest_threatmodel.analysis.idle import idle_controls
from pytest_threatmodel.analysis.ids import pair_name
from pytest_threatmodel.analysis.improve import Improvement
from pytest_threatmodel.analysis.improve import improvements
from pytest_threatmodel.analysis.improve_text import ImprovementText
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.analysis.wording import path
from pytest_threatmodel.analysis.wording import value_text
from pytest_threatmodel.decisions.decided import Decided
from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.waiting import waiting
from pytest_threatmodel.snapshot.shape import ChangeShape
from pytest_threatmodel.snapshot.shape import IdleControlShape
from pytest_threatmodel.snapshot.shape import ImprovementShape

#: How many improvements are kept.
_MOST: Final = 20


class AdviceShapes:
    """Advice about one model.

    Args:
        verdicts: of the model.
    """

    def __init__(self, verdicts: Verdicts) -> None:
        self._verdicts = verdicts
        self._text = ImprovementText(verdicts)

    def improvements(self, decided: Decided, gate: Gate) -> list[ImprovementShape]:
        """The changes that close most, the best first.

        Args:
            decided: about the pairs.
            gate: lets findings pass.
        """
        load = self._verdicts.model.load
        counts = waiting(decided, gate, load.file or self._verdicts.model.place.file)
        found = improvements(self._verdicts, counts, _MOST)
        return [self._improvement(each) for each in found]

    def _improvement(self, found: Improvement) -> ImprovementShape:
        return {
            "changes": [self._change(each) for each in found.changes],
            "text": self._text.line(found),
            "closes": _ids(found.closes),
            "opens": _ids(found.opens),
            "worst": found.worst,
            "of_worst": found.of_worst,
        }

    def _change(self, change: Change) -> ChangeShape:
        owner = owner_of(change.record)
        return {
            "element": self._text.label(owner),
            "field": path(change.record, change.name, owner),
            "value": value_text(change.value),
        }

    def idle_controls(self) -> list[IdleControlShape]:
        """The claimed controls on which nothing rests."""
        return [self._idle(each) for each in idle_controls(self._verdicts)]

    def _idle(self, idle: Idle) -> IdleControlShape:
        return {
            **self._change(Change(idle.record, idle.name, idle.value)),
            "redundant": idle.redundant,
            "beside": names_text(idle.beside, owner_of(idle.record)) if idle.beside else "",
        }


def _ids(pairs: Iterable[tuple[Row, int]]) -> list[str]:
    return [pair_name(row.rules[column].threat.id, row.label) for row, column in pairs]
