"""Findings that override, and assumptions that exclude: pytm's two ways to say something about threats in a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Generic
from typing import Self
from typing import TypeVar
from typing import overload

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.fields import in_order
from pytest_threatmodel.model.origin import caller

N = TypeVar("N")


class NoteList(Generic[N]):
    """A list that stands on an element or a model beside its fields; what is assigned is checked.

    Args:
        kind: what the list holds; None for anything.
    """

    def __init__(self, kind: type[N] | None) -> None:
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, node: None, owner: Any) -> Self: ...

    @overload
    def __get__(self, node: object, owner: Any) -> list[N]: ...

    def __get__(self, node: Any, owner: Any) -> Any:
        return self if node is None else node.__dict__.setdefault(self.name, [])

    def __set__(self, node: Any, value: N | Iterable[N]) -> None:
        notes = list(in_order(value)) if isinstance(value, list | tuple | set | frozenset) else [value]
        kept: Any = None if value is None else notes
        if kept is None or self.wrong(kept):
            raise node.misfit(self.name, value, ValueProblem(self.expected()), caller())
        node.__dict__[self.name] = kept

    def wrong(self, notes: Iterable[object]) -> list[object]:
        """What does not belong into the list."""
        return [] if self.kind is None else [note for note in notes if not isinstance(note, self.kind)]

    def expected(self) -> str:
        """What the list takes, for messages."""
        return "a list" if self.kind is None else f"{self.kind.__name__}(...) or a list of them"


def note_list(of: type[N] | None, *, default: tuple[()]) -> Any:
    """A list of notes; empty until something is assigned or appended."""
    return NoteList(of)


class Finding:
    """An override: how one threat counts on the element that carries it. What is not stated stays as it is.

    Args:
        threat_id: the threat that this is about.
        severity: another severity (critical, high, medium, low, info, or pytm's words).
        cvss: a CVSS score or vector, for the reports.
        response: what is done about it: accepted, transferred, mitigated, avoided.
        likelihood: another likelihood.
        reason: why it counts otherwise; a policy may ask for it where a severity is lowered.

    Raises:
        ModelError: an unknown name, a value that is no text, or no `threat_id`.
    """

    _NAMES = ("threat_id", "severity", "cvss", "response", "likelihood", "reason")

    def __init__(
        self,
        *,
        threat_id: str,
        severity: str | None = None,
        cvss: str | None = None,
        response: str | None = None,
        likelihood: str | None = None,
        reason: str | None = None,
        **unknown: Any,
    ) -> None:
        self.place = caller()
        for name in unknown:
            hint = did_you_mean(name, self._NAMES)
            raise ModelError(f"Finding() has no argument {name!r}", place=self.place, hint=hint)
        given = {"threat_id": threat_id, "severity": severity, "cvss": cvss, "response": response}
        for name, value in {**given, "likelihood": likelihood, "reason": reason}.items():
            if value is not None and not isinstance(value, str):
                raise ModelError(f"Finding(): {name} = {value!r} is not accepted, expected text", place=self.place)
        self.threat_id = threat_id
        self.severity = severity
        self.cvss = cvss
        self.response = response
        self.likelihood = likelihood
        self.reason = reason
        #: The id that the author wrote, where another stands for it now.
        self.written: str | None = None

    def __repr__(self) -> str:
        return f"<Finding {self.threat_id}>"


class Assumption:
    """Something the model takes for granted, and the threats that need no answer because of it.

    Args:
        name: the assumption, which is also the reason of the exclusion.
        exclude: threat ids or patterns of them.
        description: more about it.

    Raises:
        ModelError: `exclude` holds something that is no text.
    """

    def __init__(self, name: str, exclude: str | Iterable[str] = (), description: str = "") -> None:
        self.place = caller()
        ids = (exclude,) if isinstance(exclude, str) else tuple(exclude)
        if not isinstance(name, str) or not all(isinstance(threat, str) for threat in ids):
            raise ModelError("Assumption() takes a name and threat ids as text", place=self.place)
        self.name = name
        self.exclude = tuple(sorted(ids)) if isinstance(exclude, set | frozenset) else ids
        self.description = description
        #: The ids that the author wrote, where others stand for them now.
        self.written: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"<Assumption {self.name!r}>"
