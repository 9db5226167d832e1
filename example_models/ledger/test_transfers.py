"""What the ledger promises about requests; some of these tests prove controls of the threat model."""

from __future__ import annotations

import pytest
from transfers import RefusedError
from transfers import Transfer
from transfers import may_send
from transfers import memo_as_html
from transfers import read_transfer

GOOD = {"source": "DE02120300000000202051", "target": "DE02500105170137075030", "amount": "12.50", "memo": "rent"}


def test_a_transfer_is_read() -> None:
    transfer = read_transfer(GOOD)
    assert (transfer.target, str(transfer.amount)) == ("DE02500105170137075030", "12.50")


@pytest.mark.threat_evidence("Transfer API", "validatesInput")
@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "'; drop table bookings; --"},
        {"target": "../../etc/passwd"},
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": "0.001"},
        {"memo": "x" * 141},
        {"memo": "a\x00b"},
        {"amount": 12},
        {"extra": "field"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_no_transfer_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        read_transfer({**GOOD, **wrong})


@pytest.mark.threat_evidence("Transfer API", "authorizesSource")
@pytest.mark.threat_evidence("Statements", "authorizesSource")
@pytest.mark.parametrize(
    ("customer", "account", "may"), [("ada", "A1", True), ("ada", "B1", False), ("", "A1", False), ("ada", "", False)]
)
def test_customers_reach_their_own_accounts_alone(customer: str, account: str, may: bool) -> None:
    assert may_send(customer, {"A1": "ada", "B1": "bob"}, account) is may


def test_a_memo_is_text_and_never_markup() -> None:
    transfer = read_transfer({**GOOD, "memo": "<script>alert(1)</script>"})
    assert isinstance(transfer, Transfer)
    assert memo_as_html(transfer) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
