"""Diagrams and reports as a run leaves them: which files, when, and what is told."""

from __future__ import annotations

import sys
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from tests.plugin.artifact_files import OWN_FORMAT
from tests.plugin.artifact_files import SHOP
from tests.plugin.artifact_files import artifact
from tests.plugin.artifact_files import snapshot
from tests.plugin.artifact_files import told_outcomes
from tests.plugin.models import BROKEN_SERVER
from tests.plugin.models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable


def test_artifacts_are_written_announced_and_linked(
    run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    """On a failing run, in every way to run it, once."""
    write_project(pytester, SHOP)
    result = run_ways("--threatmodel-report=json,csv", "--threatmodel-seq=mmd")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(failed=1, passed=3)
    names = [f"threatmodel_shop{suffix}" for suffix in (".seq.mmd", ".json", ".csv")]
    assert sorted(path.name for path in artifact(pytester.path, "").iterdir()) == sorted([*names, "index.html"])
    folder = str(pytester.path / "threatmodel-artifacts").replace("\\", "/")
    text = " ".join(line.strip("- ") for line in result.outlines)
    for what, name in zip(("sequence diagram", "JSON report", "CSV report"), names, strict=True):
        assert text.count(f"generated {what}: {folder}/{name}") == 1, what
    assert text.count(f"generated index of threat models: {folder}/index.html") == 1
    page = artifact(pytester.path, "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}"' in page for name in names)


def test_outcomes_come_from_the_run(run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester) -> None:
    write_project(
        pytester,
        SHOP + 'pytestmark = [exclude("TT02", element="Safe", reason="new"), accept("TT01", reason="soon")]\n',
        conftest=OWN_FORMAT,
    )
    run_ways("--threatmodel-report=outcomes").assert_outcomes(xfailed=1, passed=2, skipped=1)
    assert told_outcomes(pytester.path) == {
        "TT01[Web]": "xfailed",
        "TT02[Web]": "passed",
        "TT01[Safe]": "passed",
        "TT02[Safe]": "skipped",
    }


def test_runxfail_is_told_as_it_ran(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP + 'pytestmark = [accept("TT01", reason="soon")]\n')
    pytester.runpytest("--threatmodel-report=json", "--runxfail").assert_outcomes(failed=1, passed=3)
    pair = snapshot(pytester.path)["pairs"][0]
    assert (pair["judged"], pair["outcome"]) == ("xfailed", "failed")


@pytest.mark.parametrize("selection", [("-k", "Safe"), ("threatmodel_shop.py::TT01[Web]",), ("-x",)])
def test_a_selection_leaves_the_model_whole(
    run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester, selection: tuple[str, ...]
) -> None:
    """What did not run is there with its verdict, and says that it did not run."""
    write_project(pytester, SHOP, conftest=OWN_FORMAT)
    run_ways("--threatmodel-report=outcomes,json", *selection)
    told = told_outcomes(pytester.path)
    assert len(told) == 4
    # Workers may have run more before they heard of the first failure.
    expected = {"-k": ["TT01[Web]", "TT02[Web]"], "-x": []}.get(selection[0], ["TT02[Web]", "TT01[Safe]"])
    assert all(told[pair] == "not run" for pair in expected)
    assert [pair["verdict"] for pair in snapshot(pytester.path)["pairs"]] == [
        "vulnerable",
        "undetermined",
        "mitigated",
        "not-applicable",
    ]


def test_a_run_that_ends_early_says_why(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    pytester.runpytest("--threatmodel-report=json", "-x")
    made = snapshot(pytester.path)
    assert made["run"]["interrupted"] == "stopping after 1 failures"
    assert [pair["outcome"] for pair in made["pairs"]] == ["failed", "not run", "not run", "not run"]


def test_last_failed_and_deselected_pairs_did_not_run(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, conftest=OWN_FORMAT)
    pytester.runpytest("--threatmodel")
    pytester.runpytest("--threatmodel-report=outcomes", "--lf")
    assert sorted(told_outcomes(pytester.path).values()) == ["failed", "not run", "not run", "not run"]
    pytester.runpytest("--threatmodel-report=outcomes", "--threatmodel-exclude=TT01")
    assert sorted(told_outcomes(pytester.path).values()) == ["not run", "not run", "passed", "passed"]


def test_models_of_one_name_do_not_meet(run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester) -> None:
    source = write_project(pytester, SHOP).read_text(encoding="utf-8")
    for folder in ("a", "a/b"):
        (pytester.path / folder).mkdir()
        (pytester.path / folder / "threatmodel_shop.py").write_text(source, encoding="utf-8")
    run_ways("--threatmodel-report=json")
    found = {
        path.relative_to(artifact(pytester.path, "")).as_posix() for path in artifact(pytester.path, "").rglob("*.json")
    }
    assert found == {"threatmodel_shop.json", "a/threatmodel_shop.json", "a/b/threatmodel_shop.json"}
    assert snapshot(pytester.path, "a/b/threatmodel_shop")["model"]["nodeid"] == "a/b/threatmodel_shop.py"


def test_one_fault_costs_one_file_and_no_result(
    run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    write_project(pytester, SHOP, conftest=OWN_FORMAT)
    result = run_ways("--threatmodel-report=broken,json", "--junitxml=junit.xml", "-q")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["threat model: could not write threatmodel_shop.broken.txt: RuntimeError: no ink"])
    assert snapshot(pytester.path)
    assert (pytester.path / "junit.xml").is_file()


def test_a_fault_leaves_the_exit_code_of_a_green_run(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Safe", OS="Linux")\n', conftest=OWN_FORMAT)
    assert pytester.runpytest("--threatmodel-report=broken").ret == pytest.ExitCode.OK


def test_a_folder_that_cannot_be_made_is_told_in_one_line(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    (pytester.path / "file").write_text("", encoding="utf-8")
    result = pytester.runpytest("--threatmodel-report=json", "--threatmodel-output=file/out")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(["threat model: could not write threatmodel_shop.json: Not a directory: *"])


def test_verdicts_hook_gets_each_model_once(
    run_ways: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    """In the process that reports, with outcomes and reasons, though no artifact is asked for."""
    write_project(
        pytester,
        SHOP,
        conftest="""
        def pytest_threatmodel_verdicts(config, snapshot):
            assert not hasattr(config, "workerinput")
            pair = snapshot["pairs"][0]
            with open("seen.txt", "a") as file:
                file.write(f"{snapshot['model']['name']} {pair['id']} {pair['outcome']} {pair['fixes']}\\n")
        """,
    )
    run_ways("--threatmodel")
    seen = (pytester.path / "seen.txt").read_text(encoding="utf-8")
    assert seen == "Shop TT01[Web] failed ['controls.isHardened = True']\n"
    assert not artifact(pytester.path, "").exists()


def test_a_verdicts_hook_that_raises_costs_nothing(pytester: pytest.Pytester) -> None:
    write_project(
        pytester, SHOP, conftest="def pytest_threatmodel_verdicts(config, snapshot):\n    raise ValueError('down')\n"
    )
    result = pytester.runpytest("--threatmodel-report=json")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(["threat model: hook pytest_threatmodel_verdicts: ValueError: down"])
    assert snapshot(pytester.path)


def test_a_worker_that_crashes_is_replaced_as_speaker(pytester: pytest.Pytester) -> None:
    """The first worker sends the models; when it dies, the one that takes its place does."""
    pytest.importorskip("xdist")
    write_project(
        pytester,
        SHOP
        + dedent("""
        def test_crash():
            import os, pathlib
            if not pathlib.Path("crashed").exists():
                pathlib.Path("crashed").touch()
                os._exit(1)
        """),
    )
    result = pytester.runpytest("--threatmodel-report=json", "-n", "1")
    assert len(snapshot(pytester.path)["pairs"]) == 4
    assert "no artifacts" not in result.stdout.str()


def test_without_a_worker_that_ends_well_the_loss_is_told(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_project(pytester, SHOP + "def test_crash():\n    import os\n    os._exit(1)\n")
    result = pytester.runpytest("--threatmodel-report=json", "-n", "1", "--max-worker-restart=0")
    result.stdout.fnmatch_lines(["threat model: no artifacts: the worker that should have sent *"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_short_way_and_the_standard_protocol_tell_the_same(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP + 'pytestmark = [accept("TT01", reason="soon")]\n', conftest=OWN_FORMAT)
    told = []
    for extra in ((), ("--setup-show",)):
        pytester.runpytest("--threatmodel-report=outcomes", *extra)
        told.append(told_outcomes(pytester.path))
    assert told[0] == told[1]
    assert told[0]["TT01[Web]"] == "xfailed"


def test_rule_errors_and_wrong_decisions_are_in_the_snapshot(pytester: pytest.Pytester) -> None:
    write_project(pytester, BROKEN_SERVER + 'pytestmark = [accept("TT77", reason="x")]\n')
    pytester.runpytest("--threatmodel-report=json")
    made = snapshot(pytester.path)
    assert [(pair["verdict"], pair["outcome"]) for pair in made["pairs"]][1] == ("error", "failed")
    assert "cannot be compared" in made["pairs"][1]["error"]
    assert "no threat matches 'TT77'" in made["problems"][0]


def test_marks_of_a_conftest_are_in_the_snapshot(pytester: pytest.Pytester) -> None:
    write_project(
        pytester,
        SHOP,
        conftest="""
        import pytest
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.threat_accept("TT01", reason="by the platform", owner="ops"))
        """,
    )
    pytester.runpytest("--threatmodel-report=json")
    made = snapshot(pytester.path)
    pair = made["pairs"][0]
    assert (pair["judged"], pair["outcome"]) == ("xfailed", "xfailed")
    assert made["decisions"][pair["decision"]]["owner"] == "ops"


def test_a_model_that_cannot_be_loaded_costs_only_itself(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    (pytester.path / "threatmodel_bad.py").write_text("1 / 0\n", encoding="utf-8")
    pytester.runpytest("--threatmodel-report=json", "--continue-on-collection-errors")
    assert [path.name for path in artifact(pytester.path, "").glob("*.json")] == ["threatmodel_shop.json"]


def test_without_models_nothing_is_written(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_x(): pass")
    pytester.runpytest("--threatmodel-report=json", "--threatmodel-seq=mmd").assert_outcomes(passed=1)
    assert not artifact(pytester.path, "").exists()


def test_redacted_reports_leave_counts_only(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP + 'pytestmark = [accept("TT01", reason="very secret", owner="Ann")]\n')
    pytester.runpytest("--threatmodel-report=html,json,md,summary", "--threatmodel-redact")
    for suffix in (".html", ".json", ".md", ".summary.md"):
        text = artifact(pytester.path, f"threatmodel_shop{suffix}").read_text(encoding="utf-8")
        for secret in ("Web", "Safe", "secret", "Ann", "TT01", "isHardened"):
            assert secret not in text, suffix


@pytest.mark.skipif(sys.platform == "win32", reason="the folder is closed by its mode")
def test_a_closed_folder_is_told(pytester: pytest.Pytester) -> None:
    """Its owner may be root, whom no mode keeps out: then a file stands where the folder should be."""
    write_project(pytester, SHOP)
    folder = pytester.path / "closed"
    folder.mkdir()
    (folder / "threatmodel_shop.json").mkdir()
    result = pytester.runpytest("--threatmodel-report=json", "--threatmodel-output=closed")
    result.stdout.fnmatch_lines(["threat model: could not write threatmodel_shop.json: Is a directory: *"])
    result.assert_outcomes(failed=1, passed=3)


def test_quiet_runs_announce_nothing_but_problems(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, conftest=OWN_FORMAT)
    result = pytester.runpytest("--threatmodel-report=json,broken", "-q")
    assert "generated" not in result.stdout.str()
    assert "no ink" in result.stdout.str()


def test_snapshot_tells_the_commit(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(pytester, SHOP)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for command in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "-m", "x"),
    ):
        pytester.run("git", *command)
    pytester.runpytest("--threatmodel-report=json")
    run = snapshot(pytester.path)["run"]
    assert len(run["commit"]) == 40
    assert run["dirty"] is False
    assert run["created"] == "2023-11-14T22:13:20Z"
    with (pytester.path / "threatmodel_shop.py").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    pytester.runpytest("--threatmodel-report=json")
    assert snapshot(pytester.path)["run"]["dirty"] is True


def test_an_end_that_comes_soon_is_told_once(pytester: pytest.Pytester) -> None:
    """As a decision that ends, not among the notices as well."""
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    write_project(pytester, SHOP + f'pytestmark = [accept("TT01", reason="soon", until="{until}")]\n')
    result = pytester.runpytest("--threatmodel-report=summary")
    result.stdout.fnmatch_lines(
        [f'  threatmodel_shop.py:*: accept("TT01") ends on {until}, in 30 days; nobody owns it']
    )
    text = artifact(pytester.path, "threatmodel_shop.summary.md").read_text(encoding="utf-8")
    assert text.count(until) == 1


def test_data_flow_diagrams_are_written_linked_to_the_report_and_announced(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP)
    result = pytester.runpytest("--threatmodel-dfd=svg,png,pdf,dot", "--threatmodel-report=json")
    result.stdout.fnmatch_lines(["*generated data-flow diagram: *threatmodel_shop.dfd.svg*"])
    assert "threat model:" not in result.stdout.str()
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph dfd {"}
    for name, start in starts.items():
        assert artifact(pytester.path, f"threatmodel_shop.dfd.{name}").read_bytes().startswith(start)
    assert "1 finding, high" in artifact(pytester.path, "threatmodel_shop.dfd.dot").read_text(encoding="utf-8")


def test_a_missing_program_costs_the_picture_and_not_the_text(pytester: pytest.Pytester) -> None:
    write_project(pytester, SHOP, ini="threatmodel_dot = no-such-dot\n")
    result = pytester.runpytest("--threatmodel-dfd=svg,dot")
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(
        ["threat model: could not write *.dfd.svg: setting threatmodel_dot: there is no program 'no-such-dot'"]
    )
    assert artifact(pytester.path, "threatmodel_shop.dfd.dot").is_file()
