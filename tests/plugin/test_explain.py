"""`--threatmodel-explain`: why a pair has its verdict, whatever that is."""

from __future__ import annotations

import pytest

from .models import BROKEN_SERVER
from .models import write_project

MODEL = """
web = Server("Web", usesCache=True)
old = Server("Old", usesCache=True)
old.controls.isHardened = True
dark = Server("Dark")
calm = Server("Calm", usesCache=False)
wild = Server("a[b]::c\\nd", usesCache=True)
out = Server("Out", inScope=False)
web.marks = accept("TT01", reason="known")
"""
TITLE = f"{'High  Cached answers are read':58}STRIDE information disclosure, tampering, CWE-311, CWE-319"


def explain(pytester: pytest.Pytester, nodeid: str, body: str = MODEL) -> pytest.RunResult:
    write_project(pytester, body)
    return pytester.runpytest(f"--threatmodel-explain={nodeid}")


@pytest.mark.parametrize(
    ("pair", "lines"),
    [
        (
            "TT01[Web]",
            [
                "TT01[Web]: vulnerable",
                TITLE,
                'on    Server "Web"                                        threatmodel_shop.py:4',
                "why   target.usesCache                                    True, stated in line 4",
                "      and not target.controls.isHardened                  False, never stated",
                "fix   controls.isHardened = True",
                "      if untrue, correct: usesCache = False",
                '      or decide: accept("TT01", reason=..., owner=..., until=...,',
                '                        facts={"usesCache": True, "controls.isHardened": False})',
            ],
        ),
        (
            "TT01[Old]",
            [
                "TT01[Old]: mitigated",
                TITLE,
                'on    Server "Old"                                        threatmodel_shop.py:5',
                "why   target.usesCache                                    True, stated in line 5",
                "      and not target.controls.isHardened                  True, stated in line 6 -> false",
                "by    controls.isHardened",
            ],
        ),
        (
            "TT01[Dark]",
            [
                "TT01[Dark]: undetermined",
                TITLE,
                'on    Server "Dark"                                       threatmodel_shop.py:7',
                "why   target.usesCache                                    False, never stated -> false",
                "      and not target.controls.isHardened                  False, never stated",
                "open  not stated: usesCache",
            ],
        ),
        (
            "TT01[Calm]",
            [
                "TT01[Calm]: not-applicable",
                TITLE,
                'on    Server "Calm"                                       threatmodel_shop.py:8',
                "why   target.usesCache                                    False, stated in line 8 -> false",
                "      and not target.controls.isHardened                  False, never stated",
            ],
        ),
    ],
    ids=["vulnerable", "mitigated", "undetermined", "not-applicable"],
)
def test_every_verdict_is_explained(pytester: pytest.Pytester, pair: str, lines: list[str]) -> None:
    """It prints and leaves; decisions change nothing about it."""
    result = explain(pytester, f"threatmodel_shop.py::{pair}")
    assert result.stdout.lines == lines
    assert result.ret == pytest.ExitCode.OK


def test_the_node_id_is_taken_as_a_run_prints_it(pytester: pytest.Pytester) -> None:
    result = explain(pytester, r"threatmodel_shop.py::TT01[a[b]::c\nd]")
    assert result.stdout.lines[0] == r"TT01[a[b]::c\nd]: vulnerable"


def test_a_threat_alone_explains_it_on_every_element(pytester: pytest.Pytester) -> None:
    """As `threatmodel_shop.py::TT01` runs it on every element."""
    lines = explain(pytester, "threatmodel_shop.py::TT01").stdout.lines
    heads = [line for line in lines if line.startswith("TT01[")]
    assert heads == [
        "TT01[Web]: vulnerable",
        "TT01[Old]: mitigated",
        "TT01[Dark]: undetermined",
        "TT01[Calm]: not-applicable",
        r"TT01[a[b]::c\nd]: vulnerable",
    ]
    assert all(lines[lines.index(head) - 1] == "" for head in heads[1:])


def test_a_rule_that_cannot_be_evaluated_is_explained(pytester: pytest.Pytester) -> None:
    result = explain(pytester, "threatmodel_shop.py::TT02[Broken]", BROKEN_SERVER)
    assert result.stdout.lines[0] == "TT02[Broken]: error"
    result.stdout.fnmatch_lines(["why   the rule could not be evaluated: ValueError: cannot be compared"])


def test_paths_are_found_from_here_and_from_the_root(pytester: pytest.Pytester) -> None:
    """Node ids are relative to the root, people type what they see."""
    write_project(pytester, MODEL)
    folder = pytester.mkdir("sub")
    pytester.path.joinpath("threatmodel_shop.py").rename(folder / "threatmodel_shop.py")
    nodeid = "sub/threatmodel_shop.py::TT01[Web]"
    assert pytester.runpytest(f"--threatmodel-explain={nodeid}").stdout.lines[0] == "TT01[Web]: vulnerable"
    pytester.chdir()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        for name in (nodeid, "threatmodel_shop.py::TT01[Web]", f"{folder / 'threatmodel_shop.py'}::TT01[Web]"):
            result = pytester.runpytest(f"--threatmodel-explain={name}", f"--rootdir={pytester.path}")
            assert result.stdout.lines[0] == "TT01[Web]: vulnerable"


@pytest.mark.parametrize(
    ("nodeid", "problem"),
    [
        ("threatmodel_shop.py", "'threatmodel_shop.py' is no pair, expected *"),
        ("", "'' is no pair, expected *"),
        ("threatmodel_shop.py::", "'threatmodel_shop.py::' is no pair, expected *"),
        ("threatmodel_ship.py::TT01[[]Web]", "there is no file 'threatmodel_ship.py'"),
        ("threatmodel_shop.py::TT1[[]Web]", "there is no threat 'TT1'; did you mean 'TT01'?"),
        ("threatmodel_shop.py::TT01[[]Wep]", "threatmodel_shop.py has no pair 'TT01[[]Wep]'; did you mean 'Web'?"),
        (
            "threatmodel_shop.py::TT01[[]Out]",
            r"threatmodel_shop.py has no pair 'TT01[[]Out]'; TT01 meets: Web, Old, Dark, Calm, a[[]b]::c\nd",
        ),
    ],
)
def test_what_does_not_exist_is_one_usage_error(pytester: pytest.Pytester, nodeid: str, problem: str) -> None:
    result = explain(pytester, nodeid.replace("[[]", "["))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-explain: {problem}"])
    assert not result.stdout.str()


def test_a_model_that_cannot_be_loaded_is_a_usage_error_with_the_users_line(pytester: pytest.Pytester) -> None:
    result = explain(pytester, "threatmodel_shop.py::TT01[Web]", 'Server("Web", usesCaches=True)')
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --threatmodel-explain: threatmodel_shop.py: *", "*usesCaches*usesCache*"])
    result.stderr.no_fnmatch_line("*/pytest_threatmodel/*")


def test_no_test_runs(pytester: pytest.Pytester) -> None:
    result = explain(pytester, "threatmodel_shop.py::TT01[Web]")
    result.stdout.no_fnmatch_line("*session starts*")
    result.stdout.no_fnmatch_line("*threat models:*")
