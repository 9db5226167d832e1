"""Reports of earlier runs: what they say, and whatever else a file may hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.snapshot.earlier import ReportError
from pytest_threatmodel.snapshot.earlier import read_report
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from pytest_threatmodel.snapshot.shape import Snapshot

JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(BANK, tmp_path_factory.mktemp("bank"), explained=False)


def as_bytes(report: Any) -> bytes:
    return json.dumps(report).encode()


def said(text: bytes) -> str:
    """What people are told of a report, or why it is none."""
    try:
        return read_report(text, "old.json").source
    except ReportError as error:
        return str(error)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.99"])
def test_a_report_says_findings_threats_kinds_and_packs(bank: Snapshot, version: str) -> None:
    made = read_report(as_bytes({**bank, "version": version}), "old.json")
    vulnerable = {pair["id"]: pair for pair in bank["pairs"] if pair["verdict"] == "vulnerable"}
    assert list(made.findings) == list(vulnerable)
    assert made.source == "old.json (commit 0123456789ab, 2026-11-24)"
    assert made.model == "threatmodel_sample.py"
    assert made.findings["DE01[Transfer]"] == ("DE01", "Transfer", "critical", "accepted")
    # A decision that has expired was there all the same.
    assert {past.decided for past in made.findings.values() if past.element == "Interest job"} >= {"accepted"}
    assert {"Server", "Agent", "Element"} <= made.kinds
    assert made.threats == {threat["id"] for threat in bank["threats"]}
    assert list(made.packs) == [pack["name"] for pack in bank["packs"]]


@settings(max_examples=100)
@given(st.data())
def test_whatever_stands_in_a_report_is_read_or_refused_in_one_line(bank: Snapshot, data: st.DataObject) -> None:
    report = json.loads(json.dumps(bank))
    key = data.draw(st.sampled_from([*report]))
    holder: Any = report
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(st.sampled_from([*holder] if isinstance(holder, dict) else range(len(holder))))
    holder[key] = data.draw(JUNK)
    assert len(said(as_bytes(report)).splitlines()) == 1


@given(st.binary() | JUNK.map(as_bytes))
def test_whatever_a_file_holds_is_refused_in_one_line(text: bytes) -> None:
    with pytest.raises(ReportError) as caught:
        read_report(text, "old.json")
    assert len(str(caught.value).splitlines()) == 1
