"""The acceptance that a failure offers: it is Python, and bound to what was read."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_threatmodel.analysis.paste import decision_lines


def pasted(facts: dict[str, Any]) -> Any:
    """What Python makes of the lines after "or decide:"."""
    text = "\n".join(decision_lines("T1", facts)).removeprefix("or decide: ")
    made: list[Any] = []

    def accept(*threats: str, **terms: Any) -> None:
        made.append((threats, terms))

    exec(text, {"accept": accept})
    assert made == [(("T1",), made[0][1])]
    return made[0][1].get("facts")


@pytest.mark.parametrize(
    "facts",
    [
        {"protocol": "HTTP"},
        {"controls.isEncrypted": False, "dstPort": -1},
        {f"controls.field{number}": True for number in range(12)},
        {"name": "a \"quoted\" 'name' \\ with {braces} and Ünïcode"},
        {"a": "x" * 200, "b": "y" * 200},
    ],
)
def test_the_lines_are_python_with_every_fact(facts: dict[str, Any]) -> None:
    assert pasted(facts) == facts


def test_without_facts_there_is_none() -> None:
    assert list(decision_lines("T1", {})) == ['or decide: accept("T1", reason=..., owner=..., until=...)']
    assert pasted({}) is None


def test_lines_are_broken_between_facts() -> None:
    lines = list(decision_lines("T1", {f"sink.controls.field{number}": False for number in range(9)}))
    assert lines[0] == 'or decide: accept("T1", reason=..., owner=..., until=...,'
    assert lines[1] == '                  facts={"sink.controls.field0": False, "sink.controls.field1": False,'
    assert all(len(line) <= 100 for line in lines)


def test_of_many_facts_the_first_are_printed_and_the_rest_counted() -> None:
    facts = {f"controls.field{number}": True for number in range(100)}
    assert pasted(facts) == dict(list(facts.items())[:12])
    lines = list(decision_lines("T1", facts))
    assert len(lines) < 12
    assert lines[-2].endswith(",  # and 88 more")
