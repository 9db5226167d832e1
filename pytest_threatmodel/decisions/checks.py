"""The checks that decisions stand: what each does when a decision does not pass it, and their bounds."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Final
from typing import Literal
from typing import TypeVar
from typing import get_args

from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.model.fields import did_you_mean

Check = Literal["stale", "orphaned", "overbroad", "expired", "ownerless", "too-long"]
Action = Literal["fail", "notice", "off"]
Word = TypeVar("Word", bound=str)

#: What happens where the ini file says nothing.
DEFAULTS: Final[Mapping[Check, Action]] = {
    "stale": "fail",
    "orphaned": "fail",
    "overbroad": "notice",
    "expired": "fail",
    "ownerless": "notice",
    "too-long": "notice",
}


@dataclass(frozen=True, slots=True)
class Checks:
    """How decisions are reviewed.

    Args:
        actions: check -> what a decision that does not pass it does; a check that is not in it does as `DEFAULTS` say.
        widest: so many pairs a pattern may reach before it is overbroad.
        longest: so many days a decision may hold before it is too long.
        notice: a decision whose last day is at most so many days away is told.
    """

    actions: Mapping[Check, Action] = field(default_factory=dict)
    widest: int = 50
    longest: int = 365
    notice: int = 30

    def action(self, check: Check) -> Action:
        """What becomes of a decision that does not pass a check."""
        return self.actions.get(check, DEFAULTS[check])

    def softened(self) -> list[Check]:
        """The checks that do less than where the ini file says nothing."""
        order = get_args(Action)
        return [check for check in DEFAULTS if order.index(self.action(check)) > order.index(DEFAULTS[check])]


def read_actions(lines: Iterable[str]) -> dict[Check, Action]:
    """What the checks do, from lines such as `ownerless = fail`.

    Args:
        lines: of an ini setting.

    Raises:
        DecisionError: a line is no such line, its check or action is unknown, or a check comes twice.
    """
    actions: dict[Check, Action] = {}
    for line in filter(str.strip, lines):
        name, separator, word = (part.strip() for part in line.partition("="))
        if not separator:
            raise DecisionError(f"{line.strip()!r}, expected lines such as 'ownerless = fail'")
        check = _one_of(name, tuple(DEFAULTS), "check")
        if check in actions:
            raise DecisionError(f"{check!r} comes twice")
        actions[check] = _one_of(word, get_args(Action), f"action of {check}")
    return actions


def _one_of(word: str, known: tuple[Word, ...], what: str) -> Word:
    for each in known:
        if word == each:
            return each
    raise DecisionError(f"unknown {what} {word!r}, expected {', '.join(known)}", did_you_mean(word, known))
