"""The page for auditors says what the snapshot says, can be read by everybody, and does nothing."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import settings

from pytest_threatmodel.artifacts.audit.page import audit_html
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.audit.models import expected
from tests.artifacts.audit.models import with_every_requirement
from tests.artifacts.audit.page_reader import Page
from tests.artifacts.audit.page_reader import Table
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

COLUMNS = ("open", "accepted", "excluded", "mitigated", "undetermined", "not-applicable", "error")
NOTHING = built(EMPTY)


def page(snapshot: Snapshot, report: str = "") -> Page:
    return Page(audit_html(snapshot, Request(report=report)))


def table(found: Page, caption: str) -> Table:
    (one,) = [each for each in found.tables if each.caption.startswith(caption)]
    return one


@pytest.mark.parametrize(
    ("caption", "is_of_it"),
    [
        ("Weaknesses", lambda name: name.startswith("CWE-")),
        ("OWASP lists", lambda name: re.fullmatch(r"(A|API)\d+:\d+", name)),
        ("OWASP Application", lambda name: name.startswith("v5")),
        ("STRIDE", lambda name: re.fullmatch("[a-z ]+", name)),
        ("Attack patterns", lambda name: name.startswith("CAPEC-")),
    ],
)
def test_matrix_has_a_row_for_each_requirement_and_threat(caption: str, is_of_it: object) -> None:
    assert callable(is_of_it)
    snapshot = with_every_requirement(bank())
    rows = {(row[0], row[1].split()[0]): row[2:9] for row in table(page(snapshot), caption).texts()}
    wanted = {
        key: [str(len(by_status[word])) for word in COLUMNS]
        for key, by_status in expected(snapshot).items()
        if is_of_it(key[0])
    }
    assert {key: [cell.split()[0] for cell in row] for key, row in rows.items()} == wanted
    assert wanted


def test_matrix_names_the_worst_and_the_controls() -> None:
    rows = {row[0]: row for row in table(page(bank()), "Weaknesses").texts() if row[1].startswith("DE01")}
    assert rows["CWE-319"][2] == "4 critical"
    assert rows["CWE-319"][-1].startswith("protocol (6)")


def test_errors_have_a_column_only_where_there_are_some() -> None:
    assert "Rule error" not in page(bank()).text
    assert "the rule divides by nothing:" in page(with_every_requirement(bank())).text


def test_threats_that_name_no_requirement_are_shown() -> None:
    snapshot = with_every_requirement(bank())
    (row,) = table(page(snapshot), "Threats that name no requirement").texts()
    assert row[0].split()[0] == snapshot["threats"][-1]["id"]


def test_pairs_are_named_with_what_they_rest_on() -> None:
    snapshot = bank()
    found = {row[0]: row[1:] for row in table(page(snapshot), "11 pairs of DE01").texts()}
    assert found["Open"][0] == "4"
    assert found["Open"][1].startswith("critical Look up high Tidy up, Act")
    assert found["Accepted"] == ["1", "by D1: Transfer"]
    assert "by protocol: Log in," in found["Mitigated"][1]
    assert sum(int(count) for count, _ in found.values()) == 11


def test_pairs_that_did_not_run_are_marked_and_counted() -> None:
    snapshot = bank()
    assert "every one was tested" in page(snapshot).text
    for pair in snapshot["pairs"][:3]:
        pair["outcome"] = "not run"
    found = page(snapshot)
    assert f"3 of {len(snapshot['pairs'])} pairs" in found.text
    assert found.text.count("(not run)") == 3


def test_where_no_pair_ran_none_is_marked() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"]:
        pair["outcome"] = "not run"
    text = page(snapshot).text
    assert f"any of the {len(snapshot['pairs'])} pairs" in text
    assert "(not run)" not in text


def test_a_search_that_was_given_up_is_told() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"]:
        pair["mitigated_by"], pair["unstated"] = [], []
    text = page(snapshot).text
    assert "by more than can be looked through:" in text
    assert "nobody stated more than can be looked through:" in text


def test_log_says_who_decided_what_when_and_why() -> None:
    snapshot = bank()
    snapshot["decisions"][0] |= {"commit": "89abcdef" * 5, "decided": "2026-10-02", "facts": {"protocol": "HTTP"}}
    rows = table(page(snapshot), "Decisions").texts()
    assert rows[0] == [
        "D1",
        "accepted",
        "DE01",
        "*",
        "being replaced while protocol = HTTP",
        "payments",
        "2026-10-0289abcdef89ab",
        "2027-06-30",
        "PAY-7",
        "threatmodel_sample.py:44",
        "1",
        "1",
    ]
    assert rows[1][5:9] == ["nobody named", "not known", "no end", "none"]
    assert rows[2][1] == "accepted, expired"


def test_assumptions_say_what_they_exclude() -> None:
    assert table(page(bank()), "What the model takes").texts() == [
        ["The provider patches the hosts", "Stated in the contract.", "HA01"]
    ]


def test_page_says_what_was_audited() -> None:
    snapshot = bank()
    snapshot["run"] |= {"dirty": True, "interrupted": "a key was pressed"}
    snapshot["problems"] = ["one <problem>"]
    snapshot["notices"] = ["one notice"]
    text = " ".join(page(snapshot).text.split())
    for told in (
        "Audit report: Bank",
        "File threatmodel_sample.py",
        "Commit 0123456789abcdef0123456789abcdef01234567, with local changes",
        "Created 2026-11-24T09:30:00Z",
        "pytest-threatmodel 0.2.0",
        "core 1.0 (31 threats)",
        "findings from info upwards",
        "Result failed: 24 of 133 pairs",
        "Out of scope Archive",
        "Interrupted a key was pressed",
        "Problems with decisions one <problem>",
        "Notices one notice",
    ):
        assert told in text


def test_elements_link_to_the_html_report_where_there_is_one() -> None:
    snapshot = bank()
    report = "a%20b.html"
    number = [element["label"] for element in snapshot["elements"]].index("Look up")
    assert f"{report}#element-{number}" in page(snapshot, report).links
    assert not [link for link in page(snapshot).links if "element-" in link]


@pytest.mark.parametrize("make", [bank, hostile, lambda: NOTHING], ids=["bank", "hostile", "nothing"])
def test_links_within_the_page_lead_somewhere_and_others_only_to_the_lists(make: object) -> None:
    assert callable(make)
    found = page(make())
    inner = {link.removeprefix("#") for link in found.links if link.startswith("#")}
    assert inner <= set(found.ids)
    assert set(found.labelled) <= set(found.ids)
    outer = [link for link in found.links if not link.startswith("#")]
    assert all(re.fullmatch(r"https://(cwe|capec)\.mitre\.org/data/definitions/\d+\.html", link) for link in outer)


@pytest.mark.parametrize("make", [bank, hostile, lambda: NOTHING], ids=["bank", "hostile", "nothing"])
def test_page_loads_nothing_and_runs_nothing(make: object) -> None:
    assert callable(make)
    found = page(make())
    assert {"script", "img", "link", "iframe", "form", "object", "base"}.isdisjoint(found.tags)
    assert found.inline == set()
    digest = base64.b64encode(hashlib.sha256(found.style.encode()).digest()).decode()
    assert found.policy == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
    assert "url(" not in found.style
    assert "@import" not in found.style


def test_tables_can_be_read_aloud() -> None:
    """Each has a caption, and each head says for what it stands."""
    snapshot = with_every_requirement(bank())
    for each in page(snapshot).tables:
        assert each.caption.strip()
        assert {cell.scope for cell in each.rows[0]} == {"col"}
        assert all(row[0].scope in ("row", "rowgroup") for row in each.rows[1:])


def test_page_has_landmarks() -> None:
    assert {"header", "nav", "main", "footer", "h1", "caption"} <= page(bank()).tags


def test_long_names_are_cut_and_controls_can_be_seen() -> None:
    written = audit_html(hostile(), Request())
    assert "x" * 4_001 not in written
    cells = [cell.text for each in Page(written).tables for row in each.rows for cell in row if cell.scope]
    assert max(map(len, cells)) < 400
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\u2066\u200b\ud800-\udfff]", written)


@settings(max_examples=25)
@given(names)
def test_any_name_is_text(name: str) -> None:
    found = page(named(name))
    assert {"script", "img"}.isdisjoint(found.tags)
    assert " ".join(f"flow {escape(name)}".split()) in " ".join(found.text.split())
