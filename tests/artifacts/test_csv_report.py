"""The CSV report is read back as it was meant, and no spreadsheet runs anything in it."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import given

from pytest_threatmodel.artifacts.csv_report import COLUMNS
from pytest_threatmodel.artifacts.csv_report import render
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.snapshot.read import status
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names


def rows(snapshot: Snapshot) -> list[dict[str, str]]:
    text = render(snapshot, Request())
    read = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    assert read.fieldnames == list(COLUMNS)
    return list(read)


def test_there_is_a_row_for_each_pair_in_order() -> None:
    snapshot = bank()
    found = rows(snapshot)
    assert [row["id"] for row in found] == [f"threatmodel_sample.py::{pair['id']}" for pair in snapshot["pairs"]]
    assert [row["status"] for row in found] == [status(pair) for pair in snapshot["pairs"]]


def test_a_row_says_what_where_why_and_what_to_do() -> None:
    found = {row["id"].partition("::")[2]: row for row in rows(bank())}
    finding = found["DE01[Look up]"]
    assert finding["title"] == "Data flow sniffing"
    assert (finding["severity"], finding["verdict"], finding["outcome"]) == ("critical", "vulnerable", "failed")
    assert (finding["kind"], finding["file"], finding["line"]) == ("Dataflow", "threatmodel_sample.py", "34")
    assert finding["cwe"] == "CWE-319"
    assert "controls.isEncrypted is False (never stated)" in finding["why"].splitlines()
    assert "controls.isEncrypted = True" in finding["fixes"].splitlines()
    assert found["DE01[Log in]"]["mitigated_by"] == "protocol"
    assert found["AA04[Web Server]"]["cvss"] == "9.1"


def test_a_decided_row_says_who_why_and_until_when() -> None:
    row = next(row for row in rows(bank()) if row["id"].endswith("DE01[Transfer]"))
    assert (row["status"], row["reason"], row["owner"]) == ("accepted", "being replaced", "payments")
    assert (row["until"], row["ticket"], row["expired"]) == ("2027-06-30", "PAY-7", "no")


def test_an_empty_model_has_a_header_alone() -> None:
    assert rows(built(EMPTY)) == []


def test_spreadsheets_are_told_that_it_is_utf_8() -> None:
    assert render(bank(), Request()).encode("utf-8").startswith(b"\xef\xbb\xbfid,status,severity,")


def test_hostile_names_stay_in_their_cells() -> None:
    """Each row has all cells, no cell begins a formula, and names are read back but for the guard."""
    snapshot = hostile()
    for row, pair in zip(rows(snapshot), snapshot["pairs"], strict=True):
        assert None not in row
        assert row["element"].removeprefix("'") == pair["element"]


@given(names)
def test_no_cell_begins_a_formula(name: str) -> None:
    snapshot = named(name)
    found = rows(snapshot)
    assert len(found) == len(snapshot["pairs"])
    assert not [cell for row in found for cell in row.values() if cell.lstrip().startswith(tuple("=+-@"))]
