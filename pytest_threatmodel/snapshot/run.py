"""When and on what a run took place."""

from __future__ import annotations

import os
import time
from datetime import UTC
from datetime import date
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pytest_threatmodel.analysis.git import GitError
from pytest_threatmodel.analysis.git import ask
from pytest_threatmodel.snapshot.shape import RunShape

#: Seconds after which git is not waited for.
_PATIENCE: Final = 10.0


def describe_run(folder: Path, fail_on: str, today: date, expiry_notice: int = 30) -> RunShape:
    """The run as a snapshot tells it.

    Args:
        folder: whose repository counts.
        fail_on: from which severities on findings fail.
        today: by which decisions expire.
        expiry_notice: decisions that end within so many days are told.
    """
    return {
        "created": _created(),
        "commit": git(folder, "rev-parse", "HEAD"),
        "dirty": bool(git(folder, "status", "--porcelain", "--untracked-files=no")),
        "version": _version(),
        "fail_on": fail_on,
        "today": today.isoformat(),
        "expiry_notice": expiry_notice,
        "interrupted": "",
    }


def _created() -> str:
    """Now, or the moment that SOURCE_DATE_EPOCH names (https://reproducible-builds.org/specs/source-date-epoch/)."""
    try:
        seconds = int(os.environ["SOURCE_DATE_EPOCH"])
        moment = datetime.fromtimestamp(seconds, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(time.time(), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _version() -> str:
    try:
        return version("pytest-threatmodel")
    except PackageNotFoundError:  # run from a folder that is not installed
        return ""


def git(folder: Path, *arguments: str, patience: float = _PATIENCE) -> str:
    """What a git command prints, without the last line break; empty where it fails or there is no git."""
    try:
        told = ask(folder, *arguments, patience=patience)
    except GitError:
        return ""
    return told.decode("utf-8", "replace").rstrip("\n")
