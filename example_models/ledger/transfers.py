"""Transfers between accounts: how a request is read, and how its memo is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from decimal import InvalidOperation
from html import escape

_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_LONGEST_MEMO = 140
_LARGEST = Decimal("1000000")


class RefusedError(ValueError):
    """A request that is no transfer."""


@dataclass(frozen=True)
class Transfer:
    """A transfer that may be booked.

    Args:
        source, target: account numbers.
        amount: in euros, at most two decimal places.
        memo: free text of the customer.
    """

    source: str
    target: str
    amount: Decimal
    memo: str


def read_transfer(request: Mapping[str, object]) -> Transfer:
    """The transfer that a request asks for.

    Args:
        request: the decoded body: source, target, amount and memo, all text.

    Raises:
        RefusedError: anything else.
    """
    if set(request) != {"source", "target", "amount", "memo"}:
        raise RefusedError("expected source, target, amount and memo, and nothing else")
    texts = {name: value for name, value in request.items() if isinstance(value, str)}
    if len(texts) < len(request):
        raise RefusedError("every value must be text")
    for name in ("source", "target"):
        if not _ACCOUNT.fullmatch(texts[name]):
            raise RefusedError(f"{name} is no account number")
    if len(texts["memo"]) > _LONGEST_MEMO or not texts["memo"].isprintable():
        raise RefusedError("the memo is too long or holds control characters")
    return Transfer(texts["source"], texts["target"], _amount(texts["amount"]), texts["memo"])


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise RefusedError("the amount is no number") from None
    if not amount.is_finite() or not 0 < amount <= _LARGEST or amount != round(amount, 2):
        raise RefusedError("the amount is out of range")
    return amount


def may_send(customer: str, owners: Mapping[str, str], account: str) -> bool:
    """Whether a customer may send from an account, or read its statement.

    Args:
        customer: who is signed in.
        owners: account number -> customer.
        account: the account.
    """
    return account in owners and owners[account] == customer


def memo_as_html(transfer: Transfer) -> str:
    """The memo as the statement shows it."""
    return f"<p>{escape(transfer.memo)}</p>"
