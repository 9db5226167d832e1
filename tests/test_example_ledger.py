"""The example of decisions that stay true: green as it stands, and red for each reason that its page gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from typing import get_args

import pytest

from pytest_threatmodel.decisions.decision import Status

LEDGER: Final = Path(__file__).resolve().parents[1] / "example_models" / "ledger"
REGISTER: Final = "threatmodel-register.toml"
MODEL: Final = "threatmodel_ledger.py"


@pytest.fixture
def ledger(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The example in a folder of its own, where nothing says that it is a CI."""
    monkeypatch.delenv("CI", raising=False)
    shutil.copytree(LEDGER, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return pytester


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def failed(result: pytest.RunResult) -> set[str]:
    """The names of the tests that failed."""
    lines = [line for line in result.outlines if line.startswith("FAILED ")]
    return {line.split("::", 1)[1].split(" - ")[0] for line in lines}


def decided(result: pytest.RunResult) -> dict[str, int]:
    """What became of the tests that did not pass; the others are as many as the packs have threats."""
    outcomes = result.parseoutcomes()
    assert outcomes.pop("passed") > 0
    return outcomes


def test_the_gate_is_green_with_every_finding_decided(ledger: pytest.Pytester) -> None:
    result = ledger.runpytest_subprocess()
    assert decided(result) == {"xfailed": 13, "skipped": 1}
    result.stdout.fnmatch_lines(
        [
            "*13 vulnerable, *",
            "  findings: none",
            "  decisions: 1 accepted, 2 false positive, 7 known, 2 mitigated elsewhere, 1 not applicable, *",
            "  evidence: 2 of 2 controls proven",
        ]
    )


def test_the_register_shows_every_status() -> None:
    text = (LEDGER / REGISTER).read_text(encoding="utf-8")
    missing = [status for status in get_args(Status) if f'status = "{status}"' not in text]
    assert missing == ["excluded"]  # what a model file writes as exclude() is "not-applicable" in a register


def test_an_update_has_nothing_to_change(ledger: pytest.Pytester) -> None:
    before = (ledger.path / REGISTER).read_bytes()
    result = ledger.runpytest_subprocess("--threatmodel-register=update")
    assert decided(result) == {"xfailed": 13, "skipped": 1}
    assert (ledger.path / REGISTER).read_bytes() == before


def test_a_control_that_its_test_no_longer_proves_counts_no_more(ledger: pytest.Pytester) -> None:
    change(ledger.path, "transfers.py", "return account in owners and owners[account] == customer", "return True")
    found = failed(ledger.runpytest_subprocess())
    assert {name for name in found if "[" in name and not name.startswith("test_")} == {
        "AA04[Transfer API]",
        "AA04[Statements]",
    }


def test_more_sensitive_data_puts_decisions_up_for_review(ledger: pytest.Pytester) -> None:
    change(
        ledger.path,
        MODEL,
        'Data("Booking", format="JSON", classification=Classification.SECRET',
        'Data("Booking", format="JSON", classification=Classification.TOP_SECRET',
    )
    result = ledger.runpytest_subprocess()
    assert "DE01[Book transfer]" in failed(result)
    result.stdout.fnmatch_lines(["*worsened: sensitivity was SECRET, now TOP_SECRET*"])


def test_what_should_be_fixed_fails_the_day_after(ledger: pytest.Pytester) -> None:
    late = ("-o", "threatmodel_policy=", "--threatmodel-today=2030-07-01")
    found = failed(ledger.runpytest_subprocess(*late))
    assert {"DE01[Book transfer]", "IN01[Statements]", "PRI10[Clear bookings]"} <= found
    day = ("-o", "threatmodel_policy=", "--threatmodel-today=2030-06-30")
    assert failed(ledger.runpytest_subprocess(*day)) == set()


def test_under_its_policy_nobody_chooses_the_day(ledger: pytest.Pytester) -> None:
    assert failed(ledger.runpytest_subprocess("--threatmodel-today=2026-11-24")) == {"policy"}


def test_what_is_new_fails(ledger: pytest.Pytester) -> None:
    with (ledger.path / MODEL).open("a", encoding="utf-8") as file:
        file.write('\nreports = Server("Reports", inBoundary=core)\n')
    assert "HA01[Reports]" in failed(ledger.runpytest_subprocess())


def test_a_decision_in_the_model_breaks_the_policy(ledger: pytest.Pytester) -> None:
    with (ledger.path / MODEL).open("a", encoding="utf-8") as file:
        file.write('\nfrom pytest_threatmodel import exclude\n\npytestmark = [exclude("OT01", reason="none")]\n')
    result = ledger.runpytest_subprocess()
    assert "policy" in failed(result)
    result.stdout.fnmatch_lines(["*decisions.where*"])
