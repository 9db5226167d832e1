"""What has changed under a decision since it was made, and ends it: worse ratings, facts, another condition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from itertools import islice
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.facts import lapses
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import did_you_mean

#: So many places are named in a notice.
_NAMED: Final = 3


def lapsed(decision: Decision, verdicts: Verdicts, row: Row, column: int, ground: Ground) -> str:
    """Why a decision does not hold for a pair any more; empty while it does.

    Args:
        decision: on the pair.
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.
        ground: for the day, and how long a changed condition only asks for review.

    Raises:
        DecisionError: what the decision says of the day when it was made cannot be read.
        ModelError: an override names no severity.
    """
    reasons = (
        worsened(decision, verdicts, row, column),
        lapses(decision, row.element),
        _review(decision, verdicts, row, column, ground, late=True),
    )
    return "; ".join(filter(None, reasons))


def asks_for_review(decision: Decision, verdicts: Verdicts, row: Row, column: int, ground: Ground) -> str:
    """That the condition of a decision's threat has changed, as long as nothing fails for it; else empty.

    Args:
        decision: on the pair.
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.
        ground: for the day, and how long a changed condition only asks for review.

    Raises:
        DecisionError: the decision states a condition and is not about one threat.
    """
    return _review(decision, verdicts, row, column, ground, late=False)


class Reviews:
    """The decisions that only ask for review, put together by what they ask for."""

    def __init__(self) -> None:
        self._asking: dict[str, dict[int, Decision]] = {}

    def note(self, decision: Decision, why: str) -> None:
        """Note what a decision asks for; nothing where `why` is empty."""
        if why:
            self._asking.setdefault(why, {})[id(decision)] = decision

    def notices(self) -> Iterator[str]:
        """A line for each thing that is asked for, with the places of the first decisions."""
        for why, decisions in self._asking.items():
            places = [str(decision.place) for decision in islice(decisions.values(), _NAMED)]
            more = len(decisions) - len(places)
            yield f"{why} ({', '.join(places)}{f' and {more} more' if more else ''})"


def worsened(decision: Decision, verdicts: Verdicts, row: Row, column: int) -> str:
    """How a pair became worse than the decision on it says; empty where it did not.

    Args:
        decision: on the pair.
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.

    Raises:
        DecisionError: the decision's sensitivity is no class of data.
        ModelError: an override names no severity.
    """
    found = ", ".join((*_severity(decision, row, column), *_sensitivity(decision, verdicts, row)))
    return f"worsened: {found}" if found else ""


def _severity(decision: Decision, row: Row, column: int) -> Iterator[str]:
    if decision.severity is None:
        return
    now, why = severity(row, column)
    if SEVERITIES.index(now) < SEVERITIES.index(decision.severity):
        yield f"severity was {decision.severity}, now {now}" + (f" ({why})" if why else "")


def _sensitivity(decision: Decision, verdicts: Verdicts, row: Row) -> Iterator[str]:
    if decision.sensitivity is None:
        return
    names = [each.name for each in Classification]
    if decision.sensitivity not in names:
        problem = f"{decision.place}: {decision.spelled}: sensitivity = {shown(decision.sensitivity)}, expected one of"
        hint = did_you_mean(str(decision.sensitivity), names)
        raise DecisionError(f"{problem} {', '.join(names)}", hint)
    now = verdicts.sensitivity(row.element)
    if now > Classification[decision.sensitivity]:
        yield f"sensitivity was {decision.sensitivity}, now {now.name}"


def _review(decision: Decision, verdicts: Verdicts, row: Row, column: int, ground: Ground, *, late: bool) -> str:
    """That the condition has changed, before or after the time of grace; empty where that is not so."""
    if not _condition_changed(decision, row, column):
        return ""
    threat = row.rules[column].threat
    end = _last_day(decision, verdicts.rulebook.library.released(threat), ground)
    if late is not (end is not None and end < ground.today):
        return ""
    by = "" if late or end is None else f" by {end}"
    return f"re-review{by}: the condition of {threat.id} has changed"


def _condition_changed(decision: Decision, row: Row, column: int) -> bool:
    if decision.condition is None:
        return False
    if len(decision.threats) != 1 or is_pattern(decision.threats[0]):
        text = f"{decision.place}: {decision.spelled}: condition belongs to a decision that names one threat"
        raise DecisionError(text)
    return decision.condition != row.rules[column].digest


def _last_day(decision: Decision, released: date | None, ground: Ground) -> date | None:
    """The last day on which a changed condition only asks for review, None where nobody knows when it changed.

    It changed at the latest when the version in use was released; a decision that was made later has its own time. An
    exclusion in a model never fails, so that it asks without an end.
    """
    if released is None or decision.status == "excluded":
        return None
    try:
        return max(released, decision.since or released) + timedelta(days=ground.condition_grace)
    except OverflowError:
        return None
