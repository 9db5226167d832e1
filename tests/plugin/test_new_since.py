"""Findings that a git revision has: evaluated on a copy, in a pytest of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

# Runs inside a test forget what they import, and keep what is here.
from pytest_threatmodel.plugin import new_since
from tests.analysis.repositories import Repo

from .models import FLOW_THREAT
from .models import HEAD
from .models import PACK
from .models import outcomes
from .models import write_project
from .test_compare import closing

if TYPE_CHECKING:
    from pathlib import Path

OLD = """
web = Server("Web", usesCache=True)
api, user = Server("Api"), Actor("User")
Dataflow(user, web, "Ask", protocol="HTTP")

def test_never_runs_again():
    open("ran", "a").close()
"""
NOW = f"""{OLD}
Server("Shop", OS="DOS", usesCache=False)
"""


def write_repo(pytester: pytest.Pytester, body: str = OLD, ini: str = "") -> Repo:
    """A commit of the second day of 2026 with a model, and the model of `NOW` in the working tree."""
    repo = Repo(pytester.path)
    write_project(pytester, body, ini=ini)
    repo.put(".gitignore", ".pytest_cache\n__pycache__\n")
    repo.commit("2026-01-02")
    write_project(pytester, NOW, ini=ini, pack=PACK + FLOW_THREAT)
    return repo


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-n", "2"), marks=pytest.mark.workers), ("-p", "no:xdist")],
    ids=["plain", "two-workers", "no-xdist"],
)
def test_only_what_is_new_since_a_revision_fails(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    if "-n" in workers:
        pytest.importorskip("xdist")
    commit = write_repo(pytester).git("rev-parse", "HEAD")[:12]
    result = pytester.runpytest("--threatmodel-new-since=HEAD", "-v", "-rx", *workers)
    found = {name: word for name, word in outcomes(result).items() if word != "PASSED"}
    assert found == {"TT01[Web]": "XFAIL", "TT02[Shop]": "FAILED", "TF01[Ask]": "XFAIL"}
    source = f"HEAD (commit {commit}, 2026-01-02)"
    assert closing(result)[-2:] == [
        f"  compared with {source}: 1 new, 0 worsened, 1 unchanged, 0 resolved, 1 of new rules",
        "    new: TT02[Shop], low",
    ]
    assert f"TT01[Web] - exists since {source}" in result.stdout.str()
    assert f"TF01[Ask] - new rule: {source} did not know TF01" in result.stdout.str()


def test_models_in_folders_have_their_earlier_run(pytester: pytest.Pytester) -> None:
    repo = write_repo(pytester)
    inner = pytester.mkdir("shop") / "eu"
    inner.mkdir()
    pytester.path.joinpath("threatmodel_shop.py").rename(inner / "threatmodel_eu.py")
    repo.commit("2026-01-03")
    result = pytester.runpytest("--threatmodel-new-since=HEAD")
    assert " 0 new, 0 worsened, " in result.stdout.str()
    assert outcomes(pytester.runpytest("--threatmodel-new-since=HEAD", "-v"))["TT01[Web]"] == "XFAIL"


def test_nothing_runs_at_the_revision_and_the_working_tree_stays(pytester: pytest.Pytester) -> None:
    """Options of that time, such as those of plugins that are not wanted, do not count."""
    repo = write_repo(pytester, ini="addopts = -n 2 --no-such-option\nrequired_plugins = pytest-nothing\n")
    pytester.path.joinpath("pytest.ini").write_text("[pytest]\nthreatmodel_packs = tiny\n")
    before = repo.git("status", "--porcelain")
    result = pytester.runpytest("--threatmodel-new-since=HEAD", "-v", "-p", "no:cacheprovider", "-k", "TT0")
    assert outcomes(result)["TT01[Web]"] == "XFAIL"
    assert repo.git("status", "--porcelain") == before


def test_a_root_below_the_top_of_the_repository_is_found(pytester: pytest.Pytester) -> None:
    write_repo(pytester)
    repo = Repo(pytester.path / "all")
    for path in (*pytester.path.glob("*.py"), pytester.path / "tiny.toml", pytester.path / "pytest.ini"):
        target = repo.folder / "part" / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    repo.commit("2026-02-03")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(repo.folder / "part")
        result = pytester.runpytest("--threatmodel-new-since=HEAD", "-v", "threatmodel_shop.py::TT02")
    assert outcomes(result)["TT02[Shop]"] == "XFAIL"
    assert ": 0 new, 0 worsened, 3 unchanged, 0 resolved" in closing(result)[-1]


def test_a_model_that_does_not_load_at_the_revision_is_told_and_all_its_findings_are_new(
    pytester: pytest.Pytester,
) -> None:
    repo = write_repo(pytester, "Server('Web', usesCahce=True)")
    good = pytester.path / "threatmodel_good.py"
    good.write_text(f'{HEAD}Server("Good", OS="DOS", usesCache=False)\n')
    repo.git("add", "threatmodel_good.py")
    repo.git("commit", "-q", "--amend", "-m", "both")
    result = pytester.runpytest("--threatmodel-new-since=HEAD", "-v")
    words = outcomes(result)
    assert (words["TT01[Web]"], words["TT02[Good]"]) == ("FAILED", "XFAIL")
    (told,) = [line for line in closing(result) if "did not load" in line]
    assert told.startswith("threatmodel_shop.py did not load at HEAD, so all its findings are new: ")
    assert "usesCache" in told


def test_a_revision_without_models_is_told(pytester: pytest.Pytester) -> None:
    repo = Repo(pytester.path)
    repo.put("README", "none yet")
    repo.commit("2026-01-02")
    write_project(pytester, NOW)
    result = pytester.runpytest("--threatmodel-new-since=HEAD", "-v")
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    assert closing(result)[-1] == "HEAD has no model files"


def refused(result: pytest.RunResult, *problem: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-new-since: {problem[0]}", *problem[1:]])
    assert "Traceback" not in result.stderr.str()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "'' is no revision, expected a branch, a tag or a commit"),
        ("--output=x", "'--output=x' is no revision, *"),
        ("relaese", "git knows no revision 'relaese'; did you mean 'release'?"),
        ("HEAD..release", "git knows no revision 'HEAD..release'*"),
        ("HEAD:pytest.ini", "git knows no revision 'HEAD:pytest.ini'*"),
    ],
)
def test_a_wrong_revision_is_a_usage_error(pytester: pytest.Pytester, name: str, problem: str) -> None:
    write_repo(pytester).git("branch", "release")
    refused(pytester.runpytest(f"--threatmodel-new-since={name}"), problem)


def test_without_repository_git_or_history_the_error_says_so(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = write_repo(pytester)
    repo.commit("2026-01-03")
    Repo(tmp_path).git("clone", "-q", "--depth=1", f"file://{pytester.path}", "shallow")
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path / "shallow")
        refused(
            pytester.runpytest("--threatmodel-new-since=HEAD~1"),
            "git knows no revision 'HEAD~1' in this shallow clone; fetch it (fetch-depth: 0, git fetch --unshallow)",
        )
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        refused(pytester.runpytest("--threatmodel-new-since=HEAD"), "git does not start: *")
    shutil.rmtree(pytester.path / ".git")
    refused(pytester.runpytest("--threatmodel-new-since=HEAD"), "fatal: not a git repository*")


def test_a_conftest_that_does_not_work_at_the_revision_is_a_usage_error(pytester: pytest.Pytester) -> None:
    repo = write_repo(pytester)
    good = pytester.path.joinpath("conftest.py").read_text()
    pytester.makeconftest("import module_of_that_time")
    repo.commit("2026-01-03")
    pytester.makeconftest(good)
    refused(
        pytester.runpytest("--threatmodel-new-since=HEAD"),
        "pytest ended with 4 on HEAD (commit *, 2026-01-03):",
        "*No module named 'module_of_that_time'",
    )


def test_submodules_and_links_that_lead_out_are_told(pytester: pytest.Pytester, tmp_path: Path) -> None:
    repo = write_repo(pytester)
    other = Repo(tmp_path / "other")
    other.put("README", "x")
    other.commit("2026-01-01")
    repo.git("submodule", "--quiet", "add", str(other.folder), "sub")
    pytester.path.joinpath("out").symlink_to("/etc/hostname")
    repo.commit("2026-01-03")
    lines = closing(pytester.runpytest("--threatmodel-new-since=HEAD", "-v"))
    assert "HEAD: submodules were left out, models in them have no earlier run" in lines
    assert "HEAD: out leads out of the repository and was left out" in lines


def test_models_that_take_too_long_at_the_revision_are_a_usage_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_since, "_PATIENCE", 0.01)
    write_repo(pytester)
    refused(pytester.runpytest("--threatmodel-new-since=HEAD"), "the models of HEAD took longer than 0.01 s")
