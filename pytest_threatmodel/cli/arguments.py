"""The options of a script."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import NoReturn

from pytest_threatmodel.cli.errors import ScriptError
from pytest_threatmodel.cli.output import print_content
from pytest_threatmodel.model.fields import did_you_mean

#: What options want, for those who give nothing.
_WANTED: Final = {
    "--report": "a template file, or the name of a format such as md",
    "--exclude": "threat ids or patterns, separated by commas",
    "--describe": "a kind of element or a threat, such as Server",
    "--json": "a file, or - for the terminal",
    "--levels": "whole numbers",
    "--stale_days": "a whole number of days",
}


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a script is asked for.

    Args:
        debug: say on stderr what is done, and show tracebacks.
        dfd: print the data-flow diagram as DOT.
        seq: print the sequence diagram for PlantUML.
        json: the file of the JSON report, "-" for stdout; None for none.
        reports: template files and names of formats.
        describe: kinds and threats.
        list_elements: print the kinds.
        list: print the threats.
        stale_days: how many days code may be newer than the model; None for no look.
        exclude: threat ids and patterns that are left out.
        colormap: findings colour the data-flow diagram.
        levels: that diagrams show; None for all.
    """

    debug: bool
    dfd: bool
    seq: bool
    json: str | None
    reports: tuple[str, ...]
    describe: tuple[str, ...]
    list_elements: bool
    list: bool
    stale_days: int | None
    exclude: tuple[str, ...]
    colormap: bool
    levels: frozenset[int] | None


class _Parser(argparse.ArgumentParser):
    def print_help(self, file: Any = None) -> None:
        """Print the help as everything else that is asked for."""
        print_content(self.format_help())

    def error(self, message: str) -> NoReturn:
        """Say it in one line, and what was wanted."""
        told = re.sub(r"^argument ", "", message)
        option, separator, _ = told.partition(": expected ")
        name = option.split("/")[0]
        if separator and name in _WANTED:
            told = f"{name} expects {_WANTED[name]}"
        raise ScriptError(told)


def parse(program: str, words: Sequence[str]) -> Arguments:
    """Read the options.

    Args:
        program: how the script is called.
        words: what follows it.

    Raises:
        ScriptError: an option is unknown, or its value is wrong.
        SystemExit: help was asked for, and printed.
    """
    parser = _parser(program)
    given, unknown = parser.parse_known_args(list(words))
    if unknown:
        known = [option for action in parser._actions for option in action.option_strings]
        raise ScriptError(_unknown(unknown[0], known))
    return Arguments(
        debug=given.debug,
        dfd=given.dfd,
        seq=given.seq,
        json=given.json,
        reports=tuple(given.report),
        describe=_names(given.describe),
        list_elements=given.list_elements,
        list=given.list,
        stale_days=_days(given.stale_days),
        exclude=_names(given.exclude),
        colormap=given.colormap,
        levels=_levels(given.levels),
    )


def _parser(program: str) -> _Parser:
    parser = _Parser(
        prog=program,
        description="What is asked for is printed, in this order: --seq, --dfd, --json, --report, --describe, "
        "--list-elements, --list, --stale_days. Without an option the model is checked.",
        epilog="As tests: pytest --threatmodel FILE",
    )
    add = parser.add_argument
    add("--debug", action="store_true", help="say on stderr what is done, and show tracebacks")
    add("--dfd", action="store_true", help="print the data-flow diagram as DOT, for dot -Tpng")
    add("--report", action="append", default=[], metavar="FILE", help="print this template filled, or a format: md")
    add("--exclude", action="append", default=[], metavar="IDS", help="leave out these threats: ids or patterns")
    add("--seq", action="store_true", help="print the sequence diagram, for plantuml -pipe")
    add("--list", action="store_true", help="print the threats")
    add("--describe", action="append", default=[], metavar="KIND", help="print the fields of a kind, or a threat")
    add("--list-elements", action="store_true", help="print the kinds of elements")
    add("--json", metavar="FILE", help="write the JSON report to this file; - prints it")
    add("--colormap", action="store_true", help="colour the data-flow diagram by findings")
    add("--levels", nargs="+", metavar="N", help="diagrams show the elements of these levels only")
    stale = "print whose code changed more than so many days after the model"
    add("--stale_days", "--stale-days", metavar="N", help=stale)
    return parser


def _unknown(word: str, known: Sequence[str]) -> str:
    option = word.partition("=")[0]
    if not word.startswith("-"):
        return f"unexpected {word!r}: options begin with --"
    hint = did_you_mean(option, known)
    return f"unknown option {option!r}" + (f"; {hint}" if hint else "; -h lists them")


def _names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for value in values for name in value.replace(",", " ").split())


def _levels(values: Sequence[str] | None) -> frozenset[int] | None:
    if values is None:
        return None
    words = _names(values)
    if not words or not all(re.fullmatch(r"-?[0-9]{1,9}", word) for word in words):
        raise ScriptError(f"--levels: {' '.join(values)!r}, expected {_WANTED['--levels']}")
    return frozenset(map(int, words))


def _days(value: str | None) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise ScriptError(f"--stale_days: {value!r}, expected {_WANTED['--stale_days']}")
    return int(value)
