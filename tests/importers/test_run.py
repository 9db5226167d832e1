"""Files of Threat Dragon, Threagile and pytm under `pytest --threatmodel`: amended, decided, told."""

from __future__ import annotations

import shutil

import pytest

from tests.importers.loaded import FILES

AMENDED = """\
from pytest_threatmodel import load

tm = load({file!r})
{amend}
"""


def run(pytester: pytest.Pytester, file: str, amend: str = "") -> pytest.RunResult:
    shutil.copy(FILES / file, pytester.path / file)
    pytester.path.joinpath("threatmodel_it.py").write_text(AMENDED.format(file=file, amend=amend), encoding="utf-8")
    return pytester.runpytest("--threatmodel", "-rxs", "-v")


def test_threat_dragon(pytester: pytest.Pytester) -> None:
    result = run(pytester, "threat-dragon-2.json", 'tm["Web site"].controls.isHardened = True')
    result.stdout.fnmatch_lines(
        [
            "*::HA01?Web site? PASSED*",
            "*::DS01?Orders? SKIPPED*",
            "*threat-dragon-2.json: no counterpart for storesInventory: Orders*",
        ]
    )


def test_threagile(pytester: pytest.Pytester) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    result = run(pytester, "threagile-0.yaml", 'tm["Users"].controls.usesMFA = True')
    result.stdout.fnmatch_lines(
        [
            "*::DE01?Users? XFAIL*",
            "*threagile-0.yaml: no counterpart for ip_filtered of communication links*",
        ]
    )
    result.stdout.fnmatch_lines(["*XFAIL*::DE01?Users?*Same host, ticket SHOP-1, 2020-01-04*"])


def test_pytm(pytester: pytest.Pytester) -> None:
    result = run(pytester, "pytm.json", 'tm["DB"].inScope = True')
    result.stdout.fnmatch_lines(
        ["*::DO04?DB? FAILED*", "*pytm.json: Server has no 'usesCahce'; did you mean 'usesCache'?: Web*"]
    )
    result.stdout.no_fnmatch_line("*::HA01?Web? FAILED*")


def test_a_damaged_file_is_an_error_without_a_traceback_of_ours(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("cut.json").write_text(
        '{"summary": {}, "detail": {"diagrams": [{"cells": [{}', encoding="utf-8"
    )
    pytester.path.joinpath("threatmodel_it.py").write_text(AMENDED.format(file="cut.json", amend=""), encoding="utf-8")
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(["*cut.json, line 1, column *: is damaged, or no JSON*"])
    result.stdout.no_fnmatch_line("*importers/*.py*")
    result.assert_outcomes(errors=1)
