"""New rules: threats that a recent version of a pack brought; their undecided findings fail after a time of grace."""

from __future__ import annotations

from datetime import date
from datetime import timedelta

from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.library.library import Library


def new_rules(library: Library, ground: Ground) -> dict[str, date]:
    """The threats that are new on the day of a run, with the day from which their findings fail.

    Args:
        library: that the model meets.
        ground: for the day, and how long rules are new.
    """
    if not ground.new_rules_grace:
        return {}
    found: dict[str, date] = {}
    for threat in library:
        arrived = library.arrived(threat)
        if arrived is not None:
            first = _later(arrived, ground.new_rules_grace)
            if ground.today < first:
                found[threat.id] = first
    return found


def let_pass(first: date) -> str:
    """Why a finding of a new rule fails nothing.

    Args:
        first: the day from which it does.
    """
    return f"new rule, fails from {first}"


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
