"""One system, measured."""

from __future__ import annotations

from functools import partial

from benchmarks.noise.catalogue import System
from benchmarks.noise.catalogue import counted
from benchmarks.noise.matching import Neighbours
from benchmarks.noise.matching import names
from benchmarks.noise.matching import read_equivalents
from benchmarks.noise.ours import our_answers
from benchmarks.noise.ours import our_findings
from benchmarks.noise.scores import score
from benchmarks.noise.table import Result
from benchmarks.noise.theirs import their_findings
from pytest_threatmodel.library.library import Library


def measure(system: System, library: Library, pytm: str | None = None) -> Result:
    """Hold our findings, and pytm's, against the list of a system.

    Args:
        system: of `systems()`.
        library: the packs that count.
        pytm: an interpreter that has pytm; without one, pytm is left out.

    Raises:
        ValueError: the list names an element that the model does not have.
    """
    model = system.load(library)
    near, elements = Neighbours(model), counted(model)
    unknown = {name for entry in system.kept for name in entry.elements} - set(model.labels())
    if unknown:
        raise ValueError(f"the list of {system.name} names elements that its model does not have: {sorted(unknown)}")

    def rule(side: str) -> partial[bool]:
        return partial(names, near=near, equivalents=read_equivalents(side, system.name))

    # A list of others holds threats that are answered, too; ours hold what is open.
    answers = () if system.ours else tuple(our_answers(model, library))
    ours = score(elements, our_findings(model, library), system.kept, rule("ours"), answers)
    if pytm is None:
        return Result(system.name, system.ours, ours, None)
    found = their_findings(model, pytm)
    theirs = score(elements, found, system.kept, rule("pytm"))
    return Result(system.name, system.ours, ours, theirs)
