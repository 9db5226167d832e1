"""Conditions that can never be true."""

from __future__ import annotations

import pytest

from pytest_threatmodel.library.condition import parse
from pytest_threatmodel.library.condition import resolve
from pytest_threatmodel.library.condition.reach import can_be_true
from pytest_threatmodel.library.condition.reach import undeclared_reads
from pytest_threatmodel.library.condition.resolve import Condition
from pytest_threatmodel.model.vocabulary import standard_vocabulary


def _lenient(source: str) -> Condition:
    return resolve(parse(source), ("Server",), standard_vocabulary(), lenient=True)


@pytest.mark.parametrize(
    "source",
    [
        "target.nope is True",
        "not target.nope",
        "target.usesCache and target.nope",
        "target.nope or target.usesCache",
        "not (target.usesCache or target.nope)",
        "not any(d.nope for d in target.data) and target.nope == 'x'",
        "any(d.isPII and d.nope for d in target.data)",
    ],
)
def test_a_condition_that_must_reach_an_unknown_name_is_never_true(source: str) -> None:
    """Whichever way it is evaluated, it ends before it is true."""
    assert not can_be_true(_lenient(source))


@pytest.mark.parametrize(
    "source",
    [
        "target.usesCache",
        "target.usesCache or target.nope",
        "not (target.usesCache and target.nope)",
        "not any(d.nope for d in target.data)",
        "all(d.nope for d in target.data)",
        "getattr(target, 'nope', True)",
    ],
)
def test_a_condition_that_can_be_decided_before_the_unknown_name_is_not_dead(source: str) -> None:
    """An earlier part may decide."""
    assert can_be_true(_lenient(source))


def test_the_unknown_names_are_told() -> None:
    """In their order, each once."""
    assert undeclared_reads(
        _lenient("(target.usesCache and target.b) or (target.usesVPN and target.a) or (target.usesCache and target.b)")
    ) == ("b", "a")
