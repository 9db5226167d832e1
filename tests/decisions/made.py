"""Decisions and scopes for tests."""

from __future__ import annotations

from typing import Any

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import accept
from pytest_threatmodel.decisions.decision import exclude
from pytest_threatmodel.decisions.decision import read_decision
from pytest_threatmodel.decisions.matching import Scope
from pytest_threatmodel.model.origin import Place

FILE = "threatmodel_shop.py"


def accepted(*threats: str, line: int = 1, **terms: Any) -> Decision:
    """An acceptance that stands in some line."""
    return _placed(accept(*threats, **{"reason": "small", **terms}), line)


def excluded(*threats: str, line: int = 1, **terms: Any) -> Decision:
    """An exclusion that stands in some line."""
    return _placed(exclude(*threats, **{"reason": "elsewhere", **terms}), line)


def _placed(written: Any, line: int) -> Decision:
    written.place = Place(FILE, line)
    return read_decision(written, written.place)


def scope(labels: dict[str, str], threats: str = "") -> Scope:
    """A scope: label -> ids with spaces between them; more ids that make no pair."""
    pairs = {label: tuple(ids.split()) for label, ids in labels.items()}
    known = dict.fromkeys([*(id for ids in pairs.values() for id in ids), *threats.split()])
    return Scope(pairs, tuple(known))


SHOP = scope(
    {
        "Place order": "DE01 DE02 AA01",
        "Insert order": "DE01 DE02 AA01",
        "Web Server": "HA01 AA04",
        "Nightly clean-up": "LB01 LB02 LB03",
        "Internet": "",
    },
    "XX99",
)
