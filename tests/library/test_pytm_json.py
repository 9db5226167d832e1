"""pytm's threat files: every spelling is read, every wrong shape is one clear error."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.library.threat import Pack
from tests.library.packs import write

GOOD = {
    "SID": "INP99",
    "target": ["Lambda", "Process"],
    "description": "Overflow",
    "details": "What happens.",
    "Likelihood Of Attack": "High",
    "severity": "Very High",
    "condition": "target.usesEnvironmentVariables is True and target.sanitizesInput is False",
    "prerequisites": "It uses variables.",
    "mitigations": "Do not.",
    "example": "A story.",
    "references": "https://capec.mitre.org/data/definitions/10.html, CVE-1999-0906, "
    "http://cwe.mitre.org/data/definitions/120.html",
}
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(folder: Path, document: Any) -> Pack:
    text = document if isinstance(document, str) else json.dumps(document)
    return read_pytm_json(write(folder, text, "own.json"), shown_as="own.json")


def refused(folder: Path, document: Any) -> str:
    with pytest.raises(PackError) as caught:
        read(folder, document)
    return str(caught.value)


def test_a_threat_is_read_whole(tmp_path: Path) -> None:
    pack = read(tmp_path, [GOOD])
    assert (pack.name, pack.title, pack.fields) == ("own", "Threats of own.json", ())
    (made,) = pack.threats
    assert (made.id, made.pack, made.targets) == ("INP99", "own", ("Lambda", "Process"))
    assert (made.title, made.description) == ("Overflow", "What happens.")
    assert (made.severity, made.likelihood) == ("critical", "likely")
    assert made.condition == GOOD["condition"]
    assert (made.prerequisites, made.mitigation) == ("It uses variables.", "Do not.")
    assert made.example == "A story."
    assert (made.cwe, made.capec) == ((120,), (10,))
    assert made.references[1] == "CVE-1999-0906"
    assert len(made.references) == 3
    assert made.origin == "own.json, threat INP99"
    assert made.lenient


def test_the_names_of_attributes_are_read_as_well(tmp_path: Path) -> None:
    (made,) = read(tmp_path, [{"id": "A1", "likelihood": "Low", "target": "Server"}]).threats
    assert (made.id, made.likelihood, made.targets) == ("A1", "unlikely", ("Server",))


def test_what_is_missing_counts_as_in_pytm(tmp_path: Path) -> None:
    """Only the id is required; empty and null count as missing, keys that nobody knows are passed over."""
    (made,) = read(tmp_path, [{"SID": "A1", "Likelihood Of Attack": "", "details": None, "x": 1}]).threats
    assert (made.targets, made.condition, made.severity) == (("Element",), "True", "medium")
    assert (made.title, made.description, made.likelihood) == ("A1", "A1", "")


def test_retired_threats_are_passed_over(tmp_path: Path) -> None:
    assert not read(tmp_path, [{**GOOD, "DEPRECATED": "yes"}]).threats


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "own.json:1: column 1: not JSON: Expecting value"),
        ('[\n{"SID": }]', "own.json:2: column 9: not JSON: Expecting value"),
        ("[" * 100_000, "own.json: not a list of threats: nested too deeply"),
        ("[" + "9" * 5000 + "]", "own.json: not JSON: a number in it is too long"),
        ({"SID": "A"}, "own.json: expected a list of threats, got a table"),
        ([3], "own.json: threat #1: expected an object, got 3"),
        ([{}], "own.json: threat #1, SID: missing, and it is required"),
        ([{"SID": 3}], 'own.json: threat #1, SID: expected text, got 3; write "3"'),
        (
            [{**GOOD, "SID": "\ud800"}],
            "own.json: threat #1, SID: must not hold the control character '\\ud800'",
        ),
        (
            [{**GOOD, "target": "Sever"}],
            "own.json: threat INP99, target: unknown kind 'Sever'; did you mean 'Server'?",
        ),
        ([{**GOOD, "target": []}], "own.json: threat INP99, target: must name at least one kind"),
        ([{**GOOD, "target": 3}], "own.json: threat INP99, target: expected a list of texts, got 3"),
        ([{**GOOD, "condition": ""}], "own.json: threat INP99, condition: must not be empty"),
        (
            [{**GOOD, "severity": "Hgih"}],
            "own.json: threat INP99, severity: unknown severity 'Hgih', "
            "expected critical, high, medium, low or info; did you mean 'high'?",
        ),
        ([GOOD, GOOD], "own.json: threat INP99, SID: repeated: another threat of this file has this id"),
    ],
    ids=itertools.count(),
)
def test_each_mistake_says_what_was_expected(tmp_path: Path, document: Any, message: str) -> None:
    assert refused(tmp_path, document) == message


def test_code_in_a_condition_is_refused(tmp_path: Path) -> None:
    text = refused(tmp_path, [{**GOOD, "condition": "__import__('os').system('true')"}])
    assert text.startswith("own.json: threat INP99, condition, column 1")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@same_folder
@given(st.lists(st.dictionaries(st.sampled_from([*GOOD, "id", "x"]), values) | values, max_size=3))
def test_any_list_is_a_pack_or_a_pack_error(tmp_path: Path, items: list[Any]) -> None:
    """Whatever JSON holds, reading it gives a pack or a `PackError` with a text."""
    nearly = [{**GOOD, **item} if isinstance(item, dict) else item for item in items]
    for document in (items, nearly):
        with suppress(PackError):
            assert read(tmp_path, document).name == "own"


@same_folder
@given(st.binary(max_size=200))
def test_any_bytes_are_a_pack_or_a_pack_error(tmp_path: Path, raw: bytes) -> None:
    """Bytes that happen to be an empty list are an empty pack."""
    with suppress(PackError):
        assert not read_pytm_json(write(tmp_path, raw, "own.json")).threats
