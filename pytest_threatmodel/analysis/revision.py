"""A repository as it was at a revision: what that is, and a copy of its files."""

from __future__ import annotations

import os
import tarfile
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Final

from pytest_threatmodel.analysis.git import GitError
from pytest_threatmodel.analysis.git import ask
from pytest_threatmodel.model.fields import did_you_mean

#: Seconds for writing a large repository.
_PATIENCE: Final = 120.0
#: A clone that lacks files fetches them when they are asked for; nothing here asks the network.
_LOCAL: Final = ("-c", "protocol.allow=never")


class RevisionError(Exception):
    """A revision cannot be had; the message is one line for people."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of a repository.

    Args:
        name: as people wrote it.
        commit: its full name.
        created: when it was committed, in UTC, "2026-11-24T09:30:00Z".
        top: of the working tree.
        below: where the folder that was asked lies in it, with a slash at the end; empty for the top.
    """

    name: str
    commit: str
    created: str
    top: Path
    below: str

    @property
    def source(self) -> str:
        """What people are told: "main (commit 1a2b3c4, 2026-11-24)"."""
        return f"{self.name} (commit {self.commit[:12]}, {self.created[:10]})"


def find_revision(folder: Path, name: str) -> Revision:
    """The commit that a name stands for.

    Args:
        folder: in a repository.
        name: a branch, a tag, a commit, "HEAD~1" ...

    Raises:
        RevisionError: there is none, no repository, or no git.
    """
    if not name.strip() or name.startswith("-"):
        raise RevisionError(f"{name!r} is no revision, expected a branch, a tag or a commit")
    top = _asked(folder, "rev-parse", "--show-toplevel")
    below = _asked(folder, "rev-parse", "--show-prefix")
    try:
        commit = ask(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except GitError:
        raise RevisionError(_unknown(folder, name)) from None
    seconds = int(_asked(folder, "show", "--no-patch", "--no-show-signature", "--format=%ct", commit))
    created = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Revision(name, commit, created, Path(top), below)


def _asked(folder: Path, *arguments: str) -> str:
    try:
        return os.fsdecode(ask(folder, *arguments)).rstrip("\n")
    except GitError as error:
        raise RevisionError(str(error)) from None


def _unknown(folder: Path, name: str) -> str:
    text = f"git knows no revision {name!r}"
    if _asked(folder, "rev-parse", "--is-shallow-repository") == "true":
        return f"{text} in this shallow clone; fetch it (fetch-depth: 0, git fetch --unshallow)"
    hint = did_you_mean(name, _asked(folder, "for-each-ref", "--format=%(refname:short)").splitlines())
    return text if hint is None else f"{text}; {hint}"


def copy_files(revision: Revision, folder: Path) -> list[str]:
    """Write the files of a revision; git's attribute `export-ignore` leaves files out.

    Args:
        revision: of a repository.
        folder: an empty one; the archive stands beside it for a while.

    Returns:
        The paths that were left out, since they lead out of the folder or are no files.

    Raises:
        RevisionError: git does not give them, or they cannot be written.
    """
    archive = folder.with_name(f"{folder.name}.tar")
    command = (*_LOCAL, "archive", "--format=tar", f"--output={archive}", revision.commit)
    if not hasattr(tarfile, "data_filter"):
        raise RevisionError("this Python cannot unpack an archive safely, expected 3.11.4 or later")
    try:
        ask(revision.top, *command, patience=_PATIENCE)
        with tarfile.open(archive) as opened:
            left_out = list(_extract(opened, folder))
    except GitError as error:
        raise RevisionError(f"git archive of {revision.name}: {str(error).removeprefix('git -c ')}") from None
    except (OSError, tarfile.TarError) as error:
        raise RevisionError(f"the files of {revision.name} cannot be written: {error}") from None
    archive.unlink()
    return left_out


def _extract(opened: tarfile.TarFile, folder: Path) -> list[str]:
    left_out = []
    for member in opened:
        try:
            opened.extract(member, folder, filter="data")
        except tarfile.FilterError:
            left_out.append(member.name)
    return left_out
