"""Registers in a run: where they are found, for which models they count, and what becomes of pairs and mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

FOUND = 'web = Server("Web", usesCache=True)\n'
CALM = 'web = Server("Web", usesCache=False)\n'
OPEN = 'status = "open"\nuntil = 9999-12-31'
KNOWN = 'status = "accepted"\nreason = "known"'


def entry(terms: str, threat: str = "TT01", element: str = "Web") -> str:
    return f'[[decision]]\nthreat = "{threat}"\nelement = "{element}"\n{terms}\n\n'


def run(pytester: pytest.Pytester, body: str, register: str, *args: str, ini: str = "") -> pytest.RunResult:
    write_project(pytester, body, pack=PACK, ini=ini)
    pytester.path.joinpath("threatmodel-register.toml").write_text(register, encoding="utf-8")
    return pytester.runpytest("--threatmodel", "-v", *args)


def another(pytester: pytest.Pytester, path: str, body: str, terms: str = "") -> None:
    """Write one more model."""
    file = pytester.path / path
    file.parent.mkdir(exist_ok=True)
    lines = f"from pytest_threatmodel import *\ntm = TM('Other'{terms})\n{body}"
    file.write_text(lines, encoding="utf-8")


def problems(result: pytest.RunResult) -> list[str]:
    """What `file::decisions` says, line for line."""
    lines = result.stdout.lines
    start = next((number for number, line in enumerate(lines) if line.strip("_") == " decisions "), None)
    if start is None:
        return []
    # Under xdist the first line is the worker's.
    rest = [line for line in lines[start + 1 :] if not line.startswith("[gw")]
    return rest[: next(number for number, line in enumerate(rest) if line.startswith(("=", "_")))]


@pytest.mark.parametrize(
    ("terms", "outcome", "reason"),
    [
        (KNOWN, "XFAIL", "known"),
        ('status = "transferred"\nreason = "insured"\nowner = "me"', "XFAIL", "transferred: insured (owner me)"),
        ('status = "false-positive"\nreason = "no"', "XFAIL", "false positive: no"),
        ('status = "mitigated-elsewhere"\nreason = "proxy"', "XFAIL", "mitigated elsewhere: proxy"),
        ('status = "not-applicable"\nreason = "no cache"', "SKIPPED", "not applicable: no cache"),
        (OPEN, "XFAIL", "known: to be fixed (until 9999-12-31)"),
        ('status = "open"\nreason = "soon"\nuntil = 9999-12-31', "XFAIL", "known: soon (until 9999-12-31)"),
    ],
)
def test_a_status_tells_what_becomes_of_a_finding(
    pytester: pytest.Pytester, terms: str, outcome: str, reason: str
) -> None:
    result = run(pytester, FOUND, entry(terms), "-rxs")
    assert outcomes(result) == {"TT01[Web]": outcome, "TT02[Web]": "PASSED"}
    assert reason in result.stdout.str()
    assert result.ret == 0


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (
            'status = "open"\nuntil = 2020-01-01\nowner = "me"',
            "the time to fix this expired on 2020-01-01; its owner is me",
        ),
        (KNOWN + "\nuntil = 2020-01-01", "the acceptance expired on 2020-01-01"),
        (
            'status = "not-applicable"\nreason = "no"\nuntil = 2020-01-01',
            "the decision that this does not apply expired on 2020-01-01",
        ),
    ],
)
def test_what_is_over_holds_no_more(pytester: pytest.Pytester, terms: str, text: str) -> None:
    result = run(pytester, FOUND, entry(terms))
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    result.stdout.fnmatch_lines([text])


def test_a_known_finding_that_is_gone_passes_and_is_named(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, CALM, pack=PACK)
    pytester.path.joinpath("threatmodel-register.toml").write_text(entry(OPEN), encoding="utf-8")
    result = run_ways("--threatmodel")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["  resolved: threatmodel-register.toml:1; close what the register knows as open"])


def test_an_acceptance_that_is_not_needed_fails_its_pair(pytester: pytest.Pytester) -> None:
    result = run(pytester, CALM, entry(KNOWN + '\nmodel = "threatmodel_shop.py"'))
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    result.stdout.fnmatch_lines(["entry TT01[[]Web[]] (threatmodel-register.toml:1) is no longer needed: remove it"])


def test_the_ini_file_names_registers_one_a_line_relative_to_it(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, pack=PACK, ini="threatmodel_register =\n    my risks.toml\n    more/risks.toml\n")
    pytester.mkdir("more").joinpath("risks.toml").write_text(entry(KNOWN, element="Other"), encoding="utf-8")
    another(pytester, "more/threatmodel_other.py", 'web = Server("Other", usesCache=True)\n')
    pytester.path.joinpath("my risks.toml").write_text(entry(KNOWN), encoding="utf-8")
    result = pytester.runpytest("--threatmodel", "-v", str(pytester.path))
    result.assert_outcomes(xfailed=2, passed=2)


def test_a_register_that_the_ini_file_names_and_is_not_there_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND, entry(KNOWN), ini="threatmodel_register = threatmodel-registr.toml\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: register: threatmodel-registr.toml: can not be read: No such file or directory; "
            "did you mean 'threatmodel-register.toml'?"
        ]
    )


def test_a_register_that_is_no_toml_is_a_usage_error_with_the_line(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND, entry(KNOWN) + "[[decision]")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: register: threatmodel-register.toml:7: column *: not TOML: *"])


def test_a_wrong_entry_fails_the_decisions_of_its_model_alone(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, pack=PACK)
    another(pytester, "threatmodel_other.py", CALM)
    register = entry('model = "threatmodel_shop.py"\nstatus = "acepted"\nreason = "known"')
    pytester.path.joinpath("threatmodel-register.toml").write_text(register, encoding="utf-8")
    result = run_ways("--threatmodel", "-v")
    result.assert_outcomes(passed=3, failed=2)
    assert problems(result) == [
        "threatmodel-register.toml:1: decision #1, status: unknown value 'acepted', expected accepted, transferred, "
        "false-positive, mitigated-elsewhere, not-applicable or open; did you mean 'accepted'?"
    ]


@pytest.mark.parametrize(
    ("threat", "element", "problem"),
    [
        ("TT01", "Wbe", "no element matches 'Wbe'; did you mean 'Web'?"),
        ("TT91", "Web", "no threat matches 'TT91'; did you mean 'TT01'?"),
    ],
)
@pytest.mark.parametrize("model", ["", 'model = "threatmodel_shop.py"\n', 'model = "*"\n'])
def test_a_name_that_matches_nothing_fails_with_the_nearest(
    run_ways: Run, pytester: pytest.Pytester, threat: str, element: str, problem: str, model: str
) -> None:
    write_project(pytester, FOUND, pack=PACK)
    register = entry(model + KNOWN, threat, element)
    pytester.path.joinpath("threatmodel-register.toml").write_text(register, encoding="utf-8")
    result = run_ways("--threatmodel", "-v")
    assert problems(result) == [f"threatmodel-register.toml:1: entry {threat}[{element}]: {problem}"]


def test_an_entry_for_every_model_is_right_where_one_of_them_needs_it(pytester: pytest.Pytester) -> None:
    another(pytester, "threatmodel_other.py", 'app = Server("App")\n')
    another(pytester, "threatmodel_third.py", CALM)
    result = run(pytester, FOUND, entry(KNOWN), str(pytester.path))
    assert problems(result) == []
    result.assert_outcomes(xfailed=1, passed=5)


def test_an_entry_for_every_model_is_left_alone_where_not_all_are_in_the_run(pytester: pytest.Pytester) -> None:
    another(pytester, "threatmodel_other.py", 'app = Server("App")\n')
    result = run(pytester, FOUND, entry(KNOWN), "threatmodel_other.py")
    result.assert_outcomes(passed=2)


def test_an_entry_of_a_model_that_is_not_loaded_is_left_alone_and_told(
    run_ways: Run, pytester: pytest.Pytester
) -> None:
    write_project(pytester, CALM, pack=PACK)
    register = entry('model = "threatmodel_shop"\n' + KNOWN) + entry('model = "bank"\n' + KNOWN, "XX01", "Nothing")
    pytester.path.joinpath("threatmodel-register.toml").write_text(register, encoding="utf-8")
    result = run_ways("--threatmodel")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "  threatmodel-register.toml: 2 entries of models not in this run: "
            "'threatmodel_shop' (did you mean 'threatmodel_shop.py'?), 'bank'"
        ]
    )


def test_a_model_is_named_by_its_key(pytester: pytest.Pytester) -> None:
    another(pytester, "threatmodel_other.py", FOUND, ", key='bank'")
    result = run(pytester, CALM, entry('model = "bank"\n' + KNOWN), str(pytester.path))
    result.assert_outcomes(xfailed=1, passed=3)


def test_two_entries_on_one_pair_are_an_error_that_names_both(pytester: pytest.Pytester) -> None:
    result = run(pytester, FOUND, entry(KNOWN) + entry(OPEN, element="W*"))
    assert problems(result) == [
        "two decisions on TT01[Web]: entry TT01[Web] (threatmodel-register.toml:1) and "
        "entry TT01[W*] (threatmodel-register.toml:7)"
    ]


def test_two_registers_of_one_name_are_told_apart(pytester: pytest.Pytester) -> None:
    more = pytester.mkdir("more")
    more.joinpath("threatmodel-register.toml").write_text(entry(KNOWN), encoding="utf-8")
    another(pytester, "more/threatmodel_other.py", FOUND)
    ini = "threatmodel_register =\n    threatmodel-register.toml\n    more/threatmodel-register.toml\n"
    result = run(pytester, CALM, entry(KNOWN), str(pytester.path), ini=ini)
    (told,) = problems(result)
    first, second = pytester.path / "threatmodel-register.toml", more / "threatmodel-register.toml"
    assert told == f"two decisions on TT01[Web]: entry TT01[Web] ({first}:1) and entry TT01[Web] ({second}:1)"


def test_a_decision_of_the_file_and_an_entry_on_one_pair_are_an_error(pytester: pytest.Pytester) -> None:
    body = FOUND + 'pytestmark = accept("TT01", reason="known")\n'
    (told,) = problems(run(pytester, body, entry(KNOWN)))
    assert told.startswith('two decisions on TT01[Web]: accept("TT01") (threatmodel_shop.py:')
    assert told.endswith(" and entry TT01[Web] (threatmodel-register.toml:1)")


def test_a_mark_on_the_element_is_nearer_than_the_register(pytester: pytest.Pytester) -> None:
    body = FOUND + 'web.marks = exclude("TT01", reason="no cache")\n'
    result = run(pytester, body, entry(KNOWN))
    assert outcomes(result)["TT01[Web]"] == "SKIPPED"
    assert problems(result) == []


def test_runxfail_lets_known_findings_fail(pytester: pytest.Pytester) -> None:
    run(pytester, FOUND, entry(OPEN), "--runxfail").assert_outcomes(failed=1, passed=1)
