"""The JSON report is the snapshot, and its published schema fits."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from pytest_threatmodel.artifacts import report_schema
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.json_report import render
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "report.schema.json"
MODELS: list[Callable[[], Snapshot]] = [bank, hostile, lambda: built(EMPTY), lambda: built(DECIDED)]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_is_that_of_the_code() -> None:
    """`python -m pytest_threatmodel.artifacts.report_schema FILE` was run after the shape last changed."""
    assert PUBLISHED.read_text(encoding="utf-8") == report_schema.text()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("redact", [False, True])
def test_reports_fit_the_schema(model: Callable[[], Snapshot], redact: bool, validator: Draft202012Validator) -> None:
    validator.validate(json.loads(render(model(), Request(redact=redact))))


@pytest.mark.parametrize("model", MODELS)
def test_what_is_read_back_is_the_snapshot(model: Callable[[], Snapshot]) -> None:
    """With every character of every name."""
    snapshot = model()
    assert json.loads(render(snapshot, Request())) == snapshot


@given(names)
def test_any_name_comes_through(name: str) -> None:
    snapshot = named(name)
    written = render(snapshot, Request())
    assert written.isascii()
    assert json.loads(written) == snapshot


def wrong_reports() -> dict[str, Callable[[dict[str, Any]], object]]:
    """What may go wrong -> how to make a right report wrong."""
    return {
        "an unknown key": lambda report: report.update(pears=[]),
        "an unknown key of a pair": lambda report: report["pairs"][0].update(verdikt="mitigated"),
        "an unknown verdict": lambda report: report["pairs"][0].update(verdict="fine"),
        "an unknown outcome": lambda report: report["pairs"][0].update(outcome="maybe"),
        "an unknown severity": lambda report: report["pairs"][0].update(severity="High"),
        "a missing key": lambda report: report["pairs"][0].pop("decision"),
        "a number as text": lambda report: report["elements"][0].update(line="3"),
        "another version": lambda report: report.update(version="9.0"),
        "redacted and whole": lambda report: report.update(redacted=True),
    }


@pytest.mark.parametrize("wrong", wrong_reports())
def test_the_schema_notices(wrong: str, validator: Draft202012Validator) -> None:
    report: dict[str, Any] = copy.deepcopy(json.loads(render(bank(), Request())))
    wrong_reports()[wrong](report)
    assert not validator.is_valid(report)


def test_every_key_is_described() -> None:
    """By the docstrings of the types, so that a key without a word is a failing test."""
    for name, kind in report_schema.schema()["$defs"].items():
        for key, described in kind["properties"].items():
            assert described["description"].strip(), f"{name}.{key}"


def test_each_pair_has_a_line_of_its_own() -> None:
    """Two reports can be compared line by line."""
    snapshot = bank()
    before = render(snapshot, Request()).splitlines()
    snapshot["pairs"][5]["outcome"] = "not run"
    after = render(snapshot, Request()).splitlines()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
