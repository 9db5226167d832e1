"""Elements whose code has moved on since the model was written."""

from __future__ import annotations

import os
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.analysis import git
from pytest_threatmodel.analysis import history
from pytest_threatmodel.analysis.history import HistoryError
from pytest_threatmodel.analysis.stale import CodeCheck
from pytest_threatmodel.analysis.stale import with_code
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.registry import loading
from tests.analysis.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "from pytest_threatmodel import *\ntm = TM('Shop')\n"


def model_file(folder: Path, *sources: str, name: str = "threatmodel_shop.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{MODEL}Server('Web', sourceFiles={list(sources)!r})\n", encoding="utf-8")
    return path


def lines(file: Path, days: int = 30) -> list[str]:
    """What is said of the one element of a model."""
    ((_, element),) = with_code(load_model(file).model)
    return list(CodeCheck(file, days).check(element).lines())


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A model of January, and code that changed in February and April."""
    made = Repo(tmp_path_factory.mktemp("stale").resolve() / "repo")
    model_file(made.folder)
    made.write(web__app="1", web__old="1", lib__a="1", **{"[id]": "1", "i": "1"})
    made.put(".gitignore", "*.gen\n__pycache__/\n")
    made.commit("2026-01-01")
    made.write(lib__a="2")
    made.commit("2026-02-10")
    made.write(web__app="2", **{"[id]": "2"})
    made.commit("2026-04-01")
    return made


def sources(repo: Repo, *names: str, days: int = 30) -> list[str]:
    """What is said of an element with these source files; the model in git names none."""
    model = load_model(repo.folder / "threatmodel_shop.py").model
    with loading(model.load):
        element = Server("Web", sourceFiles=list(names))
    return [
        line.split(" in ")[0] for line in CodeCheck(repo.folder / "threatmodel_shop.py", days).check(element).lines()
    ]


def test_code_that_moved_on_is_named_with_day_commit_and_distance(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    file = model_file(repo.folder, "web.py")
    repo.write(web="1")
    first = repo.commit("2026-01-01")
    repo.write(web="2")
    second = repo.commit("2026-03-02")
    assert lines(file) == [
        f"web.py changed 2026-03-02 in {second}, 60 days after the model (2026-01-01 in {first})",
    ]
    assert lines(file, 60) == []
    assert lines(file, 59) != []


@pytest.mark.parametrize(
    ("names", "days", "moved"),
    [
        (["web/old.py", "lib/a.py"], 40, []),
        (["web/old.py", "lib/a.py"], 39, ["lib/a.py"]),
        (["web/old.py"], 0, []),
        (["web"], 30, ["web/app.py"]),
        (["web/"], 30, ["web/app.py"]),
        (["."], 30, ["[id].py", "web/app.py", "lib/a.py"]),
        (["*/*.py"], 30, ["web/app.py", "lib/a.py"]),
        (["**/*.py"], 60, ["[id].py", "web/app.py"]),
        (["web/app.py", "web", "**/app.py"], 30, ["web/app.py"]),
        (["../repo/web/./app.py"], 30, ["web/app.py"]),
    ],
)
def test_files_folders_and_patterns(repo: Repo, names: list[str], days: int, moved: list[str]) -> None:
    assert [line.split(" changed ")[0] for line in sources(repo, *names, days=days)] == moved


def test_a_name_that_exists_is_no_pattern(repo: Repo) -> None:
    """`[id].py` is the name of a file, and as a pattern would find `i.py`."""
    assert sources(repo, "[id].py") == ["[id].py changed 2026-04-01"]


def test_an_absolute_path_and_a_link_lead_to_the_file(repo: Repo, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(repo.folder / "web")
    for name in (str(repo.folder / "web" / "app.py"), str(link), str(link / "app.py")):
        assert sources(repo, name) == ["web/app.py changed 2026-04-01"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("web/ap.py", "source file 'web/ap.py' does not exist; did you mean 'web/app.py'?"),
        ("src/deep/app.py", "source file 'src/deep/app.py' does not exist; did you mean 'web/app.py'?"),
        ("zzz/qqq.c", "source file 'zzz/qqq.c' does not exist; nearest is the folder '.'"),
        ("web/zzz/qqq.c", "source file 'web/zzz/qqq.c' does not exist; nearest is the folder 'web'"),
        ("web/*.c", "source file 'web/*.c' does not exist; nearest is the folder 'web'"),
        ("../../../x", "source file '../../../x' does not exist; nearest is the folder '../../..'"),
        ("-rf", "source file '-rf' does not exist; nearest is the folder '.'"),
        ("wbe/app.py", "source file 'wbe/app.py' does not exist; did you mean 'web/app.py'?"),
        ("", "source file '' does not exist"),
        ("a\nb\x1b[2J", r"source file 'a\nb\x1b[2J' does not exist; nearest is the folder '.'"),
        ("nul\0", r"source file 'nul\x00' does not exist; nearest is the folder '.'"),
        ("x" * 300 + "/" + "y" * 5000, None),
    ],
)
def test_a_source_file_that_is_missing_names_the_nearest(repo: Repo, name: str, told: str | None) -> None:
    (found,) = sources(repo, name)
    assert found == told or (told is None and found.endswith("nearest is the folder '.'")), found


def test_what_is_not_committed_counts_by_the_time_of_the_file(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    file = model_file(repo.folder, "web.py", "new", "made.gen", "same.py")
    repo.write(web="1", same="1")
    repo.put(".gitignore", "*.gen\n")
    commit = repo.commit("2026-01-01")
    late = 1_800_000_000  # 2027-01-15
    repo.write(web="2", new__part="1")
    for name in ("web.py", "new/part.py", "new/skipped.gen", "made.gen", "same.py"):
        os.utime(repo.put(name, "2") if "same" not in name else repo.folder / name, (late, late))
    assert lines(file) == [
        f"{name} changed 2027-01-15, not committed, 378 days after the model (2026-01-01 in {commit})"
        for name in ("made.gen", "new/part.py", "web.py")
    ]
    os.utime(repo.put(file.name, file.read_text(encoding="utf-8") + "# looked at\n"), (late, late))
    assert lines(file) == []


def test_outside_of_git_the_times_of_files_count(tmp_path: Path) -> None:
    file = model_file(tmp_path, "web")
    for name, time in {"web/app.py": 1_000_000_000, "web/old.py": 900_000_000, file.name: 900_000_000}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (time, time))
    assert lines(file) == [
        "web/app.py changed 2001-09-09, not committed, 1157 days after the model (1998-07-09, not committed)"
    ]
    assert lines(file, 1158) == []


def test_code_in_another_repository_has_the_history_of_that(tmp_path: Path) -> None:
    code, models = Repo(tmp_path / "code"), Repo(tmp_path / "models")
    file = model_file(models.folder, "../code/app.py")
    models.commit("2026-01-01")
    code.write(app="1")
    code.commit("2026-06-01")
    (told,) = lines(file)
    assert told.startswith("../code/app.py changed 2026-06-01 in ")


def test_many_files_are_counted(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    file = model_file(repo.folder, "web")
    repo.commit("2026-01-01")
    for number in range(12):
        repo.put(f"web/{number:02}.py")
    repo.commit("2026-05-01")
    found = lines(file)
    assert [line.split(" ")[0] for line in found[:-1]] == [f"web/{number:02}.py" for number in range(5)]
    assert found[-1] == "and 7 more"


def test_a_clone_without_history_says_what_is_missing_and_no_more(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--depth", "1", repo.folder.as_uri(), str(tmp_path / "clone"))
    file = tmp_path / "clone" / "threatmodel_shop.py"
    text = dedent(
        """\
        Server('A', sourceFiles=["web/app.py"])
        Server('B', sourceFiles=["web/app.py", "web/new.sql"])
        """
    )
    beside = file.with_name("threatmodel_two.py")
    beside.write_text(MODEL + text, encoding="utf-8")
    check = CodeCheck(file, 30)
    (_, known), (_, missing) = with_code(load_model(beside).model)
    with pytest.raises(HistoryError, match="fetch-depth: 0"):
        check.check(known)
    (told,) = check.check(missing).lines()
    assert told == "source file 'web/new.sql' does not exist; nearest is the folder 'web'"


def test_elements_out_of_scope_and_without_code_are_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "threatmodel_shop.py"
    text = "Server('A', sourceFiles='a.py')\nServer('B')\nServer('C', sourceFiles='c.py', inScope=False)\n"
    text += "Server('A', sourceFiles='a.py')\n"
    file.write_text(MODEL + text, encoding="utf-8")
    assert [label for label, _ in with_code(load_model(file).model)] == ["A", "A #2"]


def test_a_thousand_elements_ask_git_a_few_times(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def counted(folder: Path, *command: str, patience: float) -> bytes:
        asked.append(command)
        return git.ask(folder, *command, patience=patience)

    monkeypatch.setattr(history, "ask", counted)
    file = repo.folder / "threatmodel_shop.py"
    check = CodeCheck(file, 30)
    with loading(load_model(file).model.load):
        elements = [Server(f"S{number}", sourceFiles=["web", "lib/a.py"]) for number in range(1000)]
    assert all(check.check(element) for element in elements)
    assert 0 < len(asked) < 8
