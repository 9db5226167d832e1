"""When and on what a run took place."""

from __future__ import annotations

import subprocess
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest

from pytest_threatmodel.snapshot.run import describe_run

TODAY = date(2026, 11, 24)


def git(folder: Path, *arguments: str) -> str:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", "-C", str(folder), *name, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_commit_and_changes_of_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text("one", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    run = describe_run(tmp_path, "info", TODAY)
    assert (run["commit"], run["dirty"]) == (git(tmp_path, "rev-parse", "HEAD"), False)
    (tmp_path / "new.txt").write_text("untracked files are not of the commit", encoding="utf-8")
    assert describe_run(tmp_path, "info", TODAY)["dirty"] is False
    (tmp_path / "a.txt").write_text("two", encoding="utf-8")
    assert describe_run(tmp_path, "info", TODAY)["dirty"] is True


def test_without_a_repository_or_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_run(tmp_path, "info", TODAY)["commit"] == ""
    monkeypatch.setenv("PATH", "")
    run = describe_run(tmp_path, "high", TODAY)
    assert (run["commit"], run["dirty"], run["fail_on"], run["today"]) == ("", False, "high", "2026-11-24")


@pytest.mark.parametrize(("stated", "told"), [("0", "1970-01-01T00:00:00Z"), ("1700000000", "2023-11-14T22:13:20Z")])
def test_the_moment_can_be_stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str, told: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    assert describe_run(tmp_path, "info", TODAY)["created"] == told


@pytest.mark.parametrize("stated", ["", "yesterday", "9" * 40])
def test_a_moment_that_is_none_means_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    told = datetime.strptime(describe_run(tmp_path, "info", TODAY)["created"], "%Y-%m-%dT%H:%M:%S%z")
    assert abs((datetime.now(UTC) - told).total_seconds()) < 600
