"""The example of a company's own pack: green as it stands, and red for each reason that its page gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import pytest

ACME: Final = Path(__file__).resolve().parents[1] / "example_models" / "acme"
MODEL: Final = "threatmodel_checkout.py"


@pytest.fixture
def acme(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The example in a folder of its own, where nothing says that it is a CI."""
    monkeypatch.delenv("CI", raising=False)
    shutil.copytree(ACME, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return pytester


def change(folder: Path, old: str, new: str) -> None:
    """Replace a text that stands in the model."""
    text = (folder / MODEL).read_text(encoding="utf-8")
    assert old in text
    (folder / MODEL).write_text(text.replace(old, new), encoding="utf-8")


def failed(result: pytest.RunResult) -> set[str]:
    """The names of the tests that failed."""
    lines = [line for line in result.outlines if line.startswith("FAILED ")]
    return {line.split("::", 1)[1].split(" - ")[0] for line in lines}


def test_the_gate_is_green_with_one_decision(acme: pytest.Pytester) -> None:
    result = acme.runpytest_subprocess()
    outcomes = result.parseoutcomes()
    assert outcomes.pop("passed") > 0
    assert outcomes == {"xfailed": 1}
    result.stdout.fnmatch_lines(["threat models: * acme 1.0", "  findings: none", "  decisions: 1 accepted"])
    assert "weakened" not in result.stdout.str()


def test_what_the_company_forbids_fails(acme: pytest.Pytester) -> None:
    """A store that the eraser does not know, a card number in a system of the company, a page in a frame."""
    change(acme.path, "    disablesiFrames=True,\n", "")
    more = [
        'parcels = Datastore("Parcels", inBoundary=shop, isSQL=True, storesPII=True, controls=orders.controls)',
        'phone = Dataflow(customer, checkout, "Order by phone", data=card, tlsVersion=TLS)',
    ]
    with (acme.path / MODEL).open("a", encoding="utf-8") as file:
        file.write("\n".join(["", *more, ""]))
    result = acme.runpytest_subprocess()
    assert {"ACME01[Parcels]", "ACME02[Order by phone]", "WEB19[Checkout page]"} <= failed(result)
    assert "test_card_numbers_reach_the_payment_provider_alone" in failed(result)
    result.stdout.fnmatch_lines(["*Critical (Medium in pack web; acme: one click on our checkout pays)"])


def test_controls_of_the_company_answer_its_threats(acme: pytest.Pytester) -> None:
    """Then the decision is no longer needed, which fails as well."""
    change(acme.path, "    deletesOldData=True,\n", "    deletesOldData=True,\n    isKnownToEraser=True,\n")
    result = acme.runpytest_subprocess()
    assert failed(result) == {"ACME01[Orders]"}
    result.stdout.fnmatch_lines(["*no longer needed*"])


def test_a_misspelt_fact_of_the_company_names_the_right_one(acme: pytest.Pytester) -> None:
    change(acme.path, "holdsCardNumbers", "holdsCardNumber")
    result = acme.runpytest_subprocess()
    assert result.ret != pytest.ExitCode.OK
    assert "holdsCardNumbers" in result.stdout.str()


def test_too_many_unstated_facts_fail(acme: pytest.Pytester) -> None:
    result = acme.runpytest_subprocess("-o", "threatmodel_unstated_facts=limit=10")
    assert failed(result) == {"unstated"}


def test_what_was_changed_is_described(acme: pytest.Pytester) -> None:
    result = acme.runpytest_subprocess("--threatmodel-describe=SCM04")
    assert "the platform team runs a robot for it" in result.stdout.str()
