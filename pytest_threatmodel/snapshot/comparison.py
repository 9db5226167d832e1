"""The comparison with earlier runs: as plain data, and as people are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_threatmodel.decisions.known import Compared
    from pytest_threatmodel.decisions.known import Comparison
    from pytest_threatmodel.snapshot.shape import ComparedShape
    from pytest_threatmodel.snapshot.shape import ComparisonShape

#: So many findings of each sort are named in the closing section.
_MOST_NAMED: Final = 10


def comparison_shape(comparison: Comparison) -> ComparisonShape:
    """The comparison as a snapshot holds it."""
    found = {change: [_compared(each) for each in entries] for change, entries in comparison.found.items()}
    return {
        "against": comparison.against,
        "new": found["new"],
        "worsened": found["worsened"],
        "unchanged": found["unchanged"],
        "resolved": found["resolved"],
        "new_rules": found["new_rules"],
    }


def _compared(entry: Compared) -> ComparedShape:
    return {
        "pair": entry.pair,
        "threat": entry.threat,
        "element": entry.element,
        "severity": entry.severity,
        "why": entry.why,
    }


def headline(shape: ComparisonShape) -> str:
    """With what is compared, and how many findings are of each sort."""
    counts = {
        "new": len(shape["new"]),
        "worsened": len(shape["worsened"]),
        "unchanged": len(shape["unchanged"]),
        "resolved": len(shape["resolved"]),
    }
    told = ", ".join(f"{number:,} {word}" for word, number in counts.items())
    rules = len(shape["new_rules"])
    if rules:
        told += f", {rules:,} of new rules"
    if not shape["against"]:
        return f"no earlier run had this model, so every finding is new: {told}"
    return f"compared with {shape['against']}: {told}"


def changes(shape: ComparisonShape) -> dict[str, list[ComparedShape]]:
    """What is not as it was, by title; nothing where all is."""
    sorts = {
        "New findings": shape["new"],
        "Worsened findings": shape["worsened"],
        "Findings of new rules": shape["new_rules"],
        "Resolved findings": shape["resolved"],
    }
    return {title: entries for title, entries in sorts.items() if entries}


def closing_lines(shape: ComparisonShape) -> list[str]:
    """The lines of the closing section: the counts, and the first findings that are not as they were."""
    return [headline(shape), *_named(shape)]


def _named(shape: ComparisonShape) -> Iterator[str]:
    words = {"New findings": "new", "Worsened findings": "worsened", "Resolved findings": "resolved"}
    for title, entries in changes(shape).items():
        if title not in words or not shape["against"]:
            continue
        for entry in entries[:_MOST_NAMED]:
            why = entry["why"].rpartition("): ")[2]
            yield f"  {words[title]}: {entry['pair']}, {entry['severity']}{f': {why}' if why else ''}"
        if len(entries) > _MOST_NAMED:
            yield f"  and {len(entries) - _MOST_NAMED:,} more {words[title]}"
