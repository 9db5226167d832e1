"""What is wrong with the file of another tool."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape

#: Looking for the nearest name takes time that grows with the square of their length.
_LONGEST: Final = 80
_MOST: Final = 5000


class ImportFault(ModelError):
    """A file cannot be imported.

    Args:
        file: the file.
        problem: what is wrong, one sentence.
        where: the place in the file: "line 3, column 7", or a JSON pointer.
        hint: what to write instead.
    """

    def __init__(self, file: Path, problem: str, *, where: str = "", hint: str | None = None) -> None:
        self.file = file
        self.where = where
        super().__init__(f"{spot(file, where)}: {escape(problem)}", hint=None if hint is None else escape(hint))


def spot(file: Path, where: str) -> str:
    """A place in a file, as messages name it: "shop.otm.json, line 3" or "shop.otm.json: /components/3"."""
    separator = ": " if where.startswith("/") else ", "
    return escape(file.name + (separator + where if where else ""))


def nearest_hint(id_: str, known: Iterable[str]) -> str | None:
    """The hint "did you mean ...?" for an id of a file, which may be hostile: within limits of number and length."""
    if len(id_) > _LONGEST:
        return None
    return did_you_mean(id_, islice((each for each in known if len(each) <= _LONGEST), _MOST))
