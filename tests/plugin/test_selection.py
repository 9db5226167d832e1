"""Which pairs run: node ids, names of every sort, and the options that pick, order and stop."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import STANDARD
from .systems import closing_section
from .systems import counts
from .systems import ids
from .systems import model_text
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from .systems import Run

FILE = "threatmodel_shop.py"
FAILED = {name: word for name, word in SHOP_OUTCOMES.items() if word == "FAILED"}

#: Names that break ids elsewhere, and what stands in the id where that is not the name.
NAMES = {
    "brackets": ("Orders [prod] (*)", None),
    "open-bracket": ("half [ open", None),
    "close-bracket": ("half ] open", None),
    "colons": ("a::b::c", None),
    "instance": ("Web::()::x", "Web::\\x28)::x"),
    "slashes": ("/srv/data\\x//y", None),
    "unicode": ("Zürich 数据 ✓", None),
    "emoji": ("\N{ROCKET} launch", None),
    "newlines": ("two\nlines\r\n\tand a tab", "two\\nlines\\r\\n\\tand a tab"),
    "control": ("bell\x07 null\x00 esc\x1b[31m", "bell\\x07 null\\x00 esc\\x1b[31m"),
    "long": ("x" * 300, None),
    "surrogate": ("bad \ud800 half", "bad \\ud800 half"),
    "right-to-left": ("\u202eevil", "\\u202eevil"),
    "quotes": ("say \"hi\" 'there' `now`", None),
    "spaces": ("  around  ", None),
    "percent": ("100% {curly} $HOME ~", None),
    "options": ("--lf -k", None),
}
HOSTILE = pytest.mark.parametrize(("name", "shown"), NAMES.values(), ids=NAMES)


def hostile_model(name: str) -> str:
    """A finding and a pair that passes on an element of this name, and a neighbour."""
    return f"Server({name!a}, usesCache=True)\nServer('Neighbour', usesCache=False, OS='Linux')\n"


@HOSTILE
def test_every_name_can_be_selected_by_the_id_that_is_printed(
    pytester: pytest.Pytester, name: str, shown: str | None
) -> None:
    """By node id, by the threat alone, and not by --deselect."""
    write_shop(pytester, hostile_model(name))
    listed = ids(pytester.runpytest("--threatmodel", "--collect-only", "-q"))
    pair = f"{FILE}::TT01[{name if shown is None else shown}]"
    assert listed[0] == pair
    result = pytester.runpytest("--threatmodel", "-q", pair)
    assert counts(result) == {"failed": 1}
    result = pytester.runpytest("--threatmodel", "-q", f"--deselect={pair}")
    assert counts(result) == {"passed": 3, "deselected": 1}


@HOSTILE
def test_every_name_fails_again_first_and_stepwise(pytester: pytest.Pytester, name: str, shown: str | None) -> None:
    """The cache and pytest's own look-up of ids: --lf, --ff and --sw."""
    write_shop(pytester, hostile_model(name))
    assert counts(pytester.runpytest("--threatmodel", "-q")) == {"failed": 1, "passed": 3}
    assert counts(pytester.runpytest("--threatmodel", "-q", "--lf")) in (
        {"failed": 1, "deselected": 3},
        {"failed": 1},
    )
    assert counts(pytester.runpytest("--threatmodel", "-q", "--ff")) == {"failed": 1, "passed": 3}
    assert pytester.runpytest("--threatmodel", "-q", "--sw").ret == pytest.ExitCode.INTERRUPTED
    assert pytester.runpytest("--threatmodel", "-q", "--sw").ret == pytest.ExitCode.INTERRUPTED


def test_a_threat_selects_its_pairs_on_every_element(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-v", f"{FILE}::TT01")
    assert outcomes(result) == {name: word for name, word in SHOP_OUTCOMES.items() if name.startswith("TT01")}


def test_a_pair_that_is_not_there_is_pytests_usage_error(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", f"{FILE}::TT01[Wbe]")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert any(line.startswith("ERROR: not found:") and "::TT01" in line for line in result.errlines)


def test_last_failed_runs_the_findings_alone(pytester: pytest.Pytester) -> None:
    """Of one file of two, and when one is repaired, the other."""
    write_files(pytester, {FILE: model_text(), "threatmodel_green.py": model_text('Server("Green", usesCache=False)')})
    pytester.runpytest("--threatmodel")
    assert outcomes(pytester.runpytest("--threatmodel", "-v", "--lf")) == FAILED
    write_shop(pytester, SHOP.replace("usesCache=True)", "usesCache=False)"))
    assert outcomes(pytester.runpytest("--threatmodel", "-v", "--lf")) == {"TT01[Web]": "PASSED", "TT02[Old]": "FAILED"}
    assert outcomes(pytester.runpytest("--threatmodel", "-v", "--lf")) == {"TT02[Old]": "FAILED"}


def test_failed_first_changes_the_order_alone(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    pytester.runpytest("--threatmodel")
    result = outcomes(pytester.runpytest("--threatmodel", "-v", "--ff"))
    assert list(result)[:2] == list(FAILED)
    assert result == SHOP_OUTCOMES


@pytest.mark.parametrize("standard", ["", STANDARD], ids=["short", "standard"])
def test_stepwise_goes_from_finding_to_finding(pytester: pytest.Pytester, standard: str) -> None:
    write_shop(pytester, conftest=standard)
    assert outcomes(pytester.runpytest("--threatmodel", "-v", "--stepwise")) == {"TT01[Web]": "FAILED"}
    result = pytester.runpytest("--threatmodel", "-v", "--stepwise", "--stepwise-skip")
    assert outcomes(result) == {name: word for name, word in SHOP_OUTCOMES.items() if not name.endswith("[Safe]")}
    assert result.ret == pytest.ExitCode.INTERRUPTED
    write_shop(pytester, SHOP.replace('"DOS"', '"Linux"'), conftest=standard)
    result = pytester.runpytest("--threatmodel", "-v", "--stepwise")
    assert list(outcomes(result)) == ["TT02[Old]", "TT01[Safe]", "TT02[Safe]"]
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("-x", ["TT01[Web]"]),
        ("--maxfail=1", ["TT01[Web]"]),
        ("--maxfail=2", ["TT01[Web]", "TT02[Web]", "TT01[Old]", "TT02[Old]"]),
        ("--maxfail=3", list(SHOP_OUTCOMES)),
    ],
)
@pytest.mark.parametrize("standard", ["", STANDARD], ids=["short", "standard"])
def test_a_run_stops_after_so_many_findings(
    pytester: pytest.Pytester, option: str, expected: list[str], standard: str
) -> None:
    """The closing section still speaks of the whole model."""
    write_shop(pytester, conftest=standard)
    result = pytester.runpytest("--threatmodel", "-v", option)
    assert list(outcomes(result)) == expected
    assert closing_section(result)[0].startswith(f"{FILE}: Shop, 3 elements, 6 pairs")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-k", "TT01"), ["TT01[Web]", "TT01[Old]", "TT01[Safe]"]),
        (("-k", "Web"), ["TT01[Web]", "TT02[Web]"]),
        (("-k", "TT01 and not Web"), ["TT01[Old]", "TT01[Safe]"]),
        (("-m", "threat"), list(SHOP_OUTCOMES)),
        (("-m", "not threat"), []),
        (("-m", 'threat(severity="low")'), ["TT02[Web]", "TT02[Old]", "TT02[Safe]"]),
        (("-m", 'threat(element="Web", id="TT01")'), ["TT01[Web]"]),
        ((f"--deselect={FILE}::TT01",), ["TT02[Web]", "TT02[Old]", "TT02[Safe]"]),
        ((f"--deselect={FILE}::TT01[Web]",), [name for name in SHOP_OUTCOMES if name != "TT01[Web]"]),
        (("--threatmodel-exclude=TT02",), ["TT01[Web]", "TT01[Old]", "TT01[Safe]"]),
        (("--threatmodel-exclude=TT02,TT01",), []),
        (("--threatmodel-exclude=*1",), ["TT02[Web]", "TT02[Old]", "TT02[Safe]"]),
        (("-k", "Web", "--threatmodel-exclude=TT02"), ["TT01[Web]"]),
        ((f"{FILE}::TT01[Web]", f"{FILE}::TT02[Old]"), ["TT01[Web]", "TT02[Old]"]),
        ((f"{FILE}::TT02[Old]", f"{FILE}::TT01[Web]"), ["TT02[Old]", "TT01[Web]"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_selection(pytester: pytest.Pytester, options: tuple[str, ...], expected: list[str]) -> None:
    """What is not run counts as deselected, and nothing else changes."""
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-v", *options)
    assert list(outcomes(result)) == expected
    assert all(SHOP_OUTCOMES[name] == word for name, word in outcomes(result).items())
    left_out = 0 if options[0].startswith(FILE) else len(SHOP_OUTCOMES) - len(expected)
    assert counts(result).get("deselected", 0) == left_out


def test_excluded_pairs_are_counted_in_the_closing_section(pytester: pytest.Pytester, run_ways: Run) -> None:
    write_shop(pytester)
    result = run_ways("--threatmodel", "--threatmodel-exclude=TT01")
    assert counts(result)["passed"] == 2
    assert "3 pairs deselected by --threatmodel-exclude" in closing_section(result)


@pytest.mark.parametrize("standard", ["", STANDARD], ids=["short", "standard"])
def test_durations_list_every_phase_once(pytester: pytest.Pytester, standard: str) -> None:
    """Reports that the terminal need not keep are there when it asks."""
    write_shop(pytester, 'for name in "ABC":\n    Server(name, usesCache=True)\n', conftest=standard)
    result = pytester.runpytest("--threatmodel", "--durations=0", "-vv")
    lines = [line.split() for line in result.outlines if re.match(r"\d+\.\d+s (setup|call|teardown)", line)]
    phases = sorted((name, phase) for _, phase, name, *_ in lines)
    names = sorted(f"{FILE}::TT0{number}[{name}]" for number in (1, 2) for name in "ABC")
    assert [name for name, phase in phases if phase == "call"] == names
    assert [name for name, phase in phases if phase == "teardown"] == names
    assert len(phases) == len(set(phases))


@pytest.mark.skipif(sys.platform == "win32", reason="pytest has no spawn there")
@pytest.mark.parametrize("option", ["--pdb", "--trace"])
def test_the_debugger_opens(pytester: pytest.Pytester, option: str) -> None:
    """On a finding, or at the start of every pair: the standard protocol runs them."""
    write_shop(pytester, 'Server("Web", usesCache=True)\nServer("B", usesCache=False)\n')
    command = [sys.executable, "-m", "pytest", "--threatmodel", option, f"{FILE}::TT01"]
    process = pytester.popen(command, stdin=b"c\nc\nc\nc\n")
    out, _ = process.communicate()
    text = out.decode()
    assert "INTERNALERROR" not in text
    if option == "--pdb":
        assert "(Pdb)" in text
        assert "why   target.usesCache" in text
    assert re.search(r"1 failed, 1 passed", text), text


def test_setup_show_names_the_pairs(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "--setup-show")
    result.stdout.fnmatch_lines([f"*{FILE}::TT01[[]Web[]]*"])
    assert counts(result) == {"failed": 2, "passed": 4}
    result = pytester.runpytest("--threatmodel", "--setup-plan")
    assert "INTERNALERROR" not in result.stdout.str()


def test_last_failed_knows_what_two_workers_found(pytester: pytest.Pytester) -> None:
    """Ids cross from the workers into the cache unchanged."""
    pytest.importorskip("xdist")
    write_shop(pytester, hostile_model("Orders [prod] :: 1\n"))
    pytester.runpytest("--threatmodel", "-n2")
    result = pytester.runpytest("--threatmodel", "-v", "--lf")
    assert outcomes(result) == {"TT01[Orders [prod] :: 1\\n]": "FAILED"}
