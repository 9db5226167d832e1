"""The option and ini settings by which a run writes the register."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.library.threat import Severity

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final = ("threatmodel_register",)
_WAYS: Final = ("read", "update", "force-update")
_DEFAULT: Final = "critical=30, high=45, medium=60, low=90, info=90"


def add_options(group: Any) -> None:
    """Declare the option.

    Args:
        group: pytest's group of our options.
    """
    group.addoption(
        "--threatmodel-register",
        choices=_WAYS,
        help="update: write every undecided finding into the register as open, and close what is settled; "
        "force-update: also where CI is set (default: read)",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    parser.addini(
        "threatmodel_register_days",
        f"Days in which new findings are to be fixed, a line a severity (default: {_DEFAULT})",
        type="linelist",
        default=[],
    )
    parser.addini(
        "threatmodel_register_owner",
        "Who answers for findings that --threatmodel-register=update adds (default: the owner of the model file by "
        "CODEOWNERS)",
        default="",
    )


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """How the register is written.

    Args:
        days: severity -> in how many days a finding is to be fixed.
        owner: who answers for new entries; empty where CODEOWNERS says so.
    """

    days: Mapping[Severity, int]
    owner: str


def asks(config: pytest.Config) -> bool:
    """Whether the register is to be written."""
    return config.getoption("threatmodel_register") in _WAYS[1:]


def read(config: pytest.Config, exclude: tuple[str, ...]) -> UpdateSettings:
    """How the register is to be written.

    Args:
        config: of the run.
        exclude: the threats whose pairs are deselected.

    Raises:
        pytest.UsageError: it must not be written in this run, or a setting is wrong.
    """
    option = f"--threatmodel-register={config.getoption('threatmodel_register')}"
    if exclude:
        raise pytest.UsageError(f"{option} works on whole models, not with --threatmodel-exclude or its ini setting")
    if os.environ.get("CI") and not option.endswith("force-update"):
        raise pytest.UsageError(
            f"{option} is for people who look at what it writes, and CI is set in the environment; "
            "where that is meant: --threatmodel-register=force-update"
        )
    from pytest_threatmodel.decisions.register_edit import EditError
    from pytest_threatmodel.decisions.register_edit import check_installed

    try:
        check_installed()
    except EditError as error:
        raise pytest.UsageError(f"{option}: {error}") from None
    return UpdateSettings(_days(config), _owner(config, option))


def _days(config: pytest.Config) -> dict[Severity, int]:
    from pytest_threatmodel.decisions.register_update import DAYS
    from pytest_threatmodel.library.threat import WordError
    from pytest_threatmodel.library.threat import parse_severity

    days = dict(DAYS)
    for line in config.getini("threatmodel_register_days"):
        word, _, number = line.partition("=")
        if not re.fullmatch(r"[0-9]{1,4}", number.strip()):
            text = f"ini setting threatmodel_register_days: {line!r}, expected a severity and days: high=45"
            raise pytest.UsageError(text)
        try:
            days[parse_severity(word.strip())] = int(number)
        except WordError as error:
            raise pytest.UsageError(f"ini setting threatmodel_register_days: {error}") from None
    return days


def _owner(config: pytest.Config, option: str) -> str:
    from pytest_threatmodel.decisions.codeowners import find_codeowners

    owner: str = config.getini("threatmodel_register_owner").strip()
    if not owner and find_codeowners(config.rootpath) is None:
        raise pytest.UsageError(
            f"{option} writes who answers for what it adds: set ini threatmodel_register_owner (there is no CODEOWNERS)"
        )
    return owner
