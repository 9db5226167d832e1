"""Options and ini settings of the gate: from which severity on findings fail, and which ones are known."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.gate import Bar
    from pytest_threatmodel.decisions.gate import Gate
    from pytest_threatmodel.library.library import Library

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final = ("threatmodel_fail_on", "threatmodel_compare", "threatmodel_new_since")
_EXPECTED: Final = "expected SEVERITY, FOLDER/=SEVERITY or pack:NAME=SEVERITY"


def add_options(group: Any) -> None:
    """Declare the options.

    Args:
        group: pytest's group of our options.
    """
    option = group.addoption
    option(
        "--threatmodel-fail-on",
        action="append",
        metavar="SEVERITIES",
        help="Undecided findings below this severity (critical, high, medium, low, info) are expected failures; "
        "further ones for some models or threats, FOLDER/=SEVERITY, pack:NAME=SEVERITY, separated by commas "
        "(ini: threatmodel_fail_on; default: info, every finding fails)",
    )
    option(
        "--threatmodel-compare",
        action="append",
        metavar="OLD.json",
        help="Undecided findings that this JSON report of an earlier run has too are expected failures; can be given "
        "for several reports (default: none)",
    )
    option(
        "--threatmodel-new-since",
        metavar="REV",
        help="The same with the findings that the models had at a git revision (default: none)",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    parser.addini("threatmodel_fail_on", "As --threatmodel-fail-on, which replaces it", type="linelist", default=[])


def read_gate(config: pytest.Config) -> Gate:
    """From which severity on findings fail.

    Raises:
        pytest.UsageError: a line says nothing that can be understood.
    """
    from pytest_threatmodel.decisions.gate import Gate

    given = config.getoption("threatmodel_fail_on")
    if given is None:
        where, lines = "ini setting threatmodel_fail_on", _ini_lines(config)
        base = config.rootpath if config.inipath is None else config.inipath.parent
    else:
        where, lines, base = "--threatmodel-fail-on", given, config.invocation_params.dir
    texts = [part.strip() for line in lines for part in line.split(",")]
    bars = [_bar(config, where, text, base) for text in texts]
    plain = [bar for bar in bars if bar.folder is None and not bar.pack]
    if len(plain) > 1:
        raise pytest.UsageError(f"{where}: {plain[0].lowest} and {plain[1].lowest}, expected one severity for the rest")
    others = tuple(bar for bar in bars if bar not in plain)
    return Gate(plain[0].lowest if plain else "info", others)


def _ini_lines(config: pytest.Config) -> list[str]:
    try:
        lines: list[str] = config.getini("threatmodel_fail_on")
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini setting threatmodel_fail_on: {error}") from None
    return lines


def _bar(config: pytest.Config, where: str, text: str, base: Path) -> Bar:
    from pytest_threatmodel.decisions.gate import read_bar
    from pytest_threatmodel.library.threat import WordError

    try:
        bar = read_bar(text, base)
    except WordError as error:
        raise pytest.UsageError(f"{where}: {error}") from None
    if "=" in text and text.rpartition("=")[0].strip() in ("", "pack:"):
        raise pytest.UsageError(f"{where}: {text!r}, {_EXPECTED}")
    # A worker may be where the folders are not.
    if bar.folder is not None and not hasattr(config, "workerinput") and not bar.folder.is_dir():
        name = text.rpartition("=")[0].strip()
        raise pytest.UsageError(_told(f"{where}: no such folder {name!r} in {base}", name.strip("/"), _folders(base)))
    return bar


def _folders(base: Path) -> list[str]:
    try:
        return sorted(each.name for each in base.iterdir() if each.is_dir())
    except OSError:
        return []


def check_packs(config: pytest.Config, gate: Gate, library: Library) -> None:
    """Check that the packs of a gate exist.

    Raises:
        pytest.UsageError: one does not.
    """
    where = "ini setting " if config.getoption("threatmodel_fail_on") is None else "--"
    option = "threatmodel_fail_on" if where != "--" else "threatmodel-fail-on"
    known = [pack.name for pack in library.packs]
    for bar in gate.bars:
        if not bar.folder and bar.pack not in known:
            raise pytest.UsageError(_told(f"{where}{option}: unknown threat pack {bar.pack!r}", bar.pack, known))


def _told(problem: str, name: str, known: Iterable[str]) -> str:
    """The problem with the nearest right name, or all of them where none is near."""
    from pytest_threatmodel.model.fields import did_you_mean

    names = list(known)
    return f"{problem}; {did_you_mean(name, names) or 'there are: ' + (', '.join(names) or 'none')}"
