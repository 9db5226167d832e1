"""Reads a register: TOML to entries, each with its line, and what is wrong with each."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.decision import DecisionError
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.register import BadEntry
from pytest_threatmodel.decisions.register import Closed
from pytest_threatmodel.decisions.register import Entry
from pytest_threatmodel.decisions.register import RegisterFile
from pytest_threatmodel.decisions.register_entry import CLOSED_KEYS
from pytest_threatmodel.decisions.register_entry import KEYS
from pytest_threatmodel.decisions.register_entry import day_of
from pytest_threatmodel.decisions.register_entry import line_of
from pytest_threatmodel.decisions.register_entry import name_of
from pytest_threatmodel.decisions.register_entry import read_entry
from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import plain
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.files import read_text
from pytest_threatmodel.library.pack import read_toml
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.origin import Place

#: The tables that a register has.
TABLES: Final = ("decision", "closed")
#: Ten thousand entries with facts and their audit trail are a third of it.
LARGEST: Final = 20_000_000
#: What hides a header: strings of four sorts and comments; then the header itself.
_HEADER = re.compile(
    r'"""(?:\\.|[^\\])*?"""{1,3}'
    r"|'''.*?'''{1,3}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|^[ \t]*\[\[[ \t]*(?P<quote>[\"']?)(?P<name>decision|closed)(?P=quote)[ \t]*\]\]",
    re.DOTALL | re.MULTILINE,
)


class RegisterError(DecisionError):
    """A register cannot be read at all: no such file, no TOML, an unknown table."""


def read_register(path: Path, shown_as: str) -> RegisterFile:
    """The register in a file; entries that are wrong are in it as `bad`.

    Args:
        path: of the file.
        shown_as: how messages name it.

    Raises:
        RegisterError: there is no such file, or it is no register.
    """
    try:
        text = read_text(path, shown_as, LARGEST)
        document = read_toml(text, shown_as)
    except PackError as error:
        raise RegisterError(str(error), None if os.path.exists(path) else _sibling(path)) from None
    return _Reader(path, shown_as, text, document).file()


def _sibling(path: Path) -> str | None:
    try:
        return guess(path.name, [entry.name for entry in path.parent.iterdir()])
    except (OSError, ValueError):
        return None


def header_lines(text: str) -> dict[str, list[int]]:
    """The lines on which the tables of a register begin: name of the table -> lines, counted from 1.

    Args:
        text: TOML that can be parsed.
    """
    lines: dict[str, list[int]] = {name: [] for name in TABLES}
    line, before = 1, 0
    for found in _HEADER.finditer(text):
        if found["name"]:
            line += text.count("\n", before, found.start("name"))
            before = found.start("name")
            lines[found["name"]].append(line)
    return lines


class _Reader:
    """Turns one parsed document into a register."""

    def __init__(self, path: Path, shown_as: str, text: str, document: Mapping[str, Any]) -> None:
        self.path = path
        self.shown_as = shown_as
        self.document = document
        self.lines = header_lines(text)
        self.complaints = Complaints(shown_as)
        self.missing: dict[str, bool] = {}

    def file(self) -> RegisterFile:
        for key in self.document:
            if key not in TABLES:
                text = f"{self.shown_as}: unknown table or key {plain(key)}, expected [[decision]] or [[closed]]"
                raise RegisterError(text, guess(key, TABLES))
        entries: list[Entry] = []
        closed: list[Closed] = []
        bad: list[BadEntry] = []
        for number, (table, place) in enumerate(self._tables("decision")):
            decision, model = self._entry(table, place, KEYS)
            entries += self._kept(Entry(decision, model, number), bad)
        for number, (table, place) in enumerate(self._tables("closed")):
            decision, model = self._entry(table, place, (*KEYS, *CLOSED_KEYS))
            day, why = day_of(table, "closed"), line_of(table, "why")
            table.require(CLOSED_KEYS)
            for entry in self._kept(Entry(decision, model, number), bad):
                if day is not None:
                    closed.append(Closed(entry, day, why))
        return RegisterFile(self.path, self.path.parent, tuple(entries), tuple(closed), tuple(bad))

    def _tables(self, name: str) -> Iterator[tuple[Table, Place]]:
        tables = self.document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            what = "a table" if isinstance(tables, dict) else shown(tables)
            raise RegisterError(f"{self.shown_as}: {name} is {what}, expected tables: [[{name}]]")
        if len(tables) != len(self.lines[name]):
            raise RegisterError(f"{self.shown_as}: each {name} needs a header of its own: [[{name}]]")
        for number, (values, line) in enumerate(zip(tables, self.lines[name], strict=True), 1):
            yield Table(values, f"{name} #{number}", self.complaints, line), Place(str(self.path), line)

    def _entry(self, table: Table, place: Place, keys: tuple[str, ...]) -> tuple[Decision, str]:
        self.complaints.problems.clear()
        table.refuse_unknown(keys)
        model = name_of(table, "model")
        self._check_model(table, model)
        return read_entry(table, place), model

    def _check_model(self, table: Table, model: str) -> None:
        """Refuse the path of a model file that is not there; a key may be that of a model that is not loaded."""
        if not model.endswith(".py") or is_pattern(model):
            return
        if model not in self.missing:
            self.missing[model] = not self._is_file(model)
        if self.missing[model]:
            message = f"no such model file in the register's folder or below: {shown(model)}"
            table.wrong("model", message, self._nearest(model))

    def _is_file(self, model: str) -> bool:
        is_below = model == posixpath.normpath(model) and not model.startswith(("/", "../"))
        return is_below and os.path.isfile(self.path.parent / model)

    def _nearest(self, model: str) -> str | None:
        folder = (self.path.parent / model).parent
        try:
            return did_you_mean(model, [each.relative_to(self.path.parent).as_posix() for each in folder.glob("*.py")])
        except (OSError, ValueError):
            return None

    def _kept(self, entry: Entry, bad: list[BadEntry]) -> list[Entry]:
        """The entry, where nothing was noted about it."""
        problems = self.complaints.problems
        if not problems:
            return [entry]
        lines = tuple(f"{self.shown_as}:{problem.line}: {problem}" for problem in problems)
        # Where its model is not there, the entry counts for none, and all the folder's models say so.
        model = "" if self.missing.get(entry.model) else entry.model
        bad.append(BadEntry(model, lines))
        return []
