"""Settings of registers: where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.plugin import update_options

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.register import Register

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final[tuple[str, ...]] = ()
#: Read from the root of the project, if it is there and the ini file names no other.
DEFAULT: Final = "threatmodel-register.toml"


def add_options(group: Any) -> None:
    """Declare the options.

    Args:
        group: pytest's group of our options.
    """


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    parser.addini(
        "threatmodel_register",
        f"Registers of decisions, one a line, relative to the ini file (default: {DEFAULT}, if it is there)",
        type="linelist",
        default=[],
    )


def paths(config: pytest.Config) -> list[Path]:
    """The files of the registers, each once.

    Raises:
        pytest.UsageError: the ini setting cannot be read.
    """
    try:
        given: list[str] = config.getini("threatmodel_register")
    except (ValueError, TypeError) as error:
        raise pytest.UsageError(f"ini setting threatmodel_register: {error}") from None
    if not given:
        default = config.rootpath / DEFAULT
        return [default] if default.exists() or update_options.asks(config) else []
    base = config.rootpath if config.inipath is None else config.inipath.parent
    return list(dict.fromkeys(base / line for line in given))


def read(config: pytest.Config) -> Register:
    """The registers of the run.

    Raises:
        pytest.UsageError: one is not there, or cannot be read at all.
    """
    from pytest_threatmodel.decisions.register import Register
    from pytest_threatmodel.decisions.register import RegisterFile
    from pytest_threatmodel.decisions.register_read import RegisterError
    from pytest_threatmodel.decisions.register_read import read_register
    from pytest_threatmodel.plugin.session import shown_path

    try:
        return Register(
            # One that is not there yet is made where it is to be written.
            RegisterFile(path, path.parent)
            if update_options.asks(config) and not path.exists()
            else read_register(path, shown_path(config, path))
            for path in paths(config)
        )
    except RegisterError as error:
        raise pytest.UsageError(f"register: {error}") from None
