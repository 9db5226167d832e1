"""A condition is neither constant nor out of reach on any kind that its threat targets."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from typing import Final

from pytest_threatmodel.analysis.alternatives import OtherValues
from pytest_threatmodel.analysis.examples import ExampleError
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Alternatives
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.search import minimal_changes
from pytest_threatmodel.analysis.selftest.bench import Bench
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.analysis.selftest.flaw import flaw
from pytest_threatmodel.analysis.wording import changes_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Threat

#: Neighbours with which the search begins: nobody around, people and stores, the same across a boundary.
_NEIGHBOURS: Final = ("Actor", "ExternalEntity", "Server", "Process", "Datastore", "Lambda", "LLM", "Agent")
#: So many facts may differ from those of a plain element until the condition has another value.
_MOST_CHANGES: Final = 6


def reach_flaws(threat: Threat, bench: Bench) -> Iterator[Flaw]:
    """The kinds on which the condition is always true, or never.

    Examples that hold prove it; without them elements are searched.
    """
    rule = bench.rule(threat)
    for kind in threat.targets:
        shown = {rule.holds(case.record) for case in bench.cases_of_kind(threat, kind)}
        for wanted in {True, False} - shown:
            if witness(threat, kind, wanted, bench) is None:
                word = "never" if wanted else "always"
                text = f"{word} true on {kind}: no element was found on which it is {'true' if wanted else 'false'}"
                searched = f"searched: what it reads, alone and with {', '.join(_NEIGHBOURS)} around"
                yield flaw("reach", threat, text, "condition", hint=searched)


@dataclass(frozen=True, slots=True)
class Witness:
    """An element on which a search found what it looked for.

    Args:
        start: what the search began with: a kind with its neighbours, or an example by its name.
        record: of that element.
        changes: to its facts, controls and protections.
    """

    start: str
    record: Record
    changes: Changes

    def __str__(self) -> str:
        if not self.changes:
            return self.start if " " in self.start else f"a plain {self.start}"
        return f"{self.start} with {changes_text(self.changes, owner_of(self.record))}"


def witness(threat: Threat, kind: str, wanted: bool, bench: Bench) -> Witness | None:
    """An element of the kind on which the condition has the wanted value."""
    rule = bench.rule(threat)
    values = every_value(OtherValues(bench.rulebook, rule))
    for start, record in chain(plain_starts(kind, bench), example_starts(threat, kind, bench)):
        found = minimal_changes(rule.traced, record, values, wanted, most=1, largest=_MOST_CHANGES, quick=True)
        if found:
            return Witness(start, record, found[0])
    return None


def every_value(*others: OtherValues) -> Alternatives:
    """All the values that a fact, control or protection may have, whoever stated it."""

    def values(record: Record, name: str) -> Iterable[Any]:
        return [value for other in others for value in other.every(record, name)]

    return values


def _around_text(record: Record) -> str:
    if record._kind == "Dataflow":
        return f"from {record.source._kind} to {record.sink._kind}"
    inputs = dict.fromkeys(flow.source._kind for flow in record.inputs)
    outputs = dict.fromkeys(flow.sink._kind for flow in record.outputs)
    told = [f"{word} {' and '.join(kinds)}" for word, kinds in (("from", inputs), ("to", outputs)) if kinds]
    return " ".join(told)


def example_starts(threat: Threat, kind: str, bench: Bench) -> Iterator[tuple[str, Record]]:
    """The examples of a threat that are of a kind, to search from."""
    yield from ((case.name, case.record) for case in bench.cases_of_kind(threat, kind))


def plain_starts(kind: str, bench: Bench) -> Iterator[tuple[str, Record]]:
    """Elements of a kind of which nothing is said, alone and with neighbours, to search from."""
    for example in _plain(kind):
        try:
            record = bench.build(example)[1]
        except ExampleError:
            continue
        yield f"{kind} {_around_text(record)}".rstrip(), record


def _plain(kind: str) -> Iterator[Example]:
    surroundings = _ends() if kind == "Dataflow" else _around()
    for values in surroundings:
        yield Example(kind, values)
        yield Example(kind, {**values, "inBoundary": "inside"} if kind != "Dataflow" else _crossing(values))


def _ends() -> Iterator[dict[str, Any]]:
    pairs = [(source, sink) for source in _NEIGHBOURS for sink in ("Server", "Datastore")]
    pairs += [(source, sink) for source in ("Actor", "Server") for sink in _NEIGHBOURS]
    for source, sink in dict.fromkeys(pairs):
        yield {"source": {"kind": source}, "sink": {"kind": sink}, "data": [{}]}


def _crossing(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "sink": {**values["sink"], "inBoundary": "inside"}}


def _around() -> Iterator[dict[str, Any]]:
    """Nobody, each neighbour alone, all together."""
    inputs = [{"source": {"kind": name}, "data": [{}]} for name in _NEIGHBOURS]
    outputs = [{"sink": {"kind": name}, "data": [{}]} for name in _NEIGHBOURS]
    yield {}
    yield {"data": [{}]}
    yield from ({"inputs": [flow]} for flow in inputs)
    yield from ({"outputs": [flow]} for flow in outputs)
    yield from ({"inputs": [flow], "outputs": outputs} for flow in inputs)
    yield from ({"inputs": inputs, "outputs": [flow]} for flow in outputs)
    yield {"inputs": inputs, "outputs": outputs}
