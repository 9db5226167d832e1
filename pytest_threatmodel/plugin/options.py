"""Options and ini settings: their names, help, defaults, and the one place that reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.plugin import artifact_options
from pytest_threatmodel.plugin import decision_options
from pytest_threatmodel.plugin import evidence_options
from pytest_threatmodel.plugin import fix_options
from pytest_threatmodel.plugin import gate_options
from pytest_threatmodel.plugin import policy_options
from pytest_threatmodel.plugin import register_options
from pytest_threatmodel.plugin import selftest_options
from pytest_threatmodel.plugin import unstated_options
from pytest_threatmodel.plugin import update_options

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.gate import Gate

#: Options that print something and leave.
PRINTING: Final = ("list", "describe", "explain", "init")
#: Options of one subject each: `OPTIONS`, `add_options(group)`, `add_ini(parser)`, and a reader.
_PARTS: Final = (
    artifact_options,
    decision_options,
    evidence_options,
    fix_options,
    gate_options,
    policy_options,
    register_options,
    selftest_options,
    unstated_options,
    update_options,
)
#: Options whose being given switches threat models on.
_IMPLYING: Final = (
    "threatmodel_exclude",
    "threatmodel_stale_days",
    *(option for part in _PARTS for option in part.OPTIONS),
)
DEFAULT_FILES: Final = ("threatmodel_*.py",)
#: Where the threats of files that import pytm come from; the first is the default.
PYTM_THREATS: Final = ("pytm", "packs")


def add(parser: pytest.Parser) -> None:
    """Declare options and ini settings; 0.3 ms in a run that does not use them."""
    group = parser.getgroup("threatmodel", "threat models")
    add_option = group.addoption
    add_option(
        "--threatmodel",
        action="store_true",
        default=None,
        dest="threatmodel",
        help="Collect threat models; every other option of this group implies it (ini: threatmodel; default: off)",
    )
    add_option(
        "--no-threatmodel",
        action="store_false",
        default=None,
        dest="threatmodel",
        help="Do not collect threat models, whatever the ini file says",
    )
    add_option(
        "--threatmodel-exclude",
        action="append",
        metavar="IDS",
        help="Deselect the pairs of these threats: ids or patterns, separated by commas "
        "(ini: threatmodel_exclude; default: none)",
    )
    add_option(
        "--threatmodel-stale-days",
        metavar="DAYS",
        help="Elements fail whose sourceFiles changed more than so many days after the model file "
        "(ini: threatmodel_stale_days; default: not looked at)",
    )
    add_option(
        "--threatmodel-list",
        nargs="?",
        const="",
        metavar="FILTER",
        help="Print the threats of the library and leave: all, those of a pack, or those that fit stride:, linddun:, "
        "cwe:, capec:, attack:, owasp:, severity:, kind: or id:, or several of these with commas between",
    )
    add_option(
        "--threatmodel-describe",
        metavar="KIND_OR_ID",
        help="Print the fields of a kind of element, or all about a threat, and leave",
    )
    add_option(
        "--threatmodel-explain",
        metavar="NODEID",
        help="Print why a pair has its verdict, green ones too, and leave",
    )
    add_option(
        "--threatmodel-init",
        metavar="FILE",
        help="Write a commented first model that runs, and leave",
    )
    _add_ini(parser)
    for part in _PARTS:
        part.add_options(group)
        part.add_ini(parser)


def _add_ini(parser: pytest.Parser) -> None:
    add = parser.addini
    add("threatmodel", "Collect threat models in every run (default: false)", type="bool", default=None)
    add(
        "threatmodel_files",
        "Patterns of model files; file.py::function calls a function that makes the model (default: threatmodel_*.py)",
        type="args",
        default=list(DEFAULT_FILES),
    )
    add(
        "threatmodel_threats",
        "Threat files or folders of them (TOML, or pytm's JSON)",
        type="paths",
        default=[],
    )
    add("threatmodel_packs", "The threat packs to use, by name (default: all)", type="args", default=[])
    add(
        "threatmodel_library",
        "The version of the shipped packs, such as 1.0; threats that came later are left out (default: the latest)",
        default="",
    )
    add(
        "threatmodel_pytm_threats",
        "What files that import pytm meet: pytm, its own threats as installed, or packs (default: pytm)",
        default=PYTM_THREATS[0],
    )
    add(
        "threatmodel_required",
        "A run that collects no model fails (default: false)",
        type="bool",
        default=False,
    )
    add(
        "threatmodel_strict",
        "What pytm takes without a word, such as unknown attributes, is an error in its files (default: false)",
        type="bool",
        default=False,
    )
    add("threatmodel_exclude", "As --threatmodel-exclude", type="args", default=[])
    add("threatmodel_stale_days", "As --threatmodel-stale-days", default="")


def _ini(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini setting {name}: {error}") from None


def _is_overridden(config: pytest.Config, name: str) -> bool:
    """Whether the command line states an ini setting (-o)."""
    given: list[str] = config.getoption("override_ini", None) or []
    return any(each.partition("=")[0] == name for each in given)


def asks_to_print(config: pytest.Config) -> bool:
    """Whether one of the options that print and leave is given."""
    return any(config.getoption(f"threatmodel_{name}") not in (None, False) for name in PRINTING)


def is_on(config: pytest.Config) -> bool:
    """Whether threat models are collected in this run."""
    given: bool | None = config.getoption("threatmodel")
    if given is not None:
        return given
    implied = (config.getoption(name) for name in _IMPLYING)
    asked = any(value is not None for value in implied) or asks_to_print(config) or bool(_ini(config, "threatmodel"))
    return asked or bool(selftest_options.named_packs(config))


@dataclass(frozen=True, slots=True)
class Settings:
    """What options and ini file say, checked.

    Args:
        files: patterns of model files.
        builders: pattern -> the function that builds the model, for patterns with `::`.
        threats: more threat files and folders.
        packs: names of packs, or None for all.
        packs_given: whether the command line names them, rather than the ini file.
        library: the version of the shipped packs, whose later threats are left out; empty for all.
        required: a run without a model fails.
        exclude: threat ids or patterns whose pairs are deselected.
        gate: from which severity on findings fail.
        pytm_meets_packs: files that import pytm meet the packs, and not pytm's own threats.
        strict: what pytm swallows is an error.
        stale_days: how many days code may be newer than the model; None where that is not looked at.
    """

    files: tuple[str, ...]
    builders: dict[str, str]
    threats: tuple[Path, ...]
    packs: tuple[str, ...] | None
    packs_given: bool
    library: str
    required: bool
    exclude: tuple[str, ...]
    gate: Gate
    pytm_meets_packs: bool
    strict: bool
    stale_days: int | None


def read(config: pytest.Config) -> Settings:
    """The settings of the run.

    Raises:
        pytest.UsageError: something in options or ini file is wrong.
    """
    files, builders = _files(_ini(config, "threatmodel_files"))
    return Settings(
        files=files,
        builders=builders,
        threats=tuple(_ini(config, "threatmodel_threats")),
        packs=tuple(_ini(config, "threatmodel_packs")) or None,
        packs_given=_is_overridden(config, "threatmodel_packs"),
        library=str(_ini(config, "threatmodel_library")).strip(),
        required=bool(_ini(config, "threatmodel_required")),
        exclude=_exclude(config),
        gate=gate_options.read_gate(config),
        pytm_meets_packs=_pytm_threats(config) == "packs",
        strict=bool(_ini(config, "threatmodel_strict")),
        stale_days=_stale_days(config),
    )


def _files(patterns: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    names, builders = [], {}
    for pattern in patterns:
        name, separator, function = pattern.partition("::")
        if separator and not function.isidentifier():
            raise pytest.UsageError(f"ini setting threatmodel_files: {pattern!r} names no function after '::'")
        names.append(name)
        if separator:
            builders[name] = function
    return tuple(names), builders


def _exclude(config: pytest.Config) -> tuple[str, ...]:
    given: list[str] = config.getoption("threatmodel_exclude") or []
    values = [*_ini(config, "threatmodel_exclude"), *given]
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _pytm_threats(config: pytest.Config) -> str:
    word: str = _ini(config, "threatmodel_pytm_threats")
    if word not in PYTM_THREATS:
        expected = " or ".join(PYTM_THREATS)
        raise pytest.UsageError(f"ini setting threatmodel_pytm_threats: unknown value {word!r}, expected {expected}")
    return word


def _stale_days(config: pytest.Config) -> int | None:
    given, where = config.getoption("threatmodel_stale_days"), "--threatmodel-stale-days"
    if given is None:
        given, where = _ini(config, "threatmodel_stale_days"), "ini setting threatmodel_stale_days"
        if not given:
            return None
    if not re.fullmatch(r"[0-9]{1,5}", given.strip()):
        raise pytest.UsageError(f"{where}: {given!r}, expected a whole number of days")
    return int(given)
