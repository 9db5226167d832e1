"""The normal form of conditions: what makes no difference, and what does."""

from __future__ import annotations

import pytest

from pytest_threatmodel.library.condition import digest
from pytest_threatmodel.library.condition import normal_form
from pytest_threatmodel.library.condition import parse


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.x == 'HTTP'", '( a.x   ==  "HTTP" )'),
        ("a.x and b.y and c.z", "c.z and (b.y and a.x)"),
        ("a.x or b.y", "b.y or a.x or b.y"),
        ("not a.x", "not not not a.x"),
        ("a.x and b.y", "not not (b.y and a.x)"),
        ("a.x and b.y and c.z", "a.x and not not (c.z and b.y)"),
        ("a.x or (b.y and not (c.z or d.w))", "((not (d.w or c.z)) and b.y) or a.x"),
        ("a.x in ('HTTP', 'FTP')", "a.x in ['FTP', 'HTTP', 'FTP']"),
        ("any(d.x for d in a.data)", "any((d.x for d in a.data))"),
    ],
)
def test_what_means_the_same_by_plain_logic_has_one_form(one: str, other: str) -> None:
    assert normal_form(parse(one)) == normal_form(parse(other))
    assert digest(parse(one)) == digest(parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.x and b.y", "a.x or b.y"),
        ("a.x and (b.y or c.z)", "(a.x and b.y) or c.z"),
        ("not a.x and b.y", "not (a.x and b.y)"),
        ("a.x", "not a.x"),
        ("a.x in ('HTTP', 'FTP')", "a.x in ('HTTP',)"),
        ("a.x in ('HTTP', 'FTP')", "a.x not in ('HTTP', 'FTP')"),
        ("a.x == 'and'", "a.x == 'or'"),
        ("a.x == '1'", "a.x == 1"),
        ("a.x < 1", "a.x <= 1"),
    ],
)
def test_what_may_differ_has_two_forms(one: str, other: str) -> None:
    assert normal_form(parse(one)) != normal_form(parse(other))
    assert digest(parse(one)) != digest(parse(other))


def test_a_digest_is_short_and_the_same_on_every_day() -> None:
    assert digest(parse("target.protocol == 'HTTP'")) == "57bb1562ffc8"
