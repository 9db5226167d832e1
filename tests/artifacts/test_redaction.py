"""A redacted report counts, and tells nothing else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.artifacts import json_report
from pytest_threatmodel.artifacts import markdown
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html import page
from pytest_threatmodel.artifacts.redaction import totals
from pytest_threatmodel.model.labels import escape
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import Snapshot


def html(snapshot: Snapshot, request: Request) -> str:
    """The page without its styles, which are the same on every page."""
    return re.sub("<style>.*</style>", "", page.render(snapshot, request), flags=re.DOTALL)


REPORTS = (html, markdown.full, markdown.summary, json_report.render)
REDACT = Request(redact=True)


def secrets(snapshot: Snapshot) -> set[str]:
    """Everything that the authors of the model wrote, and what comes of it; not the words that every model shares."""
    whole = dict(snapshot)
    told = texts([whole[key] for key in ("model", "elements", "decisions", "problems", "notices")])
    told |= {pair["id"] for pair in snapshot["pairs"]} | {pair.get("reason", "") for pair in snapshot["pairs"]}
    told |= {part["text"] for pair in snapshot["pairs"] for part in pair.get("why", [])}
    told |= {threat["id"] for threat in snapshot["threats"]} | {snapshot["run"]["commit"]}
    public = {"accepted", "excluded", "model", "high", "low"} | set(snapshot["kinds"])
    return {text for text in told if len(text) >= 3} - public


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("model", [bank, hostile])
def test_nothing_that_somebody_wrote_is_left(report: Callable[..., str], model: Callable[[], Snapshot]) -> None:
    """No name, label, id, path, reason, owner, ticket or commit."""
    snapshot = model()
    snapshot["problems"] = ["threatmodel_shop.py:3: a problem with a name in it"]
    snapshot["notices"] = ["a notice with a name in it"]
    snapshot["run"]["interrupted"] = "because of something with a name in it"
    written = report(snapshot, REDACT)
    assert len(secrets(snapshot)) > 100
    assert [text for text in secrets(snapshot) if text in written or json.dumps(text)[1:-1] in written] == []
    assert "name in it" not in written


@given(st.text(st.characters(categories=["L", "N", "S", "P"]), min_size=12))
def test_no_name_is_left(name: str) -> None:
    snapshot = named(name)
    for report in REPORTS:
        written = report(snapshot, REDACT)
        assert name not in written
        assert escape(name) not in written


def test_the_counts_are_those_of_the_snapshot() -> None:
    snapshot = bank()
    found = totals(snapshot)
    assert (
        found["pairs"] == sum(found["verdicts"].values()) == sum(found["outcomes"].values()) == len(snapshot["pairs"])
    )
    assert found["findings"]["open"] == {"critical": 3, "high": 14, "medium": 7, "low": 0, "info": 0}
    assert sum(found["findings"]["accepted"].values()) == 1
    assert found["decisions"] == {"known": 0, "accepted": 2, "excluded": 2, "expired": 1}
    assert (found["gate"], found["failing"]) == ("failed", 24)


def test_a_model_without_findings_passes() -> None:
    assert totals(built(EMPTY))["gate"] == "passed"


def test_a_problem_with_decisions_fails_the_gate() -> None:
    """Though no pair fails: it is a failing test item of its own."""
    snapshot = built(EMPTY)
    snapshot["problems"] = ["a decision that is no longer needed"]
    assert totals(snapshot)["gate"] == "failed"


def test_a_redacted_json_report_says_so_and_has_counts_only() -> None:
    report = json.loads(json_report.render(bank(), REDACT))
    assert list(report) == ["version", "redacted", "run", "totals"]
    assert report["redacted"] is True
    assert report["totals"] == totals(bank())
