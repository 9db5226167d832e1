"""The ini setting that says what becomes of pairs that unstated facts decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.unstated import UnstatedFacts

#: There is an ini setting only.
OPTIONS: Final = ()
_WHERE: Final = "ini setting threatmodel_unstated_facts"
_EXPECTED: Final = "expected pass, fail, fail=SEVERITY or limit=N"


def add_options(group: Any) -> None:
    """Declare no option: what is left open is a team's rule, and no run's."""


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini setting."""
    parser.addini(
        "threatmodel_unstated_facts",
        "Whether pairs that wait for unstated facts pass, and how many a model may have: pass, fail, fail=SEVERITY, "
        "limit=N (default: pass)",
        type="args",
        default=[],
    )


def read(config: pytest.Config) -> UnstatedFacts:
    """From when on unstated facts fail.

    Raises:
        pytest.UsageError: a word says nothing that can be understood, or two say different things.
    """
    from pytest_threatmodel.decisions.unstated import UnstatedFacts

    found: dict[str, Any] = {}
    for word in config.getini("threatmodel_unstated_facts"):
        key, value = _read(word.strip().rstrip(","))
        if found.setdefault(key, value) != value:
            raise pytest.UsageError(f"{_WHERE}: {word!r} contradicts what stands before it")
    return UnstatedFacts(**found)


def _read(word: str) -> tuple[str, Any]:
    from pytest_threatmodel.library.threat import SEVERITIES
    from pytest_threatmodel.library.threat import WordError
    from pytest_threatmodel.library.threat import parse_severity

    name, _, value = word.partition("=")
    if name == "limit" and re.fullmatch(r"[0-9]{1,9}", value):
        return "limit", int(value)
    if name == "fail" and value:
        try:
            return "lowest", parse_severity(value)
        except WordError as error:
            raise pytest.UsageError(f"{_WHERE}: {error}") from None
    if word in ("pass", "fail"):
        return "lowest", SEVERITIES[-1] if word == "fail" else None
    raise pytest.UsageError(f"{_WHERE}: {word!r}, {_EXPECTED}")
