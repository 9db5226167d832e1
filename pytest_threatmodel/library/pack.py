"""Reads packs of threats from TOML files."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import parse
from pytest_threatmodel.library.declared import read_field
from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.files import read_text
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import is_technique
from pytest_threatmodel.library.threat import is_threat_id
from pytest_threatmodel.library.threat import parse_likelihood
from pytest_threatmodel.library.threat import parse_linddun
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.library.threat import parse_stride
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.model.vocabulary import standard_vocabulary

_TABLES: Final = ("pack", "field", "threat")
_PACK_KEYS: Final = ("name", "title", "version")
_OPTIONAL_PACK_KEYS: Final = ("released",)
_REQUIRED: Final = (
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
_OPTIONAL: Final = (
    "since",
    "likelihood",
    "rationale",
    "adjust",
    "stride",
    "linddun",
    "cwe",
    "capec",
    "attack",
    "owasp",
    "asvs",
    "references",
    "example",
    "changed",
    "replaces",
)
_ADJUST_KEYS: Final = ("when", "severity", "why")
#: What counts for a threat whose severity can not be read; the pack is refused in any case.
_NO_SEVERITY: Final[Severity] = "medium"
#: How deep examples may nest; a neighbour's neighbour's controls are at 6.
_DEEPEST: Final = 12
#: The most parts that a dotted key may have.
_LONGEST_KEY: Final = 32
_DOTTED = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_LONGEST_KEY}}}"""
)
_DECODE_ERROR = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def read_pack(path: Path, *, vocabulary: Vocabulary | None = None, shown_as: str | None = None) -> Pack:
    """The pack in a TOML file.

    Args:
        path: the file.
        vocabulary: the kinds and fields that there are besides the pack's own; the standard ones by default.
        shown_as: how messages and origins name the file; its path by default.

    Raises:
        PackError: with everything that is wrong with it.
    """
    file = shown_as or str(path)
    text = read_text(path, file)
    document = read_toml(text, file)
    complaints = Complaints(file)
    pack = _Reader(document, text, complaints, vocabulary or standard_vocabulary()).pack()
    complaints.settle()
    return pack


def read_toml(text: str, file: str) -> dict[str, Any]:
    """The document that a text in TOML states, within limits.

    Args:
        text: of the file.
        file: how messages name it.

    Raises:
        PackError: it is no TOML, or nested too deeply.
    """
    _refuse_long_keys(text, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _DECODE_ERROR.fullmatch(str(error))
        message, line, column = found.groups() if found else (str(error), None, None)
        problem = Problem(
            f"not TOML: {message[:200]}",
            line=int(line) if line else text.count("\n") + 1,
            column=int(column) if column else None,
        )
    except RecursionError:
        problem = Problem("nested too deeply")
    except ValueError:
        # Python refuses to read numbers of more than 4,300 digits.
        problem = Problem("not TOML: a number in it is too long")
    raise PackError(file, [problem]) from None


def _refuse_long_keys(text: str, file: str) -> None:
    """Refuse what tomllib needs memory for that grows with the square: 400 KB of one key could take all."""
    for number, line in enumerate(text.split("\n"), 1):
        # Counting first is fast, and hardly any line has so many dots.
        if line.count(".") >= _LONGEST_KEY and _DOTTED.search(line):
            message = f"nested too deeply: a key may have {_LONGEST_KEY} parts with dots between"
            raise PackError(file, [Problem(message, line=number)])


class _Reader:
    """Turns one parsed document into a pack."""

    def __init__(self, document: Mapping[str, Any], text: str, complaints: Complaints, vocabulary: Vocabulary) -> None:
        self.top = Table(document, "", complaints)
        self.text = text
        self.complaints = complaints
        self.vocabulary = vocabulary
        self.kinds = targetable(vocabulary)
        self.name = ""

    def pack(self) -> Pack:
        self.top.refuse_unknown(_TABLES, "table or key")
        header = self._header()
        self.name = header.text("name", one_line=True)
        if self.name and not is_threat_id(self.name):
            header.wrong("name", f"must be letters, digits, '_', '.', '-', got {shown(self.name)}")
        return Pack(
            name=self.name,
            title=header.text("title", one_line=True),
            version=header.text("version", one_line=True),
            released=header.day("released"),
            fields=self._fields(),
            threats=self._threats(),
            origin=self.complaints.file,
        )

    def _header(self) -> Table:
        values = self.top.values.get("pack")
        table = Table(values if isinstance(values, dict) else {}, "pack", self.complaints)
        if values is None:
            self.top.wrong("pack", "missing, and it is required", 'begin with [pack] and name = "..."')
        elif not isinstance(values, dict):
            self.top.wrong("pack", f"expected one table, got {shown(values)}", "write [pack]")
        else:
            table.refuse_unknown((*_PACK_KEYS, *_OPTIONAL_PACK_KEYS))
            table.require(_PACK_KEYS)
        return table

    def _tables(self, key: str) -> list[tuple[Mapping[str, Any], int | None]]:
        """The tables of an array of tables, each with the line of its header where that is certain."""
        if isinstance(self.top.values.get(key), dict):
            self.top.wrong(key, "expected a list of tables, got one table", f"write [[{key}]]")
            return []
        tables = self.top.tables(key)
        header = re.compile(rf"^[ \t]*\[\[[ \t]*{key}[ \t]*\]\]", re.MULTILINE)
        starts = [match.start() for match in header.finditer(self.text)]
        if len(starts) != len(tables):
            # A multi-line text that holds such a header, or tables written inline.
            return [(values, None) for values in tables]
        return list(zip(tables, _line_numbers(self.text, starts), strict=True))

    def _fields(self) -> tuple[DeclaredField, ...]:
        tables = (
            Table(values, label("field", values.get("name"), index), self.complaints, line)
            for index, (values, line) in enumerate(self._tables("field"), 1)
        )
        fields: dict[str, DeclaredField] = {}
        for table in tables:
            field = read_field(table, self.vocabulary)
            if field.name and field.name in fields:
                table.wrong("name", f"repeated: another field of this pack is named {shown(field.name)}")
            fields[field.name] = field
        return tuple(fields.values())

    def _threats(self) -> tuple[Threat, ...]:
        threats: dict[str, Threat] = {}
        for index, (values, line) in enumerate(self._tables("threat"), 1):
            table = Table(values, label("threat", values.get("id"), index), self.complaints, line)
            threat = self._threat(table)
            if threat.id and threat.id in threats:
                table.wrong("id", f"repeated: also the id at {threats[threat.id].origin}")
            threats.setdefault(threat.id, threat)
        if not threats and not self.complaints.problems and not self.top.values.get("field"):
            self.top.wrong("threat", "missing, and a pack without threats and fields is of no use")
        return tuple(threats.values())

    def _threat(self, table: Table) -> Threat:
        table.refuse_unknown((*_REQUIRED, *_OPTIONAL))
        table.require(_REQUIRED)
        file = self.complaints.file
        return Threat(
            id=read_id(table, "id"),
            pack=self.name,
            title=table.text("title", one_line=True),
            targets=table.names("targets", "kind", self.kinds),
            condition=read_condition(table, "condition"),
            severity=table.word("severity", parse_severity, _NO_SEVERITY),
            description=table.text("description"),
            mitigation=table.text("mitigation"),
            likelihood=table.word("likelihood", parse_likelihood, ""),
            rationale=table.text("rationale", one_line=True),
            adjust=self._adjust(table),
            stride=table.words("stride", parse_stride),
            linddun=table.words("linddun", parse_linddun),
            cwe=table.numbers("cwe"),
            capec=table.numbers("capec"),
            attack=_techniques(table),
            owasp=table.texts("owasp"),
            asvs=table.texts("asvs"),
            references=table.texts("references"),
            example=table.text("example"),
            vulnerable=self._examples(table, "vulnerable"),
            safe=self._examples(table, "safe"),
            since=table.text("since", one_line=True),
            changed=table.text("changed"),
            replaces=table.texts("replaces"),
            origin=f"{file}, {table.where}" if table.line is None else f"{file}:{table.line}",
            line=table.line,
        )

    def _adjust(self, table: Table) -> tuple[Adjust, ...]:
        return tuple(
            _read_adjust(Table(values, f"{table.where}, adjust[{index}]", self.complaints, table.line))
            for index, values in enumerate(table.tables("adjust"))
        )

    def _examples(self, table: Table, key: str) -> tuple[Example, ...]:
        tables = table.tables(key)
        if table.values.get(key) == []:
            table.wrong(key, "must hold at least one example")
        return tuple(
            self._example(Table(values, f"{table.where}, {key}[{index}]", self.complaints, table.line))
            for index, values in enumerate(tables)
        )

    def _example(self, table: Table) -> Example:
        table.require(("kind",))
        kind = table.one_of("kind", self.kinds, "")
        problem = _unusable(table.values)
        if problem is not None:
            table.wrong("", problem)
        return Example(kind, {key: value for key, value in table.values.items() if key != "kind"})


def _read_adjust(table: Table) -> Adjust:
    table.refuse_unknown(_ADJUST_KEYS)
    table.require(_ADJUST_KEYS)
    return Adjust(
        when=read_condition(table, "when"),
        severity=table.word("severity", parse_severity, _NO_SEVERITY),
        why=table.text("why", one_line=True),
    )


def _techniques(table: Table) -> tuple[str, ...]:
    techniques = table.texts("attack")
    for technique in techniques:
        if not is_technique(technique):
            table.wrong("attack", f"must be like T1552, T1552.005 or AML.T0051, got {shown(technique)}")
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


def label(what: str, name: object, index: int) -> str:
    """How messages name a table: by its name where that is usable, else by its number."""
    usable = isinstance(name, str) and is_threat_id(name)
    return f"{what} {name}" if usable else f"{what} #{index}"


def _line_numbers(text: str, starts: list[int]) -> list[int]:
    lines, line, position = [], 1, 0
    for start in starts:
        line += text.count("\n", position, start)
        position = start
        lines.append(line)
    return lines


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
