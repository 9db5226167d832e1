"""Reads packs of threats from TOML files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.library.declared import read_field
from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.entry import Entries
from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.files import read_text
from pytest_threatmodel.library.override import read_overrides
from pytest_threatmodel.library.releases import read_releases
from pytest_threatmodel.library.releases import refuse_unreleased
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Override
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import is_threat_id
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.model.vocabulary import standard_vocabulary

#: What a file may hold.
TABLES: Final = ("pack", "field", "threat", "override")
#: The keys that `[pack]` must have, and those that it may have.
PACK_KEYS: Final = ("name", "title", "version")
OPTIONAL_PACK_KEYS: Final = ("releases", "extends")
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
        self.name = ""

    def pack(self) -> Pack:
        self.top.refuse_unknown(TABLES, "table or key")
        header = self._header()
        self.name = header.text("name", one_line=True)
        if self.name and not is_threat_id(self.name):
            header.wrong("name", f"must be letters, digits, '_', '.', '-', got {shown(self.name)}")
        self.entries = Entries(self.name, targetable(self.vocabulary))
        pack = Pack(
            name=self.name,
            title=header.text("title", one_line=True),
            version=header.text("version", one_line=True),
            releases=read_releases(header, "releases"),
            extends=header.texts("extends"),
            fields=self._fields(),
            threats=self._threats(),
            overrides=self._overrides(header),
            origin=self.complaints.file,
        )
        refuse_unreleased(pack, header)
        return pack

    def _header(self) -> Table:
        values = self.top.values.get("pack")
        table = Table(values if isinstance(values, dict) else {}, "pack", self.complaints)
        if values is None:
            self.top.wrong("pack", "missing, and it is required", 'begin with [pack] and name = "..."')
        elif not isinstance(values, dict):
            self.top.wrong("pack", f"expected one table, got {shown(values)}", "write [pack]")
        else:
            table.refuse_unknown((*PACK_KEYS, *OPTIONAL_PACK_KEYS))
            table.require(PACK_KEYS)
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
            threat = self.entries.threat(table)
            if threat.id and threat.id in threats:
                table.wrong("id", f"repeated: also the id at {threats[threat.id].origin}")
            threats.setdefault(threat.id, threat)
        others = self.top.values.get("field") or self.top.values.get("override")
        if not threats and not self.complaints.problems and not others:
            self.top.wrong("threat", "missing, and a pack without threats, fields and overrides is of no use")
        return tuple(threats.values())

    def _overrides(self, header: Table) -> tuple[Override, ...]:
        tables = [
            Table(values, label("override", values.get("threat"), index), self.complaints, line)
            for index, (values, line) in enumerate(self._tables("override"), 1)
        ]
        if tables and not header.values.get("extends"):
            header.wrong(
                "extends", "missing, and overrides need it", 'write extends = ["..."], the packs of the threats'
            )
        return read_overrides(tables, self.entries, self.name)


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
