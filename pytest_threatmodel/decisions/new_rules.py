"""New rules: threats that a recent version of a pack brought; their undecided findings fail after a time of grace."""

from __future__ import annotations

from datetime import date
from datetime import timedelta

from pytest_threatmodel.library.library import Library


def new_rules(library: Library, today: date, grace: int) -> dict[str, date]:
    """The threats that are new on the day of a run, with the day from which their findings fail.

    Args:
        library: that the model meets.
        today: the day of the run.
        grace: for how many days after its release a rule is new.
    """
    if not grace:
        return {}
    found: dict[str, date] = {}
    for threat in library:
        arrived = library.arrived(threat)
        if arrived is not None:
            first = _later(arrived, grace)
            if today < first:
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
