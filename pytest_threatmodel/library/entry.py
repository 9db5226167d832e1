"""Reads one threat, or single keys of one, from the table of a pack."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from functools import lru_cache
from functools import partial
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import parse
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import is_technique
from pytest_threatmodel.library.threat import is_threat_id
from pytest_threatmodel.library.threat import parse_likelihood
from pytest_threatmodel.library.threat import parse_linddun
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.library.threat import parse_stride

#: The keys that a threat must have.
REQUIRED: Final = (
    "id",
    "title",
    "targets",
    "condition",
    "severity",
    "description",
    "mitigation",
    "vulnerable",
    "safe",
)
#: The keys of a circumstance that changes the severity, all of them required.
ADJUST_KEYS: Final = ("when", "severity", "why")
#: What counts for a threat whose severity can not be read; the pack is refused in any case.
_NO_SEVERITY: Final[Severity] = "medium"
#: How deep examples may nest; a neighbour's neighbour's controls are at 6.
_DEEPEST: Final = 12

Reader = Callable[[Table, str], Any]


class Entries:
    """Reads threats of one pack.

    Args:
        pack: its name.
        kinds: that a threat may target.
    """

    def __init__(self, pack: str, kinds: tuple[str, ...]) -> None:
        self._pack = pack
        self._readers = _readers(kinds)

    def threat(self, table: Table) -> Threat:
        """The threat in a table; what is wrong with it goes to its complaints."""
        table.refuse_unknown(KEYS)
        table.require(REQUIRED)
        file = table.complaints.file
        return Threat(
            **self.values(table, KEYS),
            pack=self._pack,
            origin=f"{file}, {table.where}" if table.line is None else f"{file}:{table.line}",
            line=table.line,
        )

    def values(self, table: Table, keys: Iterable[str]) -> dict[str, Any]:
        """The values under these keys, checked; of one that is not there, what an empty one is."""
        return {key: self._readers[key](table, key) for key in keys}


def _line(table: Table, key: str) -> str:
    return table.text(key, one_line=True)


def _adjust(table: Table, key: str) -> tuple[Adjust, ...]:
    return tuple(
        _read_adjust(Table(values, f"{table.where}, {key}[{index}]", table.complaints, table.line))
        for index, values in enumerate(table.tables(key))
    )


def _read_adjust(table: Table) -> Adjust:
    table.refuse_unknown(ADJUST_KEYS)
    table.require(ADJUST_KEYS)
    return Adjust(
        when=read_condition(table, "when"),
        severity=table.word("severity", parse_severity, _NO_SEVERITY),
        why=table.text("why", one_line=True),
    )


def _techniques(table: Table, key: str) -> tuple[str, ...]:
    techniques = table.texts(key)
    for technique in techniques:
        if not is_technique(technique):
            table.wrong(key, f"must be like T1552, T1552.005 or AML.T0051, got {shown(technique)}")
    return techniques


def read_id(table: Table, key: str) -> str:
    """The threat id under a key."""
    name = table.text(key, one_line=True)
    if name and not is_threat_id(name):
        table.wrong(key, f"must be letters, digits, '_', '.', '-', at most 100, got {shown(name)}")
    return name


def read_condition(table: Table, key: str) -> str:
    """The condition under a key; its syntax is checked here, its names when the library is put together."""
    source = table.text(key)
    if source:
        try:
            parsed(source)
        except ConditionError as error:
            table.wrong(key, error.message, condition_hint(error), error.column)
    return source


@lru_cache(maxsize=512)
def parsed(source: str) -> ast.expr:
    """The syntax tree of a condition, kept from reading the pack until its names are bound.

    Raises:
        ConditionError: the text is not in the language.
    """
    return parse(source)


def condition_hint(error: ConditionError) -> str | None:
    """The hint of an error in a condition, as a sentence says it."""
    return None if error.hint is None else f"did you mean {error.hint!r}?"


def _examples(kinds: tuple[str, ...], table: Table, key: str) -> tuple[Example, ...]:
    tables = table.tables(key)
    if table.values.get(key) == []:
        table.wrong(key, "must hold at least one example")
    return tuple(
        _example(kinds, Table(values, f"{table.where}, {key}[{index}]", table.complaints, table.line))
        for index, values in enumerate(tables)
    )


def _example(kinds: tuple[str, ...], table: Table) -> Example:
    table.require(("kind",))
    kind = table.one_of("kind", kinds, "")
    problem = _unusable(table.values)
    if problem is not None:
        table.wrong("", problem)
    return Example(kind, {key: value for key, value in table.values.items() if key != "kind"})


def _unusable(values: Mapping[str, Any]) -> str | None:
    """What an example holds that no field of an element can be; the walk needs no recursion."""
    level: list[Any] = [values]
    for _ in range(_DEEPEST):
        inner = [item for value in level for item in (value.values() if isinstance(value, dict) else value)]
        for item in inner:
            if not isinstance(item, dict | list | str | int | float):
                return f"expected texts, numbers, true, false, lists and tables, got {shown(item)} in it"
        level = [item for item in inner if isinstance(item, dict | list)]
        if not level:
            return None
    return f"nested more than {_DEEPEST} deep"


def _readers(kinds: tuple[str, ...]) -> dict[str, Reader]:
    """How each key is read, in the order in which problems are told.

    Args:
        kinds: that a threat may target.
    """
    examples = partial(_examples, kinds)
    return {
        "id": read_id,
        "title": _line,
        "targets": lambda table, key: table.names(key, "kind", kinds),
        "condition": read_condition,
        "severity": lambda table, key: table.word(key, parse_severity, _NO_SEVERITY),
        "description": Table.text,
        "mitigation": Table.text,
        "likelihood": lambda table, key: table.word(key, parse_likelihood, ""),
        "rationale": _line,
        "adjust": _adjust,
        "stride": lambda table, key: table.words(key, parse_stride),
        "linddun": lambda table, key: table.words(key, parse_linddun),
        "cwe": Table.numbers,
        "capec": Table.numbers,
        "attack": _techniques,
        "owasp": Table.texts,
        "asvs": Table.texts,
        "references": Table.texts,
        "example": Table.text,
        "vulnerable": examples,
        "safe": examples,
        "since": _line,
        "changed": Table.text,
        "replaces": Table.texts,
    }


#: Every key of a threat.
KEYS: Final = tuple(_readers(()))
