"""The options for people who write packs: tests of the threats themselves, and how rules meet the models."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

#: What every pack of ours, and every file of pytm's threats, has in it; compiled by the few runs that name one.
_MARKS: Final = {".toml": rb"(?m)^[ \t]*\[[ \t]*pack[ \t]*\]", ".json": rb'"SID"[ \t]*:'}
_MOST_BYTES: Final = 5_000_000

OPTIONS: Final = ("threatmodel_selftest", "threatmodel_lint")


def add_options(group: pytest.OptionGroup) -> None:
    """Declare the options."""
    group.addoption(
        "--threatmodel-selftest",
        action="store_true",
        default=None,
        help="Test the threats of the library, or of the packs named on the command line: one test for each threat",
    )
    group.addoption(
        "--threatmodel-lint",
        action="store_true",
        default=None,
        help="Name the threats that never or always fire on the models, and the facts that no element states",
    )


def add_ini(parser: pytest.Parser) -> None:
    """There are no settings: both are for the moment, and not for a repository."""


def tests_packs(config: pytest.Config) -> bool:
    """Whether threats are tested themselves."""
    return bool(config.getoption("threatmodel_selftest"))


def lints(config: pytest.Config) -> bool:
    """Whether it is told how rules meet the models."""
    return bool(config.getoption("threatmodel_lint"))


def looks_like_pack(path: Path) -> bool:
    """Whether a file is meant as a pack of threats; whether it is a good one is another question."""
    mark = _MARKS.get(path.suffix.lower())
    if mark is None:
        return False
    try:
        with path.open("rb") as file:
            return re.search(mark, file.read(_MOST_BYTES)) is not None
    except OSError:
        return False


def named_packs(config: pytest.Config) -> list[Path]:
    """The packs that the command line names as files."""
    # Every run of everybody who has the plugin comes by here, so texts are looked at before there are paths.
    if not any(suffix in arg.lower() for arg in config.args for suffix in _MARKS):
        return []
    return [path for path in _named(config) if looks_like_pack(path)]


def only_packs(config: pytest.Config) -> bool:
    """Whether the run is about packs alone, and collects no models."""
    typed = config.args_source is pytest.Config.ArgsSource.ARGS
    meant = tests_packs(config)
    if meant and not typed:
        return True
    named = _named(config)
    # A wrong file is none the less meant as a pack where the option is given.
    return bool(named) and all(looks_like_pack(path) or (meant and path.suffix.lower() in _MARKS) for path in named)


def _named(config: pytest.Config) -> list[Path]:
    start = config.invocation_params.dir
    return [start / arg.partition("::")[0] for arg in config.args]
