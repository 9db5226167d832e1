"""Lists of what a review would keep, one file a system."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Final

FOLDER: Final = Path(__file__).with_name("kept")
_KEYS: Final = {"element", "pack", "severity", "cwe", "what", "why"}
_NEEDED: Final = _KEYS - {"why"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a review would keep.

    Args:
        elements: labels; it is said of any one of them.
        pack: whose subject it is.
        severity: as the reviewer sees it.
        cwe: numbers of weaknesses, each of which names it.
        what: in one sentence.
    """

    elements: tuple[str, ...]
    pack: str
    severity: str
    cwe: frozenset[int]
    what: str

    def __str__(self) -> str:
        return f"{' | '.join(self.elements)}: {self.what} [{self.pack}, CWE {', '.join(map(str, sorted(self.cwe)))}]"


@dataclass(frozen=True, slots=True)
class Kept:
    """The list of one system.

    Args:
        entries: in the order of the file.
        sample: the file of another tool that holds the system, in the folder of samples; empty for our own models.
    """

    entries: tuple[Entry, ...]
    sample: str = ""


def read_kept(path: Path) -> Kept:
    """Read the list of a system.

    Args:
        path: the file.

    Raises:
        ValueError: an entry misses a key, or has one too many.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Kept(tuple(_entries(table["kept"], path.name)), table.get("file", ""))


def _entries(rows: list[Mapping[str, Any]], file: str) -> Iterator[Entry]:
    for number, row in enumerate(rows, start=1):
        if not _NEEDED <= row.keys() <= _KEYS or not row["cwe"]:
            raise ValueError(f"{file}: entry {number} needs {', '.join(sorted(_NEEDED))}, and has {', '.join(row)}")
        names = row["element"]
        elements = (names,) if isinstance(names, str) else tuple(names)
        yield Entry(elements, row["pack"], row["severity"], frozenset(row["cwe"]), row["what"])
