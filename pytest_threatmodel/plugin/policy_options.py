"""The ini setting of policies; there is no option, as a policy is for the repository and not for one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.policy import Policy

SETTING: Final = "threatmodel_policy"
OPTIONS: Final[tuple[str, ...]] = ()


def add_options(group: Any) -> None:
    """Declare no option: see above."""


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini setting."""
    parser.addini(
        SETTING,
        "Policies, a line each: files relative to the ini file, or package:NAME for installed ones (default: none)",
        type="linelist",
        default=[],
    )


def read(config: pytest.Config) -> Policy | None:
    """The strictest of the policies that the ini file names, None without any.

    Raises:
        pytest.UsageError: one of them is wrong, or not there.
    """
    names: list[str] = config.getini(SETTING)
    if not names:
        return None
    from pytest_threatmodel.decisions.policy import PolicyError
    from pytest_threatmodel.decisions.policy import strictest
    from pytest_threatmodel.decisions.policy_file import find_policy

    folder: Path = config.inipath.parent if config.inipath is not None else config.rootpath
    try:
        return strictest([find_policy(name, folder) for name in names])
    except PolicyError as error:
        raise pytest.UsageError(f"ini setting {SETTING}: {error}") from None
