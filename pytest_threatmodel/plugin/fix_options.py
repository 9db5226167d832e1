"""The option that says how many changes the closing section names for each model with open findings."""

from __future__ import annotations

import re
from typing import Final

import pytest

OPTIONS: Final = ("threatmodel_fixes",)
_DEFAULT: Final = 3


def add_options(group: pytest.OptionGroup) -> None:
    """Declare the option."""
    group.addoption(
        "--threatmodel-fixes",
        metavar="N",
        help="Name the N changes that close most findings of a model, at the end of the run; 0 names none "
        f"(ini: threatmodel_fixes; default: {_DEFAULT})",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini setting."""
    parser.addini("threatmodel_fixes", "As --threatmodel-fixes", default=str(_DEFAULT))


def read(config: pytest.Config) -> int:
    """How many changes are named.

    Raises:
        pytest.UsageError: it is no whole number.
    """
    given, where = config.getoption("threatmodel_fixes"), "--threatmodel-fixes"
    if given is None:
        given, where = config.getini("threatmodel_fixes"), "ini setting threatmodel_fixes"
    if not re.fullmatch(r"[0-9]{1,4}", given.strip()):
        raise pytest.UsageError(f"{where}: {given!r}, expected a whole number of changes")
    return int(given)
