"""Decisions that notice change, in a run: pasted from a failure they hold, and end when the ground moves."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from .models import FLOW_THREAT
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

MODEL = """
user = Actor("User")
web = Server("Web Server")
order = Dataflow(user, web, "Place order", protocol="HTTP")
"""


def pasted(result: pytest.RunResult) -> str:
    """What stands after "or decide:" in the only failure, the dots filled in."""
    lines = result.stdout.lines
    start = next(number for number, line in enumerate(lines) if "or decide: " in line)
    end = next(number for number in range(start, len(lines)) if lines[number].endswith(")"))
    text = textwrap.dedent("\n".join(lines[start : end + 1]).replace("or decide: ", " " * 11, 1)).strip()
    values = (("reason=...", 'reason="one host"'), ("owner=...", 'owner="Ada"'), ("until=...", 'until="2999-01-01"'))
    for dots, value in values:
        text = text.replace(dots, value)
    return text


def run(pytester: pytest.Pytester, body: str, *args: str, ini: str = "") -> pytest.RunResult:
    write_project(pytester, body, pack=PACK + FLOW_THREAT, ini=ini)
    return pytester.runpytest("--threatmodel", "-v", *args)


def test_what_a_failure_prints_holds_when_it_is_pasted_and_ends_with_the_ground(pytester: pytest.Pytester) -> None:
    first = run(pytester, MODEL)
    assert outcomes(first)["TF01[Place order]"] == "FAILED"
    decision = pasted(first)
    assert 'facts={"protocol": "HTTP", "controls.isEncrypted": False}' in decision
    decided = f"{MODEL}order.marks = {decision}\n"
    held = run(pytester, decided)
    assert outcomes(held)["TF01[Place order]"] == "XFAIL"
    held.stdout.no_fnmatch_line("*not bound to facts*")
    fell = run(pytester, decided.replace('"protocol": "HTTP"', '"protocol": "HTTPS"'))
    assert outcomes(fell)["TF01[Place order]"] == "FAILED"
    fell.stdout.fnmatch_lines(
        [
            "re-review: protocol was HTTPS, now HTTP (threatmodel_shop.py:*); accepted: one host (owner Ada, *",
            '*or decide: accept("TF01", reason=..., owner=..., until=...,',
            '*facts={"protocol": "HTTP", "controls.isEncrypted": False})',
        ]
    )


def test_what_explain_prints_is_what_a_failure_prints(pytester: pytest.Pytester) -> None:
    failed = run(pytester, MODEL)
    explained = pytester.runpytest("--threatmodel-explain=threatmodel_shop.py::TF01[Place order]")
    assert pasted(explained) == pasted(failed)


def test_decisions_without_facts_are_counted_and_named_when_asked(pytester: pytest.Pytester) -> None:
    body = f'{MODEL}order.marks = accept("TF01", reason="known")\n'
    body += 'web.marks = exclude("*", reason="not ours")\n'
    run(pytester, body).stdout.fnmatch_lines(
        ["  not bound to facts: 1 decision", '    threatmodel_shop.py:*: accept("TF01")']
    )
    plain = pytester.runpytest("--threatmodel")
    plain.stdout.fnmatch_lines(["  not bound to facts: 1 decision"])
    plain.stdout.no_fnmatch_line('    threatmodel_shop.py:*: accept("TF01")')


@pytest.mark.parametrize("given", ["soon", "-1", "1.5", "1234567"])
def test_a_grace_that_is_no_number_of_days_is_refused(pytester: pytest.Pytester, given: str) -> None:
    result = run(pytester, MODEL, ini=f"threatmodel_condition_grace = {given}\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"*ini setting threatmodel_condition_grace: {given!r}, expected a whole number of days"]
    )
