"""What can be wrong with a model, as exceptions that carry their data."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_threatmodel.model.origin import Place


class ModelError(Exception):
    """Something in a model is wrong: a value, a name, a relation.

    Args:
        problem: what is wrong, one sentence without the place.
        place: where the model's author wrote it, if that is known.
        hint: what to write instead, if there is a likely answer, or what finds it when somebody asks.
    """

    def __init__(
        self, problem: str, *, place: Place | None = None, hint: str | Callable[[], str | None] | None = None
    ) -> None:
        self.problem = problem
        self.place = place
        self._hint = hint
        super().__init__(problem, place)

    @property
    def hint(self) -> str | None:
        """What to write instead; looked for only now, since most errors of this kind are asked for nothing."""
        if callable(self._hint):
            self._hint = self._hint()
        return self._hint

    def __str__(self) -> str:
        text = self.problem if self.hint is None else f"{self.problem}; {self.hint}"
        return text if self.place is None else f"{text} ({self.place})"


class UnknownAttribute(ModelError, AttributeError):
    """An element has no such field; the nearest name is in the hint."""


class ModelProblems(ModelError):
    """Every complaint about one model at once.

    Args:
        problems: one `ModelError` a complaint, in the order of the model.
    """

    def __init__(self, problems: Sequence[ModelError]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def shown(value: object) -> str:
    """A value as a message quotes it: short, and never failing."""
    try:
        text = repr(value)
    except Exception:  # a user's own object, or a number that Python refuses to write out
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


class ValueProblem(Exception):
    """A value does not fit a field; `Element` turns it into a `ModelError` with element and place.

    Args:
        expected: what the field takes, to be read after "expected".
        hint: the nearest right value, if there is one.
    """

    def __init__(self, expected: str, hint: str | None = None) -> None:
        self.expected = expected
        self.hint = hint
        super().__init__(expected, hint)
