"""Controls on which nothing rests, in words: `"Web Server": controls.isHardened = True carries nothing`."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_threatmodel.analysis.idle import Idle
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.wording import assignment
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import owner_of


def idle_line(idle: Idle, label: str) -> str:
    """One control and why nothing rests on it.

    Args:
        idle: the control.
        label: of its element.
    """
    owner = owner_of(idle.record)
    claim = f'"{label}": {assignment(Change(idle.record, idle.name, idle.value))}'
    if not idle.redundant:
        return f"{claim} carries nothing"
    beside = f" beside {names_text(idle.beside, owner)}" if idle.beside else ""
    return f"{claim} is redundant{beside}"


def idle_count(found: Sequence[Idle]) -> str:
    """How many there are: "2 claimed controls carry nothing, 1 is redundant"."""
    redundant = sum(each.redundant for each in found)
    nothing = len(found) - redundant
    parts = []
    if nothing:
        parts.append(f"{nothing} claimed control{'s carry' if nothing > 1 else ' carries'} nothing")
    if redundant:
        claimed = "" if nothing else "claimed controls " if redundant > 1 else "claimed control "
        parts.append(f"{redundant} {claimed}{'are' if redundant > 1 else 'is'} redundant")
    return ", ".join(parts)
