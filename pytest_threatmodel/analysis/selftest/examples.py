"""Examples hold, and there is one of both sorts for each kind that a threat targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.bench import Case
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.analysis.selftest.reach import witness
from pytest_threatmodel.library.threat import Threat

#: The kinds of which no element is made but by its special cases.
_ABSTRACT = frozenset({"Asset", "Element"})


def example_flaws(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """What is wrong with the examples of a threat."""
    for name, why in bench.unusable(threat).items():
        yield flaw("examples", threat, why, name)
    rule = bench.rule(threat)
    for case in bench.cases(threat):
        if rule.holds(case.record) is not case.wanted:
            told = "does not fire on it, and must" if case.wanted else "fires on it, and must not"
            yield flaw("examples", threat, f"the condition {told}", f"{case.name} ({case.example.kind})")
    yield from _missing_kinds(threat, bench)
    yield from _flow_flaws(threat, bench)


def _missing_kinds(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    for kind in threat.targets:
        shown = bench.cases_of_kind(threat, kind)
        if kind not in _ABSTRACT:
            shown = [case for case in shown if case.example.kind == kind]
        for wanted, word in ((True, "vulnerable"), (False, "safe")):
            if not any(case.wanted is wanted for case in shown):
                yield flaw(
                    "examples", threat, f"holds none for {kind}", word, hint=_proposal(threat, kind, wanted, bench)
                )


def _proposal(threat: Threat, kind: str, wanted: bool, bench: Bench) -> str | None:
    """An element of the kind with the wanted outcome, for an author who looks for an example."""
    found = witness(threat, kind, wanted, bench)
    if found is None:
        return None
    word = "fires" if wanted else "does not fire"
    return f"it {word} on {found}"


def _flow_flaws(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """Flows that a reader can picture: both ends, and data in one of them at least."""
    flows = [case for case in bench.cases(threat) if case.example.kind == "Dataflow"]
    for case in flows:
        for end in ("source", "sink"):
            if not _has_kind(case.example.values.get(end)):
                text = f'says nothing of its {end}, expected {end} = {{ kind = "..." }}'
                yield flaw("examples", threat, text, case.name)
    if flows and not any(_carries_data(case) for case in flows):
        text = "no example of a Dataflow carries data, expected data = [{ ... }] in one"
        yield flaw("examples", threat, text, "vulnerable, safe")


def _has_kind(end: Any) -> bool:
    return isinstance(end, dict) and "kind" in end


def _carries_data(case: Case) -> bool:
    return bool(case.example.values.get("data"))
