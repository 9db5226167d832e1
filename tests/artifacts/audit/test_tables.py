"""Requirements matrix and decision log hold what the snapshot says, and no spreadsheet runs anything in them."""

from __future__ import annotations

from hypothesis import given

from pytest_threatmodel.artifacts.audit.coverage import STATUSES
from pytest_threatmodel.artifacts.audit.coverage import coverage
from pytest_threatmodel.artifacts.audit.coverage import fields
from pytest_threatmodel.artifacts.audit.tables import DECISION_COLUMNS
from pytest_threatmodel.artifacts.audit.tables import MATRIX_COLUMNS
from pytest_threatmodel.artifacts.audit.tables import decisions_csv
from pytest_threatmodel.artifacts.audit.tables import matrix_csv
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import Reader
from tests.artifacts.audit.models import expected
from tests.artifacts.audit.models import read_csv
from tests.artifacts.audit.models import with_every_requirement
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

FORMULAS = tuple("=+-@\t\r\n")


def test_matrix_counts_and_names_the_pairs_of_every_requirement() -> None:
    snapshot = with_every_requirement(bank())
    found = {(row["requirement"], row["threat"]): row for row in read_csv(matrix_csv(snapshot, Request()))}
    wanted = expected(snapshot)
    assert found.keys() == wanted.keys()
    for key, row in found.items():
        for word in STATUSES:
            column = word.replace("-", "_")
            assert row[column] == str(len(wanted[key][word]))
            assert row[f"{column}_elements"].splitlines() == wanted[key][word]
        assert int(row["pairs"]) == sum(len(labels) for labels in wanted[key].values())
    assert {word for labels in wanted.values() for word in labels} == set(STATUSES)


def test_matrix_says_what_carries_and_what_is_worst() -> None:
    rows = {(row["requirement"], row["threat"]): row for row in read_csv(matrix_csv(bank(), Request()))}
    row = rows["CWE-319", "DE01"]
    assert (row["scheme"], row["title"], row["pack"]) == ("CWE", "Data flow sniffing", "core")
    assert row["worst_open"] == "critical"
    assert "Log in.protocol" in row["controls"].splitlines()
    assert "Archive rows.usesVPN" in row["controls"].splitlines()
    assert rows["A02:2025", "HA01"]["worst_open"] == ""


def test_matrix_counts_pairs_that_did_not_run() -> None:
    snapshot = with_every_requirement(bank())
    missing = [pair["threat"] for pair in snapshot["pairs"] if pair["outcome"] == "not run"]
    rows = {row["threat"]: row for row in read_csv(matrix_csv(snapshot, Request()))}
    assert {threat: int(row["not_run"]) for threat, row in rows.items()} == {
        threat: missing.count(threat) for threat in rows
    }


def test_a_threat_without_requirements_has_a_row() -> None:
    snapshot = with_every_requirement(bank())
    last = read_csv(matrix_csv(snapshot, Request()))[-1]
    assert (last["scheme"], last["requirement"], last["threat"]) == ("", "", snapshot["threats"][-1]["id"])


def test_cells_hold_no_more_than_spreadsheets_do() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"]:
        pair["threat"] = "DE01"
    snapshot["pairs"] *= 100
    snapshot["threats"] = [threat for threat in snapshot["threats"] if threat["id"] == "DE01"]
    row = read_csv(matrix_csv(snapshot, Request()))[0]
    lines = row["undetermined_elements"].splitlines()
    left_out = int(lines[-1].removeprefix("… ").removesuffix(" more").replace(",", ""))
    assert len(lines) - 1 + left_out == int(row["undetermined"])
    assert all(len(cell) < 32_767 for cell in row.values())


def test_fields_are_told_from_labels_with_dots() -> None:
    snapshot = bank()
    snapshot["elements"][0]["label"] = "web.controls"
    snapshot["elements"][1]["label"] = "web.controls.x"
    controls = ["web.controls.isHardened", "web.controls.x.controls.isHardened", "web.controls.x.protocol"]
    # The first is the field `isHardened` of "web.controls", since there is no element "web".
    assert fields(controls, Reader(snapshot)) == {"isHardened": 1, "controls.isHardened": 1, "protocol": 1}


def test_every_pair_is_covered_once() -> None:
    snapshot = with_every_requirement(bank())
    pairs = [pair["id"] for each in coverage(Reader(snapshot)).values() for of in each.pairs.values() for pair in of]
    assert sorted(pairs) == sorted(pair["id"] for pair in snapshot["pairs"])


def test_log_says_who_decided_what_when_and_why() -> None:
    snapshot = bank()
    snapshot["decisions"][0] |= {"commit": "89abcdef" * 5, "decided": "2026-10-02", "facts": {"protocol": "HTTP"}}
    first, second, third, fourth = read_csv(decisions_csv(snapshot, Request()))
    assert first == {
        "number": "1",
        "status": "accepted",
        "expired": "no",
        "threats": "DE01",
        "element": "*",
        "reason": "being replaced",
        "owner": "payments",
        "decided": "2026-10-02",
        "commit": "89abcdef" * 5,
        "source": "model",
        "since": "",
        "until": "2027-06-30",
        "ticket": "PAY-7",
        "facts": "protocol = HTTP",
        "findings": "1",
        "pairs": "1",
        "file": "threatmodel_sample.py",
        "line": "44",
        "decision": 'accept("DE01")',
    }
    assert (second["status"], second["owner"], second["findings"]) == ("excluded", "", "1")
    assert (third["expired"], third["until"], third["threats"]) == ("yes", "2026-01-31", "DO0*")
    assert fourth["reason"] == "The provider patches the hosts: Stated in the contract."


def test_log_counts_findings_and_pairs() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"][:30]:
        pair["decision"] = 1
    row = read_csv(decisions_csv(snapshot, Request()))[1]
    covered = [pair for pair in snapshot["pairs"] if pair["decision"] == 1]
    assert int(row["pairs"]) == len(covered) >= 30
    assert int(row["findings"]) == sum(pair["verdict"] == "vulnerable" for pair in covered)


def test_tables_of_a_model_without_anything_have_heads_only() -> None:
    snapshot = built(EMPTY)
    assert matrix_csv(snapshot, Request()) == "\ufeff" + ",".join(MATRIX_COLUMNS) + "\r\n"
    assert decisions_csv(snapshot, Request()) == "\ufeff" + ",".join(DECISION_COLUMNS) + "\r\n"


def test_hostile_names_stay_cells() -> None:
    snapshot = hostile()
    matrix = read_csv(matrix_csv(snapshot, Request()))
    assert {(row["requirement"], row["threat"]) for row in matrix} == expected(snapshot).keys()
    log = read_csv(decisions_csv(snapshot, Request()))
    assert [row["reason"].lstrip("'") for row in log] == [each["reason"] for each in snapshot["decisions"]]
    assert not [cell for row in (*matrix, *log) for cell in row.values() if cell.startswith(FORMULAS)]


@given(names)
def test_any_name_stays_in_its_cell(name: str) -> None:
    snapshot = named(name)
    (row,) = read_csv(decisions_csv(snapshot, Request()))[:1]
    assert row["owner"] in (escape(name), f"'{escape(name)}")
    rows = {row["threat"]: row for row in read_csv(matrix_csv(snapshot, Request()))}
    assert rows["DE01"]["accepted_elements"] == f"flow {escape(name)}"
