"""Edits of a register: text in, text out; whatever an edit does not concern stays byte for byte."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from pytest_threatmodel.decisions.register_blocks import Block
from pytest_threatmodel.decisions.register_blocks import blocks

if TYPE_CHECKING:
    from types import ModuleType

#: What a new register begins with.
PREFACE: Final = "# Decisions about threats, read by pytest --threatmodel.\n"


class EditError(Exception):
    """The text of a register cannot be edited; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Closure:
    """An entry that is no longer needed.

    Args:
        number: which of the `[[decision]]` entries, counted from 0.
        closed: the day.
        why: in few words.
    """

    number: int
    closed: date
    why: str


def edit(text: str, additions: Sequence[Mapping[str, Any]], closures: Sequence[Closure]) -> str:
    """The text of a register with more entries, and with entries moved to the `[[closed]]` ones.

    Args:
        text: of the register, empty for a new one.
        additions: the new `[[decision]]` entries, key -> value; keys without a value (None) are left out.
        closures: what to move, each entry once.

    Raises:
        EditError: the text is no TOML, has its entries in a form that cannot be edited, or tomlkit is not installed.
    """
    if not additions and not closures:
        return text
    kit = _tomlkit()
    before = _parsed(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = text if not text or text.endswith("\n") else text + newline
    cut = blocks(whole)
    _check_form(before, cut)
    added = [_entry(kit, "decision", terms).replace("\n", newline) for terms in additions]
    moving = {each.number: _closing(kit, each).replace("\n", newline) for each in closures}
    after = _joined(cut or [Block("", "", PREFACE)], added, moving, newline)
    _check_result(before, after, additions, closures)
    return after


def _tomlkit() -> ModuleType:
    try:
        import tomlkit
    except ImportError:
        text = "a register is written with tomlkit, which is not installed: pip install 'pytest-threatmodel[register]'"
        raise EditError(text) from None
    return tomlkit


def check_installed() -> None:
    """Look whether registers can be written.

    Raises:
        EditError: tomlkit is not installed.
    """
    _tomlkit()


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EditError(f"it is no TOML: {error}") from None


def _check_form(before: dict[str, Any], cut: list[Block]) -> None:
    """Refuse entries that are not written as `[[decision]]` and `[[closed]]`."""
    for table in ("decision", "closed"):
        entries = before.get(table, [])
        if not isinstance(entries, list) or len(entries) != sum(block.table == table for block in cut):
            raise EditError(f"its entries cannot be edited: write each as a table under [[{table}]]")


def _entry(kit: ModuleType, table: str, terms: Mapping[str, Any]) -> str:
    return f"[[{table}]]\n{_terms(kit, terms)}"


def _closing(kit: ModuleType, closure: Closure) -> str:
    return _terms(kit, {"closed": closure.closed, "why": closure.why})


def _terms(kit: ModuleType, terms: Mapping[str, Any]) -> str:
    table = kit.table()
    for key, value in terms.items():
        if value is not None:
            table.add(key, _inline(kit, value) if isinstance(value, Mapping) else value)
    return str(table.as_string())


def _inline(kit: ModuleType, values: Mapping[str, Any]) -> Any:
    table = kit.inline_table()
    table.update(values)
    return table


def _joined(cut: list[Block], added: list[str], moving: Mapping[int, str], newline: str) -> str:
    """The blocks in their order, the new entries behind the last open one, those that close at the end."""
    kept: list[str] = []
    closing: list[str] = []
    number = 0
    place = next((index for index, block in enumerate(cut) if block.table == "closed"), len(cut))
    gone = False
    for block in cut:
        if block.table == "decision" and number in moving:
            closing.append(block.renamed("closed", moving[number]))
            gone = True
        else:
            kept.append(_without_blank_lines(block.text) if gone else block.text)
            gone = False
        if block.table == "decision":
            number += 1
            place = len(kept)
    return "".join(_spaced(kept[:place], added, kept[place:], closing, newline))


def _spaced(head: list[str], added: list[str], tail: list[str], closing: list[str], newline: str) -> Iterator[str]:
    """The texts with an empty line at least around each that is new."""
    last = ""
    was_new = False
    for texts, new in ((head, False), (added, True), (tail, False), (closing, True)):
        for text in texts:
            if (new or was_new) and last and text and not _parted(last, text, newline):
                yield newline
            yield text
            last = text or last
            was_new = new


def _parted(before: str, after: str, newline: str) -> bool:
    return before == newline or before.endswith(newline * 2) or after.startswith(newline)


def _without_blank_lines(text: str) -> str:
    """A text that follows an entry that is gone, without the empty lines that parted them."""
    while text and not text.partition("\n")[0].strip():
        text = text.partition("\n")[2]
    return text


def _check_result(
    before: dict[str, Any], after: str, additions: Iterable[Mapping[str, Any]], closures: Iterable[Closure]
) -> None:
    """Refuse a text that does not say exactly what it should: an edit must never lose a decision."""
    entries: list[dict[str, Any]] = before.get("decision", [])
    moving = {each.number: each for each in closures}
    stay = [entry for number, entry in enumerate(entries) if number not in moving]
    stay += [{key: value for key, value in terms.items() if value is not None} for terms in additions]
    moved = [
        {**entries[number], "closed": moving[number].closed, "why": moving[number].why} for number in sorted(moving)
    ]
    expected = {**before, "decision": stay, "closed": [*before.get("closed", []), *moved]}
    found = {"decision": [], "closed": [], **_written(after)}
    if found != expected:
        raise EditError("it cannot be edited without a change to other entries; edit it by hand")


def _written(text: str) -> dict[str, Any]:
    try:
        text.encode("utf-8")
        return tomllib.loads(text)
    except UnicodeEncodeError as error:
        raise EditError(f"a name cannot be written in TOML: {error.object[error.start]!r}") from None
    except tomllib.TOMLDecodeError as error:
        raise EditError(f"it cannot be edited without a fault in its TOML: {error}") from None
