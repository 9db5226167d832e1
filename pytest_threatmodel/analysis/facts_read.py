"""What a condition read on a pair, as single values under dotted paths: what a decision on the pair rests on."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from enum import Enum
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import outcome_under
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.model.dotted import PathProblem
from pytest_threatmodel.model.dotted import find_field
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.fields import Field

#: Texts that are longer are no ground for a decision that anybody would read.
_LONGEST: Final = 200
#: Whole numbers that every format of data can hold.
_MOST: Final = 2**63


def facts_read(verdicts: Verdicts, row: Row, column: int) -> Mapping[str, Any]:
    """What the condition of a pair read when it was evaluated, in the order of reading.

    Paths lead from the pair's element: `protocol`, `controls.isEncrypted`, `sink.controls.isHardened`. Left out is what
    no path can name: the items of collections (`target.data`), where an element stands (`crosses`), which element a
    relation leads to; and texts that are long or hold what cannot be printed.

    Elements that look alike to the condition share one evaluation.

    Args:
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.
    """
    if row.verdicts[column] is Verdict.ERROR:
        return {}
    known = verdicts.rulebook.facts_read(row.element.kind())[column]
    signature = row.rules[column].signature(row.record)
    if signature not in known:
        known[signature] = dict(_read(row, column))
    return known[signature]


def _read(row: Row, column: int) -> Iterator[tuple[str, Any]]:
    rule = row.rules[column]
    _, reads = outcome_under(rule.traced, row.record, ())
    for path in rule.condition.reads:
        *steps, name = path.split(".")
        record = _follow(row.record, steps)
        if (id(record), name) in reads:
            yield from _fact(row.element, path, getattr(record, name))


def _follow(record: Any, steps: list[str]) -> Any:
    """The record to which the steps lead; what a collection holds has "[]" in its step and is not found."""
    for step in steps:
        record = getattr(record, step, None)
        if not isinstance(record, Record):
            return None
    return record


def _fact(element: Element, path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The value as it is written, if it can be read back."""
    try:
        _, field = find_field(element, path)
    except PathProblem:
        return
    written = _written(value)
    if written is not None and _reads_back(field, written, value):
        yield path, written


def _written(value: Any) -> bool | int | str | None:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value) if len(value) <= _LONGEST and value.isprintable() else None
    if isinstance(value, int):
        return int(value) if -_MOST <= value < _MOST else None
    return None


def _reads_back(field: Field[Any, Any], written: Any, value: Any) -> bool:
    try:
        return bool(field.convert(written) == value)
    except ValueProblem:
        return False
