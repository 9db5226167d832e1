"""`--threatmodel-register=update`: what it writes, what it leaves alone, and when it writes nothing."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

import pytest

from .models import PACK
from .models import outcomes
from .models import write_project

pytest.importorskip("tomlkit")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]

OWNER = "threatmodel_register_owner = shop team\n"
UPDATE = ("--threatmodel-register=update", "-v")
FOUND = 'web = Server("Web", usesCache=True)\nold = Server("Old", usesCache=True, OS="DOS")\n'
TODAY = datetime.now(UTC).date()


def register(pytester: pytest.Pytester) -> Path:
    return pytester.path / "threatmodel-register.toml"


def entries(path: Path, table: str = "decision") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8")).get(table, [])
    return found


def names(path: Path, table: str = "decision") -> list[str]:
    return [f"{entry['threat']}[{entry['element']}]" for entry in entries(path, table)]


def entry(threat: str, element: str, more: str = "", status: str = "open", days: int = 20) -> str:
    until = TODAY + timedelta(days=days)
    return (
        f'[[decision]]\nthreat = "{threat}"\nelement = "{element}"\nmodel = "threatmodel_shop.py"\n'
        f'status = "{status}"\nuntil = {until}\n{more}\n'
    )


# A model that is there already


def test_the_first_run_writes_every_finding_and_is_green(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    result = run_ways(*UPDATE)
    assert result.ret == 0
    assert outcomes(result) == {
        "TT01[Web]": "XFAIL",
        "TT02[Web]": "PASSED",
        "TT01[Old]": "XFAIL",
        "TT02[Old]": "XFAIL",
    }
    result.stdout.fnmatch_lines(["register: threatmodel-register.toml: 3 added as open, 0 closed"])
    assert names(register(pytester)) == ["TT01[Web]", "TT01[Old]", "TT02[Old]"]
    first = entries(register(pytester))[0]
    assert re.fullmatch("[0-9a-f]{12}", first.pop("condition"))
    since = first.pop("since")
    assert since >= TODAY
    assert first == {
        "threat": "TT01",
        "element": "Web",
        "model": "threatmodel_shop.py",
        "status": "open",
        "owner": "shop team",
        "until": since + timedelta(days=45),
        "severity": "high",
        "sensitivity": "UNKNOWN",
        "facts": {"usesCache": True, "controls.isHardened": False},
    }


def test_afterwards_the_gate_holds_and_new_findings_fail(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    pytester.runpytest(*UPDATE)
    assert pytester.runpytest("--threatmodel").ret == 0
    write_project(pytester, FOUND + 'Server("New", usesCache=True)', ini=OWNER)
    result = pytester.runpytest("--threatmodel", "-v")
    assert result.ret == 1
    assert [name for name, word in outcomes(result).items() if word == "FAILED"] == ["TT01[New]"]


def test_a_second_update_changes_not_a_byte(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    pytester.runpytest(*UPDATE)
    before = register(pytester).read_bytes(), register(pytester).stat().st_mtime_ns
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["register: threatmodel-register.toml: 0 added as open, 0 closed"])
    assert (register(pytester).read_bytes(), register(pytester).stat().st_mtime_ns) == before


@pytest.mark.parametrize("selection", [("-k", "TT02 and Web"), ("threatmodel_shop.py::TT02[Web]",), ("-x",)])
def test_whatever_is_selected_the_whole_model_is_written(pytester: pytest.Pytester, selection: tuple[str, ...]) -> None:
    write_project(pytester, FOUND + 'def test_first():\n    raise ValueError("no")\n', ini=OWNER)
    pytester.runpytest(*UPDATE, *selection)
    assert names(register(pytester)) == ["TT01[Web]", "TT01[Old]", "TT02[Old]"]


def test_what_was_decided_or_the_gate_lets_pass_is_not_added(pytester: pytest.Pytester) -> None:
    body = FOUND + 'web.marks = accept("TT01", reason="known")\n'
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if item.name == "TT01[Old]":
                item.add_marker(pytest.mark.threat_accept("TT01", reason="seen"))
    """
    write_project(pytester, body, ini=f"{OWNER}threatmodel_fail_on = high\n", conftest=conftest)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 0
    assert not register(pytester).exists()


def test_days_owner_and_status_are_as_the_ini_file_says(pytester: pytest.Pytester) -> None:
    ini = "threatmodel_register_owner = Ada\nthreatmodel_register_days =\n    high = 7\n    low=1\n"
    write_project(pytester, FOUND, ini=ini)
    assert pytester.runpytest(*UPDATE).ret == 0
    found = [
        (each["severity"], each["owner"], (each["until"] - each["since"]).days) for each in entries(register(pytester))
    ]
    assert found == [("high", "Ada", 7), ("high", "Ada", 7), ("low", "Ada", 1)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("high", "'high', expected a severity and days: high=45"), ("hihg=3", "did you mean 'high'")],
)
def test_days_that_cannot_be_read_are_an_error(pytester: pytest.Pytester, line: str, expected: str) -> None:
    write_project(pytester, FOUND, ini=f"{OWNER}threatmodel_register_days = {line}\n")
    result = pytester.runpytest(*UPDATE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*threatmodel_register_days: *{expected}*"])


# Owners


def test_the_owner_comes_from_codeowners(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND)
    pytester.path.joinpath("CODEOWNERS").write_text("* @all\nthreatmodel_*.py @shop/security\n", encoding="utf-8")
    assert pytester.runpytest(*UPDATE).ret == 0
    assert {each["owner"] for each in entries(register(pytester))} == {"@shop/security"}


def test_without_an_owner_the_setting_is_named(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*set ini threatmodel_register_owner (there is no CODEOWNERS)"])


def test_a_model_that_codeowners_leave_out_fails_and_says_so(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND)
    pytester.path.joinpath("CODEOWNERS").write_text("*.md @docs\n", encoding="utf-8")
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["register: threatmodel_shop.py: 3 findings not added: CODEOWNERS names no owner *"])
    assert not register(pytester).exists()


# What is settled


def test_what_is_fixed_moves_to_the_closed_ones_and_comments_stay(run_ways: Run, pytester: pytest.Pytester) -> None:
    write_project(pytester, 'web = Server("Web", usesCache=False)\nServer("Out", inScope=False)\n', ini=OWNER)
    web = entry("TT01", "Web", "# it was slow")
    rest = entry("TT02", "Web", 'reason = "a museum"', "not-applicable")
    register(pytester).write_text(f"# Ours.\n\n{web}{entry('TT01', 'Gone')}{entry('TT01', 'Out')}{rest}")
    result = run_ways(*UPDATE)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["register: threatmodel-register.toml: 0 added as open, 3 closed"])
    text = register(pytester).read_text()
    assert text.startswith(f"# Ours.\n\n{rest}")
    assert "# it was slow\n" in text
    assert names(register(pytester)) == ["TT02[Web]"]
    closed = entries(register(pytester), "closed")
    assert all(each["closed"] >= TODAY for each in closed)
    assert [(each["element"], each["why"]) for each in closed] == [
        ("Web", "not-applicable"),
        ("Gone", "the model has no such element"),
        ("Out", "the element is out of scope"),
    ]
    assert run_ways("--threatmodel").ret == 0


def test_what_comes_back_after_it_was_closed_is_open_again(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Web", usesCache=False)', ini=OWNER)
    register(pytester).write_text(entry("TT01", "Web"))
    pytester.runpytest(*UPDATE)
    write_project(pytester, 'Server("Web", usesCache=True)', ini=OWNER)
    assert pytester.runpytest(*UPDATE).ret == 0
    assert names(register(pytester)) == names(register(pytester), "closed") == ["TT01[Web]"]


@pytest.mark.parametrize(("days", "word"), [(3, "XFAIL"), (-2, "FAILED")])
def test_a_new_name_gives_nobody_more_time(pytester: pytest.Pytester, days: int, word: str) -> None:
    write_project(pytester, 'Server("Web Server", usesCache=True)', ini=OWNER)
    register(pytester).write_text(entry("TT01", "Webserver", f"since = {TODAY - timedelta(days=30)}", days=days))
    result = pytester.runpytest(*UPDATE)
    assert outcomes(result)["TT01[Web Server]"] == word
    found = [(each["element"], each["since"], each["until"]) for each in entries(register(pytester))]
    assert found == [("Web Server", TODAY - timedelta(days=30), TODAY + timedelta(days=days))]
    assert [each["why"] for each in entries(register(pytester), "closed")] == ["the element is now 'Web Server'"]


@pytest.mark.parametrize(
    "text",
    [
        entry("TT01", "Web", days=-2),
        entry("TT01", "Web", 'reason = "known"', "accepted", -2),
        entry("TT01", "Web", 'reason = "known"\nfacts = { usesCache = false }', "accepted"),
        entry("TT01", "Web", 'severity = "low"'),
    ],
    ids=["open and late", "accepted and late", "lapsed", "worsened"],
)
def test_what_waits_for_people_stays_as_it_is_and_fails(pytester: pytest.Pytester, text: str) -> None:
    write_project(pytester, 'Server("Web", usesCache=True)', ini=OWNER)
    register(pytester).write_text(text)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    assert register(pytester).read_text() == text


def test_accepted_entries_that_nothing_needs_are_told_and_not_touched(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Web", usesCache=False)', ini=OWNER)
    text = entry("TT01", "Web", 'reason = "known"', "accepted")
    register(pytester).write_text(text)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*no longer needed*"])
    assert register(pytester).read_text() == text


def test_entries_of_other_models_and_packs_are_left_alone(pytester: pytest.Pytester) -> None:
    path = write_project(pytester, 'Server("Web", usesCache=False)', ini=OWNER)
    other = path.with_name("threatmodel_other.py")
    other.write_text('from pytest_threatmodel import *\ntm = TM("Other")\nServer("Web", usesCache=False)\n')
    text = entry("TT01", "Web").replace("threatmodel_shop", "threatmodel_other") + entry("TT0?", "Web")
    register(pytester).write_text(text)
    result = pytester.runpytest(*UPDATE, path.name)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["register: *: 0 added as open, 0 closed, 2 left alone *"])
    assert register(pytester).read_text() == text


def test_an_entry_of_two_models_closes_when_neither_needs_it(pytester: pytest.Pytester) -> None:
    path = write_project(pytester, "", ini=OWNER)
    other = path.with_name("threatmodel_other.py")
    calm, found = ('Server("Web", usesCache=False)', 'Server("Web", usesCache=True)')
    head = 'from pytest_threatmodel import *\ntm = TM("Shop", key="shop")\n'
    register(pytester).write_text(entry("TT01", "Web").replace("threatmodel_shop.py", "shop"))
    path.write_text(head + calm)
    other.write_text(head + found)
    pytester.runpytest(*UPDATE)
    assert names(register(pytester)) == ["TT01[Web]"]
    other.write_text(head + calm)
    pytester.runpytest(*UPDATE)
    assert names(register(pytester), "closed") == ["TT01[Web]"]


def test_what_tests_have_still_to_prove_is_not_settled(pytester: pytest.Pytester) -> None:
    body = 'web = Server("Web", usesCache=True)\nweb.controls.isHardened = True\n'
    write_project(pytester, body, ini=f"{OWNER}threatmodel_evidence = require\n")
    register(pytester).write_text(entry("TT01", "Web"))
    pytester.runpytest(*UPDATE)
    assert names(register(pytester)) == ["TT01[Web]"]
    write_project(pytester, body, ini=OWNER)
    pytester.runpytest(*UPDATE)
    assert names(register(pytester), "closed") == ["TT01[Web]"]


# Where it is written


def test_a_new_entry_goes_to_the_nearest_register_under_the_key_of_the_model(pytester: pytest.Pytester) -> None:
    write_project(pytester, "", ini=f"{OWNER}threatmodel_register =\n    all.toml\n    shop/mine.toml\n")
    pytester.path.joinpath("threatmodel_shop.py").unlink()
    head = "from pytest_threatmodel import *\n"
    for folder, key in (("shop", "shop"), ("bank", "")):
        pytester.mkdir(folder).joinpath("threatmodel_it.py").write_text(
            f'{head}tm = TM("It", key="{key}")\nServer("Web", usesCache=True)\n'
        )
    assert pytester.runpytest(*UPDATE).ret == 0
    assert [each["model"] for each in entries(pytester.path / "all.toml")] == ["bank/threatmodel_it.py"]
    assert [each["model"] for each in entries(pytester.path / "shop" / "mine.toml")] == ["shop"]
    assert pytester.runpytest("--threatmodel").ret == 0


def test_the_file_keeps_its_rights_its_link_and_its_byte_order_mark(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    real = pytester.mkdir("elsewhere") / "mine.toml"
    real.write_bytes(b"\xef\xbb\xbf# Ours.\r\n")
    real.chmod(0o640)
    register(pytester).symlink_to(real)
    assert pytester.runpytest(*UPDATE).ret == 0
    assert register(pytester).is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    text = real.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf# Ours.\r\n\r\n[[decision]]\r\n")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert pytester.runpytest("--threatmodel").ret == 0


HOSTILE = [
    "a \"b\" 'c'",
    "'''",
    '"""',
    "[[decision]]",
    "new\nline",
    "\x00\x1b[31m\x7f",
    "\u202eabc\u2028",
    "Ω ☂ \N{MATHEMATICAL DOUBLE-STRUCK CAPITAL X}",
    "back\\slash\\",
    "*?[x]",
    " #1",
    "# not",
    "\udc80",
]


def test_whatever_elements_are_called_the_second_run_knows_them(run_ways: Run, pytester: pytest.Pytester) -> None:
    body = "".join(f"Server({name!a}, usesCache=True)\n" for name in HOSTILE)
    write_project(pytester, body, ini=OWNER)
    assert run_ways(*UPDATE).ret == 0
    assert len(entries(register(pytester))) == len(HOSTILE)
    before = register(pytester).read_bytes()
    assert run_ways(*UPDATE).ret == 0
    assert register(pytester).read_bytes() == before


def test_elements_that_only_a_number_tells_apart_are_not_added(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("Web", usesCache=True)\nServer("Web", usesCache=True)\n', ini=OWNER)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["register: threatmodel_shop.py: findings of 'Web #2' not added: * a key"])
    assert names(register(pytester)) == ["TT01[Web]"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a folder in which nobody may write, not even root")
def test_a_file_that_cannot_be_written_costs_no_result(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    register(pytester).symlink_to("/proc/self/none.toml")
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.assert_outcomes(passed=1, xfailed=3)
    result.stdout.fnmatch_lines(["register: threatmodel-register.toml: not written: *"])


def test_a_register_that_changed_meanwhile_is_not_overwritten(pytester: pytest.Pytester) -> None:
    body = FOUND + 'def test_slow():\n    open("threatmodel-register.toml", "a").write("# mine\\n")\n'
    write_project(pytester, body, ini=OWNER)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["register: *: not written: it has changed since this run began, run again"])
    assert register(pytester).read_text() == "# mine\n"


# When nothing is written


def test_after_load_errors_nothing_is_written(run_ways: Run, pytester: pytest.Pytester) -> None:
    path = write_project(pytester, FOUND, ini=OWNER)
    path.with_name("threatmodel_bad.py").write_text("1 / 0\n")
    result = run_ways(*UPDATE, "--continue-on-collection-errors")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["register: nothing is written: threatmodel_bad.py could not be loaded"])
    assert not register(pytester).exists()


def test_decisions_that_are_wrong_come_first(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND + 'web.marks = accept("TT01")\n', ini=OWNER)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["register: threatmodel_shop.py: 3 findings not added: mend its decisions first*"])
    assert not register(pytester).exists()


def test_collecting_alone_writes_nothing_and_says_so(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER)
    result = pytester.runpytest(*UPDATE, "--collect-only")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["register: nothing is written under --collect-only"])
    assert not register(pytester).exists()


@pytest.mark.parametrize("way", ["--threatmodel-exclude=TT02", "ini"])
def test_it_refuses_to_work_on_a_part_of_the_threats(pytester: pytest.Pytester, way: str) -> None:
    write_project(pytester, FOUND, ini=OWNER + ("threatmodel_exclude = TT02\n" if way == "ini" else ""))
    result = pytester.runpytest(*UPDATE, *([] if way == "ini" else [way]))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*works on whole models, not with --threatmodel-exclude*"])


def test_under_ci_it_wants_to_be_forced(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    write_project(pytester, FOUND, ini=OWNER)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*CI is set in the environment; *--threatmodel-register=force-update"])
    assert not register(pytester).exists()
    assert pytester.runpytest("--threatmodel-register=force-update").ret == 0
    assert len(entries(register(pytester))) == 3


def test_without_tomlkit_the_extra_is_named(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    write_project(pytester, FOUND, ini=OWNER)
    result = pytester.runpytest(*UPDATE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*pip install 'pytest-threatmodel[[]register]'*"])


def test_reading_is_the_default_and_writes_nothing(pytester: pytest.Pytester) -> None:
    write_project(pytester, FOUND, ini=OWNER, pack=PACK)
    assert pytester.runpytest("--threatmodel").ret == 1
    assert pytester.runpytest("--threatmodel-register=read").ret == 1
    assert not register(pytester).exists()
