"""Reads the overrides of a pack: single keys of threats that other packs bring."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.library.entry import KEYS
from pytest_threatmodel.library.entry import REQUIRED
from pytest_threatmodel.library.entry import Entries
from pytest_threatmodel.library.entry import read_id
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Override

#: What an override says besides the keys that it states anew.
OVERRIDE_KEYS: Final = ("threat", "reason")
#: The keys of a threat that can be stated anew.
CHANGEABLE: Final = tuple(key for key in KEYS if key != "id")


def read_overrides(tables: Iterable[Table], entries: Entries, pack: str) -> tuple[Override, ...]:
    """The overrides in these tables; what is wrong with them goes to their complaints.

    Args:
        tables: of `[[override]]`.
        entries: reads threats of the pack.
        pack: its name.
    """
    found: dict[tuple[str, str], Override] = {}
    for table in tables:
        for override in _read(table, entries, pack):
            earlier = found.setdefault((override.threat, override.key), override)
            if earlier is not override:
                table.wrong(override.key, f"repeated: also overridden at {earlier.place}")
    return tuple(found.values())


def _read(table: Table, entries: Entries, pack: str) -> Iterator[Override]:
    if "id" in table.values:
        table.wrong("id", "a threat keeps its id", 'name it by threat = "..."')
    table.refuse_unknown((*OVERRIDE_KEYS, "id", *CHANGEABLE))
    table.require(OVERRIDE_KEYS)
    threat, reason = read_id(table, "threat"), table.text("reason", one_line=True)
    stated = [key for key in CHANGEABLE if key in table.values]
    if not stated and "id" not in table.values:
        table.wrong("", "changes nothing", "state a key of the threat, such as severity")
    for key in stated:
        if key in REQUIRED and table.values[key] == []:
            table.wrong(key, "must not be empty")
    file = table.complaints.file if table.line is not None else f"{table.complaints.file}, {table.where}"
    for key, value in entries.values(table, stated).items():
        yield Override(threat, key, value, reason, pack, file, table.line)
