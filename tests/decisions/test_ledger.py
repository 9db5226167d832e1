"""The ledger of evidence: what the outcomes of tests say of a control."""

from __future__ import annotations

import pytest

from pytest_threatmodel.decisions.evidence import Claim
from pytest_threatmodel.decisions.evidence import Proof
from pytest_threatmodel.decisions.ledger import Ledger

CONTROL = ("Web", "isHardened")
CLAIMS = [Claim(test, "threatmodel_shop.py", CONTROL) for test in ("a::t", "b::t")]


@pytest.mark.parametrize(
    ("now", "before", "proof"),
    [
        ("passed passed", "", Proof("proven")),
        ("passed", "- passed", Proof("proven")),
        ("", "passed passed", Proof("proven")),
        ("passed", "", Proof("unproven", "b::t did not run")),
        ("passed skipped", "", Proof("unproven", "b::t was skipped")),
        ("failed passed", "", Proof("unproven", "a::t failed")),
        (
            "xpassed xfailed",
            "",
            Proof("unproven", "a::t passed against its xfail mark, b::t failed as expected (xfail)"),
        ),
        ("passed passed", "failed passed", Proof("unproven", "a::t failed")),
        ("failed passed", "passed passed", Proof("unproven", "a::t failed")),
        ("unheard-of passed", "", Proof("unproven", "a::t failed")),
    ],
)
def test_every_test_must_have_passed_wherever_it_ran(now: str, before: str, proof: Proof) -> None:
    words = [
        {claim.test: word for claim, word in zip(CLAIMS, text.split(), strict=False) if word != "-"}
        for text in (now, before)
    ]
    assert Ledger(CLAIMS, *words).proof(CONTROL) == proof


def test_what_was_not_selected_is_away_unless_it_ran_earlier() -> None:
    assert Ledger(CLAIMS, {"a::t": "passed"}, away=["b::t"]).proof(CONTROL) == Proof("away", "b::t was not selected")
    assert Ledger(CLAIMS, {"a::t": "passed"}, {"b::t": "passed"}, away=["b::t"]).proof(CONTROL) == Proof("proven")
    assert Ledger(CLAIMS, {"a::t": "failed"}, away=["b::t"]).proof(CONTROL).state == "unproven"


def test_a_control_that_nobody_claims_may_be_claimed_by_what_was_not_collected() -> None:
    assert Ledger().proof(CONTROL) == Proof("unproven", "no test proves it")
    assert Ledger(narrowed=True).proof(CONTROL) == Proof("away", "no test of this run proves it")
    assert Ledger(doubts=["x.xml is old"]).proof(CONTROL) == Proof("unproven", "no test proves it; x.xml is old")


def test_many_tests_are_not_all_named() -> None:
    claims = [Claim(f"{number}::t", "m", CONTROL) for number in range(5)]
    assert Ledger(claims).proof(CONTROL).why == "0::t did not run, 1::t did not run, 2::t did not run and 2 more"
