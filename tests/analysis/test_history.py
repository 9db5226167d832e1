"""When files changed, asked of real repositories."""

from __future__ import annotations

import os
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.analysis.history import SHALLOW
from pytest_threatmodel.analysis.history import Change
from pytest_threatmodel.analysis.history import HistoryError
from pytest_threatmodel.analysis.history import Repositories
from pytest_threatmodel.analysis.history import Repository
from pytest_threatmodel.analysis.history import below
from pytest_threatmodel.analysis.history import file_changes
from tests.analysis.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "-x.py",
    "new\nline.py",
    "\nfirst",
    "$(touch gone)",
    ":(top)x",
    "*.py",
    "ümläut 漢.py",
    '"quoted".py',
    "1 ab",
)


def moment(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Old and new files, one of which changed twice, one that was removed, and names that are hostile."""
    made = Repo(tmp_path_factory.mktemp("history").resolve() / "repo")
    made.write(old="1", web__app="1", web__gone="1", webs="1")
    made.commit("2026-01-01")
    made.write(web__app="2")
    made.commit("2026-03-01")
    (made.folder / "web" / "gone.py").unlink()
    made.write(web__app="3", webs="2")
    made.commit("2026-02-01")  # clocks differ: the commit after that of March
    for name in HOSTILE:
        made.put(name)
    made.commit("2026-04-01")
    return made


def changed(repo: Repo, day: str, path: str) -> dict[str, int]:
    return {change.path: change.time for change in Repository(repo.folder).changed_since(moment(day), path)}


def test_the_last_commit_of_a_file(repo: Repo) -> None:
    found = Repository(repo.folder).last_commit("old.py")
    assert found == Change("old.py", moment("2026-01-01"), repo.git("rev-parse", "--short", "HEAD~3"))
    assert Repository(repo.folder).last_commit("none.py") is None


def test_a_file_that_changed_twice_has_its_newest_commit(repo: Repo) -> None:
    assert changed(repo, "2026-01-15", "web/app.py") == {"web/app.py": moment("2026-03-01")}


def test_commits_behind_an_older_one_are_seen(repo: Repo) -> None:
    """Dates of commits need not be in order."""
    assert changed(repo, "2026-02-15", "web") == {"web/app.py": moment("2026-03-01")}


def test_a_folder_has_its_files_and_those_that_were_removed(repo: Repo) -> None:
    assert changed(repo, "2026-01-15", "web").keys() == {"web/app.py", "web/gone.py"}
    assert changed(repo, "2026-01-15", ".").keys() >= {"web/app.py", "web/gone.py", "webs.py", *HOSTILE}
    assert changed(repo, "2026-04-02", ".") == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_options_and_no_patterns(repo: Repo, name: str) -> None:
    found = Repository(repo.folder).last_commit(name)
    assert found is not None
    assert found.time == moment("2026-04-01")
    assert changed(repo, "2026-03-15", name) == {name: moment("2026-04-01")}


def test_what_is_not_committed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(same="1", changed="1", removed="1")
    repo.put(".gitignore", "*.log\n")
    repo.commit("2026-01-01")
    repo.write(changed="2", new__file="1")
    (repo.folder / "removed.py").unlink()
    repo.put("x.log")
    repository = Repository(repo.folder)
    assert repository.uncommitted == ["changed.py", "new/file.py", "removed.py"]
    assert repository.tracked == [".gitignore", "changed.py", "removed.py", "same.py"]


def test_a_repository_without_commits_has_no_history(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(new="1")
    repository = Repository(repo.folder)
    assert repository.last_commit("new.py") is None
    assert list(repository.changed_since(0, ".")) == []
    assert repository.uncommitted == ["new.py"]


def test_a_clone_without_history_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--depth", "1", repo.folder.as_uri(), str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    for ask in (lambda: clone.last_commit("old.py"), lambda: list(clone.changed_since(0, "."))):
        with pytest.raises(HistoryError) as caught:
            ask()
        assert str(caught.value) == SHALLOW
        assert "fetch-depth: 0" in SHALLOW


def test_a_damaged_repository_is_told_in_gits_words(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere", encoding="utf-8")
    with pytest.raises(HistoryError, match=r"fatal: not a git repository: .*nowhere"):
        Repository(tmp_path).last_commit("x")


def test_without_git_there_is_no_answer(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(HistoryError, match="git does not start: No such file or directory"):
        Repository(repo.folder).last_commit("old.py")


def test_an_older_git_is_asked_as_it_understands(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 2.37 there was no --since-as-filter."""
    old = tmp_path / "git"
    old.write_text(
        '#!/bin/sh\ncase "$*" in *since-as-filter*) echo "fatal: unrecognized argument" >&2; exit 128;; esac\n'
        f'PATH={os.environ["PATH"]} exec git "$@"\n',
        encoding="utf-8",
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert changed(repo, "2026-03-15", ".").keys() >= set(HOSTILE)


def test_a_hook_of_another_repository_does_not_decide(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells hooks, and whatever they start, which repository they run in."""
    other = Repo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert Repository(repo.folder).last_commit("old.py") is not None
    assert "old.py" in Repository(repo.folder).tracked


def test_the_nearest_repository_counts(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "outer" / "deep" / "inner")
    outer = Repo(tmp_path / "outer")
    repositories = Repositories()
    around = {
        folder: repositories.around(folder) for folder in (inner.folder, inner.folder / "a", outer.folder / "deep")
    }
    assert [found and found.top for found in around.values()] == [inner.folder, inner.folder, outer.folder]
    assert repositories.around(inner.folder / "b") is around[inner.folder]
    assert repositories.around(tmp_path) is None


def test_names_at_or_below_a_path() -> None:
    names = ["a", "a-b", "a/b", "a/c/d", "a0", "ab", "b/a"]
    assert list(below(names, "a")) == ["a", "a/b", "a/c/d"]
    assert list(below(names, "a/c")) == ["a/c/d"]
    assert list(below(names, ".")) == names
    assert list(below(names, "c")) == list(below([], "a")) == []


def test_outside_of_git_files_have_their_own_times(tmp_path: Path) -> None:
    for name in ("app.py", "deep/part.py", ".hidden/x", "deep/__pycache__/part.pyc", "deep/.secret"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        os.utime(path, (1000, 1000))
    found = list(file_changes(str(tmp_path)))
    assert found == [Change(str(tmp_path / name), 1000) for name in ("app.py", "deep/part.py")]
    assert list(file_changes(str(tmp_path / "none"))) == list(file_changes("nul\0")) == []
