"""Properties of verdicts, mitigating sets, open facts and fixes, against an oracle that tries everything."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import event
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.explain import NAMED
from pytest_threatmodel.analysis.explain import Explanation
from pytest_threatmodel.analysis.explain import explain
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.text import explanation_lines
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import names_text
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Datastore
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading
from tests.analysis.models import library_of
from tests.analysis.models import row_of
from tests.analysis.models import threat
from tests.analysis.oracle import Join
from tests.analysis.oracle import Key
from tests.analysis.oracle import KeySet
from tests.analysis.oracle import Leaf
from tests.analysis.oracle import Loop
from tests.analysis.oracle import Not
from tests.analysis.oracle import Oracle
from tests.analysis.oracle import Tree
from tests.analysis.oracle import stronger

#: More evaluations than this make an example too slow for the oracle.
LONGEST = 4000

PROTOCOLS = ("HTTP", "HTTPS", "FTP", "own")
TLS = list(TLSVersion)
CLASSES = (Classification.PUBLIC, Classification.SENSITIVE)


def leaf(place: str, *fields: str) -> st.SearchStrategy[Tree]:
    """A yes-or-no field of a place."""
    return st.builds(Leaf, st.just(place), st.sampled_from(fields))


def protocols(place: str) -> st.SearchStrategy[Tree]:
    """A protection that is text, compared with one or several."""
    several = st.lists(st.sampled_from(PROTOCOLS), min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(Leaf, st.just(place), st.just("protocol"), st.sampled_from(["==", "!="]), st.sampled_from(PROTOCOLS)),
        st.builds(Leaf, st.just(place), st.just("protocol"), st.sampled_from(["in", "not in"]), several),
    )


def versions(place: str) -> st.SearchStrategy[Tree]:
    """A protection that is a member of an ordered enumeration."""
    return st.builds(
        Leaf, st.just(place), st.just("tlsVersion"), st.sampled_from(["<", ">=", "=="]), st.sampled_from(TLS)
    )


def flow(place: str) -> st.SearchStrategy[Tree]:
    """Something about a flow."""
    return st.one_of(
        leaf(place, "usesSessionTokens", "isResponse", "usesVPN"),
        leaf(place, "controls.isEncrypted", "controls.authenticatesDestination"),
        protocols(place),
        versions(place),
    )


def pieces(variable: str) -> st.SearchStrategy[Tree]:
    """Something about a piece of data."""
    simple = leaf(variable, "isPII", "isCredentials", "isDestEncryptedAtRest", "controls.isEncryptedAtRest")
    classified = st.builds(
        Leaf, st.just(variable), st.just("classification"), st.sampled_from(["<", ">="]), st.sampled_from(CLASSES)
    )
    return joined(st.one_of(simple, simple, classified), 2)


def joined(parts: st.SearchStrategy[Tree], most: int) -> st.SearchStrategy[Tree]:
    """A part, its opposite, or a few joined."""
    one = st.one_of(parts, parts.map(Not))
    return st.one_of(
        one, st.builds(Join, st.sampled_from(["and", "or"]), st.lists(one, min_size=2, max_size=most).map(tuple))
    )


def loop(variable: str, place: str, field: str, inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """`any` or `all` over a collection."""
    return st.builds(Loop, st.sampled_from(["any", "any", "all"]), *map(st.just, (variable, place, field)), inner)


def conditions(facts: st.SearchStrategy[Tree], controls: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """Facts without controls, as real conditions are; and any parts joined two levels deep."""
    absent = st.lists(controls.map(Not), min_size=1, max_size=2).map(tuple)
    usual = st.builds(lambda fact, rest: Join("and", (fact, *rest)), joined(facts, 2), absent)
    parts = joined(st.one_of(facts, controls), 3)
    several = st.builds(Join, st.sampled_from(["and", "and", "or"]), st.lists(parts, min_size=1, max_size=3).map(tuple))
    return st.one_of(usual, parts, several, several.map(Not))


#: The source is a server or an actor, the sink a store: each lacks fields that the others have.
ABOUT_A_FLOW = conditions(
    st.one_of(
        flow("target"),
        leaf("target.source", "usesCache", "isAdmin", "protocol"),
        leaf("target.sink", "isSQL", "storesPII", "usesCache"),
        loop("d", "target", "data", pieces("d")),
    ),
    st.one_of(
        leaf("target", "usesVPN", "controls.isEncrypted", "controls.authenticatesDestination"),
        leaf("target.source", "controls.isHardened", "controls.authenticatesDestination"),
        leaf("target.sink", "controls.isEncryptedAtRest", "controls.isEncrypted"),
    ),
)
ABOUT_A_STORE = conditions(
    st.one_of(
        leaf("target", "isSQL", "storesPII"),
        protocols("target"),
        loop("d", "target", "data", pieces("d")),
        loop("f", "target", "inputs", joined(flow("f"), 2)),
        loop("f", "target", "inputs", loop("d", "f", "data", pieces("d"))),
    ),
    leaf("target", "controls.isEncryptedAtRest", "controls.isEncrypted"),
)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    """A value to state, or None for one that nobody states."""
    return st.one_of(st.none(), st.sampled_from(values))


def values(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """What is stated of an element or of its controls."""
    stated = st.fixed_dictionaries(fields)
    return stated.map(lambda found: {name: value for name, value in found.items() if value is not None})


YES_OR_NO = maybe(False, True)
CONTROL = maybe(True, True, True, False)
PROTOCOL = maybe(*PROTOCOLS)
FLOWS = st.tuples(
    values(usesSessionTokens=YES_OR_NO, usesVPN=YES_OR_NO, tlsVersion=maybe(*TLS[::3]), protocol=PROTOCOL),
    values(isEncrypted=CONTROL, authenticatesDestination=CONTROL),
    maybe((), (0,), (1,), (0, 1)),
)
STORES = st.tuples(
    values(isSQL=YES_OR_NO, storesPII=YES_OR_NO, protocol=PROTOCOL),
    values(isEncryptedAtRest=CONTROL, isEncrypted=CONTROL),
    maybe((), (0,)),
)
SOURCES = st.tuples(
    st.sampled_from([Server, Actor]), values(protocol=PROTOCOL), values(isHardened=CONTROL), maybe((1,))
)
PIECES = st.lists(
    values(isPII=YES_OR_NO, isCredentials=YES_OR_NO, isDestEncryptedAtRest=YES_OR_NO, classification=maybe(*CLASSES)),
    min_size=2,
    max_size=2,
)


def fill(element: Element, stated: dict[str, Any], controls: dict[str, Any]) -> None:
    for name, value in stated.items():
        setattr(element, name, value)
    for name, value in controls.items():
        setattr(element.controls, name, value)


@st.composite
def models(draw: st.DrawFn, most_flows: int = 2) -> Model:
    """A source, a store and flows between them, of which some things are stated, some inherited, some neither."""
    with loading(Load("threatmodel_random.py")):
        model = Model("random")
        data = [Data(f"data {number}", **stated) for number, stated in enumerate(draw(PIECES))]
        kind, stated, controls, sent = draw(SOURCES)
        source: Element = kind("source")
        store = Datastore("store")
        fill(source, stated, controls)
        if sent is not None:
            source.data = [data[number] for number in sent]  # type: ignore[attr-defined]  # a server or an actor
        stated, controls, kept = draw(STORES)
        fill(store, stated, controls)
        if kept is not None:
            store.data = [data[number] for number in kept]
        for number in range(draw(st.integers(1, most_flows))):
            one = Dataflow(source, store, f"flow {number}")
            stated, controls, carried = draw(FLOWS)
            fill(one, stated, controls)
            if carried is not None:
                one.data = [data[index] for index in carried]
        for name in draw(st.sampled_from([(), ("isEncrypted", "isEncryptedAtRest", "isHardened")])):
            for element in (source, store, one):
                setattr(element.controls, name, True)
        model.check()
    return model


#: The two that meet every kind of verdict need more examples for it than the rest.
thorough = settings(max_examples=3 * settings().max_examples)

CASES = st.one_of(
    st.tuples(models(), ABOUT_A_FLOW, st.just("flow 0")), st.tuples(models(), ABOUT_A_STORE, st.just("store"))
)


class Judged:
    """One condition on one element, by the package and by the oracle."""

    def __init__(self, case: tuple[Model, Tree, str]) -> None:
        model, self.tree, label = case
        target = model[label]
        library = library_of(threat(str(self.tree), targets=(target.kind(),)))
        self.verdicts = evaluate(model, library)
        self.row = row_of(self.verdicts, label)
        self.oracle = Oracle(self.tree, target)
        assume(self.oracle.effort() <= LONGEST)

    def explain(self) -> Explanation:
        return explain(self.verdicts, self.row, 0)

    def agree(self, named: Iterable[Changes], expected: set[KeySet]) -> None:
        """The sets that are named are the smallest of those expected, as many as may be."""
        found = [keys(changes) for changes in named]
        assert len(set(found)) == len(found) == min(NAMED, len(expected))
        assert set(found) <= expected
        assert list(map(len, found)) == sorted(map(len, expected))[: len(found)]


def keys(changes: Changes) -> KeySet:
    return frozenset(map(key, changes))


def key(change: Change) -> Key:
    prefix = "controls." if change.record._kind == "Controls" else ""
    return owner_of(change.record), prefix + change.name


@thorough
@given(CASES)
def test_verdicts_are_those_of_the_oracle(case: tuple[Model, Tree, str]) -> None:
    """Vulnerable, mitigated, undetermined and not applicable mean what the design says, on small domains."""
    judged = Judged(case)
    expected = judged.oracle.verdict()
    event(expected.value)
    assert not judged.verdicts.errors
    assert judged.row.verdicts == (expected,)


@thorough
@given(CASES)
def test_an_explanation_names_what_the_oracle_finds(case: tuple[Model, Tree, str]) -> None:
    """The sets that carry a mitigation, the open facts, the fixes and the facts to correct are exactly the smallest."""
    judged = Judged(case)
    explained, oracle = judged.explain(), judged.oracle
    event(explained.verdict.value)
    judged.agree(explained.carried_by, oracle.mitigating() if explained.verdict is Verdict.MITIGATED else set())
    judged.agree(explained.fixes, oracle.fixes() if explained.verdict is Verdict.VULNERABLE else set())
    if explained.verdict is Verdict.VULNERABLE:
        correctable = oracle.correctable()
        assert {key(*changes) for changes in explained.facts} <= correctable
        assert len(explained.facts) == min(NAMED, len(correctable))
    _check_open_facts(explained, oracle)


def _check_open_facts(explained: Explanation, oracle: Oracle) -> None:
    if explained.verdict is not Verdict.UNDETERMINED:
        assert explained.open_facts == ()
        return
    sets = oracle.undetermined()
    named = {name for found in sets for name in _names(found, oracle, explained.element)}
    assert explained.open_facts
    assert set(explained.open_facts) <= named
    if len(sets) <= NAMED:
        assert set(explained.open_facts) == named


def _names(found: KeySet, oracle: Oracle, target: Element) -> set[str]:
    stated = [one for one in found if not oracle.is_invented(one)]
    return {name if element is target else f'"{element.name}".{name}' for element, name in stated}


@given(CASES)
def test_a_fix_works_is_as_small_as_can_be_and_only_strengthens(case: tuple[Model, Tree, str]) -> None:
    """Each named fix makes the condition false by stronger controls and protections, and no part of it does."""
    judged = Judged(case)
    assume(judged.row.verdicts[0] is Verdict.VULNERABLE)
    for changes in judged.explain().fixes:
        event(f"a fix of {len(changes)}")
        world = {key(change): change.value for change in changes}
        assert not judged.oracle.is_true(world)
        for change in changes:
            field = judged.verdicts.rulebook.field(change.record, change.name)
            assert field is not None
            assert field.role != "fact"
            assert change.value in stronger(key(change), getattr(change.record, change.name))
        for size in range(len(changes)):
            for part in combinations(world.items(), size):
                assert judged.oracle.is_true(dict(part))


@given(CASES)
def test_an_explanation_is_always_text_of_single_lines(case: tuple[Model, Tree, str]) -> None:
    """Whatever the verdict is, its text can be made, and shows every part of the condition that it must."""
    judged = Judged(case)
    explained = judged.explain()
    lines = explanation_lines(explained)
    assert all(line and "\n" not in line and line == line.rstrip() for line in lines)
    assert explained.parts
    if explained.verdict is Verdict.VULNERABLE:
        assert all(part.holds for part in explained.parts)
    else:
        assert explained.parts[0].joiner == ""
    assert all(names_text(changes, explained.element) for changes in explained.carried_by)


@settings(max_examples=30)
@given(models(most_flows=5), st.lists(ABOUT_A_FLOW, min_size=1, max_size=3), st.lists(ABOUT_A_STORE, max_size=2))
def test_elements_that_share_a_verdict_would_each_have_it_alone(
    model: Model, about_flows: list[Tree], about_stores: list[Tree]
) -> None:
    """Evaluation that remembers verdicts by signature gives the same as one that remembers nothing."""
    threats = [threat(str(tree), f"F{number}") for number, tree in enumerate(about_flows)]
    threats += [threat(str(tree), f"S{number}", targets=("Datastore",)) for number, tree in enumerate(about_stores)]
    library = library_of(*threats)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rulebook, "memory", lambda self, kind: tuple({} for _ in self.rules_for(kind)))
        alone = evaluate(model, library)
    assert _all(evaluate(model, library)) == _all(alone)
    assert not alone.errors


@settings(max_examples=60)
@given(models(most_flows=6), st.lists(ABOUT_A_FLOW, min_size=1, max_size=3), st.lists(ABOUT_A_STORE, max_size=1))
def test_elements_that_share_a_search_would_each_find_the_same_alone(
    model: Model, about_flows: list[Tree], about_stores: list[Tree]
) -> None:
    """Explanations that retrace what was found for an element that looks alike say what a search of their own says."""
    threats = [threat(str(tree), f"F{number}") for number, tree in enumerate(about_flows)]
    threats += [threat(str(tree), f"S{number}", targets=("Datastore",)) for number, tree in enumerate(about_stores)]
    verdicts = evaluate(model, library_of(*threats))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rulebook, "found", lambda self, kind: tuple({} for _ in self.rules_for(kind)))
        alone = [_told(explain(verdicts, row, column)) for row, column in verdicts.pairs()]
    assert [_told(explain(verdicts, row, column)) for row, column in verdicts.pairs()] == alone
    found = [searches for row in verdicts.rows for searches in verdicts.rulebook.found(row.element.kind())]
    event("shared" if sum(map(len, found)) < len(verdicts) else "each its own")


def _told(explained: Explanation) -> tuple[object, ...]:
    """An explanation with everything that it names, by identity."""
    sets = (explained.fixes, explained.facts, explained.carried_by)
    named = [[[(change.key, change.value) for change in changes] for changes in of] for of in sets]
    return explanation_lines(explained), named, explained.open_facts


def _all(verdicts: Verdicts) -> list[tuple[str, tuple[Verdict, ...]]]:
    return [(row.label, row.verdicts) for row in verdicts.rows]
