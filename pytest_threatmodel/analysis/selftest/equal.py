"""No two threats ask the same of one kind of element, in whichever packs they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator

from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.differ import MOST_CHANGES
from pytest_threatmodel.analysis.selftest.differ import difference
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.library.condition import normal_form
from pytest_threatmodel.library.threat import Threat


class Twins:
    """The threats whose conditions may be equal to another's: on a kind they read the same fields.

    Args:
        bench: with the library.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._groups: dict[tuple[str, frozenset[str]], list[Threat]] = defaultdict(list)
        for threat in bench.library:
            for kind in self._kinds(threat):
                self._groups[kind, self._reads(threat, kind)].append(threat)

    def flaws(self, threat: Threat) -> Iterator[Flaw]:
        """The other threats that mean the same on one of the kinds of a threat, each once."""
        told: set[str] = set()
        for kind in self._kinds(threat):
            for other in self._groups[kind, self._reads(threat, kind)]:
                why = None if other.id in {threat.id, *told} else self._equal(threat, other, kind)
                if why is not None:
                    told.add(other.id)
                    text = f"means the same on {kind} as that of {other.id} ({other.origin}): {why}"
                    yield flaw("equal", threat, text, "condition")

    def _kinds(self, threat: Threat) -> Iterable[str]:
        """The kinds that a threat concerns, special cases included."""
        kinds = self._bench.library.vocabulary.kinds
        return [name for name, kind in kinds.items() if not set(kind.bases).isdisjoint(threat.targets)]

    def _reads(self, threat: Threat, kind: str) -> frozenset[str]:
        """What the condition reads that elements of the kind have."""
        fields = self._bench.library.vocabulary.kinds[kind].fields
        reads = self._bench.library.condition(threat.id).reads
        return frozenset(path for path in reads if path.partition(".")[0].removesuffix("[]") in fields)

    def _equal(self, threat: Threat, other: Threat, kind: str) -> str | None:
        """Why two conditions are taken for the same on a kind; None where an element tells them apart."""
        one, two = self._bench.rule(threat), self._bench.rule(other)
        if normal_form(one.condition.syntax) == normal_form(two.condition.syntax):
            return "they are the same but for order and spelling"
        cases = [case for each in (threat, other) for case in self._bench.cases_of_kind(each, kind)]
        if any(one.holds(case.record) is not two.holds(case.record) for case in cases):
            return None
        if difference([one, two], one.traced, two.traced, kind, self._bench, [threat, other]) is not None:
            return None
        return f"no {kind} was found on which they differ, with up to {MOST_CHANGES} facts and controls changed"
