"""The DefectDojo report holds the fields that its generic parser takes, and no others."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given

from pytest_threatmodel.artifacts.defectdojo import render
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.markdown_reader import DOES_SOMETHING
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

REQUIRED = {"title", "severity", "description"}
#: https://docs.defectdojo.com/supported_tools/parsers/generic_findings_import/, as far as the report uses them; these
#: have been taken for years.
TAKEN = REQUIRED | {
    "date",
    "cwe",
    "cvssv3",
    "cvssv3_score",
    "mitigation",
    "severity_justification",
    "references",
    "active",
    "verified",
    "false_p",
    "out_of_scope",
    "risk_accepted",
    "line",
    "file_path",
    "component_name",
    "static_finding",
    "dynamic_finding",
    "unique_id_from_tool",
    "vuln_id_from_tool",
    "tags",
}


def findings(snapshot: Snapshot) -> list[dict[str, Any]]:
    report = json.loads(render(snapshot, Request()))
    assert list(report) == ["findings"]
    for finding in report["findings"]:
        assert REQUIRED <= set(finding) <= TAKEN
        assert finding["severity"] in ("Critical", "High", "Medium", "Low", "Info")
        assert len(finding["title"]) <= 511
        assert len(finding["component_name"]) <= 500
        assert not any("," in tag or " " in tag for tag in finding["tags"])
    found: list[dict[str, Any]] = report["findings"]
    return found


def states(finding: dict[str, Any]) -> tuple[bool, bool, bool]:
    return finding["active"], finding["risk_accepted"], finding["out_of_scope"]


def test_open_findings_are_active_accepted_ones_accepted_and_excluded_ones_out_of_scope() -> None:
    found = {(each["vuln_id_from_tool"], each["component_name"]): each for each in findings(bank())}
    assert states(found["DE01", "Look up"]) == (True, False, False)
    assert states(found["DE01", "Transfer"]) == (False, True, False)
    assert states(found["LB03", "Mailer"]) == (False, False, True)
    assert "payments" in found["DE01", "Transfer"]["description"]


def test_a_lapsed_acceptance_is_active() -> None:
    """It fails the gate, and the file says the same."""
    snapshot = built(DECIDED)
    for pair in snapshot["pairs"]:
        if pair["judged"] == "xfailed":
            pair["judged"] = "failed"
    assert {states(each) for each in findings(snapshot)} == {(True, False, False), (False, False, True)}


def test_a_finding_says_where_and_what_to_do() -> None:
    finding = next(each for each in findings(bank()) if each["vuln_id_from_tool"] == "DE01")
    assert finding["title"] == "Data flow sniffing: Look up"
    assert (finding["file_path"], finding["line"], finding["cwe"]) == ("threatmodel_sample.py", 34, 319)
    assert finding["mitigation"].startswith("**Fix**: `controls.isEncrypted = True`, or ")
    assert finding["date"] == "2026-11-24"


def test_a_stated_score_or_vector_goes_along() -> None:
    """CVSS v3 vectors only: the field takes no others."""
    snapshot = bank()
    pair = next(pair for pair in snapshot["pairs"] if pair["id"] == "AA04[Web Server]")
    stated = {
        "9.1": {"cvssv3_score": 9.1},
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N": {"cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"},
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": {},
        "about 9": {},
        "nan": {},
        "11": {},
    }
    for text, expected in stated.items():
        pair["cvss"] = text
        finding = next(
            each for each in findings(snapshot) if each["unique_id_from_tool"] and "AA04" in each["vuln_id_from_tool"]
        )
        assert {name: finding[name] for name in ("cvssv3", "cvssv3_score") if name in finding} == expected


def test_ids_are_unique() -> None:
    for snapshot in (bank(), hostile()):
        ids = [each["unique_id_from_tool"] for each in findings(snapshot)]
        assert len(set(ids)) == len(ids)


def test_an_empty_model_has_no_findings() -> None:
    assert findings(built(EMPTY)) == []


@given(names)
def test_any_name_is_text_where_markdown_is_shown(name: str) -> None:
    """No control characters, which its database refuses, and nothing that renders as an image or a link."""
    for finding in findings(named(name)):
        assert "\0" not in "".join(str(value) for value in finding.values())
        for field in ("description", "mitigation", "severity_justification"):
            shown = read(finding.get(field, ""))
            assert shown.tags <= {"p", "ul", "li", "code", "strong"}
            assert DOES_SOMETHING.search(shown.outside) is None
