"""GitLab's code quality report holds open findings as GitLab reads them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.gitlab import render
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import is_open
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names


def issues(snapshot: Snapshot) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(snapshot, Request()))
    for issue in found:
        assert list(issue) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
        assert issue["description"] == escape(issue["description"])
    return found


def test_open_findings_are_issues_the_worst_first() -> None:
    snapshot = bank()
    found = issues(snapshot)
    assert len(found) == sum(map(is_open, snapshot["pairs"]))
    assert [issue["severity"] for issue in found] == ["blocker"] * 3 + ["critical"] * 14 + ["major"] * 7


def test_an_issue_stands_at_the_line_of_its_element() -> None:
    issue = next(issue for issue in issues(bank()) if issue["check_name"] == "DE01")
    assert issue["location"] == {"path": "threatmodel_sample.py", "lines": {"begin": 34}}
    assert issue["description"].startswith("Data flow sniffing on Look up. Fix: controls.isEncrypted = True, or ")


def test_fingerprints_are_unique() -> None:
    """GitLab shows issues of one fingerprint as one."""
    for snapshot in (bank(), hostile()):
        fingerprints = [issue["fingerprint"] for issue in issues(snapshot)]
        assert len(set(fingerprints)) == len(fingerprints)


def test_decided_findings_are_no_issues() -> None:
    assert issues(built(DECIDED)) == []


def test_an_empty_model_has_no_issues() -> None:
    assert render(built(EMPTY), Request()) == "[]\n"


@given(names)
def test_any_name_is_told_in_one_line(name: str) -> None:
    assert issues(named(name))
