"""What holds for any condition on any record."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.library.condition import Condition
from pytest_threatmodel.library.condition import ConditionError
from pytest_threatmodel.library.condition import clauses
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.condition import parse
from pytest_threatmodel.library.condition import resolve
from tests.library.condition.records import VOCABULARY
from tests.library.condition.records import Record

ELEMENTS = ("Server", "Datastore", "Actor", "Process", "Boundary", "LLM")
SCALARS: dict[str, tuple[Any, ...]] = {
    "bool": (True, False),
    "int": (-1, 0, 1, 443),
    "text": ("", "HTTP", "HTTPS", "JSON"),
    "texts": ((), ("a", "HTTP")),
    "ints": (frozenset({0}), frozenset({1, 2})),
}
LITERALS = (
    *("True", "False", "None", "0", "1", "-1", "443", "0.5", "''", "'HTTP'", "'JSON'"),
    *("TLSVersion.NONE", "TLSVersion.TLSv12", "Classification.SECRET", "Lifetime.LONG"),
)
#: Few names, so that conditions read the same twice.
VALUES = (
    "inScope",
    "protocol",
    "isSQL",
    "tlsVersion",
    "minTLSVersion",
    "isResponse",
    "order",
    "name",
    "levels",
    "port",
)
CONTROLS = ("isEncrypted", "isHardened", "usesEncryptionAlgorithm")
DATA = ("isPII", "classification", "format", "credentialsLife", "isStored")


class Writer:
    """Writes a random condition; the same numbers give the same one."""

    def __init__(self, chance: random.Random, lenient: bool) -> None:
        self.chance = chance
        self.lenient = lenient
        self.variables: list[tuple[str, str]] = []

    def condition(self, depth: int) -> str:
        choices: list[Callable[[int], str]] = [self.value, self.comparison, self.comparison]
        if depth > 0:
            choices += [self.junction, self.junction, self.negation, self.each, self.predicate]
        return self.chance.choice(choices)(depth - 1)

    def junction(self, depth: int) -> str:
        word = self.chance.choice((" and ", " or "))
        return "(" + word.join(self.condition(depth) for _ in range(self.chance.randint(2, 3))) + ")"

    def negation(self, depth: int) -> str:
        return f"not {self.condition(depth)}"

    def element(self) -> tuple[str, str]:
        """An expression for an element, and whether it is data or a flow."""
        name, kind = self.chance.choice([("target", "flow"), ("target", "flow"), *self.variables])
        if kind == "flow" and self.chance.random() < 0.6:
            step = self.chance.choice(("source", "sink", "sink", "response", "inBoundary", "source.inBoundary"))
            return f"{name}.{step}", "flow" if step == "response" else "element"
        if self.lenient and kind == "flow" and self.chance.random() < 0.2:
            return f"{name}.data[{self.chance.choice((0, 1, -1))}]", "data"
        return name, kind

    def value(self, depth: int) -> str:
        element, kind = self.element()
        if self.chance.random() < 0.15:
            return element
        if self.lenient and self.chance.random() < 0.15:
            return f"{element}.{self.chance.choice(('nothing', 'nothing.more'))}"
        if self.lenient and self.chance.random() < 0.15:
            return f"getattr({element}, 'name', {self.chance.choice(LITERALS)})"
        if self.chance.random() < 0.4:
            return f"{element}.controls.{self.chance.choice(CONTROLS)}"
        return f"{element}.{self.chance.choice(DATA if kind == 'data' else VALUES)}"

    def operand(self, depth: int) -> str:
        if self.chance.random() < 0.1 and depth > 0:
            return f"({self.condition(depth)})"
        if self.chance.random() < 0.1:
            return f"{self.chance.choice(('len', 'max', 'min'))}({self.collection()[0]})"
        return self.value(depth)

    def comparison(self, depth: int) -> str:
        left = self.operand(depth)
        if self.chance.random() < 0.25:
            literals = "".join(f"{self.chance.choice(LITERALS)}, " for _ in range(3))
            return f"({left} {self.chance.choice(('in', 'not in'))} ({literals}))"
        operator = self.chance.choice(("==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"))
        right = self.chance.choice(LITERALS) if self.chance.random() < 0.5 else self.operand(depth)
        return f"({left} {operator} {right})"

    def collection(self) -> tuple[str, str]:
        flows = [("target", "flow"), *(variable for variable in self.variables if variable[1] == "flow")]
        name = self.chance.choice(flows)[0]
        return self.chance.choice(
            [
                (f"{name}.data", "data"),
                (f"{name}.sink.inputs", "flow"),
                (f"{name}.source.outputs", "flow"),
                (f"{name}.sink.data", "data"),
                (f"{name}.levels", "scalar"),
            ]
        )

    def each(self, depth: int) -> str:
        outside = list(self.variables)
        loops = []
        for _ in range(self.chance.choice((1, 1, 2))):
            collection, kind = self.collection()
            name = f"v{len(self.variables)}"
            self.variables.append((name, kind))
            test = f" if {self.condition(depth - 1)}" if self.chance.random() < 0.3 else ""
            loops.append(f" for {name} in {collection}{test}")
        function = self.chance.choice(("any", "any", "all", "sum", "max"))
        element = "1" if function == "sum" else self.condition(depth - 1)
        self.variables = outside
        return f"{function}({element}{''.join(loops)})"

    def predicate(self, depth: int) -> str:
        element, kind = self.element()
        if kind == "flow" and self.chance.random() < 0.4:
            return f"{element}.{self.chance.choice(('hasDataLeaks()', 'sink.checkTLSVersion(target.sink.inputs)'))}"
        name = self.chance.choice(("oneOf", "inside", "enters", "exits", "crosses", "reaches"))
        wanted = ("Boundary", "Server", "target.source.inBoundary", "target.sink")
        return f"{element}.{name}({self.chance.choice(wanted)}, {self.chance.choice(wanted)})"


def write(seed: int, lenient: bool = False) -> Condition | None:
    """A random condition, bound; None where the language refuses it."""
    source = Writer(random.Random(seed), lenient).condition(3)
    try:
        return resolve(parse(source), ("Dataflow",), VOCABULARY, lenient)
    except ConditionError:
        return None


def fill(chance: random.Random, kind: str, density: float) -> Record:
    """A record with random stated values."""

    def some(kind: str) -> dict[str, Any]:
        given = {}
        for name, field in VOCABULARY.kinds[kind].fields.items():
            shape = field.type.shape
            if field.is_relation or chance.random() > density:
                continue
            members = VOCABULARY.enums[field.type.of] if shape == "enum" else SCALARS[shape]
            given[name] = chance.choice(list(members))
        return given

    return Record(kind, some("Controls"), **some(kind))


def model(chance: random.Random) -> list[Record]:
    """Flows of a small random model; ends may be missing, boundaries nested, elements shared."""
    density = chance.choice((0.0, 0.1, 0.5))
    elements = [fill(chance, chance.choice(ELEMENTS), density) for _ in range(chance.randint(1, 4))]
    boundaries: list[Any] = [None]
    for _ in range(chance.randint(0, 2)):
        boundaries.append(Record("Boundary", inBoundary=chance.choice(boundaries)))
    data = [fill(chance, "Data", density) for _ in range(3)]
    flows = [fill(chance, "Dataflow", density) for _ in range(chance.randint(1, 4))]
    for element in elements:
        element.inBoundary = chance.choice(boundaries)
    for flow in flows:
        flow.source, flow.sink = (chance.choice([*elements, *elements, None]) for _ in range(2))
        flow.response = chance.choice([None, *flows])
        state_data(flow, chance, data)
    for element in elements:
        if "inputs" in VOCABULARY.kinds[element._kind].fields:
            element.inputs = tuple(flow for flow in flows if flow.sink is element)
            element.outputs = tuple(flow for flow in flows if flow.source is element)
            state_data(element, chance, data)
    return flows


def state_data(record: Record, chance: random.Random, data: list[Record]) -> None:
    """State some data of a record, or none."""
    if chance.random() < 0.7:
        record.data = record._given["data"] = tuple(chance.sample(data, chance.randint(0, 3)))


SEEDS = st.integers(0, 2**48)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("lenient", [False, True])
@MANY
@given(condition=SEEDS, records=SEEDS)
def test_the_forms_of_a_condition_agree(lenient: bool, condition: int, records: int) -> None:
    """Nothing raises, on whatever record; plain and traced give the same truth value."""
    bound = write(condition, lenient)
    if bound is None:
        return
    compiled = compile_condition(bound)
    for record in model(random.Random(records)):
        outcome = compiled.holds(record)
        assert outcome is True or outcome is False
        assert compiled.traced(record, getattr) is outcome
        for part in clauses(bound):
            assert part.traced(record, getattr) in (True, False)


@MANY
@given(condition=SEEDS, records=SEEDS)
def test_clauses_make_up_the_condition(condition: int, records: int) -> None:
    """The condition is all of its parts, or one of them."""
    bound = write(condition)
    if bound is None:
        return
    parts = clauses(bound)
    combine = any if parts[-1].joiner == "or" else all
    holds = compile_condition(bound).holds
    for record in model(random.Random(records)):
        assert combine(part.traced(record, getattr) for part in parts) is holds(record)


def changed(seed: int) -> tuple[Callable[[Any, str], Any], list[Any]]:
    """A reader that answers by what is read and of which record, by their order among those read so."""
    order: dict[str, dict[int, int]] = {}
    trace: list[Any] = []

    def read(record: Any, name: str) -> Any:
        known = order.setdefault(name, {})
        position = known.setdefault(id(record), len(known))
        trace.append((position, name))
        field = VOCABULARY.kinds[record._kind].fields[name]
        chance = random.Random(f"{seed} {position} {name}")
        if name == "data" or chance.random() < 0.5:
            return getattr(record, name)
        members = VOCABULARY.enums[field.type.of] if field.type.shape == "enum" else SCALARS[field.type.shape]
        return chance.choice(list(members))

    return read, trace


@pytest.mark.parametrize("lenient", [False, True])
@MANY
@given(condition=SEEDS, records=st.lists(SEEDS, min_size=8, max_size=8), change=SEEDS)
def test_equal_signatures_mean_equal_outcomes(lenient: bool, condition: int, records: list[int], change: int) -> None:
    """Also when the same reads are changed in both, and by the same reads in the same order."""
    bound = write(condition, lenient)
    if bound is None:
        return
    compiled = compile_condition(bound)
    seen: dict[Any, tuple[Any, ...]] = {}
    for record in (record for seed in records for record in model(random.Random(seed % 64))):
        read, trace = changed(change)
        found = (compiled.holds(record), compiled.traced(record, read), trace)
        assert seen.setdefault(compiled.signature(record), found) == found


def attempt(source: str) -> Condition | ConditionError:
    """The condition, or why there is none."""
    try:
        return resolve(parse(source), ("Dataflow",), VOCABULARY, lenient=True)
    except ConditionError as error:
        return error


@MANY
@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_an_error(source: str) -> None:
    """No other exception leaves the language."""
    found = attempt(source)
    assert isinstance(found, Condition) or 1 <= found.column <= len(source) + 1


MISPRINTS = st.lists(st.tuples(st.integers(0, 500), st.sampled_from("()[]{}.,:'\"\\ =<>@#_lambdaifor*\x00\xe9\uff15")))


@MANY
@given(SEEDS, MISPRINTS)
def test_any_misprint_is_a_condition_or_an_error(seed: int, misprints: list[tuple[int, str]]) -> None:
    """Conditions with letters changed here and there."""
    letters = list(Writer(random.Random(seed), True).condition(3))
    for place, letter in misprints:
        letters[place % len(letters)] = letter
    found = attempt("".join(letters))
    if isinstance(found, ConditionError):
        assert 1 <= found.column <= len(letters) + 1
    else:
        compile_condition(found).signature(model(random.Random(seed))[0])


def test_most_random_conditions_are_accepted() -> None:
    """The properties above are not empty."""
    written = [write(seed) for seed in range(300)]
    assert sum(condition is not None for condition in written) > 150
    records = [record for seed in range(20) for record in model(random.Random(seed))]
    outcomes = [compile_condition(found).holds(record) for found in written if found for record in records]
    assert 0.2 < sum(outcomes) / len(outcomes) < 0.8
    assert any(record.sink is None or record.response is None for record in records)
