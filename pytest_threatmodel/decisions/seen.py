"""What is seen of a pair on the day of a decision: what the decision is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import severity
from pytest_threatmodel.analysis.facts_read import facts_read
from pytest_threatmodel.library.threat import Severity


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision on a pair rests on.

    Args:
        facts: dotted path from the element -> what the condition read there, in the spelling that `facts=` takes;
            without what no path can name (see `facts_read`).
        severity: that counts.
        sensitivity: the name of the most sensitive class of the data that the element is, carries or processes.
        condition: a short digest of the condition's normal form.
    """

    facts: Mapping[str, Any]
    severity: Severity
    sensitivity: str
    condition: str


def seen(verdicts: Verdicts, row: Row, column: int) -> Seen:
    """What is seen of a pair now.

    Args:
        verdicts: of the model.
        row: the pair's element.
        column: the pair's rule.

    Raises:
        ModelError: an override names no severity.
    """
    return Seen(
        facts=facts_read(verdicts, row, column),
        severity=severity(row, column)[0],
        sensitivity=verdicts.sensitivity(row.element).name,
        condition=row.rules[column].digest,
    )
