"""A repository as it was at a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.analysis.revision import RevisionError
from pytest_threatmodel.analysis.revision import copy_files
from pytest_threatmodel.analysis.revision import find_revision
from tests.analysis.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path


def test_a_revision_knows_its_commit_day_and_where_the_folder_lies(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(a="1", sub__b="1")
    repo.commit("2026-03-04")
    found = find_revision(repo.folder / "sub", "HEAD")
    assert (found.commit, found.created) == (repo.git("rev-parse", "HEAD"), "2026-03-04T12:00:00Z")
    assert (found.top, found.below) == (repo.folder.resolve(), "sub/")
    assert found.source == f"HEAD (commit {found.commit[:12]}, 2026-03-04)"


def test_a_copy_has_the_files_of_then_and_nothing_of_now(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(a="then", gone="then")
    repo.put(".gitattributes", "secret.py export-ignore\n")
    repo.write(secret="x")
    repo.commit("2026-03-04")
    repo.git("rm", "-q", "gone.py")
    repo.write(a="now", new="now")
    repo.commit("2026-03-05")
    copy = tmp_path / "copy"
    copy.mkdir()
    assert copy_files(find_revision(repo.folder, "HEAD~1"), copy) == []
    assert {path.name: path.read_text() for path in copy.iterdir()} == {
        ".gitattributes": "secret.py export-ignore\n",
        "a.py": "then",
        "gone.py": "then",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "repo"]


def test_a_revision_whose_files_are_not_in_this_clone_is_an_error_and_fetches_nothing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.write(a="then")
    repo.commit("2026-03-04")
    repo.write(a="now")
    repo.commit("2026-03-05")
    repo.git("config", "uploadpack.allowFilter", "true")
    address = f"file://{repo.folder}"
    repo.git("clone", "-q", "--filter=blob:none", address, str(tmp_path / "partial"))
    copy = tmp_path / "copy"
    copy.mkdir()
    with pytest.raises(RevisionError, match="git archive of HEAD~1: "):
        copy_files(find_revision(tmp_path / "partial", "HEAD~1"), copy)


@pytest.mark.parametrize("name", ["", " ", "-1", "--all", "HEAD\0", "HEAD HEAD", "HEAD^{tree}", "nothing"])
def test_what_is_no_revision_is_an_error(tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path)
    repo.write(a="1")
    repo.commit("2026-03-04")
    with pytest.raises(RevisionError, match="revision"):
        find_revision(repo.folder, name)


def test_a_repository_without_commits_has_no_revision(tmp_path: Path) -> None:
    with pytest.raises(RevisionError, match="git knows no revision 'HEAD'"):
        find_revision(Repo(tmp_path).folder, "HEAD")
