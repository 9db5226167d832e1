"""Packs that extend others, in a run: what failures, reports and the closing section say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .models import write_project
from .test_output import section

if TYPE_CHECKING:
    from pathlib import Path

WAYS = pytest.mark.parametrize(
    "way",
    [(), pytest.param(("-n", "2"), marks=pytest.mark.workers), ("-p", "no:xdist")],
    ids=["plain", "two-workers", "xdist-blocked"],
)
BODY = 'Server("Web", usesCache=True)\nServer("Old", OS="DOS", usesCache=False)'
ACME = '[pack]\nname = "acme"\ntitle = "ACME"\nversion = "1.0"\nextends = ["tiny"]\n'
SEVERE = '[[override]]\nthreat = "TT01"\nseverity = "critical"\nreason = "we handle payments"\n'
MILD = '[[override]]\nthreat = "TT02"\nseverity = "info"\nreason = "a museum"\n'


def project(pytester: pytest.Pytester, acme: str, body: str = BODY) -> Path:
    pytester.path.joinpath("acme.toml").write_text(ACME + acme, encoding="utf-8")
    return write_project(pytester, body, ini="threatmodel_threats = acme.toml\n")


def run(pytester: pytest.Pytester, acme: str, *args: str) -> pytest.RunResult:
    project(pytester, acme)
    return pytester.runpytest("--threatmodel", *args)


@WAYS
def test_a_failure_says_how_bad_the_threats_own_pack_thinks_it_is(
    pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    if "-n" in way:
        pytest.importorskip("xdist")
    result = run(pytester, SEVERE + MILD, *way)
    result.stdout.fnmatch_lines(
        [
            "Critical  Cached answers are read *",
            "      Critical (High in pack tiny; acme: we handle payments)",
            "  findings: 1 critical, 1 info",
            "weakened: 1 rule made milder or changed by packs that extend others",
        ]
    )


def test_details_of_a_milder_rule_are_named_when_asked_for(pytester: pytest.Pytester) -> None:
    lines = section(run(pytester, SEVERE + MILD, "-v"))
    assert "  acme.toml:10: severity of TT02 by pack acme, low to info: a museum" in lines


def test_a_changed_condition_is_told_and_counts(pytester: pytest.Pytester) -> None:
    changed = '[[override]]\nthreat = "TT01"\ncondition = "target.usesCache"\nreason = "no hardening helps"\n'
    examples = "safe = [{ kind = 'Server', usesCache = false }]\n"
    result = run(pytester, changed + examples)
    result.stdout.fnmatch_lines(
        [
            "      condition, safe changed by pack acme: no hardening helps",
            "weakened: 1 rule made milder or changed by packs that extend others",
        ]
    )


def test_examples_of_an_overridden_threat_must_hold(pytester: pytest.Pytester) -> None:
    result = run(pytester, '[[override]]\nthreat = "TT01"\ncondition = "target.usesCache"\nreason = "so"\n')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "threat TT01, safe example 1 (Server): the condition is True, expected False" in result.stderr.str()


def test_reports_of_every_format_say_what_a_pack_changed(pytester: pytest.Pytester) -> None:
    formats = "json,html,md,audit,csv,sarif"
    run(pytester, SEVERE + MILD, f"--threatmodel-report={formats}")
    folder = pytester.path / "threatmodel-artifacts"
    made = json.loads(folder.joinpath("threatmodel_shop.json").read_text(encoding="utf-8"))
    assert made["packs"][-1]["extends"] == ["tiny"]
    assert made["threats"][0]["overridden"] == [
        {
            "key": "severity",
            "before": "high",
            "after": "critical",
            "pack": "acme",
            "reason": "we handle payments",
            "file": "acme.toml",
            "line": 6,
        }
    ]
    assert made["pairs"][0]["severity_why"] == "high in pack tiny; acme: we handle payments"
    assert [each["what"] for each in made["weakenings"]] == ["severity of TT02 by pack acme, low to info"]
    # The index and the pages of auditors name no severity's reason.
    without = ("index.html", "threatmodel_shop.audit.html")
    others = [each for each in folder.iterdir() if each.suffix != ".json"]
    assert len(others) >= 4
    for each in others:
        assert "acme: we handle payments" in each.read_text(encoding="utf-8") or each.name in without, each.name


@pytest.mark.parametrize(
    ("acme", "told"),
    [
        (SEVERE.replace("TT01", "TT03"), "override of 'TT03': no such threat in tiny; did you mean 'TT0"),
        (SEVERE + SEVERE, "severity: repeated: also overridden at "),
        (SEVERE.replace("[[", "[").replace("]]", "]"), "override: expected a list of tables, got one table"),
    ],
)
def test_a_wrong_override_is_a_usage_error(pytester: pytest.Pytester, acme: str, told: str) -> None:
    result = run(pytester, acme)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_describe_shows_what_was_changed_and_by_whom(pytester: pytest.Pytester) -> None:
    result = run(pytester, SEVERE, "--threatmodel-describe=TT01")
    result.stdout.fnmatch_lines(
        [
            "  severity     critical",
            "  overridden   severity: critical, not high (acme: we handle payments)",
        ]
    )
