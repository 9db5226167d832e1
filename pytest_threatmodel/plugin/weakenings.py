"""What weakens the gate, for the closing section and for snapshots."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Final

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.decisions.weakenings import Weakening
from pytest_threatmodel.decisions.weakenings import deselected
from pytest_threatmodel.decisions.weakenings import run_weakenings
from pytest_threatmodel.decisions.weakenings import told
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.plugin.session import Run

#: How many of a sort are named under -v; reports name all.
_MOST: Final = 20


def changed_packs(run: Run) -> tuple[list[str], list[str]]:
    """The shipped packs that `threatmodel_packs` leaves out, and those in whose place others of that name count."""
    selected = run.settings.packs
    if selected is None:
        return [], []
    names = {pack.name for pack in run.library.packs}
    missing = [name for name in shipped_files() if name not in selected]
    return [name for name in missing if name not in names], [name for name in missing if name in names]


def of_run(run: Run) -> list[Weakening]:
    """What weakens the gate of every model of the run."""
    left_out, replaced = changed_packs(run)
    policy = run.ground.policy
    # A selection in the ini file is what the project is; only one for this run weakens what the project holds.
    tells = run.settings.packs_given or (policy is not None and policy.replace == "forbidden")
    return run_weakenings(run.ground, left_out if tells else (), replaced, run.library)


def beside_model(run: Run, verdicts: Verdicts) -> tuple[Weakening, ...]:
    """What weakens the gate of a model beside what stands in it: options and settings."""
    return (*of_run(run), *deselected(verdicts, run.settings.exclude))


def bounded(weakenings: Iterable[Weakening]) -> list[list[str]]:
    """For each sort the line that counts and some details, as plain data that crosses from worker to controller."""
    return [
        [line, *details[:_MOST], *([f"and {len(details) - _MOST} more"] if len(details) > _MOST else [])]
        for line, details in told(weakenings)
    ]


def lines(weakenings: Iterable[list[str]], verbose: bool) -> Iterator[str]:
    """The lines of the closing section.

    Args:
        weakenings: of `bounded`.
        verbose: with details.
    """
    for line, *details in weakenings:
        yield f"weakened: {line}"
        if verbose and details != [line]:
            yield from (f"  {detail}" for detail in details)
