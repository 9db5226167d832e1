"""The search for an element on which two conditions differ."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.rulebook import Rule
from pytest_threatmodel.analysis.search import Read
from pytest_threatmodel.analysis.search import Traced
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.reach import Witness
from pytest_threatmodel.analysis.selftest.reach import every_value
from pytest_threatmodel.analysis.selftest.reach import example_starts
from pytest_threatmodel.analysis.selftest.reach import plain_starts
from pytest_threatmodel.library.threat import Threat

#: So many facts may differ from those of an example until the conditions do.
MOST_CHANGES: Final = 5


def difference(
    rules: Iterable[Rule], one: Traced, other: Traced, kind: str, bench: Bench, threats: Iterable[Threat]
) -> Witness | None:
    """An element of a kind on which two conditions differ.

    Args:
        rules: whose constants are the values to try.
        one: the first condition, in the form that reads through a function.
        other: the second one.
        kind: of the element.
        bench: that the threats are checked on.
        threats: with whose examples the search begins.
    """

    def differ(record: Record, read: Read) -> bool:
        # Both are asked, so that the search learns what each of them reads.
        first, second = bool(one(record, read)), bool(other(record, read))
        return first is not second

    values = every_value(*(OtherValues(bench.rulebook, rule) for rule in rules))
    examples = (start for threat in threats for start in example_starts(threat, kind, bench))
    for start, record in chain(examples, plain_starts(kind, bench)):
        found = minimal_changes(differ, record, values, True, most=1, largest=MOST_CHANGES, quick=True)
        if found:
            return Witness(start, record, found[0])
    return None
