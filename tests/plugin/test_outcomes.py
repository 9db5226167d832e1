"""What becomes of a pair: every cell of the table of verdicts and decisions."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

#: A server for each verdict of TT02 and each decision.
TABLE = """
class Odd(str):
    def __hash__(self):
        raise ValueError("cannot be compared")

said = {
    "vulnerable": {"OS": "DOS"},
    "mitigated": {"OS": "DOS", "controls": {"isHardened": True}},
    "undetermined": {},
    "not-applicable": {"OS": "Linux"},
    "broken": {"OS": Odd("?")},
}
for verdict, values in said.items():
    for decision in ("undecided", "accepted", "excluded"):
        Server(f"{verdict} {decision}", **values)

pytestmark = [
    accept("TT02", element="* accepted", reason="it is in a museum"),
    exclude("TT02", element="* excluded", reason="it is a picture"),
]
"""
CELLS = {
    "TT02[vulnerable undecided]": "FAILED",
    "TT02[vulnerable accepted]": "XFAIL",
    "TT02[vulnerable excluded]": "SKIPPED",
    **{
        f"TT02[{verdict} {decision}]": word
        for verdict in ("mitigated", "undetermined", "not-applicable")
        for decision, word in (("undecided", "PASSED"), ("accepted", "PASSED"), ("excluded", "SKIPPED"))
    },
    "TT02[broken undecided]": "FAILED",
    "TT02[broken accepted]": "FAILED",
    "TT02[broken excluded]": "SKIPPED",
}
#: A hook of somebody else's makes pairs take the standard protocol.
STANDARD = """
def pytest_runtest_setup(item):
    pass
"""

protocols = pytest.mark.parametrize("conftest", ["", STANDARD], ids=["short-protocol", "standard-protocol"])


def of_threat(result: pytest.RunResult, threat: str) -> dict[str, str]:
    """The outcomes of one threat."""
    return {pair: word for pair, word in outcomes(result).items() if pair.startswith(f"{threat}[")}


def test_every_cell_of_the_table(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, TABLE)
    result = run_ways("--threatmodel", "-v")
    assert of_threat(result, "TT02") == CELLS
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_the_standard_protocol_comes_to_the_same_outcomes(pytester: pytest.Pytester) -> None:
    write_project(pytester, TABLE, conftest=STANDARD)
    result = pytester.runpytest("--threatmodel", "-vv")
    assert of_threat(result, "TT02") == CELLS
    result.stdout.fnmatch_lines(["standard protocol for pairs: conftest implements pytest_runtest_setup"])


@protocols
def test_runxfail_makes_decided_findings_fail(pytester: pytest.Pytester, conftest: str) -> None:
    """Exclusions are skips, and stay."""
    write_project(pytester, TABLE, conftest=conftest)
    result = pytester.runpytest("--threatmodel", "-v", "--runxfail")
    assert of_threat(result, "TT02") == {**CELLS, "TT02[vulnerable accepted]": "FAILED"}


@protocols
def test_undecided_findings_below_fail_on_are_expected_failures(pytester: pytest.Pytester, conftest: str) -> None:
    """Only that cell is softened: broken rules of low severity still fail."""
    write_project(pytester, TABLE, conftest=conftest)
    result = pytester.runpytest("--threatmodel-fail-on=medium", "-v", "-rx")
    assert of_threat(result, "TT02") == {**CELLS, "TT02[vulnerable undecided]": "XFAIL"}
    result.stdout.fnmatch_lines(["XFAIL *TT02?vulnerable undecided? - low severity, below --threatmodel-fail-on=me*"])


@pytest.mark.parametrize(("fail_on", "word"), [("low", "FAILED"), ("medium", "XFAIL"), ("Very High", "XFAIL")])
def test_fail_on_names_the_lowest_severity_that_fails(pytester: pytest.Pytester, fail_on: str, word: str) -> None:
    write_project(pytester, 'Server("Old", OS="DOS")')
    result = pytester.runpytest(f"--threatmodel-fail-on={fail_on}", "-v")
    assert outcomes(result)["TT02[Old]"] == word


def test_fail_on_softens_no_expired_acceptance(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Old", OS="DOS").marks = accept("TT02", reason="soon gone", until="2020-01-31")')
    result = pytester.runpytest("--threatmodel-fail-on=high", "-v")
    assert outcomes(result)["TT02[Old]"] == "FAILED"


@protocols
def test_an_acceptance_holds_up_to_its_last_day(pytester: pytest.Pytester, conftest: str) -> None:
    """Days are counted in UTC, and the last one belongs to it."""
    today = datetime.now(UTC).date()
    body = "".join(
        f'Server("{name}", OS="DOS").marks = accept("TT02", reason="soon gone", owner="Ada", until="{day}")\n'
        # Tomorrow is "today" where midnight falls between these lines and the run.
        for name, day in (("Now", today + timedelta(1)), ("Over", today - timedelta(1)))
    )
    write_project(pytester, body, conftest=conftest)
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == {
        "TT01[Now]": "PASSED",
        "TT02[Now]": "XFAIL",
        "TT01[Over]": "PASSED",
        "TT02[Over]": "FAILED",
    }
    result.stdout.fnmatch_lines([f"the acceptance expired on {today - timedelta(1)}; its owner is Ada"])


FACTS = """
old = Server("Old", OS="DOS", usesVPN={now})
old.marks = accept("TT02", reason="behind a wall", owner="Ada", facts={{"usesVPN": {then}}})
"""


@protocols
@pytest.mark.parametrize(
    ("then", "now", "word"), [(True, True, "XFAIL"), (True, False, "FAILED"), (False, True, "XFAIL")]
)
def test_an_acceptance_ends_when_its_facts_change_for_the_worse(
    pytester: pytest.Pytester, conftest: str, then: bool, now: bool, word: str
) -> None:
    write_project(pytester, FACTS.format(then=then, now=now), conftest=conftest)
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[Old]": "PASSED", "TT02[Old]": word}
    if word == "FAILED":
        result.stdout.fnmatch_lines(
            ["re-review: usesVPN was True, now False (threatmodel_shop.py:4); accepted: behind a wall (owner Ada)"]
        )


@protocols
def test_a_rule_that_cannot_be_evaluated_fails_as_such(pytester: pytest.Pytester, conftest: str) -> None:
    """The finding's neighbours keep their results; the message names pack, place and rule."""
    write_project(pytester, TABLE, conftest=conftest)
    result = pytester.runpytest("--threatmodel", "threatmodel_shop.py::TT02[broken undecided]")
    result.stdout.fnmatch_lines(
        [
            "why   the rule could not be evaluated: ValueError: cannot be compared",
            "      pack tiny, tiny.toml:24: target.OS == 'DOS' and not target.controls.isHardened",
        ],
        consecutive=True,
    )
    result.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('Server("Web", usesCache=True)', pytest.ExitCode.TESTS_FAILED),
        ('Server("Web", usesCache=True).marks = accept("TT01", reason="known")', pytest.ExitCode.OK),
        ('Server("Web")', pytest.ExitCode.OK),
        ('Actor("User")', pytest.ExitCode.NO_TESTS_COLLECTED),
        ('Server("Web", usesCaches=True)', pytest.ExitCode.INTERRUPTED),
    ],
    ids=["finding", "accepted", "green", "no-pair", "broken-model"],
)
def test_exit_codes_are_those_of_pytest(pytester: pytest.Pytester, body: str, code: pytest.ExitCode) -> None:
    write_project(pytester, body)
    assert pytester.runpytest("--threatmodel").ret == code


def test_elements_out_of_scope_have_no_pairs(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("In", usesCache=True)\nServer("Out", usesCache=True, inScope=False)')
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[In]": "FAILED", "TT02[In]": "PASSED"}
