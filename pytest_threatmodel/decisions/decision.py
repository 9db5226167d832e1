"""Decisions on pairs: accepted risks and exclusions, and how they are written in a model file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import Literal

from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.model.origin import caller

if TYPE_CHECKING:
    import pytest

Status = Literal[
    "accepted", "transferred", "false-positive", "mitigated-elsewhere", "not-applicable", "excluded", "open"
]
#: Where a decision is written: in the model file, in a file of another tool, in a register.
Source = Literal["model", "import", "register"]

#: The statuses that say that a threat does not concern the system: its pairs are skipped, whatever their verdict.
EXCLUDING: Final[frozenset[Status]] = frozenset({"excluded", "not-applicable"})

#: What a status is called where people read of it; "open" would say that nobody knows of the finding.
WORDS: Final[Mapping[Status, str]] = {
    "accepted": "accepted",
    "transferred": "transferred",
    "false-positive": "false positive",
    "mitigated-elsewhere": "mitigated elsewhere",
    "not-applicable": "not applicable",
    "excluded": "excluded",
    "open": "known",
}

#: mark name -> what the mark decides.
MARKS: Mapping[str, Status] = {"threat_accept": "accepted", "threat_exclude": "excluded"}
_TERMS: Mapping[str, tuple[str, ...]] = {
    "accepted": ("element", "reason", "owner", "until", "ticket", "facts"),
    "excluded": ("element", "reason"),
}


class DecisionError(Exception):
    """A decision is wrong: a bad date, no reason, a name that matches nothing, two on one pair.

    Args:
        problem: what is wrong and where, for people.
        hint: the nearest right thing.
    """

    def __init__(self, problem: str, hint: str | None = None) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem, hint)

    def __str__(self) -> str:
        return self.problem if self.hint is None else f"{self.problem}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about some pairs.

    Args:
        status: what was decided.
        threats: threat ids or patterns of them.
        element: a label or a pattern of labels; "*" for every element in reach.
        reason: why.
        owner: who answers for it.
        until: the last day on which it holds (UTC), None for no end.
        ticket: where it is discussed.
        facts: dotted field -> what it was when the decision was made; a change for the worse ends it.
        place: where it was written.
        spelled: how it was written, for messages: `accept("DE01")`.
        source: where decisions of its sort are written.
        since: the day on which it was made, None where nobody said.
        severity: that counted then, None where nobody said; a worse one ends it.
        sensitivity: the name of the most sensitive class of data on the element then; a more sensitive one ends it.
        condition: the digest of the threat's condition then.
    """

    status: Status
    threats: tuple[str, ...]
    element: str
    reason: str
    owner: str | None
    until: date | None
    ticket: str | None
    facts: Mapping[str, Any] | None
    place: Place
    spelled: str
    source: Source = "model"
    since: date | None = None
    severity: Severity | None = None
    sensitivity: str | None = None
    condition: str | None = None

    @property
    def excludes(self) -> bool:
        """Whether it skips its pairs, rather than expecting their findings."""
        return self.status in EXCLUDING

    @property
    def unbound(self) -> bool:
        """Whether it lets findings pass and no change of the model can end it."""
        return not (self.excludes or self.status == "open" or self.source == "import" or self.facts)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today

    def summary(self) -> str:
        """The reason with owner, end and ticket, as a test report shows it."""
        terms = {"owner": self.owner, "until": self.until, "ticket": self.ticket}
        told = ", ".join(f"{name} {value}" for name, value in terms.items() if value)
        reason = self.reason or "to be fixed"
        return f"{reason} ({told})" if told else reason


def is_pattern(name: str) -> bool:
    """Whether the name has wildcards. A label may have them too: an exact name wins before patterns."""
    return any(char in name for char in "*?[")


class Written:
    """A decision as a model file states it; `pytestmark` and `element.marks` take it.

    Args:
        mark: the name of the mark that it becomes.
        threats: threat ids or patterns.
        terms: the keyword arguments.
    """

    def __init__(self, mark: str, threats: tuple[str, ...], terms: dict[str, Any]) -> None:
        self.name = mark
        self.args = threats
        self.kwargs = terms
        self.place = caller()

    @property
    def mark(self) -> pytest.Mark:
        """The same as a pytest mark; pytest is imported when it asks."""
        import pytest

        made: pytest.MarkDecorator = getattr(pytest.mark, self.name)(*self.args, **self.kwargs)
        return made.mark


def accept(
    *threats: str,
    element: str = "*",
    reason: str = "",
    owner: str | None = None,
    until: str | date | None = None,
    ticket: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Written:
    """Accept the risk of these threats: their findings become expected failures.

    Args:
        threats: threat ids or patterns.
        element: the element's label or a pattern; in `element.marks` it is the element itself.
        reason: why; without one the decision is refused.
        owner: who answers for it.
        until: the last day on which it holds, `"2027-06-30"`.
        ticket: where it is discussed.
        facts: what is true now and should stay so, `{"protocol": "HTTPS", "controls.isEncrypted": True}`.
    """
    terms = {
        "element": element,
        "reason": reason,
        "owner": owner,
        "until": until,
        "ticket": ticket,
        "facts": facts,
    }
    return Written("threat_accept", threats, {name: value for name, value in terms.items() if value is not None})


def exclude(*threats: str, element: str = "*", reason: str = "") -> Written:
    """Say that these threats do not concern the system: their pairs are skipped.

    Args:
        threats: threat ids or patterns.
        element: the element's label or a pattern; in `element.marks` it is the element itself.
        reason: why; without one the decision is refused.
    """
    return Written("threat_exclude", threats, {"element": element, "reason": reason})


def read_decision(written: Any, place: Place) -> Decision:
    """The decision that a mark or an object of `accept()` or `exclude()` states.

    Args:
        written: something with name, args and kwargs; its name is one of `MARKS`.
        place: where it stands, unless it knows itself.

    Raises:
        DecisionError: terms that are unknown, missing or of the wrong type.
    """
    status = MARKS[written.name]
    spelled = _spelled(written)
    place = getattr(written, "place", place)
    terms = dict(written.kwargs)
    for name in terms:
        if name not in _TERMS[status]:
            raise DecisionError(f"{place}: {spelled} has no argument {name!r}", did_you_mean(name, _TERMS[status]))
    return Decision(
        status=status,
        threats=_threats(written.args, spelled, place),
        element=_element(terms, spelled, place),
        reason=_reason(terms, spelled, place),
        owner=_text(terms, "owner", spelled, place),
        until=_until(terms.get("until"), spelled, place),
        ticket=_text(terms, "ticket", spelled, place),
        facts=_facts(terms, spelled, place),
        place=place,
        spelled=spelled,
    )


def _spelled(written: Any) -> str:
    verb = "accept" if written.name == "threat_accept" else "exclude"
    ids = [f'"{threat}"' if isinstance(threat, str) else repr(threat) for threat in written.args]
    element = written.kwargs.get("element", "*")
    return f"{verb}({', '.join(ids + ([] if element == '*' else [f'element={element!r}']))})"


def _threats(args: tuple[Any, ...], spelled: str, place: Place) -> tuple[str, ...]:
    if not args:
        raise DecisionError(f"{place}: {spelled} names no threat")
    for threat in args:
        if not isinstance(threat, str) or not threat.strip():
            raise DecisionError(f"{place}: {spelled}: threats are ids or patterns, got {threat!r}")
    return tuple(args)


def _text(terms: dict[str, Any], name: str, spelled: str, place: Place) -> str | None:
    value = terms.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        # As labels are: what the author wrote goes to terminals, reports and other processes.
        return escape(value) if value.strip() else ""
    raise DecisionError(f"{place}: {spelled}: {name} must be text, got {value!r}")


def _element(terms: dict[str, Any], spelled: str, place: Place) -> str:
    element = _text(terms, "element", spelled, place)
    if element is not None and not element.strip():
        raise DecisionError(f"{place}: {spelled}: element is empty, expected a label or a pattern")
    return "*" if element is None else element


def _facts(terms: dict[str, Any], spelled: str, place: Place) -> Mapping[str, Any] | None:
    facts = terms.get("facts")
    if facts is None or isinstance(facts, Mapping):
        return facts
    raise DecisionError(f"{place}: {spelled}: facts must be a dictionary, got {facts!r}")


def _reason(terms: dict[str, Any], spelled: str, place: Place) -> str:
    reason = _text(terms, "reason", spelled, place)
    if reason is None or not reason.strip():
        raise DecisionError(f'{place}: {spelled} gives no reason, expected reason="..."')
    return reason


def _until(value: Any, spelled: str, place: Place) -> date | None:
    if value is None or type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise DecisionError(f'{place}: {spelled}: until = {value!r} is no date, expected "YYYY-MM-DD"')
