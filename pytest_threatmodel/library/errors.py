"""What can be wrong with threat packs and libraries, as exceptions that carry their data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_threatmodel.model.fields import did_you_mean

#: What a message quotes of a value at most; packs may hold megabytes.
_QUOTED = 60
#: How many problems of one file are written out.
_WRITTEN = 50
_HUGE = 1 << 64


def shown(value: object) -> str:
    """A value from outside as a message quotes it: short, on one line, and never failing."""
    if isinstance(value, str):
        return repr(value) if len(value) <= _QUOTED else f"{value[:_QUOTED]!r}..."
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to write out very long numbers.
        return str(value) if -_HUGE < value < _HUGE else "a huge number"
    if isinstance(value, float):
        return repr(value)
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else "a date or time"


def plain(name: str) -> str:
    """A name from outside without quotes, where that is harmless; otherwise as `shown`."""
    return name if len(name) <= _QUOTED and re.fullmatch(r"\w[\w.-]*", name) else shown(name)


def guess(name: str, candidates: Iterable[str]) -> str | None:
    """The hint "did you mean ...?" for a wrong name of any length."""
    return did_you_mean(name, candidates) if len(name) <= _QUOTED else None


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: "a, b or c"."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


class LibraryError(LookupError):
    """A threat library can not be put together, or does not hold what it is asked for.

    Args:
        message: what is wrong, one sentence.
        name: the pack's or threat's name that it is about.
        places: where in the packs that stands.
        hint: what to write or do instead, if there is a likely answer.
    """

    def __init__(self, message: str, name: str = "", places: Sequence[str] = (), hint: str | None = None) -> None:
        self.message = message
        self.name = name
        self.places = tuple(places)
        self.hint = hint
        super().__init__(message, name, self.places, hint)

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a pack.

    Args:
        message: what is wrong and what was expected, without the place.
        where: the table it stands in ("pack", "threat WEB04", "threat #3", "field rendersMarkdown").
        field: the key in that table.
        line: the line where the table begins, or of the mistake itself in a file that can not be parsed.
        column: the column, counted from 1, in a condition or in a file that can not be parsed.
        hint: what to write instead, if there is a likely answer.
    """

    message: str
    where: str = ""
    field: str = ""
    line: int | None = None
    column: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        column = "" if self.column is None else f"column {self.column}"
        place = ", ".join(part for part in (self.where, self.field, column) if part)
        text = f"{place}: {self.message}" if place else self.message
        return text if self.hint is None else f"{text}; {self.hint}"


class PackError(LibraryError):
    """A pack can not be used. The text has one line for each problem.

    Args:
        file: the file, or the pack's name where there is none.
        problems: everything that is wrong with it; the first one's data are attributes, too.
    """

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, first.where, [self._place(file, first)], first.hint)
        self.args = (file, tuple(problems))
        self.file = file
        self.problems = tuple(problems)
        self.threat = first.where.removeprefix("threat ") if first.where.startswith("threat ") else None
        self.field = first.field
        self.line = first.line
        self.column = first.column

    @staticmethod
    def _place(file: str, problem: Problem) -> str:
        return file if problem.line is None else f"{file}:{problem.line}"

    def __str__(self) -> str:
        lines = [f"{self._place(self.file, problem)}: {problem}" for problem in self.problems[:_WRITTEN]]
        more = len(self.problems) - _WRITTEN
        return "\n".join([*lines, f"{self.file}: and {more} more"] if more > 0 else lines)


class Complaints:
    """Collects the problems of one file, so that its author sees all of them at once.

    Args:
        file: how messages name the file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self.problems.append(problem)

    def guess(self, name: str, candidates: Iterable[str]) -> str | None:
        """The hint for a wrong name; none any more once nobody will read it, as guessing is slow."""
        return guess(name, candidates) if len(self.problems) < _WRITTEN else None

    def settle(self) -> None:
        """Raise what was collected, if anything.

        Raises:
            PackError: with every problem so far.
        """
        if self.problems:
            raise PackError(self.file, self.problems)
