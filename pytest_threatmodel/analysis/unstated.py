"""Facts that nobody stated, and which threats each of them would settle."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.explain import open_facts
from pytest_threatmodel.analysis.verdict import Verdict


def undetermined(row: Row, decided: Set[tuple[str, str]] = frozenset()) -> Iterator[int]:
    """The columns of an element's pairs that are undetermined.

    Args:
        row: the element.
        decided: pairs, by threat id and label, that are left out.
    """
    for column, verdict in enumerate(row.verdicts):
        if verdict is not Verdict.UNDETERMINED:
            continue
        if not decided or (row.rules[column].threat.id, row.label) not in decided:
            yield column


def unstated_facts(verdicts: Verdicts, row: Row, decided: Set[tuple[str, str]] = frozenset()) -> dict[str, list[str]]:
    """What nobody stated and an element's undetermined pairs wait for.

    Args:
        verdicts: of the model.
        row: the element.
        decided: pairs, by threat id and label, that are left out.

    Returns:
        The fact, as a path from the element -> the ids of the threats; what settles most first.
    """
    found: dict[str, list[str]] = {}
    for column in undetermined(row, decided):
        for fact in open_facts(verdicts, row, column):
            found.setdefault(fact, []).append(row.rules[column].threat.id)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))
