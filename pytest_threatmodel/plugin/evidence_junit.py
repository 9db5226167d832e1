"""Evidence in the JUnit file of a run, for later runs to read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.decisions.junit_evidence import CLAIM
from pytest_threatmodel.decisions.junit_evidence import COMMIT
from pytest_threatmodel.decisions.junit_evidence import MODEL
from pytest_threatmodel.decisions.junit_evidence import TIME
from pytest_threatmodel.snapshot.run import git


def commit(root: Path) -> str:
    """The commit that is checked out, and whether tracked files differ from it; empty outside of a repository.

    Args:
        root: a folder of the repository.
    """
    number = git(root, "rev-parse", "HEAD")
    return f"{number}+changes" if number and git(root, "status", "--porcelain", "--untracked-files=no") else number


def tell_junit(config: pytest.Config, number: str, summaries: Iterable[dict[str, Any]]) -> None:
    """Write what later runs need into the properties of the test suite.

    Args:
        config: whose JUnit file it is.
        number: the commit.
        summaries: of the models.
    """
    for plugin in config.pluginmanager.get_plugins():
        # pytest's writer, which the fixture `record_testsuite_property` calls as well.
        add = getattr(plugin, "add_global_property", None)
        if add is not None:
            for name, value in _properties(number, summaries):
                add(name, value)


def _properties(number: str, summaries: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    yield COMMIT, number
    yield TIME, datetime.now(UTC).isoformat(timespec="seconds")
    for each in summaries:
        yield MODEL, json.dumps([each["file"], each["evidence"]["digest"]])
        for test, label, control in each["evidence"]["claims"]:
            yield CLAIM, json.dumps([test, each["file"], label, control])
