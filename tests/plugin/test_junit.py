"""JUnit XML: the properties of every pair, and a file that readers accept whatever names hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .models import BROKEN_SERVER
from .models import FLOW_THREAT
from .models import PACK
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

SCHEMA = Path(__file__).resolve().parents[1] / "data" / "junit-10.xsd"

MODEL = """
office = Boundary("Office")
user = Actor("User")
web = Server("Web", inBoundary=office, usesCache=True)
old = Server("Old", OS="DOS", usesCache=True)
old.controls.isHardened = True
late = Server("Late", OS="DOS", usesCache=False)
safe = Server("Safe", usesCache=False, OS="Linux")
ask = Dataflow(user, web, "Ask", protocol="HTTP")

web.overrides = Finding(threat_id="TT01", severity="critical", cvss="9.8", response="mitigated", likelihood="unlikely")
late.marks = accept("TT02", reason="known", owner="Ada", until="2020-01-01", ticket="SEC-7")
ask.marks = accept("TF01", reason="public", owner="Bob", until="2099-12-31")
safe.marks = exclude("TT01", reason="never")

def test_ordinary(record_property):
    record_property("colour", "blue")
"""
FEW = {"threat", "element", "severity", "verdict"}


def cases(path: Path) -> dict[str, ET.Element]:
    """The test cases of a report by name."""
    return {case.attrib["name"]: case for case in ET.parse(path).iter("testcase")}


def properties(case: ET.Element) -> dict[str, str]:
    """The properties of a case; each stands there once."""
    found = [(each.attrib["name"], each.attrib["value"]) for each in case.iter("property")]
    assert len(dict(found)) == len(found)
    return dict(found)


def report(pytester: pytest.Pytester, body: str, *args: str, pack: str = PACK + FLOW_THREAT) -> dict[str, ET.Element]:
    write_project(pytester, body, pack=pack)
    pytester.runpytest("--threatmodel", "--junitxml=report.xml", *args)
    return cases(pytester.path / "report.xml")


def test_findings_decided_and_mitigated_pairs_tell_all_that_is_known(pytester: pytest.Pytester) -> None:
    found = {name: properties(case) for name, case in report(pytester, MODEL).items()}
    assert found["TT01[Web]"] == {
        "threat": "TT01",
        "element": "Web",
        "severity": "critical",
        "verdict": "vulnerable",
        "title": "Cached answers are read",
        "likelihood": "unlikely",
        "stride": "information disclosure, tampering",
        "cwe": "CWE-311, CWE-319",
        "capec": "CAPEC-94",
        "owasp": "A01:2025, A02:2025",
        "asvs": "v5.0.0-1.2.5",
        "kind": "Server",
        "boundary": "Office",
        "model": "Shop",
        "cvss": "9.8",
        "response": "mitigated",
    }
    assert found["TT01[Old]"] == {
        "threat": "TT01",
        "element": "Old",
        "severity": "high",
        "verdict": "mitigated",
        "title": "Cached answers are read",
        "likelihood": "likely",
        "stride": "information disclosure, tampering",
        "cwe": "CWE-311, CWE-319",
        "capec": "CAPEC-94",
        "owasp": "A01:2025, A02:2025",
        "asvs": "v5.0.0-1.2.5",
        "kind": "Server",
        "model": "Shop",
        "mitigated_by": "controls.isHardened",
    }
    assert found["TT02[Late]"] == {
        "threat": "TT02",
        "element": "Late",
        "severity": "low",
        "verdict": "vulnerable",
        "title": "The system is old",
        "kind": "Server",
        "model": "Shop",
        "decision": "accepted",
        "reason": "known",
        "owner": "Ada",
        "until": "2020-01-01",
        "ticket": "SEC-7",
    }
    assert found["TF01[Ask]"] == {
        "threat": "TF01",
        "element": "Ask",
        "severity": "medium",
        "verdict": "vulnerable",
        "title": "Read on the way",
        "stride": "information disclosure",
        "cwe": "CWE-319",
        "kind": "Dataflow",
        "model": "Shop",
        "decision": "accepted",
        "reason": "public",
        "owner": "Bob",
        "until": "2099-12-31",
    }
    assert {
        name: value for name, value in found["TT01[Safe]"].items() if name in ("verdict", "decision", "reason")
    } == {
        "verdict": "not-applicable",
        "decision": "excluded",
        "reason": "never",
    }


def test_other_pairs_have_four_properties(pytester: pytest.Pytester) -> None:
    found = {name: properties(case) for name, case in report(pytester, MODEL).items()}
    assert found["TT02[Safe]"] == {"threat": "TT02", "element": "Safe", "severity": "low", "verdict": "not-applicable"}
    assert found["TT02[Web]"] == {"threat": "TT02", "element": "Web", "severity": "low", "verdict": "undetermined"}
    assert found["test_ordinary"] == {"colour": "blue"}


def test_an_acceptance_that_became_unnecessary_is_told_with_the_pair(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=False)\npytestmark = accept("TT01", element="Web", reason="known")'
    found = report(pytester, body)["TT01[Web]"]
    assert properties(found)["decision"] == "accepted"
    assert found.find("failure") is not None


def test_a_pair_whose_acceptance_is_shared_and_not_needed_there_names_no_decision(pytester: pytest.Pytester) -> None:
    """What passes without it is no accepted risk."""
    body = 'Server("A", usesCache=True)\nServer("B", usesCache=False)\npytestmark = accept("TT01", reason="known")'
    found = {name: properties(case) for name, case in report(pytester, body).items()}
    assert found["TT01[A]"]["decision"] == "accepted"
    assert set(found["TT01[B]"]) == FEW


def test_rules_that_cannot_be_evaluated_say_so(pytester: pytest.Pytester) -> None:
    case = report(pytester, BROKEN_SERVER)["TT02[Broken]"]
    assert properties(case)["verdict"] == "error"
    failure = case.find("failure")
    assert failure is not None
    assert "the rule could not be evaluated: ValueError: cannot be compared" in (failure.text or "")


def test_decisions_that_are_wrong_are_a_case_of_their_own(pytester: pytest.Pytester) -> None:
    case = report(pytester, 'Server("Web")\npytestmark = exclude("TT1", reason="never")')["decisions"]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("threatmodel_shop.py:5: ")
    assert not properties(case)


def test_no_property_is_empty(pytester: pytest.Pytester) -> None:
    found = report(pytester, MODEL + BROKEN_SERVER)
    assert all(value.strip() for case in found.values() for value in properties(case).values())


def told(case: ET.Element) -> tuple[object, ...]:
    """A case without its duration."""
    children = [(child.tag, dict(child.attrib), child.text) for child in case if child.tag != "properties"]
    return case.attrib["classname"], case.attrib["name"], properties(case), children


def test_cases_are_the_same_on_workers_and_by_the_standard_protocol(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    plain = report(pytester, MODEL)
    workers = report(pytester, MODEL, "-n", "2")
    standard = report(pytester, MODEL, "--setup-show")
    assert {name: told(case) for name, case in plain.items()} == {name: told(case) for name, case in standard.items()}
    assert {name: told(case) for name, case in plain.items()} == {name: told(case) for name, case in workers.items()}


@pytest.mark.parametrize("args", [(), ("-p", "no:terminal")], ids=["plain", "no-terminal"])
def test_every_pair_is_a_case_with_the_outcome_that_counts(pytester: pytest.Pytester, args: tuple[str, ...]) -> None:
    found = report(pytester, MODEL, *args)
    outcome = {name: next((each.tag for each in case if each.tag != "properties"), "") for name, case in found.items()}
    assert outcome == {
        "TT01[Web]": "failure",
        "TT02[Web]": "",
        "TT01[Old]": "",
        "TT02[Old]": "",
        "TT01[Late]": "",
        "TT02[Late]": "failure",
        "TT01[Safe]": "skipped",
        "TT02[Safe]": "",
        "TF01[Ask]": "skipped",
        "test_ordinary": "",
    }
    assert all(len(properties(case)) >= len(FEW) for name, case in found.items() if "[" in name)
    assert all(case.attrib["classname"] == "threatmodel_shop" for case in found.values())


def test_accepted_findings_are_skipped_as_expected_failures(pytester: pytest.Pytester) -> None:
    skipped = report(pytester, MODEL)["TF01[Ask]"].find("skipped")
    assert skipped is not None
    assert skipped.attrib == {"type": "pytest.xfail", "message": "public (owner Bob, until 2099-12-31)"}


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_the_report_is_valid_without_the_properties(pytester: pytest.Pytester, family: str) -> None:
    """The schema has none in a case; every reader that matters takes them."""
    xmlschema = pytest.importorskip("xmlschema")
    write_project(pytester, MODEL + BROKEN_SERVER, pack=PACK + FLOW_THREAT, ini=f"junit_family = {family}\n")
    pytester.runpytest("--threatmodel", "--junitxml=report.xml")
    tree = ET.parse(pytester.path / "report.xml")
    for case in tree.iter("testcase"):
        for child in case.findall("properties"):
            case.remove(child)
        if family == "xunit1":  # pytest's own: a file and a line, which the schema does not know
            for name in ("file", "line"):
                case.attrib.pop(name, None)
    schema = xmlschema.XMLSchema(str(SCHEMA))
    schema.validate(tree.getroot())


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("\\x00\\x07\\x1b[31m\\x85", r"\x00\x07\x1b[31m\x85"),
        ("line\\nbreak\\tand\\rmore", r"line\nbreak\tand\rmore"),
        ("\\ud800 half", r"\ud800 half"),
        ("\\u202egnirts", r"\u202egnirts"),
        ("\\ufffe\\uffff", None),
        ("\\U0001f9e8\\u200d\\U0001f9d1 emoji", None),
        ("<b>&amp;]]>\\\"' --", "<b>&amp;]]>\"' --"),
        ("a" * 20 + "é" * 20, "a" * 20 + "é" * 20),
    ],
)
@pytest.mark.parametrize("protocol", [(), ("--setup-show",)], ids=["short-protocol", "standard-protocol"])
def test_wild_names_survive(pytester: pytest.Pytester, protocol: tuple[str, ...], name: str, label: str | None) -> None:
    body = f'tm.name = "{name}"\nServer("{name}", usesCache=True, inBoundary=Boundary("{name}", key="zone"))\n'
    body += f'pytestmark = exclude("TT02", reason="because {name}")'
    found = report(pytester, body, *protocol)
    (case,) = [case for each, case in found.items() if each.startswith("TT01[")]
    told = properties(case)
    assert case.attrib["name"] == f"TT01[{told['element']}]"
    assert told["boundary"] == told["element"] == told["model"]
    assert case.find("failure") is not None
    if label is not None:
        assert told["element"] == label


def test_wild_names_and_reasons_cross_to_workers(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    body = """
    for number, name in enumerate(("\\x00\\x1b[31m", "\\ud800 half", "\\u202e", "\\uffff", "<b>&]]>")):
        server = Server(name, usesCache=True, OS="DOS")
        server.marks = [accept("TT01", reason=f"because {name}", owner=name), exclude("TT02", reason=name)]
    """
    plain = report(pytester, body)
    workers = report(pytester, body, "-n", "2")
    assert len(plain) == 10
    assert {name: told(case) for name, case in plain.items()} == {name: told(case) for name, case in workers.items()}


def test_a_name_of_a_megabyte_survives(pytester: pytest.Pytester) -> None:
    found = report(pytester, 'Server("x" * 1_000_000, usesCache=True)\nServer("Web")', "-q", "--tb=no", "--no-summary")
    case = found[f"TT01[{'x' * 1_000_000}]"]
    assert len(properties(case)["element"]) == 1_000_000
    assert case.find("failure") is not None


def test_properties_that_others_add_are_kept(pytester: pytest.Pytester) -> None:
    """A conftest may add to a pair's own ones."""
    conftest = """
    def pytest_collection_modifyitems(items):
        for item in items:
            item.user_properties.append(("team", "blue"))
    """
    write_project(pytester, 'Server("Web", usesCache=True)', conftest=conftest)
    pytester.runpytest("--threatmodel", "--junitxml=report.xml")
    found = {name: properties(case) for name, case in cases(pytester.path / "report.xml").items()}
    assert found["TT01[Web]"]["team"] == found["TT02[Web]"]["team"] == "blue"
    assert found["TT01[Web]"]["threat"] == "TT01"
