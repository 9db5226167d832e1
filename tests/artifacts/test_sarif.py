"""The SARIF report is valid, is taken by GitHub's rules, and keeps the identity of findings."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sarif import Limits
from pytest_threatmodel.artifacts.sarif import limited
from pytest_threatmodel.artifacts.sarif import render
from pytest_threatmodel.snapshot.read import is_open
from tests.artifacts.markdown_reader import read
from tests.artifacts.node_tools import node_folder
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names
from tests.artifacts.report_models import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import Snapshot

MODELS = [bank, hostile, lambda: built(EMPTY), lambda: built(DECIDED)]

SHOP = """
from pytest_threatmodel import *
tm = TM("Shop")
{before}
user, web = Actor("{user}"), Server("Web")
order = Dataflow(user, web, "Order", protocol="HTTP")
{after}
"""


@cache
def multitool() -> Path:
    """The folder with the validator that Microsoft keeps, and the schema that it validates by."""
    folder = node_folder({"@microsoft/sarif-multitool": "5.7.0"})
    return folder / "node_modules" / "@microsoft" / "sarif-multitool-linux"


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads((multitool() / "sarif-2.1.0.json").read_text(encoding="utf-8")))


def run_of(snapshot: Snapshot, warn: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    log = json.loads(render(snapshot, Request(warn=warn)))
    validator().validate(log)
    (run,) = log["runs"]
    result: dict[str, Any] = run
    return result


def fingerprints(source: str) -> dict[tuple[str, str], str]:
    results = run_of(built(source))["results"]
    return {
        (each["ruleId"], each["locations"][0]["logicalLocations"][0]["name"]): each["partialFingerprints"][
            "primaryLocationLineHash"
        ]
        for each in results
    }


@pytest.mark.parametrize("model", MODELS)
def test_reports_fit_the_schema(model: Callable[[], Snapshot]) -> None:
    validator().validate(json.loads(render(model(), Request())))


@pytest.mark.parametrize("model", [bank, hostile])
def test_the_validator_finds_no_error_by_githubs_rules(model: Callable[[], Snapshot], tmp_path: Path) -> None:
    """Nor a warning, but that the tool has no address: none is published."""
    log = tmp_path / "report.sarif"
    log.write_text(render(model(), Request()), encoding="utf-8")
    tool = multitool() / "Sarif.Multitool"
    tool.chmod(0o755)  # what its own installation script would do
    command = [str(tool), "validate", str(log), "--rule-kind", "Sarif;Gh", "--level", "Error;Warning"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    told = [line for line in done.stdout.splitlines() if ": error " in line or ": warning " in line]
    assert "Analysis completed successfully." in done.stdout
    assert [line for line in told if "informationUri" not in line] == []


def test_findings_are_results_and_other_pairs_are_not() -> None:
    """Open ones first, the worst before others."""
    snapshot = bank()
    run = run_of(snapshot)
    found = [(each["ruleId"], each["locations"][0]["logicalLocations"][0]["name"]) for each in run["results"]]
    expected = [(pair["threat"], pair["element"]) for pair in snapshot["pairs"] if pair["verdict"] == "vulnerable"]
    assert sorted(found) == sorted(expected)
    assert [each["level"] for each in run["results"][:24]] == ["error"] * 17 + ["warning"] * 7
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        threat["id"] for threat in snapshot["threats"] if threat["id"] in {rule for rule, _ in found}
    ]
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_a_result_says_what_where_why_and_what_to_do() -> None:
    result = next(each for each in run_of(bank())["results"] if each["ruleId"] == "DE01")
    text = result["message"]["text"]
    assert text.startswith(
        "Data flow sniffing on Dataflow \"Look up\". Why: protocol is 'PostgreSQL' (stated in line 34); "
    )
    assert ". Fix: controls.isEncrypted = True, or " in text
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "threatmodel_sample.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 34}


def test_only_decided_findings_are_suppressed() -> None:
    """With the reason; the empty list of the others says that nobody did."""
    snapshot = bank()
    by_key = {(pair["threat"], pair["element"]): pair for pair in snapshot["pairs"]}
    for each in run_of(snapshot)["results"]:
        pair = by_key[each["ruleId"], each["locations"][0]["logicalLocations"][0]["name"]]
        assert bool(each["suppressions"]) is not is_open(pair)
    (told,) = next(each for each in run_of(snapshot)["results"] if each["suppressions"] and each["ruleId"] == "DE01")[
        "suppressions"
    ]
    assert (told["kind"], told["status"]) == ("external", "accepted")
    assert told["justification"] == "accepted: being replaced (owner payments, until 2027-06-30, ticket PAY-7)"
    assert told["location"]["physicalLocation"]["region"] == {"startLine": 44}


def test_a_lapsed_acceptance_suppresses_nothing() -> None:
    snapshot = built(DECIDED)
    for pair in snapshot["pairs"]:
        pair["judged"] = "failed"
    assert not any(each["suppressions"] for each in run_of(snapshot)["results"])


def test_a_rule_has_help_tags_and_the_worst_severity_of_its_open_findings() -> None:
    rules = {rule["id"]: rule for rule in run_of(bank())["tool"]["driver"]["rules"]}
    sniffing = rules["DE01"]
    assert sniffing["shortDescription"] == {"text": "Data flow sniffing"}
    assert {"security", "external/cwe/cwe-319", "stride/information-disclosure"} <= set(sniffing["properties"]["tags"])
    assert "Mitigation: Use the protocol's protected form" in sniffing["help"]["text"]
    shown = read(sniffing["help"]["markdown"])
    assert "https://cwe.mitre.org/data/definitions/319.html" in shown.links
    assert "controls.isEncrypted" in shown.codes
    # Its own severity is high; one open flow carries personal data, and so does an accepted one.
    assert (sniffing["defaultConfiguration"]["level"], sniffing["properties"]["security-severity"]) == ("error", "9.5")
    assert rules["AA04"]["properties"]["security-severity"] == "9.1"  # as the model states it by an override


def test_a_decided_finding_does_not_make_its_rule_worse() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"]:
        if pair["threat"] == "DE01" and is_open(pair):
            pair["severity"] = "low"
    rules = {rule["id"]: rule for rule in run_of(snapshot)["tool"]["driver"]["rules"]}
    assert rules["DE01"]["properties"]["security-severity"] == "3.0"


@pytest.mark.parametrize(("severity", "band"), [("critical", 9.1), ("high", 7.0), ("medium", 4.0), ("low", 0.1)])
def test_severities_fall_into_githubs_bands(severity: str, band: float) -> None:
    """critical is over 9.0, high from 7.0, medium from 4.0, low from 0.1."""
    snapshot = built(SHOP.format(before="", user="User", after=""))
    for pair in snapshot["pairs"]:
        pair["severity"] = severity
    scores = [float(rule["properties"]["security-severity"]) for rule in run_of(snapshot)["tool"]["driver"]["rules"]]
    above = {"critical": 10.1, "high": 9.0, "medium": 7.0, "low": 4.0}[severity]
    assert scores
    assert all(band <= score < above for score in scores)


def test_fingerprints_survive_unrelated_edits() -> None:
    """Lines move, elements come before and after, others change their names and fields."""
    one = fingerprints(SHOP.format(before="", user="User", after=""))
    other = fingerprints(
        SHOP.format(
            before='\n\nstore = Datastore("Store", isSQL=True)\n',
            user="Customer",
            after='Dataflow(web, store, "Read")\nweb.OS = "Linux"\n',
        )
    )
    kept = {key for key in one if key[1] != "User"}
    assert kept
    assert {key: other[key] for key in kept} == {key: one[key] for key in kept}


def test_elements_that_one_line_makes_have_fingerprints_of_their_own() -> None:
    """Hashes of lines, which GitHub would use instead, take them all for one."""
    loop = 'from pytest_threatmodel import *\ntm = TM("Loop")\nfor number in range(9):\n    Server(f"Web {number}")\n'
    found = fingerprints(loop)
    assert len(set(found.values())) == len(found) >= 9


@pytest.mark.parametrize("model", [bank, hostile])
def test_fingerprints_are_unique(model: Callable[[], Snapshot]) -> None:
    results = run_of(model())["results"]
    assert len({json.dumps(each["partialFingerprints"]) for each in results}) == len(results)


def test_models_have_categories_of_their_own() -> None:
    """So that the upload of one does not close the alerts of another."""
    snapshot = bank()
    assert run_of(snapshot)["automationDetails"]["id"] == "pytest-threatmodel/threatmodel_sample.py/"
    snapshot["model"]["file"] = "other/threatmodel_sample.py"
    assert run_of(snapshot)["automationDetails"]["id"] == "pytest-threatmodel/other/threatmodel_sample.py/"


@pytest.mark.parametrize(
    ("version", "semantic"),
    [("1.2.3", "1.2.3"), ("1.2.3-rc.1+x", "1.2.3-rc.1+x"), ("0.3.dev3+g1a2b", None), ("", None)],
)
def test_the_version_is_semantic_where_it_is(version: str, semantic: str | None) -> None:
    snapshot = built(EMPTY)
    snapshot["run"]["version"] = version
    driver = run_of(snapshot)["tool"]["driver"]
    assert driver.get("version", "") == version
    assert driver.get("semanticVersion") == semantic


@pytest.mark.parametrize("path", ["a b/ü#?.py", "../outside/model.py", "odd:name.py", "100%.py", "[x](y).py"])
def test_paths_are_encoded_and_read_back(path: str) -> None:
    snapshot = bank()
    for element in snapshot["elements"]:
        element["file"] = path
    for each in run_of(snapshot)["results"]:
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not set(uri) & set(" #?:[]")
        assert unquote(uri, errors="strict") == path


def test_a_path_that_is_no_unicode_is_written_out() -> None:
    snapshot = bank()
    for element in snapshot["elements"]:
        element["file"] = "bad\udcff.py"
    uri = run_of(snapshot)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri, errors="strict") == "bad\\udcff.py"


def test_rule_errors_problems_and_interruptions_are_notifications() -> None:
    snapshot = bank()
    snapshot["pairs"][0] |= {"verdict": "error", "judged": "failed", "error": "maximum recursion depth exceeded"}
    snapshot["problems"] = ["threatmodel_sample.py:50: accept() names no threat"]
    snapshot["run"]["interrupted"] = "stopping after 1 failures"
    (invocation,) = run_of(snapshot)["invocations"]
    told = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert told == [
        f"{snapshot['pairs'][0]['id']}: the rule could not be evaluated: maximum recursion depth exceeded",
        "The run was interrupted: stopping after 1 failures",
    ]
    assert [each["message"]["text"] for each in invocation["toolConfigurationNotifications"]] == snapshot["problems"]
    assert not invocation["executionSuccessful"]


def cut_to(limits: Limits, snapshot: Snapshot) -> tuple[list[dict[str, Any]], list[str]]:
    warnings: list[str] = []
    log = json.loads(limited(snapshot, Request(warn=warnings.append), limits))
    validator().validate(log)
    return log["runs"][0]["results"], warnings


def test_more_findings_than_are_taken_are_cut_by_severity() -> None:
    """Decided ones go first, whatever their severity."""
    results, warnings = cut_to(Limits(results=20), bank())
    assert [each["level"] for each in results] == ["error"] * 17 + ["warning"] * 3
    assert not any(each["suppressions"] for each in results)
    assert warnings == ["SARIF holds the 20 worst of 27 findings: GitHub takes no more"]


def test_more_findings_than_are_shown_are_told() -> None:
    results, warnings = cut_to(Limits(shown=26), bank())
    assert len(results) == 27
    assert warnings == ["SARIF holds 27 findings, of which GitHub shows the 26 worst"]


def test_a_file_that_would_be_too_big_is_cut() -> None:
    results, warnings = cut_to(Limits(compressed=6_000), bank())
    assert 0 < len(results) < 31
    assert warnings == [f"SARIF holds the {len(results)} worst of 27 findings: GitHub takes no more"]


def test_what_fits_is_written_without_a_word() -> None:
    warnings: list[str] = []
    run_of(bank(), warnings.append)
    assert warnings == []


def test_tags_are_no_more_than_github_takes() -> None:
    snapshot = bank()
    for threat in snapshot["threats"]:
        threat["cwe"] = list(range(1, 50))
    for rule in run_of(snapshot)["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) == 20


@given(names)
def test_no_name_makes_a_link_or_a_placeholder(name: str) -> None:
    """SARIF reads `[text](address)` and `{0}` in messages; and no text holds what is no Unicode."""
    log = json.loads(render(named(name), Request()))
    validator().validate(log)
    for text in texts(log):
        text.encode("utf-8")
    for each in log["runs"][0]["results"]:
        text = each["message"]["text"]
        assert "](" not in text
        assert not re.search(r"\{\d+\}", text.replace("{{", "").replace("}}", ""))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("{0}", "{{0}}"), ("{{0}}", "{{{{0}}}}"), ("/users/{id}", "/users/{id}"), ("[a](b)", "[a] (b)")],
)
def test_what_means_something_in_messages_is_defused(name: str, expected: str) -> None:
    assert f'"{expected}".' in run_of(named(name))["results"][-1]["message"]["text"]


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert render(hostile(), Request()) == render(hostile(), Request())
