"""What a register knows as open is told apart from what waits for an answer, and from what is accepted."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from pytest_threatmodel.artifacts import csv_report
from pytest_threatmodel.artifacts import defectdojo
from pytest_threatmodel.artifacts import gitlab
from pytest_threatmodel.artifacts import otm
from pytest_threatmodel.artifacts import sarif
from pytest_threatmodel.artifacts.audit.coverage import coverage
from pytest_threatmodel.artifacts.audit.page import audit_html
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.overview import statuses
from pytest_threatmodel.artifacts.markdown import full
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.snapshot.read import Reader
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.report_models import bank


def decided(word: str, reason: str = "soon") -> Snapshot:
    """The sample with its acceptance turned into a decision of another status."""
    snapshot = bank()
    snapshot["decisions"][0] |= {"status": word, "reason": reason, "source": "register"}
    for pair in snapshot["pairs"]:
        if pair["decision"] == 0:
            pair["decided"] = word
    return snapshot


def of(pairs: list[Any]) -> Any:
    """The one that the decision is about."""
    (pair,) = [pair for pair in pairs if pair["decision"] == 0 and pair["verdict"] == "vulnerable"]
    return pair


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("open", "known"),
        ("accepted", "accepted"),
        ("transferred", "accepted"),
        ("false-positive", "accepted"),
        ("mitigated-elsewhere", "accepted"),
    ],
)
def test_a_pair_has_the_status_of_its_decision(word: str, expected: str) -> None:
    snapshot = decided(word)
    pair = of(snapshot["pairs"])
    assert status(pair) == expected
    assert sum(totals(snapshot)["findings"][expected].values()) == 1  # type: ignore[literal-required]
    assert pair in coverage(Reader(snapshot))[pair["threat"]].pairs[expected]


def test_known_findings_are_counted_apart() -> None:
    found = totals(decided("open"))
    assert (sum(found["findings"]["known"].values()), sum(found["findings"]["accepted"].values())) == (1, 0)
    assert found["decisions"] == {"known": 1, "accepted": 1, "excluded": 2, "expired": 1}
    assert ("known", "Known", 1) in statuses(decided("open"))
    assert "known" not in [word for word, _, _ in statuses(bank())]


def test_pages_name_what_is_known_only_where_there_is_some() -> None:
    for render in (full, audit_html):
        assert "nown" in render(decided("open"), Request())
        assert "known as open" not in render(bank(), Request())
    page = full(decided("open", ""), Request())
    assert "## Known findings (1)" in page
    assert "to be fixed (owner payments" in page


@pytest.mark.parametrize(
    ("word", "told"),
    [("transferred", "transferred: insured"), ("mitigated-elsewhere", "mitigated elsewhere: insured")],
)
def test_what_is_not_plainly_accepted_has_its_own_word(word: str, told: str) -> None:
    assert told in full(decided(word, "insured"), Request())


def test_tables_have_status_source_and_day() -> None:
    text = csv_report.render(decided("open"), Request())
    (row,) = [row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"))) if row["status"] == "known"]
    assert (row["decided"], row["source"], row["since"]) == ("open", "register", "")


def test_scanners_see_a_known_finding_under_review() -> None:
    results = json.loads(sarif.render(decided("open"), Request()))["runs"][0]["results"]
    found = [each["suppressions"][0] for each in results if each.get("suppressions")]
    assert [each["justification"] for each in found if each["status"] == "underReview"] == [
        "known: soon (owner payments, until 2027-06-30, ticket PAY-7)"
    ]
    assert of(decided("open")["pairs"])["id"] not in gitlab.render(decided("open"), Request())


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("open", {"active": True, "verified": True, "risk_accepted": False, "false_p": False}),
        ("accepted", {"active": False, "verified": True, "risk_accepted": True, "false_p": False}),
        ("false-positive", {"active": False, "verified": True, "risk_accepted": False, "false_p": True}),
    ],
)
def test_defectdojo_takes_a_known_finding_as_active_and_a_false_positive_as_such(
    word: str, states: dict[str, bool]
) -> None:
    snapshot = decided(word)
    pair = of(snapshot["pairs"])
    title = f"{Reader(snapshot).threats[pair['threat']]['title']}: {pair['element']}"
    made = json.loads(defectdojo.render(snapshot, Request()))["findings"]
    (found,) = [each for each in made if each["title"] == title]
    assert {name: found[name] for name in states} == states


def test_otm_has_a_known_finding_as_exposed() -> None:
    made = json.loads(otm.render(decided("open"), Request()))
    pair = of(bank()["pairs"])
    threats = [each for part in made["components"] + made["dataflows"] for each in part.get("threats", [])]
    found = [each for each in threats if each["threat"] == pair["threat"] and "attributes" in each]
    assert [(each["state"], each["attributes"]["pytest-threatmodel"]["reason"]) for each in found] == [
        ("exposed", "soon")
    ]
