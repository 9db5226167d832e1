"""`--threatmodel-lint`: one block over all models, also from workers."""

from __future__ import annotations

import pytest

from .models import write_project

MODEL = """
Server("Web"); Server("Api"); Server("Batch")
"""
LINES = ["lint: * of * threats concern an element", "* never fire: *", "*facts are read and stated by no element: *"]


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["plain", "two-workers"])
def test_the_closing_section_tells_how_rules_do(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    write_project(pytester, MODEL)
    result = pytester.runpytest_subprocess("--threatmodel-lint", "--tb=no", *workers)
    result.stdout.fnmatch_lines(LINES)
    assert result.stdout.str().count("lint: ") == 1


def test_without_the_option_nothing_is_told(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    pytester.runpytest("--threatmodel", "--tb=no").stdout.no_fnmatch_line("*lint: *")
