"""One entry of a register: its keys checked, and the decision that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import Status
from pytest_threatmodel.library.errors import plain
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.origin import Place

#: What an entry may say, in the order in which it is written.
KEYS: Final = (
    "threat",
    "element",
    "model",
    "status",
    "reason",
    "owner",
    "ticket",
    "since",
    "until",
    "severity",
    "sensitivity",
    "condition",
    "facts",
)
#: What a closed entry says besides.
CLOSED_KEYS: Final = ("closed", "why")
#: What an entry may decide.
STATUSES: Final[tuple[Status, ...]] = (
    "accepted",
    "transferred",
    "false-positive",
    "mitigated-elsewhere",
    "not-applicable",
    "open",
)
_CLASSES: Final = tuple(each.name for each in Classification)
#: The most characters of a text.
_LONGEST: Final = 4_000
#: The highest number of TOML.
_HIGHEST: Final = 2**63
#: The most wildcards of a pattern; the cost of matching grows with them.
_WILDCARDS: Final = 16


def read_entry(table: Table, place: Place) -> Decision:
    """The decision that an entry states; what is wrong with it is noted in the table's complaints.

    Args:
        table: of the entry.
        place: where it begins.
    """
    threats = _threats(table)
    element = name_of(table, "element")
    status = cast(Status, table.one_of("status", STATUSES, "open"))
    table.require(("threat", "element", "status"))
    since, until = day_of(table, "since"), day_of(table, "until")
    _check_terms(table, since, until)
    return Decision(
        status=status,
        threats=threats,
        element=element,
        reason=line_of(table, "reason"),
        owner=line_of(table, "owner") or None,
        until=until,
        ticket=line_of(table, "ticket") or None,
        facts=_facts(table),
        place=place,
        spelled=f"entry {', '.join(threats)}[{element}]",
        source="register",
        since=since,
        severity=cast(Severity | None, table.word("severity", parse_severity, "") or None),
        sensitivity=table.one_of("sensitivity", _CLASSES, "") or None,
        condition=_condition(table),
    )


def _check_terms(table: Table, since: date | None, until: date | None) -> None:
    if table.values.get("status") == "open":
        if "until" not in table.values:
            table.wrong("until", "missing: what is open needs a day until which it is fixed")
    elif "reason" not in table.values:
        table.wrong("reason", "missing, and it is required but for open")
    if since is not None and until is not None and until < since:
        table.wrong("until", f"{until} is before since, {since}")


def _condition(table: Table) -> str | None:
    condition = table.text("condition", one_line=True)
    if condition and not re.fullmatch(r"[0-9a-f]{8,64}", condition):
        table.wrong("condition", f"expected the digest that update wrote, got {shown(condition)}")
    return condition or None


def _threats(table: Table) -> tuple[str, ...]:
    given = table.values.get("threat")
    if not isinstance(given, list):
        return (name_of(table, "threat"),)
    if not given:
        table.wrong("threat", "must name at least one threat")
    return tuple(dict.fromkeys(_name(table, f"threat[{index}]", each) for index, each in enumerate(given)))


def name_of(table: Table, key: str) -> str:
    """The name or pattern under a key, escaped as labels are; empty when it is not there."""
    return _name(table, key, table.values[key]) if key in table.values else ""


def _name(table: Table, key: str, value: object) -> str:
    if not isinstance(value, str):
        table.wrong(key, f"expected a name or a pattern in quotes, got {shown(value)}")
    elif not value.strip():
        table.wrong(key, "must not be empty")
    elif len(value) > _LONGEST:
        table.wrong(key, f"too long: {_LONGEST:,} characters at most")
    elif sum(map(value.count, "*?[")) > _WILDCARDS:
        table.wrong(key, f"too many wildcards in {shown(value)}: {_WILDCARDS} at most")
    else:
        return escape(value)
    return ""


def line_of(table: Table, key: str) -> str:
    """The text under a key as one line; empty when it is not there."""
    text = table.text(key)
    if len(text) > _LONGEST:
        table.wrong(key, f"too long: {_LONGEST:,} characters at most")
        return ""
    return escape(" ".join(text.split()))


def day_of(table: Table, key: str) -> date | None:
    """The date under a key, of TOML or as text; None when it is not there."""
    value = table.values.get(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if key in table.values:
        table.wrong(key, f"{shown(value)} is no date, expected one like 2027-06-30")
    return None


def _facts(table: Table) -> Mapping[str, Any] | None:
    facts = table.values.get("facts")
    if facts is None:
        return None
    if not isinstance(facts, dict):
        table.wrong("facts", f"expected a table of field and value, got {shown(facts)}")
        return None
    for name, value in facts.items():
        _check_fact(table, name, value)
    return facts


def _check_fact(table: Table, name: str, value: object) -> None:
    if isinstance(value, dict):
        example = next((f'"{plain(name)}.{plain(inner)}"' for inner in value), '"controls.isEncrypted"')
        table.wrong("facts", f"{plain(name)} is a table, expected a value", f"write a dotted name in quotes: {example}")
    elif not _is_plain(value) or not _is_plain(name):
        expected = "text of one line, a whole number, true or false"
        table.wrong("facts", f"{plain(name)} is {shown(value)}, expected {expected}")


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST and escape(value) == value
    return isinstance(value, int) and abs(value) <= _HIGHEST
