"""The ini setting for how long a changed condition only asks for review."""

from __future__ import annotations

import re
from typing import Final

import pytest

#: It is for whole repositories, so that no option changes it for one run.
OPTIONS: Final[tuple[str, ...]] = ()
_NAME: Final = "threatmodel_condition_grace"


def add_options(group: pytest.OptionGroup) -> None:
    """Declare no option; every part of the options has this function."""


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini setting."""
    parser.addini(
        _NAME,
        "Days after the release of a pack until decisions on changed conditions fail (default: 30)",
        default="",
    )


def read(config: pytest.Config) -> int:
    """For how many days a changed condition only asks for review.

    Raises:
        pytest.UsageError: it is no whole number.
    """
    given = config.getini(_NAME).strip()
    if not given:
        from pytest_threatmodel.decisions.ground import CONDITION_GRACE

        return CONDITION_GRACE
    if not re.fullmatch(r"[0-9]{1,5}", given):
        raise pytest.UsageError(f"ini setting {_NAME}: {given!r}, expected a whole number of days")
    return int(given)
