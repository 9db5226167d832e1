"""What a threat names of taxonomies exists, and there is something of each sort that a threat must have."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.library.taxonomy import asvs_problem
from pytest_threatmodel.library.taxonomy import capec_problem
from pytest_threatmodel.library.taxonomy import cwe_problem
from pytest_threatmodel.library.taxonomy import owasp_problem
from pytest_threatmodel.library.taxonomy import technique_problem
from pytest_threatmodel.library.threat import Threat

_CHECKS: Final[tuple[tuple[str, Callable[[Any], str | None]], ...]] = (
    ("cwe", cwe_problem),
    ("capec", capec_problem),
    ("attack", technique_problem),
    ("owasp", owasp_problem),
    ("asvs", asvs_problem),
)


def taxonomy_flaws(threat: Threat) -> Iterator[Flaw]:
    """The numbers and names that do not exist or stand twice."""
    for key, problem in _CHECKS:
        entries: tuple[Any, ...] = getattr(threat, key)
        for entry in dict.fromkeys(entries):
            text = problem(entry)
            if text is None and entries.count(entry) > 1:
                text = f"{entry} stands twice"
            if text is not None:
                yield flaw("taxonomy", threat, text, key)
