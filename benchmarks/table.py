"""The result: rows with the number to hold, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number and what it is held against.

    Args:
        section: which of the comparisons.
        what: is measured.
        ours: as measured, in `unit`.
        peer: the same of what it is compared with, where there is something.
        value: what is held: the ratio of both, or `ours` itself.
        low: a quarter of the measured values are below.
        high: a quarter of them are above.
        limit: the number to hold, if there is one.
        unit: of `ours` and `peer`.
    """

    section: str
    what: str
    ours: float
    value: float
    unit: str
    peer: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None

    @property
    def holds(self) -> Literal["yes", "no", "unclear", ""]:
        """Whether the limit holds; unclear where the middle half of the measured values is on both sides of it."""
        if self.limit is None:
            return ""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if low <= self.limit < high:
            return "unclear"
        return "yes" if self.value <= self.limit else "no"


_HEADS = ("", "ours", "peer", "value", "hold", "holds")


def lines(rows: Sequence[Row]) -> Iterable[str]:
    """The table, a heading a section."""
    cells = {id(row): _cells(row) for row in rows}
    widths = [max(map(len, column)) for column in zip(_HEADS, *cells.values(), strict=True)]
    yield _line(_HEADS, widths)
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            yield f"-- {section}"
        yield _line(cells[id(row)], widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    peer = "" if row.peer is None else f"{_number(row.peer)} {row.unit}"
    limit = "" if row.limit is None else f"<= {row.limit:g}"
    return row.what, f"{_number(row.ours)} {row.unit}".strip(), peer, _number(row.value), limit, row.holds


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_json(rows: Iterable[Row], arguments: dict[str, Any]) -> str:
    """The rows with what is needed to judge them: machine, versions, arguments."""
    machine = {
        "machine": platform.machine(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("pytest", "pluggy", "pytest-threatmodel")},
    }
    told = [{**asdict(row), "holds": row.holds} for row in rows]
    return json.dumps({"machine": machine, "arguments": arguments, "rows": told}, indent=2)
