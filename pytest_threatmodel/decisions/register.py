"""Registers: files of decisions beside the models, and which of their entries count for which model."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from typing import TypeVar

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import is_pattern

#: How many problems of one register are told to a model.
_TOLD: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision that stands in a register.

    Args:
        decision: what was decided.
        model: the key or path of the model for which it counts, or a pattern; empty for every model in the folder.
        number: of its table in the file, counted from 0, wrong ones included.
    """

    decision: Decision
    model: str
    number: int

    def names_model(self, path: str | None, key: str) -> bool:
        """Whether the entry is about this model alone, and not about several.

        Args:
            path: of the model file, as `RegisterFile.relative` gives it: asking the disk for each entry is slow.
            key: of the model; empty where it has none.
        """
        return bool(self.model) and self.model in (key, path)


@dataclass(frozen=True, slots=True)
class Closed:
    """An entry whose threat is no finding any more: the audit trail.

    Args:
        entry: as it was.
        closed: the day on which it was moved here.
        why: what had become of the threat.
    """

    entry: Entry
    closed: date
    why: str


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that cannot be read.

    Args:
        model: for which it would have counted, as far as that could be read.
        problems: each a line with file and line.
    """

    model: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """One register.

    Args:
        path: of the file.
        folder: its entries count for the model files in here and below.
        entries: those that can be read.
        closed: those that are settled.
        bad: those that cannot be read.
    """

    path: Path
    folder: Path
    entries: tuple[Entry, ...] = ()
    closed: tuple[Closed, ...] = ()
    bad: tuple[BadEntry, ...] = ()

    def relative(self, path: Path) -> str | None:
        """The path of a model file as entries name it, with slashes; None where it lies elsewhere."""
        try:
            return path.resolve().relative_to(self.folder.resolve()).as_posix()
        except (ValueError, OSError):
            return None


T = TypeVar("T", Entry, BadEntry)


class Register:
    """Every register of a run.

    Args:
        files: the registers.
    """

    def __init__(self, files: Iterable[RegisterFile] = ()) -> None:
        self.files: Final = tuple(files)
        # By the models that they name: a run of many models does not read through all entries for each.
        self._entries = [_by_model(file.entries) for file in self.files]
        self._bad = [_by_model(file.bad) for file in self.files]

    def for_model(self, path: Path, key: str) -> list[tuple[RegisterFile, Entry]]:
        """The entries that count for a model, as they stand in the files.

        Args:
            path: of the model file.
            key: of the model; empty where it has none.
        """
        found: list[tuple[RegisterFile, Entry]] = []
        for file, by_model in zip(self.files, self._entries, strict=True):
            names = (file.relative(path), key)
            entries = [entry for name in _names(by_model, *names) for entry in by_model[name]]
            found += ((file, entry) for entry in sorted(entries, key=lambda entry: entry.number))
        return found

    def problems(self, path: Path, key: str) -> list[str]:
        """What is wrong with entries that count, or would count, for a model; each a line, not too many.

        Args:
            path: of the model file.
            key: of the model; empty where it has none.
        """
        lines: list[str] = []
        for file, by_model in zip(self.files, self._bad, strict=True):
            bad = [each for name in _names(by_model, file.relative(path), key) for each in by_model[name]]
            told = [line for each in bad for line in each.problems]
            lines += told[:_TOLD]
            if len(told) > _TOLD:
                lines.append(f"{file.path.name}: {len(told) - _TOLD} more of these")
        return lines


def _by_model(entries: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for entry in entries:
        found.setdefault(entry.model, []).append(entry)
    return found


def _names(models: Iterable[str], relative: str | None, key: str) -> Iterator[str]:
    """Those of the names that entries give which mean this model."""
    if relative is None:
        return
    own = [name for name in (relative, key) if name]
    for name in models:
        if not name or name in own or (is_pattern(name) and any(fnmatchcase(one, name) for one in own)):
            yield name
