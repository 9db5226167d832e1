"""Staleness: elements whose code has moved on since the model was written."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pytest_threatmodel.analysis.history import Change
from pytest_threatmodel.analysis.history import HistoryError
from pytest_threatmodel.analysis.history import Repositories
from pytest_threatmodel.analysis.history import Repository
from pytest_threatmodel.analysis.history import below
from pytest_threatmodel.analysis.history import file_changes
from pytest_threatmodel.analysis.history import file_time
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import nearest
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.model import Model

_DAY: Final = 86_400
#: How many files of an element are named.
_NAMED: Final = 5
_WILDCARDS: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Staleness:
    """What the code of one element says about the model.

    Args:
        moved: files that changed more than so many days after the model, the newest first, relative to the model file.
        missing: source files that do not exist, a sentence each.
        model: the last change of the model file.
    """

    moved: tuple[Change, ...]
    missing: tuple[str, ...]
    model: Change

    def __bool__(self) -> bool:
        return bool(self.moved or self.missing)

    def lines(self) -> Iterator[str]:
        """The same for people."""
        yield from self.missing
        for change in self.moved[:_NAMED]:
            days = (change.time - self.model.time) // _DAY
            late = f"{days} day{'s' if days != 1 else ''} after the model" if days else "after the model, on that day"
            yield f"{escape(change.path)} changed {_when(change)}, {late} ({_when(self.model)})"
        if len(self.moved) > _NAMED:
            yield f"and {len(self.moved) - _NAMED:,} more"


def _when(change: Change) -> str:
    try:
        day = datetime.fromtimestamp(change.time, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a repository can hold any number
        day = "on a day that no calendar has"
    return f"{day} in {change.commit}" if change.commit else f"{day}, not committed"


def with_code(model: Model) -> list[tuple[str, Element]]:
    """The elements in scope that name source files, each with its label."""
    pairs = zip(model.labels(), model.elements, strict=True)
    return [(label, element) for label, element in pairs if element.inScope and element.sourceFiles]


class CodeCheck:
    """Compares the elements of one model file with their code.

    Args:
        file: the model file; source files are relative to its folder.
        days: how many days code may be newer.
        repositories: that were asked already, for several models.
    """

    def __init__(self, file: Path, days: int, repositories: Repositories | None = None) -> None:
        self._file = Path(os.path.realpath(file))
        self._folder = self._file.parent
        self._days = days
        self._repositories = repositories or Repositories()

    @cached_property
    def model(self) -> Change:
        """The last change of the model file.

        Raises:
            HistoryError: git cannot say.
        """
        path = str(self._file)
        repository = self._repositories.around(self._folder)
        if repository is not None and (name := _within(repository, path)) not in repository.uncommitted:
            commit = repository.last_commit(name)
            if commit is not None:
                return commit
        return Change(path, file_time(path) or 0)

    def check(self, element: Element) -> Staleness:
        """What the code of an element says.

        Args:
            element: with source files: files, folders, or patterns of them.

        Raises:
            HistoryError: git cannot say when they changed.
        """
        found = {source: self._paths(source) for source in element.sourceFiles}
        missing = tuple(self._missing(source) for source, paths in found.items() if not paths)
        try:
            return Staleness(self._newest(found), missing, self.model)
        except HistoryError:
            # What is missing is so without a history.
            if missing:
                return Staleness((), missing, Change("", 0))
            raise

    def _newest(self, found: dict[str, list[str]]) -> tuple[Change, ...]:
        moved: dict[str, Change] = {}
        for source, paths in found.items():
            is_named = os.path.exists(os.path.join(self._folder, source))
            for path in paths:
                moved.update((change.path, change) for change in self._moved(path, is_named))
        return tuple(sorted(moved.values(), key=lambda change: (-change.time, change.path)))

    def _paths(self, source: str) -> list[str]:
        """The existing files and folders that a source stands for; an exact name comes before patterns."""
        path = os.path.join(self._folder, source)
        if not source.strip():
            return []
        if os.path.exists(path):
            return [os.path.realpath(path)]
        if _WILDCARDS.isdisjoint(source) or "\0" in source:
            return []
        pattern = os.path.join(glob.escape(str(self._folder)), source)
        return sorted({os.path.realpath(found) for found in glob.iglob(pattern, recursive=True)})

    def _moved(self, path: str, is_named: bool) -> Iterator[Change]:
        earliest = self.model.time + self._days * _DAY + 1
        for change in self._changes(path, is_named, earliest):
            if change.time >= earliest:
                yield Change(self._shown(change.path), change.time, change.commit)

    def _changes(self, path: str, is_named: bool, earliest: int) -> Iterator[Change]:
        """The files at or below a path, of those in git the ones that changed since."""
        repository = self._repositories.around(Path(path) if os.path.isdir(path) else Path(path).parent)
        if repository is None:
            yield from file_changes(path)
            return
        name = _within(repository, path)
        for change in repository.changed_since(earliest, name):
            yield Change(os.path.join(repository.top, change.path), change.time, change.commit)
        uncommitted = list(below(repository.uncommitted, name))
        for file in uncommitted:
            yield from file_changes(os.path.join(repository.top, file))
        # Ignored files count where they are named, and not because a folder or pattern has them too.
        if is_named and not uncommitted and not any(below(repository.tracked, name)):
            yield from file_changes(path)

    def _missing(self, source: str) -> str:
        text = f"source file {escape(repr(source))} does not exist"
        if not source.strip():
            return text
        wanted = Path(os.path.normpath(os.path.join(self._folder, source.replace("\0", ""))))
        parent = next(folder for folder in wanted.parents if os.path.isdir(folder))
        near = self._beside(wanted, parent) or self._elsewhere(wanted.name)
        if near:
            return f"{text}; did you mean {escape(repr(near))}?"
        return f"{text}; nearest is the folder {escape(repr(self._shown(str(parent))))}"

    def _beside(self, wanted: Path, parent: Path) -> str | None:
        """What is there under a similar name, where the path goes astray."""
        first, *rest = wanted.relative_to(parent).parts
        try:
            name = nearest(first, os.listdir(parent))
        except OSError:
            return None
        if name is None:
            return None
        whole = parent.joinpath(name, *rest)
        return self._shown(str(whole if os.path.exists(whole) else parent / name))

    def _elsewhere(self, name: str) -> str | None:
        """A file of that name in another folder."""
        repository = self._repositories.around(self._folder)
        if repository is None:
            return None
        with suppress(HistoryError):
            for path in repository.tracked:
                if path.rpartition("/")[2] == name:
                    return self._shown(os.path.join(repository.top, path))
        return None

    def _shown(self, path: str) -> str:
        try:
            return os.path.relpath(path, self._folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return path


def _within(repository: Repository, path: str) -> str:
    return os.path.relpath(path, repository.top).replace(os.sep, "/")
