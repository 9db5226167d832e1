"""Decisions get the commit and the day that git names for their lines, and nothing that git does not know."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.snapshot.blame import UNCOMMITTED
from pytest_threatmodel.snapshot.blame import date_decisions
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import DecisionShape

MODEL = """\
from pytest_threatmodel import *
tm = TM("Shop", assumptions=[Assumption("hosts are patched", exclude=["HA01"])])
web = Server("Web")
web.marks = [
    accept("AA04", reason="later"),
    exclude(
        "AA03",
        reason="no",
    ),
]
"""


class Repository:
    """A git repository in which every commit has a day of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, day: str = "2026-01-01") -> str:
        names = {"NAME": "Sam Writer", "EMAIL": "sam@example.org", "DATE": f"{day}T12:00:00+00:00"}
        who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in names.items()}
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, capture_output=True, check=True, text=True, env={**os.environ, **who})
        return done.stdout.strip()

    def write(self, text: str, name: str = "threatmodel_sample.py") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def commit(self, day: str) -> str:
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=change", day=day)
        return self.git("rev-parse", "HEAD")


def decisions_of(source: str, folder: Path) -> dict[str, DecisionShape]:
    """The decisions of a model, dated, by their threats."""
    found = snapshot_of(source, folder)["decisions"]
    date_decisions(found, folder)
    return {",".join(decision["threats"]): decision for decision in found}


def told(decision: DecisionShape) -> tuple[str, str]:
    return decision["commit"], decision["decided"]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_commit_and_day_are_those_of_the_lines(repository: Repository) -> None:
    """A change in any line of a decision dates it anew; changes elsewhere leave it alone."""
    repository.write(MODEL)
    first = repository.commit("2026-03-01")
    later = MODEL.replace('reason="no"', 'reason="it has no cache"') + "\n# a remark\n"
    repository.write(later)
    second = repository.commit("2026-04-02")
    found = decisions_of(later, repository.folder)
    assert told(found["AA04"]) == (first, "2026-03-01")
    assert told(found["AA03"]) == (second, "2026-04-02")
    assert told(found["HA01"]) == (first, "2026-03-01")


def test_no_name_of_an_author_gets_into_the_snapshot(repository: Repository) -> None:
    repository.write(MODEL)
    repository.commit("2026-03-01")
    found = repr(decisions_of(MODEL, repository.folder))
    assert "Writer" not in found
    assert "example.org" not in found


def test_a_line_that_is_not_committed_says_so(repository: Repository) -> None:
    repository.write(MODEL)
    first = repository.commit("2026-03-01")
    changed = MODEL.replace('reason="later"', 'reason="much later"')
    found = decisions_of(changed, repository.folder)
    assert told(found["AA04"]) == ("", UNCOMMITTED)
    assert told(found["AA03"]) == (first, "2026-03-01")


def test_a_file_that_git_does_not_know_yet_is_uncommitted(repository: Repository) -> None:
    assert told(decisions_of(MODEL, repository.folder)["AA04"]) == ("", UNCOMMITTED)


def test_without_a_repository_nothing_is_told(tmp_path: Path) -> None:
    assert told(decisions_of(MODEL, tmp_path)["AA04"]) == ("", "")


def test_without_git_nothing_is_told(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write(MODEL)
    repository.commit("2026-03-01")
    monkeypatch.setenv("PATH", str(repository.folder))
    assert told(decisions_of(MODEL, repository.folder)["AA04"]) == ("", "")


def test_a_clone_without_history_knows_only_what_is_new_in_it(repository: Repository, tmp_path: Path) -> None:
    repository.write(MODEL)
    repository.commit("2026-03-01")
    repository.write("# other\n", "other.py")
    repository.commit("2026-03-02")
    changed = MODEL.replace('reason="later"', 'reason="much later"')
    clone = tmp_path / "clone"
    source = f"file://{repository.folder}"
    repository.git("clone", "--quiet", "--depth=1", source, str(clone))
    assert told(decisions_of(MODEL, clone)["AA04"]) == ("", "")
    repository.write(changed)
    newest = repository.commit("2026-03-03")
    repository.git("clone", "--quiet", "--depth=2", source, str(tmp_path / "deeper"))
    found = decisions_of(changed, tmp_path / "deeper")
    assert told(found["AA04"]) == (newest, "2026-03-03")
    assert told(found["AA03"]) == ("", "")


def test_a_plain_mark_of_the_file_is_not_dated_by_another_line(repository: Repository) -> None:
    """Nobody knows in which line a `pytest.mark` was made; the file's first line says nothing about it."""
    source = dedent("""\
        import pytest; print("", end="")
        from pytest_threatmodel import *
        tm = TM("Shop")
        web = Server("Web")
        pytestmark = [pytest.mark.threat_accept("AA04", reason="later")]
        """)
    repository.write(source)
    repository.commit("2026-03-01")
    assert told(decisions_of(source, repository.folder)["AA04"]) == ("", "")


def test_decisions_in_another_file_are_dated_there(repository: Repository) -> None:
    repository.write("from pytest_threatmodel import accept\nLATER = accept('AA04', reason='later')\n", "risks.py")
    first = repository.commit("2026-03-01")
    source = "from pytest_threatmodel import *\nimport risks\ntm = TM('Shop')\nServer('Web').marks = [risks.LATER]\n"
    assert told(decisions_of(source, repository.folder)["AA04"]) == (first, "2026-03-01")


def test_a_file_that_is_gone_or_has_shrunk_tells_nothing(repository: Repository) -> None:
    repository.write(MODEL)
    repository.commit("2026-03-01")
    found = snapshot_of(MODEL, repository.folder)["decisions"]
    repository.write("x = 1\n")
    date_decisions(found, repository.folder)
    assert {told(decision) for decision in found} == {("", "")}
    (repository.folder / "threatmodel_sample.py").unlink()
    date_decisions(found, repository.folder)
    assert {told(decision) for decision in found} == {("", "")}
