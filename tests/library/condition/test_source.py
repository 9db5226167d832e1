"""The source of a condition as people write it."""

from __future__ import annotations

import ast

import pytest

from pytest_threatmodel.library.condition.source import short_text
from pytest_threatmodel.library.condition.source import source_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("target.protocol=='HTTP'", "target.protocol == 'HTTP'"),
        ("any(d.isPII for d in target.data)", "any(d.isPII for d in target.data)"),
        (
            "not any( (any(e.isPII for e in d.data)) for d in target.inputs)and(a)",
            "not any(any(e.isPII for e in d.data) for d in target.inputs) and a",
        ),
        ("any(f.name in ('__generator0__', '(') for f in x)", "any(f.name in ('__generator0__', '(') for f in x)"),
    ],
)
def test_the_source_is_in_a_normal_form(written: str, text: str) -> None:
    """One space around operators, no parentheses that say nothing."""
    assert source_text(ast.parse(written, mode="eval").body) == text


def test_the_syntax_stays_as_it_is() -> None:
    """The condition is compiled from it later."""
    syntax = ast.parse("any(d.isPII for d in target.data)", mode="eval").body
    before = ast.dump(syntax)
    source_text(syntax)
    assert ast.dump(syntax) == before


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a in ('1', '2', '3', '4', '5')", "a in ('1', '2', '3', '4', '5')"),
        ("a not in ('1', '2', '3', '4', '5', '6')", "a not in ('1', '2', '3', ... 3 more)"),
        ("any(f.p in ('1', '2', '3', '4', '5', '6') for f in x)", "any(f.p in ('1', '2', '3', ... 3 more) for f in x)"),
    ],
)
def test_long_lists_of_choices_are_cut(written: str, text: str) -> None:
    """Nobody reads thirty protocols; the pack has them."""
    assert short_text(ast.parse(written, mode="eval").body) == text
