"""Asking git, which may not be there, may refuse, and may hang."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

#: Seconds after which git is not waited for.
_PATIENCE: Final = 10.0
#: By these a hook says which repository it runs in; here the folder says so.
_OF_HOOKS: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
)
#: How much of git's complaint is told.
_LONGEST: Final = 300


class GitError(Exception):
    """Git gave no answer; the message is one line for people."""


def ask(folder: Path, *arguments: str, patience: float = _PATIENCE) -> bytes:
    """What a git command prints.

    Args:
        folder: in which it runs.
        arguments: of git; paths among them are taken literally.
        patience: seconds after which it is not waited for.

    Raises:
        GitError: there is no git, it fails, or takes too long.
    """
    command = ("git", "--no-optional-locks", "--literal-pathspecs", "-C", str(folder), *arguments)
    # Complaints are recognised in English.
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=patience, check=True, stdin=subprocess.DEVNULL, env=environment
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git {arguments[0]} took longer than {patience:g} s") from None
    except subprocess.CalledProcessError as error:
        raise GitError(_complaint(error.stderr) or f"git {arguments[0]} failed") from None
    except (OSError, ValueError) as error:
        raise GitError(f"git does not start: {getattr(error, 'strerror', None) or error}") from None
    return done.stdout


def _complaint(said: bytes) -> str:
    """The first line that git said is wrong."""
    lines = said.decode("utf-8", "backslashreplace").strip().splitlines()
    return next((line[:_LONGEST] for line in lines if line.startswith(("fatal:", "error:"))), "")
