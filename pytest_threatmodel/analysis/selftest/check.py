"""All checks of a threat, and those of a whole library."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.clauses import clause_flaws
from pytest_threatmodel.analysis.selftest.equal import Twins
from pytest_threatmodel.analysis.selftest.examples import example_flaws
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.mitigation import mitigation_flaws
from pytest_threatmodel.analysis.selftest.reach import reach_flaws
from pytest_threatmodel.analysis.selftest.taxonomy import taxonomy_flaws
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element


class Selftest:
    """The checks of the threats of one library.

    Args:
        library: with every condition bound; threats are compared with all others in it.
        own: kinds of elements that a model's author made.
    """

    def __init__(self, library: Library, own: Iterable[type[Element]] = ()) -> None:
        self.library: Final = library
        self._bench = Bench(library, own)

    def flaws(self, threat: Threat) -> list[Flaw]:
        """What is wrong with one threat of the library, nothing where it keeps all rules.

        The threats of pytm's files have no examples, and are asked only what needs none.
        """
        return list(self._flaws(threat))

    def _flaws(self, threat: Threat) -> Iterator[Flaw]:
        if not threat.lenient:
            yield from example_flaws(threat, self._bench)
            yield from mitigation_flaws(threat, self._bench)
            yield from clause_flaws(threat, self._bench)
        yield from reach_flaws(threat, self._bench)
        yield from taxonomy_flaws(threat)
        yield from self._twins.flaws(threat)

    @cached_property
    def _twins(self) -> Twins:
        return Twins(self._bench)
