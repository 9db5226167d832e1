"""The Markdown reports, read by the parser that GitHub uses: everything is there, and nothing does anything."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.markdown import full
from pytest_threatmodel.artifacts.markdown import summary
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import is_open
from tests.artifacts.markdown_reader import DOES_SOMETHING
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import Snapshot

TAGS = {
    *("h1", "h2", "h3", "h4", "p", "strong", "code", "pre", "ul", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
MODELS = [bank, hostile, lambda: built(EMPTY), lambda: built(DECIDED)]
REPORTS = [full, summary]


def harmless(markdown: str, snapshot: Snapshot) -> None:
    """Only our own markup, links to references of packs alone, and no text that a forge would link."""
    shown = read(markdown)
    assert shown.tags <= TAGS
    assert set(shown.links) <= {each for threat in snapshot["threats"] for each in threat["references"]}
    assert DOES_SOMETHING.findall(shown.outside) == []


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("model", MODELS)
def test_nothing_in_a_report_does_anything(
    report: Callable[[Snapshot, Request], str], model: Callable[[], Snapshot]
) -> None:
    snapshot = model()
    harmless(report(snapshot, Request()), snapshot)


@given(names)
def test_no_name_does_anything(name: str) -> None:
    snapshot = named(name)
    snapshot["problems"] = snapshot["notices"] = [f"a problem: {name}", name]
    snapshot["run"]["interrupted"] = name
    for report in REPORTS:
        harmless(report(snapshot, Request()), snapshot)


@given(names)
def test_names_are_shown_as_they_are_written(name: str) -> None:
    """The label of each element stands in the report, letter by letter."""
    snapshot = named(name)
    text = " ".join(read(full(snapshot, Request())).text.split())
    for label in {pair["element"] for pair in snapshot["pairs"] if is_open(pair)}:
        assert " ".join(label.split()) in text


def test_the_full_report_has_every_open_finding_with_why_and_fix() -> None:
    snapshot = bank()
    shown = read(full(snapshot, Request()))
    for pair in filter(is_open, snapshot["pairs"]):
        for text in (pair["element"], *pair.get("fixes", []), *(part["text"] for part in pair["why"])):
            assert text in shown.codes
    for threat in {pair["threat"] for pair in filter(is_open, snapshot["pairs"])}:
        assert threat in shown.codes
    assert "Open findings (24)" in shown.text
    assert "Mitigation: Use the protocol's protected form or require encryption" in shown.text


def test_the_full_report_tells_decisions_controls_facts_data_and_assumptions() -> None:
    text = read(full(bank(), Request())).text
    for title in ("Accepted findings (1)", "Excluded findings (2)", "Mitigated (7)", "Undetermined (52)"):
        assert f"\n{title}\n" in text
    assert "being replaced (owner payments, until 2027-06-30, ticket PAY-7) (threatmodel_sample.py:44)" in text
    assert re.search(r"critical\s+DE01 Data flow sniffing\s+Log in\s+protocol\s", text)
    assert re.search(r"Web Server\s+usesXMLParser\s+IN02\s", text)
    assert re.search(r"Card number\s+SECRET\s+personal data\s+Transfer, Look up, Score\s", text)
    assert re.search(r"The provider patches the hosts\s+Stated in the contract.\s+HA01", text)


def test_the_summary_names_the_worst_findings_with_fix_and_line() -> None:
    """And says how many more there are."""
    shown = read(summary(bank(), Request()))
    assert "❌ Failed. 24 open findings: 3 critical, 14 high, 7 medium." in shown.text
    rows = re.findall(r"^(critical|high)\s+(\w+) .*$", shown.text, re.MULTILINE)
    assert [severity for severity, _ in rows] == ["critical"] * 3 + ["high"] * 9
    assert "And 12 more." in shown.text
    assert {"Look up", "controls.isEncrypted = True", "threatmodel_sample.py:34"} <= set(shown.codes)


def test_the_summary_names_decisions_that_end() -> None:
    snapshot = bank()
    snapshot["decisions"][0]["until"] = "2026-12-24"
    text = read(summary(snapshot, Request())).text
    assert re.search(r"Expired decisions \(1\)\s+2026-01-31, owner jobs: late \(threatmodel_sample.py:49\)", text)
    assert re.search(r"Decisions that end within 30 days \(1\)\s+2026-12-24, owner payments: being replaced ", text)


def test_a_decision_that_ends_later_needs_no_attention() -> None:
    snapshot = bank()
    snapshot["decisions"] = snapshot["decisions"][:1]
    assert "Needs attention" not in summary(snapshot, Request())


def test_what_did_not_run_and_what_broke_is_told() -> None:
    snapshot = bank()
    for pair in snapshot["pairs"][:7]:
        pair["outcome"] = "not run"
    snapshot["pairs"][0] |= {"verdict": "error", "judged": "failed", "error": "maximum recursion depth exceeded"}
    snapshot["problems"] = ["threatmodel_sample.py:50: accept() names no threat"]
    snapshot["run"]["interrupted"] = "stopping after 1 failures"
    for report in REPORTS:
        text = read(report(snapshot, Request())).text
        assert "7 of 133 pairs did not run." in text
        assert "1 rule could not be evaluated." in text
        assert "accept() names no threat" in text
    assert "The run was interrupted: stopping after 1 failures" in read(summary(snapshot, Request())).text
    assert "maximum recursion depth exceeded" in read(full(snapshot, Request())).text


def test_an_empty_model_passes() -> None:
    text = read(summary(built(EMPTY), Request())).text
    assert "✅ Passed. 0 open findings." in text
    assert "Needs attention" not in text


def test_decided_findings_are_not_open() -> None:
    text = read(full(built(DECIDED), Request())).text
    assert "✅ Passed. 0 open findings." in text
    assert "Open findings (0)" in text
    assert "Excluded findings (1)" in text


def test_the_summary_fits_a_comment_whatever_the_model_is_called() -> None:
    """Names and reasons that are as long as can be, and as bad; texts of all kinds, and many of each."""
    worst = "|`" * 5_000
    snapshot = named(worst)
    snapshot["pairs"] *= 100
    snapshot["decisions"] = [each | {"expired": True} for each in snapshot["decisions"] * 100]
    snapshot["problems"] = snapshot["notices"] = [worst] * 100
    snapshot["run"]["interrupted"] = worst
    snapshot["packs"] = [pack | {"name": worst} for pack in snapshot["packs"]]
    snapshot["model"]["file"] = worst
    written = summary(snapshot, Request())
    assert len(written) <= 6_000
    harmless(written, snapshot)


def test_long_lists_are_cut_and_say_so() -> None:
    snapshot = bank()
    snapshot["pairs"] = [pair for pair in snapshot["pairs"] if is_open(pair)] * 100
    written = full(snapshot, Request())
    assert "## Open findings (2,400)" in written
    assert "And 1,400 more, which the JSON report has." in written


def test_severities_are_told_in_their_order() -> None:
    header = summary(bank(), Request()).partition("| Findings | ")[2].partition("\n")[0]
    assert header == f"{' | '.join(SEVERITIES)} |"


@pytest.mark.parametrize("report", REPORTS)
def test_a_snapshot_is_always_written_alike(report: Callable[[Snapshot, Request], str]) -> None:
    assert report(hostile(), Request()) == report(hostile(), Request())


def test_hostile_names_stand_in_the_summary() -> None:
    shown = read(summary(hostile(), Request()))
    for name in ("<script>alert(1)</script> #2", "@enduml\\n@startuml #2", "../../../etc/passwd #2"):
        assert escape(name).replace("\\\\", "\\") in shown.codes


def test_the_sequence_diagram_is_a_block_that_forges_draw() -> None:
    (diagram,) = re.findall(r"^```mermaid\n(.*?)\n```$", full(bank(), Request()), re.MULTILINE | re.DOTALL)
    assert diagram.startswith("sequenceDiagram\n")
    assert "Transfer" in diagram


def test_a_sequence_diagram_that_fails_costs_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytest_threatmodel.artifacts.sequence.render", None)
    warnings: list[str] = []
    written = full(bank(), Request(warn=warnings.append))
    assert "mermaid" not in written
    assert "## Open findings (24)" in written
    (warning,) = warnings
    assert warning.startswith("Markdown report without sequence diagram: ModuleNotFoundError: ")


def test_a_sequence_that_forges_would_refuse_is_left_out() -> None:
    """Mermaid takes no more than 50,000 characters."""
    flows = "for number in range(501):\n    Dataflow(one, one, f'{number} with a long name ' + 'x' * 80)\n"
    written = full(built(f'from pytest_threatmodel import *\ntm = TM("Long")\none = Server("One")\n{flows}'), Request())
    assert "```mermaid" not in written
    assert "Too long to be drawn here; `--threatmodel-seq=puml` writes it for PlantUML." in written
