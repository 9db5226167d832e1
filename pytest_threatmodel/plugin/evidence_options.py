"""Options and ini settings of evidence: which controls must be proven by tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.library.threat import Severity

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final = ("threatmodel_evidence_from",)
_MODES: Final = ("off", "report", "require")
_PARTIAL: Final = ("skip", "fail")


def add_options(group: Any) -> None:
    """Declare the options.

    Args:
        group: pytest's group of our options.
    """
    group.addoption(
        "--threatmodel-evidence-from",
        action="append",
        metavar="JUNIT",
        help="JUnit file of an earlier run whose tests prove controls; may be repeated (default: none)",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    add = parser.addini
    add(
        "threatmodel_evidence",
        "Controls that tests prove: off, report, or require: a control counts only when proven (default: off)",
        default=_MODES[0],
    )
    add(
        "threatmodel_evidence_for",
        "Lowest severity from which on mitigated pairs need proven controls (default: info, all)",
        default="",
    )
    add("threatmodel_evidence_cap", "How many controls one test may prove (default: 5)", default="5")
    add(
        "threatmodel_evidence_partial",
        "Pairs whose evidence was not selected: skip or fail (default: skip)",
        default=_PARTIAL[0],
    )
    add("threatmodel_evidence_age", "How many days old a JUnit file may be (default: 7)", default="7")


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """What options and ini file say of evidence.

    Args:
        required: controls count only when they are proven.
        lowest: pairs below this severity need no proof.
        cap: how many controls one test may prove.
        fail_partial: pairs whose evidence was not selected fail rather than being skipped.
        age: how many days old an earlier run may be.
        earlier: the JUnit files of earlier runs.
    """

    required: bool
    lowest: Severity
    cap: int
    fail_partial: bool
    age: int
    earlier: tuple[Path, ...]


def asks(config: pytest.Config) -> bool:
    """Whether evidence is looked at; an unknown word is told of by `read`."""
    return _ini(config, "threatmodel_evidence") != "off" or bool(config.getoption("threatmodel_evidence_from"))


def read(config: pytest.Config) -> EvidenceSettings:
    """The settings.

    Raises:
        pytest.UsageError: something is wrong.
    """
    mode = _choice(config, "threatmodel_evidence", _MODES)
    files: list[str] = config.getoption("threatmodel_evidence_from") or []
    for name in files:
        if not (config.invocation_params.dir / name).is_file():
            raise pytest.UsageError(f"--threatmodel-evidence-from: there is no file {name!r}")
    if mode == "off":
        raise pytest.UsageError("--threatmodel-evidence-from: set threatmodel_evidence to report or require as well")
    return EvidenceSettings(
        required=mode == "require",
        lowest=_lowest(config),
        cap=_number(config, "threatmodel_evidence_cap", "a whole number from 1 on"),
        fail_partial=_choice(config, "threatmodel_evidence_partial", _PARTIAL) == "fail",
        age=_number(config, "threatmodel_evidence_age", "a whole number of days from 1 on"),
        earlier=tuple(config.invocation_params.dir / name for name in files),
    )


def _ini(config: pytest.Config, name: str) -> str:
    try:
        return str(config.getini(name)).strip()
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini setting {name}: {error}") from None


def _choice(config: pytest.Config, name: str, words: tuple[str, ...]) -> str:
    word = _ini(config, name)
    if word not in words:
        from pytest_threatmodel.model.fields import did_you_mean

        hint = did_you_mean(word, words)
        text = f"ini setting {name}: {word!r}, expected {', '.join(words[:-1])} or {words[-1]}"
        raise pytest.UsageError(f"{text}; {hint}" if hint else text)
    return word


def _number(config: pytest.Config, name: str, expected: str) -> int:
    text = _ini(config, name)
    if not re.fullmatch(r"0*[1-9][0-9]{0,4}", text):
        raise pytest.UsageError(f"ini setting {name}: {text!r}, expected {expected}")
    return int(text)


def _lowest(config: pytest.Config) -> Severity:
    word = _ini(config, "threatmodel_evidence_for")
    if not word:
        return "info"
    from pytest_threatmodel.library.threat import WordError
    from pytest_threatmodel.library.threat import parse_severity

    try:
        return parse_severity(word)
    except WordError as error:
        raise pytest.UsageError(f"ini setting threatmodel_evidence_for: {error}") from None
