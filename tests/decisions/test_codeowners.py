"""Owners of model files, by CODEOWNERS."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.decisions.codeowners import find_codeowners
from pytest_threatmodel.decisions.codeowners import owner_of

FILE = "security/shop/threatmodel_shop.py"


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "*.py",
        "/security/",
        "security/",
        "/security",
        "shop/",
        "security/shop/*",
        "/security/**/threatmodel_*.py",
        "**/shop",
        "/security/**",
        "threatmodel_shop.p?",
        FILE,
    ],
)
def test_patterns_that_match(pattern: str) -> None:
    assert owner_of(f"# ours\n{pattern} @shop/security anna@example.com # ask\n", FILE) == (
        "@shop/security, anna@example.com"
    )


@pytest.mark.parametrize("pattern", ["/shop/", "security/*", "*.toml", "shop/threatmodel_shop.py", "secur", "/*"])
def test_patterns_that_do_not_match(pattern: str) -> None:
    assert owner_of(f"{pattern} @other\n", FILE) is None


def test_the_last_line_that_matches_counts_and_may_say_that_nobody_owns_it() -> None:
    assert owner_of("* @all\n/security/ @security\n/docs/ @docs\n", FILE) == "@security"
    assert owner_of("* @all\n/security/\n", FILE) is None


@pytest.mark.parametrize("line", ["[Section] @x", "^[Optional]", "!*.py", "a\\ b @x", "*.[ch] @x", "a*" * 9 + " @x"])
def test_what_is_not_plain_names_nobody(line: str) -> None:
    assert owner_of(f"* @all\n{line}\n", FILE) is None


def test_the_file_is_looked_for_where_github_and_gitlab_do(tmp_path: Path) -> None:
    assert find_codeowners(tmp_path) is None
    (tmp_path / "CODEOWNERS").touch()
    assert find_codeowners(tmp_path) == tmp_path / "CODEOWNERS"
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").touch()
    assert find_codeowners(tmp_path) == tmp_path / ".github" / "CODEOWNERS"
