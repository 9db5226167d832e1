"""Writes CSV that spreadsheets show and never run."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from collections.abc import Sequence
from io import StringIO
from typing import Final

from pytest_threatmodel.model.labels import escape

#: By this mark Excel knows that the file is UTF-8; without it, it shows umlauts wrong. Python reads it as "utf-8-sig".
BYTE_ORDER_MARK: Final = "\ufeff"
#: What begins a formula in some spreadsheet, https://owasp.org/www-community/attacks/CSV_Injection; the last four are
#: the full-width forms, which some read alike.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): commas, quotes where needed, CRLF.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it. Control, format and surrogate
    characters are backslash-escaped, but for line breaks and tabs inside a cell.

    Args:
        header: the names of the columns.
        rows: each as long as the header; numbers stay numbers, None is an empty cell.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> object:
    """A value as its cell holds it; numbers that are no text need no guard, not even negative ones."""
    if value is None or isinstance(value, int | float):
        return value
    text = _kept(str(value))
    # Spreadsheets skip blanks before a formula.
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _kept(text: str) -> str:
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(escape(part) for part in line.split("\t")) for line in lines)
