"""The facts of a decision, and whether they changed for the worse."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.facts import lapses
from pytest_threatmodel.model.model import Model
from tests.analysis.models import SHOP
from tests.analysis.models import model_of
from tests.decisions.made import accepted


class Odd:
    """A value that cannot even be quoted."""

    def __repr__(self) -> str:
        raise RuntimeError


def lapsed(stated: str, facts: dict[Any, Any], label: str = "Place order") -> str:
    model: Model = model_of(f"{SHOP}{stated}")
    return lapses(accepted("DE01", facts=facts), model[label])


@pytest.mark.parametrize(
    ("stated", "facts"),
    [
        ("", {}),
        ("order.protocol = 'HTTP'", {"protocol": "HTTP"}),
        ("order.protocol = 'HTTPS'", {"protocol": "HTTP"}),
        ("order.tlsVersion = 'TLSv13'", {"tlsVersion": "TLSv12"}),
        ("order.controls.isEncrypted = True", {"controls.isEncrypted": False}),
        ("order.dstPort = 80", {"dstPort": "80"}),
        ("web.controls.isHardened = True", {"sink.controls.isHardened": True}),
        ("", {"usesVPN": False, "usesSessionTokens": False}),
    ],
)
def test_facts_that_hold_or_that_improved_change_nothing(stated: str, facts: dict[str, Any]) -> None:
    assert lapsed(stated, facts) == ""


@pytest.mark.parametrize(
    ("stated", "facts", "expected"),
    [
        (
            "order.protocol = 'HTTP'",
            {"protocol": "HTTPS"},
            "re-review: protocol was HTTPS, now HTTP (threatmodel_shop.py:7)",
        ),
        ("web.protocol = 'HTTP'", {"protocol": "HTTPS"}, "re-review: protocol was HTTPS, now HTTP"),
        ("", {"controls.isEncrypted": True}, "re-review: controls.isEncrypted was True, now False"),
        (
            "order.tlsVersion = 'TLSv11'",
            {"tlsVersion": "TLSv12", "usesVPN": True},
            "re-review: tlsVersion was TLSv12, now TLSv11 (threatmodel_shop.py:7), usesVPN was True, now False",
        ),
        (
            "order.usesSessionTokens = True",
            {"usesSessionTokens": False},
            "re-review: usesSessionTokens was False, now True (threatmodel_shop.py:7)",
        ),
        (
            "",
            {"inBoundary.name": Odd()},
            "re-review: inBoundary.name was <Odd>, now there is no inBoundary",
        ),
        ("", {"dstPort": 10**5000}, "re-review: dstPort was <int>, now -1"),
        ("", {"inBoundary.name": "DMZ"}, "re-review: inBoundary.name was DMZ, now there is no inBoundary"),
        ("", {"protocol": "x\x1b\n" * 100}, "re-review: protocol was " + r"x\x1b\n" * 11 + "..., now "),
        ("", {"sink.controls.isHardened": True}, "re-review: sink.controls.isHardened was True, now False"),
    ],
)
def test_any_other_change_asks_for_a_new_look(stated: str, facts: dict[str, Any], expected: str) -> None:
    """A fact has no better direction, so that every change of one counts."""
    assert lapsed(stated, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"protocl": "HTTP"}, "facts: 'protocl' is no field here; did you mean 'protocol'?"),
        ({"controls.isEncrypte": True}, "facts: 'controls.isEncrypte' is no field here; did you mean 'isEncrypted'?"),
        ({"snk.name": "x"}, "facts: 'snk.name' is no field here; did you mean 'sink'?"),
        ({"source": "x"}, "facts: 'source' is no field here; did you mean 'source'?"),
        ({3: True}, "facts: 3 is no field here"),
        ({"controls": True}, "facts: 'controls' is no field here"),
        ({"": True}, "facts: '' is no field here"),
        ({"sink..name": True}, "facts: 'sink..name' is no field here"),
        ({"__class__.x": True}, "facts: '__class__.x' is no field here"),
        ({"x" * 10_000: True}, "facts: 'xxx"),
        ({"protocol": ["HTTP"] * 1000}, "facts: protocol = ['HTTP', 'HTTP'"),
        ({"usesVPN": "yes"}, "facts: usesVPN = 'yes', expected True or False"),
        ({"tlsVersion": "TLSv14"}, "expected a TLSVersion: NONE"),
    ],
)
def test_a_fact_that_names_nothing_is_refused(facts: dict[Any, Any], expected: str) -> None:
    with pytest.raises(DecisionError) as caught:
        lapsed("", facts)
    assert str(caught.value).startswith('threatmodel_shop.py:1: accept("DE01"): facts: ')
    assert expected in str(caught.value)
