"""`--threatmodel-lint`: one block over all models, also from workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = """
Server("Web"); Server("Api"); Server("Batch")
"""
LINES = ["lint: * of * threats concern an element", "* never fire: *", "*facts are read and stated by no element: *"]


def test_the_closing_section_tells_how_rules_do(
    pytester: pytest.Pytester, run_ways: Callable[..., pytest.RunResult]
) -> None:
    write_project(pytester, MODEL)
    result = run_ways("--threatmodel-lint", "--tb=no")
    result.stdout.fnmatch_lines(LINES)
    assert result.stdout.str().count("lint: ") == 1


def test_without_the_option_nothing_is_told(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    pytester.runpytest("--threatmodel", "--tb=no").stdout.no_fnmatch_line("*lint: *")
