"""The parts of the full Markdown report that say what to do, and what nothing rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import lines
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.snapshot.shape import Snapshot

#: A line may name several changes.
_LONGEST: Final = 500
_MOST: Final = 1_000


def improvements(snapshot: Snapshot) -> Iterator[str]:
    """The changes that would close most open findings; each counts what those before it left."""
    found = snapshot["improvements"]
    if found:
        yield "## What would close most"
        yield lines(*(f"- {code(each['text'], _LONGEST)}" for each in found))


def idle_controls(snapshot: Snapshot) -> Iterator[str]:
    """The claimed controls on which no verdict rests: those that carry nothing first."""
    found = sorted(snapshot["idle_controls"], key=lambda each: each["redundant"])
    if not found:
        return
    yield f"## Claimed controls on which nothing rests ({len(found):,})"
    yield table(
        ["Element", "Control", "What it does here"],
        (
            [
                code(each["element"]),
                code(f"{each['field']} = {each['value']}"),
                _does(each["redundant"], each["beside"]),
            ]
            for each in found[:_MOST]
        ),
    )
    if len(found) > _MOST:
        yield f"And {len(found) - _MOST:,} more, which the JSON report has."


def _does(redundant: bool, beside: str) -> str:
    if not redundant:
        return "carries nothing"
    return f"redundant beside {code(beside)}" if beside else "redundant"
