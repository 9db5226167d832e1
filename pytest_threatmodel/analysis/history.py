"""When files changed last: by git's commits, and by the times of files that are not committed."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pytest_threatmodel.analysis.git import GitError
from pytest_threatmodel.analysis.git import ask

#: Seconds for a walk through the whole history of a large repository.
_PATIENCE: Final = 120.0
_COMMIT: Final = re.compile(r"(\d+) ([0-9a-f]+)")
#: Git refuses dates that do not fit its type; this one is in the year 9999.
_LAST_DAY: Final = 253_370_764_800
SHALLOW: Final = "this clone lacks the history; fetch all of it (fetch-depth: 0, git fetch --unshallow)"


class HistoryError(Exception):
    """Git cannot say when files changed; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a file.

    Args:
        path: of the file.
        time: seconds since 1970.
        commit: its short name; empty where the time is that of the file itself.
    """

    path: str
    time: int
    commit: str = ""


class Repository:
    """A git repository with a working tree; each question is asked once.

    Paths are relative to the top, with slashes.

    Args:
        top: of the working tree.
    """

    def __init__(self, top: Path) -> None:
        self.top = top
        self._since: dict[int, dict[str, Change]] = {}
        self._sorted: dict[int, list[str]] = {}

    @cached_property
    def tracked(self) -> list[str]:
        """The files that git knows, in order."""
        return sorted(self._names("ls-files", "-z"))

    @cached_property
    def uncommitted(self) -> list[str]:
        """Changed files, and new ones that are not ignored, in order."""
        every = ("--porcelain", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=all")
        return sorted(entry[3:] for entry in self._names("status", *every))

    @cached_property
    def has_commits(self) -> bool:
        """Whether anything is committed at all."""
        return bool(_told(self.top, "rev-parse", "--revs-only", "HEAD").strip())

    def last_commit(self, path: str) -> Change | None:
        """The last commit of a file; None for one that is in none.

        Raises:
            HistoryError: git does not say, or the history is not there.
        """
        if not self.has_commits:
            return None
        self._need_history()
        told = _told(self.top, "log", "-1", "--no-show-signature", "--format=%ct %h", "--", path)
        found = _COMMIT.fullmatch(os.fsdecode(told).strip("\n"))
        return Change(path, int(found[1]), found[2]) if found else None

    def changed_since(self, moment: int, path: str) -> Iterator[Change]:
        """The files at or below a path with a commit at or after a moment, each with the newest one.

        Raises:
            HistoryError: git does not say, or the history is not there.
        """
        if moment not in self._since:
            self._since[moment] = self._read_since(moment) if self.has_commits else {}
            self._sorted[moment] = sorted(self._since[moment])
        changes = self._since[moment]
        yield from (changes[name] for name in below(self._sorted[moment], path))

    def _read_since(self, moment: int) -> dict[str, Change]:
        self._need_history()
        day = f"@{min(moment, _LAST_DAY)} +0000"
        command = ("log", "--no-show-signature", "-z", "--name-only", "--no-renames", "--format=%x00%ct %h")
        try:
            # Older gits have --since alone, which stops at the first commit that is too old.
            told = _told(self.top, *command, f"--since-as-filter={day}", patience=_PATIENCE)
        except HistoryError:
            told = _told(self.top, *command, f"--since={day}", patience=_PATIENCE)
        return _newest(os.fsdecode(told))

    def _need_history(self) -> None:
        if self._is_shallow:
            raise HistoryError(SHALLOW)

    @cached_property
    def _is_shallow(self) -> bool:
        return _told(self.top, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def _names(self, *command: str) -> list[str]:
        return [name for name in os.fsdecode(_told(self.top, *command)).split("\0") if name]


def _told(top: Path, *command: str, patience: float = 30.0) -> bytes:
    try:
        return ask(top, *command, patience=patience)
    except GitError as error:
        raise HistoryError(str(error)) from None


def _newest(told: str) -> dict[str, Change]:
    """Path -> its newest commit, from the log of a repository.

    Names of files can hold anything but a zero, so each commit is led by an empty part: `0 commit 0 \\n a 0 b 0`.
    """
    changes: dict[str, Change] = {}
    parts = iter(told.split("\0"))
    time, commit, is_first = 0, "", False
    for part in parts:
        if not part:
            begins = _COMMIT.fullmatch(next(parts, ""))
            time, commit, is_first = (int(begins[1]), begins[2], True) if begins else (0, "", False)
            continue
        # A line break stands between a commit and the first of its files.
        path = part.removeprefix("\n") if is_first else part
        is_first = False
        if path not in changes or changes[path].time < time:
            changes[path] = Change(path, time, commit)
    return changes


def below(names: list[str], path: str) -> Iterator[str]:
    """The names at or below a path, from a sorted list; the path "." is the top.

    Of `["a", "a-b", "a/b", "ab"]` the names `a` and `a/b` are at or below `a`.
    """
    if path == ".":
        yield from names
        return
    at = bisect_left(names, path)
    if at < len(names) and names[at] == path:
        yield path
    # "0" is the character after "/".
    yield from names[bisect_left(names, f"{path}/") : bisect_left(names, f"{path}0")]


class Repositories:
    """The repositories that files lie in, each found once."""

    def __init__(self) -> None:
        self._by_folder: dict[Path, Repository | None] = {}

    def around(self, folder: Path) -> Repository | None:
        """The repository whose working tree holds a folder; None outside of git.

        Args:
            folder: without symbolic links.
        """
        passed = []
        found: Repository | None = None
        for each in (folder, *folder.parents):
            if each in self._by_folder:
                found = self._by_folder[each]
                break
            passed.append(each)
            # A file in submodules and linked working trees.
            if (each / ".git").exists():
                found = Repository(each)
                break
        self._by_folder.update(dict.fromkeys(passed, found))
        return found


def file_time(path: str) -> int | None:
    """When a file was written; None where there is no such file."""
    try:
        return int(os.stat(path).st_mtime)
    except (OSError, ValueError):
        return None


def file_changes(path: str) -> Iterator[Change]:
    """The files at or below a path with their own times; hidden ones and compiled Python are left out."""
    if not os.path.isdir(path):
        time = file_time(path)
        if time is not None:
            yield Change(path, time)
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        for name in sorted(files):
            time = None if name.startswith(".") else file_time(os.path.join(folder, name))
            if time is not None:
                yield Change(os.path.join(folder, name), time)
