"""Reads policies: files in TOML, and those that other distributions offer by entry points."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.decisions.policy import LEAVES
from pytest_threatmodel.decisions.policy import PERMISSIONS
from pytest_threatmodel.decisions.policy import RULES
from pytest_threatmodel.decisions.policy import WHERE
from pytest_threatmodel.decisions.policy import Leave
from pytest_threatmodel.decisions.policy import Permission
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.decisions.policy import PolicyError
from pytest_threatmodel.decisions.policy import Where
from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import plain
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.files import read_text
from pytest_threatmodel.library.pack import read_toml
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import parse_severity

#: The group of entry points by which a distribution offers policies; each is a function that gives a path or the text.
ENTRY_POINTS: Final = "pytest_threatmodel.policies"
#: How a setting names a policy of another distribution.
INSTALLED: Final = "package:"
_HEADER: Final = "policy"
_HEADER_KEYS: Final = ("name", "version")
#: Table -> its keys.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    table: tuple(rule.partition(".")[2] for rule in RULES.values() if rule.startswith(f"{table}."))
    for table in dict.fromkeys(rule.partition(".")[0] for rule in RULES.values())
}
_MOST: Final = 1_000_000


def find_policy(name: str, folder: Path) -> Policy:
    """The policy that a setting names.

    Args:
        name: a path, or `package:NAME` for one that is installed.
        folder: from which paths count.

    Raises:
        PolicyError: it is not there, or wrong.
    """
    if name.startswith(INSTALLED):
        return _installed(name.removeprefix(INSTALLED).strip())
    return read_policy(folder / name, shown_as=name)


def read_policy(path: Path, shown_as: str | None = None) -> Policy:
    """The policy in a file.

    Args:
        path: the file.
        shown_as: how messages name it; its path by default.

    Raises:
        PolicyError: it can not be read, or is wrong.
    """
    file = shown_as or str(path)
    try:
        return _parsed(read_text(path, file), file)
    except PackError as error:
        raise PolicyError(str(error)) from None


def _installed(name: str) -> Policy:
    points = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    where = f"{INSTALLED}{name}"
    if name not in points:
        there = ", ".join(f"{INSTALLED}{each}" for each in sorted(points)) or "none"
        hint = guess(name, points) or f"installed policies: {there}"
        raise PolicyError(f"there is no installed policy {shown(name)}; {hint}")
    try:
        given = points[name].load()()
    except Exception as error:  # other people's code
        raise PolicyError(f"{where}: {type(error).__name__}: {error}") from error
    if isinstance(given, Path):
        return read_policy(given, where)
    if not isinstance(given, str):
        raise PolicyError(f"{where}: expected a pathlib.Path, or the text of a policy, got {type(given).__name__}")
    try:
        return _parsed(given, where)
    except PackError as error:
        raise PolicyError(str(error)) from None


def _parsed(text: str, file: str) -> Policy:
    """The policy that a text states.

    Raises:
        PackError: with everything that is wrong with it.
    """
    complaints = Complaints(file)
    top = Table(read_toml(text, file), "", complaints)
    top.refuse_unknown((_HEADER, *_KEYS), "table or key")
    header = _table(top, _HEADER, _HEADER_KEYS)
    header.require(("name",))
    name = f"{header.text('name', one_line=True)} {header.text('version', one_line=True)}".strip()
    tables = {table: _table(top, table, keys) for table, keys in _KEYS.items()}
    values = {each: _value(each, tables[rule.partition(".")[0]]) for each, rule in RULES.items()}
    complaints.settle()
    return Policy(name=name, **values, said=dict.fromkeys(RULES, name))


def _table(top: Table, key: str, known: Sequence[str]) -> Table:
    values = top.values.get(key, {})
    if not isinstance(values, dict):
        top.wrong(plain(key), f"expected a table, got {shown(values)}", f"write [{key}]")
        values = {}
    table = Table(values, key, top.complaints)
    table.refuse_unknown(known)
    return table


def _value(field: str, table: Table) -> Any:
    """What a table says to one rule, its default where it says nothing."""
    key = RULES[field].partition(".")[2]
    match field:
        case "where":
            return cast("Where", table.one_of(key, WHERE, WHERE[0]))
        case "out_of_scope" | "lower":
            return cast("Permission", table.one_of(key, PERMISSIONS, PERMISSIONS[0]))
        case "today_option" | "soften_checks" | "replace":
            return cast("Leave", table.one_of(key, LEAVES, LEAVES[0]))
        case "longest_days":
            return _days(table, key)
        case "widest_pattern":
            return _number(table, key, table.values[key]) if key in table.values else None
        case "required_models" | "required_packs":
            return table.texts(key)
        case _:
            return table.word(key, parse_severity, SEVERITIES[0]) if key in table.values else None


def _days(table: Table, key: str) -> dict[Severity, int]:
    values = table.values.get(key, {})
    if not isinstance(values, dict):
        table.wrong(key, f"expected a table, got {shown(values)}", f"write {key} = {{ critical = 30, high = 90 }}")
        return {}
    inner = Table(values, f"{table.where}.{key}", table.complaints)
    inner.refuse_unknown(SEVERITIES, "severity")
    return {word: _number(inner, word, values[word]) for word in SEVERITIES if word in values}


def _number(table: Table, key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MOST:
        table.wrong(key, f"expected a whole number from 1 to {_MOST:,}, got {shown(value)}")
        return 1
    return value
