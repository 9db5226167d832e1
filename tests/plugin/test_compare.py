"""Findings that earlier reports have: they fail nothing, and what changed is told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any

import pytest

from .models import FLOW_THREAT
from .models import HEAD
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from pathlib import Path

_OF_COMPARISON = re.compile(
    r"  compared with |  no earlier run |    (new|worsened|resolved): "
    r"|not in this run|\w+\.py did not load|HEAD( has|:) "
)
OLD = """
Server("Web", usesCache=True)
Server("Old", OS="DOS")
Server("Gone", OS="DOS")
user, api = Actor("User"), Server("Api", usesCache=False, OS="DOS")
Dataflow(user, api, "Ask", protocol="HTTP")
api.marks = accept("TT02", reason="until spring", until="2020-01-31")
"""
NOW = """
Server("Web", usesCache=True)
old = Server("Old", OS="DOS", overrides=[Finding(threat_id="TT02", severity="critical")])
Server("Shop", usesCache=True)
user, api = Actor("User"), Server("Api", usesCache=False, OS="DOS")
Dataflow(user, api, "Ask", protocol="HTTP")
api.marks = accept("TT02", reason="until summer", owner="Ada")
"""


def write_old(pytester: pytest.Pytester, body: str = OLD, *options: str) -> Path:
    """A JSON report of an earlier run, of the second day of 2026."""
    write_project(pytester, body)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767355200")
        pytester.runpytest("--threatmodel-report=json", "--threatmodel-output=made", "-p", "no:cacheprovider", *options)
    (made,) = pytester.path.joinpath("made").glob("*.json")
    return made.rename(pytester.path / "old.json")


def closing(result: pytest.RunResult) -> list[str]:
    """What the closing section says of earlier runs."""
    lines = result.outlines
    begin = next(number for number, line in enumerate(lines) if " threat model " in line)
    end = next(number for number, line in enumerate(lines[begin + 1 :], begin + 1) if line.startswith(("==", "--")))
    return [line for line in lines[begin + 1 : end] if _OF_COMPARISON.match(line)]


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-n", "2"), marks=pytest.mark.workers), ("-p", "no:xdist")],
    ids=["plain", "two-workers", "no-xdist"],
)
def test_known_findings_fail_nothing_and_new_and_worsened_ones_do(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    if "-n" in workers:
        pytest.importorskip("xdist")
    write_old(pytester)
    write_project(pytester, NOW, pack=PACK + FLOW_THREAT)
    result = pytester.runpytest("--threatmodel-compare=old.json", "-v", *workers)
    found = {name: word for name, word in outcomes(result).items() if word != "PASSED"}
    assert found == {
        "TT01[Web]": "XFAIL",
        "TT02[Old]": "FAILED",
        "TT01[Shop]": "FAILED",
        "TT02[Api]": "XFAIL",
        # No flow met it though one was there: the library did not have it.
        "TF01[Ask]": "XFAIL",
    }
    assert closing(result)[-4:] == [
        "  compared with old.json (2026-01-02): 1 new, 1 worsened, 2 unchanged, 1 resolved, 1 of new rules",
        "    new: TT01[Shop], high",
        "    worsened: TT02[Old], critical: its severity was low, now critical",
        "    resolved: TT02[Gone], low: the element is gone, or has another name",
    ]
    assert "worsened since old.json (2026-01-02): its severity was low, now critical" in result.stdout.str()


def test_xfails_say_since_when_and_reports_have_the_comparison(pytester: pytest.Pytester) -> None:
    write_old(pytester)
    write_project(pytester, NOW, pack=PACK + FLOW_THREAT)
    result = pytester.runpytest(
        "--threatmodel-compare=old.json", "-rx", "--threatmodel-report=json,html,md,summary", "--threatmodel-output=now"
    )
    result.stdout.fnmatch_lines_random(
        [
            "XFAIL threatmodel_shop.py::TT01?Web? - exists since old.json (2026-01-02)",
            "XFAIL threatmodel_shop.py::TF01?Ask? - new rule: old.json (2026-01-02) did not know TF01",
            "XFAIL threatmodel_shop.py::TT02?Api? - until summer (owner Ada)",
        ]
    )
    texts = {path.suffixes[-1]: path.read_text() for path in sorted(pytester.path.joinpath("now").iterdir())}
    made: dict[str, Any] = json.loads(texts[".json"])["comparison"]
    assert made["against"] == "old.json (2026-01-02)"
    assert {sort: [each["pair"] for each in made[sort]] for sort in made if sort != "against"} == {
        "new": ["TT01[Shop]"],
        "worsened": ["TT02[Old]"],
        "unchanged": ["TT01[Web]", "TT02[Api]"],
        "resolved": ["TT02[Gone]"],
        "new_rules": ["TF01[Ask]"],
    }
    assert "Since earlier runs" in texts[".md"]
    assert "**Resolved findings** (1)" in texts[".md"]
    assert "TT02[Gone] (low) the element is gone, or has another name" in texts[".html"]


@pytest.mark.parametrize("until", ["2999-01-31", "2020-01-31"])
def test_a_finding_whose_decision_is_taken_away_fails_again(pytester: pytest.Pytester, until: str) -> None:
    """An expired acceptance fails; without the acceptance the finding must not be green as one of old."""
    write_old(pytester, f'Server("Old", OS="DOS").marks = accept("TT02", reason="soon", until="{until}")')
    write_project(pytester, 'Server("Old", OS="DOS")')
    result = pytester.runpytest("--threatmodel-compare=old.json", "-v")
    assert outcomes(result)["TT02[Old]"] == "FAILED"
    assert "it was decided then (accepted), and is not now" in result.stdout.str()


def test_a_model_that_no_report_has_is_new_and_one_that_is_not_run_is_told(pytester: pytest.Pytester) -> None:
    write_old(pytester)
    pytester.path.joinpath("threatmodel_shop.py").rename(pytester.path / "threatmodel_new.py")
    result = pytester.runpytest("--threatmodel-compare=old.json", "-v")
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    assert closing(result)[-2:] == [
        "  no earlier run had this model, so every finding is new: 4 new, 0 worsened, 0 unchanged, 0 resolved",
        "not in this run, so not compared: threatmodel_shop.py",
    ]


def test_of_several_reports_the_newest_counts_for_a_model(pytester: pytest.Pytester) -> None:
    """What was resolved in between and comes back is new."""
    report = json.loads(write_old(pytester).read_text())
    report["run"] |= {"created": "2026-03-01T00:00:00Z", "commit": "0123456789abcdef"}
    report["pairs"] = [pair for pair in report["pairs"] if pair["element"] != "Web"]
    pytester.path.joinpath("newer.json").write_text(json.dumps(report))
    for names in (("old.json", "newer.json"), ("newer.json", "old.json")):
        result = pytester.runpytest(*(f"--threatmodel-compare={name}" for name in names), "-v", "-rx")
        assert {name: outcomes(result)[name] for name in ("TT01[Web]", "TT02[Old]")} == {
            "TT01[Web]": "FAILED",
            "TT02[Old]": "XFAIL",
        }
        result.stdout.fnmatch_lines(["*TT02?Old? - exists since old.json (2026-01-02)"])
        result.stdout.fnmatch_lines(["*compared with newer.json (commit 0123456789ab, 2026-03-01): *"])


def _without(key: str) -> Any:
    def change(report: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in report.items() if name != key}

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_without("pairs"), "is no whole report: pairs is missing"),
        (_without("version"), "is no JSON report of a threat model: it has no 'version' and 'run'"),
        (lambda report: [report], "is no JSON report of a threat model: expected an object, not list"),
        (lambda report: report | {"version": "2.0"}, "has version '2.0' of the report, expected 1.*: make it anew"),
        (lambda report: report | {"pairs": [7]}, "pairs?0? is 7, expected an object"),
        (lambda report: report | {"kinds": {}}, "kinds.* is None, expected an object"),
        (
            lambda report: report | {"pairs": [{**report["pairs"][0], "severity": "hgih"}]},
            "pairs?0?.severity is 'hgih', expected critical, *; did you mean 'high'?",
        ),
        (
            lambda report: report | {"pairs": [{**report["pairs"][0], "judged": "xfailed", "decision": 99}]},
            "pairs?0?.decision is 99, expected the number of one of its decisions",
        ),
    ],
)
def test_what_is_no_report_is_one_usage_error(pytester: pytest.Pytester, change: Any, problem: str) -> None:
    path = write_old(pytester)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    refused(pytester, "old.json", problem)


def refused(pytester: pytest.Pytester, name: str, problem: str) -> None:
    result = pytester.runpytest(f"--threatmodel-compare={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-compare: {name}: {problem}"])
    assert len([line for line in result.stderr.lines if line]) == 1


def test_reports_that_are_cut_off_or_counts_only_or_missing_are_usage_errors(pytester: pytest.Pytester) -> None:
    path = write_old(pytester)
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    refused(pytester, "old.json", "is no JSON, or cut off: * in line *")
    path.write_text("[" * 100_000)
    refused(pytester, "old.json", "is no JSON report: *")
    path.write_bytes(b"\xff\xfe\x00")
    refused(pytester, "old.json", "is no JSON: its text is not UTF-8")
    refused(pytester, "odl.json", "does not exist; did you mean 'old.json'?")
    refused(pytester, "made", "cannot be read: *")
    path.unlink()
    write_old(pytester, OLD, "--threatmodel-redact")
    refused(pytester, "old.json", "holds counts only: make it without --threatmodel-redact")


def test_the_gate_counts_for_worsened_findings_too(pytester: pytest.Pytester) -> None:
    write_old(pytester, 'Server("Old", OS="DOS")')
    raised = HEAD + 'Server("Old", OS="DOS", overrides=[Finding(threat_id="TT02", severity="medium")])\n'
    pytester.path.joinpath("threatmodel_shop.py").write_text(raised)
    assert outcomes(pytester.runpytest("--threatmodel-compare=old.json", "-v"))["TT02[Old]"] == "FAILED"
    result = pytester.runpytest("--threatmodel-compare=old.json", "--threatmodel-fail-on=high", "-v")
    assert outcomes(result)["TT02[Old]"] == "XFAIL"
