"""What a check found wrong with one threat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pytest_threatmodel.library.threat import Threat

Rule = Literal["examples", "mitigation", "reach", "clauses", "taxonomy", "equal"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with a threat.

    Args:
        rule: which of the rules it breaks.
        threat: the id.
        place: file and line of the threat.
        message: what is wrong and what was expected.
        key: the key of the entry that it is about.
        column: in the condition, counted from 1, where it is about a part of one.
        hint: what to write instead, if there is a likely answer.
    """

    rule: Rule
    threat: str
    place: str
    message: str
    key: str = ""
    column: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        column = "" if self.column is None else f"column {self.column}"
        where = ", ".join(part for part in (f"threat {self.threat}", self.key, column) if part)
        text = f"{self.place}: {where}: {self.message}"
        return text if self.hint is None else f"{text}; {self.hint}"


def flaw(
    rule: Rule, threat: Threat, message: str, key: str = "", *, column: int | None = None, hint: str | None = None
) -> Flaw:
    """A flaw of a threat, at its place.

    Args:
        rule: which of the rules it breaks.
        threat: from a library.
        message: what is wrong and what was expected.
        key: the key of the entry that it is about.
        column: in the condition, counted from 1.
        hint: what to write instead.
    """
    return Flaw(rule, threat.id, threat.origin or f"pack {threat.pack}", message, key, column, hint)
