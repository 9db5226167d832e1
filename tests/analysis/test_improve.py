"""What would turn a model green: each change does to the model, when an author makes it, what was said of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.analysis.draft import Draft
from pytest_threatmodel.analysis.evaluate import Row
from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.improve import Improvement
from pytest_threatmodel.analysis.improve import improvements
from pytest_threatmodel.analysis.improve_text import ImprovementText
from pytest_threatmodel.analysis.search import Changes
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.library.condition import compile_condition
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.node import Node
from tests.analysis.models import SHOP
from tests.analysis.models import library_of
from tests.analysis.models import model_of
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of
from tests.analysis.test_properties import ABOUT_A_FLOW
from tests.analysis.test_properties import ABOUT_A_STORE
from tests.analysis.test_properties import models

EXAMPLES = Path(__file__).parents[2] / "example_models"
CORE = load_library(["core"])

Pairs = set[tuple[str, str]]


def every(row: Row, column: int) -> bool:
    """Every finding waits for an answer."""
    return True


def said(source: str, *threats: Threat, most: int = 20, counts: Callable[[Row, int], bool] = every) -> list[str]:
    """The improvements of a model in words."""
    verdicts = verdicts_of(source, *threats)
    return list(map(ImprovementText(verdicts).line, improvements(verdicts, counts, most)))


def named(pairs: Iterable[tuple[Row, int]]) -> Pairs:
    return {(row.rules[column].threat.id, row.label) for row, column in pairs}


def findings(verdicts: Verdicts) -> Pairs:
    pairs = ((row, column) for row, column in verdicts.pairs() if row.verdicts[column] is Verdict.VULNERABLE)
    return named(pairs)


def state(node: Node, name: str, value: object) -> None:
    """What an author would write."""
    setattr(node, name, value)


def made(model: Model, library: Library, changes: Changes) -> Verdicts:
    """The model evaluated anew with some changes stated in it."""
    for change in changes:
        state(change.record._node, change.name, change.value)
    model.check()
    return evaluate(model, library)


def check(model: Model, library: Library, most: int = 20) -> list[Improvement]:
    """Make every improvement in turn and compare what becomes of the model with what was said."""
    verdicts = evaluate(model, library)
    before, found = findings(verdicts), improvements(verdicts, every, most)
    for improvement in found:
        after = findings(made(model, library, improvement.changes))
        assert before - after == named(improvement.closes)
        assert after - before == named(improvement.opens)
        assert len(improvement.closes) > len(improvement.opens)
        before = after
    return found


INPUT = threat("not target.controls.validatesInput", "IN1", targets=("Server", "Datastore"))
HARD = threat("not target.controls.isHardened", "HA1", targets=("Server",), severity="low")
SECOND = threat("not target.sink.controls.validatesInput", "IN2", severity="medium")


def test_the_change_that_closes_most_comes_first_and_what_it_closed_counts_no_more() -> None:
    assert said(SHOP, INPUT, HARD, SECOND) == [
        '"Web Server": controls.validatesInput = True closes 2 findings, 1 of them high',
        '"Database": controls.validatesInput = True closes 2 findings, 1 of them high',
        '"Web Server": controls.isHardened = True closes 1 low finding',
    ]


def test_of_changes_that_close_as_many_the_one_that_closes_worse_ones_comes_first() -> None:
    assert said(SHOP, HARD, INPUT, most=1) == ['"Web Server": controls.validatesInput = True closes 1 high finding']


def test_a_change_on_the_sink_reaches_the_flows_that_inherit_from_it() -> None:
    source = SHOP + 'more = Dataflow(user, web, "Pay")\nown = Dataflow(user, web, "Look", protocol="HTTP")\n'
    plain = threat("target.protocol != 'HTTPS'", "DE1")
    encrypted = threat("not target.controls.isEncrypted and target.sink is not target.source", "DE2")
    assert said(source, encrypted)[0] == '"Web Server": controls.isEncrypted = True closes 3 findings, all high'
    source = source.replace("Server(", 'Server(protocol="HTTP", name=')
    assert said(source, plain)[0] == "\"Web Server\": protocol = 'HTTPS' closes 2 findings, all high"
    for text in (source, SHOP):
        assert check(model_of(text), library_of(plain, encrypted))


def test_a_response_takes_the_change_over_from_its_request() -> None:
    source = SHOP + 'Dataflow(web, user, "Answer", responseTo=order)\nDataflow(db, web, "Rows", isResponse=True)\n'
    encrypted = threat("not target.controls.isEncrypted")
    assert said(source, encrypted)[:2] == [
        '"Place order": controls.isEncrypted = True closes 2 findings, all high',
        '"Insert order": controls.isEncrypted = True closes 2 findings, all high',
    ]
    assert len(check(model_of(source), library_of(encrypted))) == 2


def test_changes_that_are_needed_together_are_named_together() -> None:
    both = threat("not (target.controls.isEncrypted and target.usesVPN)")
    assert said(SHOP, both)[0] == (
        '"Place order": controls.isEncrypted = True and "Place order": usesVPN = True together close 1 high finding'
    )
    found = check(model_of(SHOP), library_of(both))
    assert sum(len(each.closes) for each in found) == 2


def test_what_a_change_opens_is_taken_off_and_told() -> None:
    old = threat("not target.controls.isEncrypted", "DE1")
    also = threat("target.protocol == 'HTTP' and not target.controls.isEncrypted", "DE2")
    new = threat("target.controls.isEncrypted and not target.controls.checksDestinationRevocation", "CR1")
    source = 'tm = TM("x")\na = Actor("A")\nb = Server("B")\nf = Dataflow(a, b, "F", protocol="HTTP")\n'
    assert said(source, old, also, new)[0] == (
        '"F": controls.isEncrypted = True closes 2 findings, all high, and opens 1'
    )
    assert said(source, old, new) == []
    found = check(model_of(source), library_of(old, also, new))
    assert [len(each.closes) for each in found] == [2, 1]


def test_only_findings_that_wait_count() -> None:
    assert said(SHOP, INPUT, HARD, counts=lambda row, column: row.label == "Database") == [
        '"Database": controls.validatesInput = True closes 1 high finding'
    ]
    assert said(SHOP, INPUT, HARD, counts=lambda row, column: False) == []


def test_no_change_is_named_where_none_helps_or_none_is_asked_for() -> None:
    assert said(SHOP, threat("target.sink is not target.source")) == []
    assert said(SHOP, INPUT, most=0) == []


def test_a_condition_that_cannot_be_evaluated_under_a_change_is_not_closed_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other conditions keep their results."""

    class Touchy:
        """A compiled condition that raises where the flow uses a VPN."""

        def __init__(self, made: Any) -> None:
            self.traced, self.signature, self._holds = made.traced, made.signature, made.holds

        def holds(self, record: Any) -> bool:
            if record.usesVPN:
                raise ValueError("cannot be")
            return bool(self._holds(record))

    monkeypatch.setattr(
        "pytest_threatmodel.analysis.rulebook.compile_condition", lambda condition: Touchy(compile_condition(condition))
    )
    assert said(SHOP, threat("not target.usesVPN", "A")) == []
    assert said(SHOP, threat("not target.usesVPN and not target.controls.isEncrypted", "A"), most=1) == [
        '"Place order": controls.isEncrypted = True closes 1 high finding'
    ]


def test_labels_of_hostile_names_stay_on_one_line() -> None:
    source = SHOP.replace('"Web Server"', '"Web\\nServer"')
    assert said(source, INPUT, most=1) == ['"Web\\nServer": controls.validatesInput = True closes 1 high finding']


def test_the_verdicts_and_the_model_stay_as_they_are() -> None:
    verdicts = verdicts_of(SHOP, INPUT, HARD, SECOND)
    web = verdicts.model["Web Server"]
    before = [vars(row.record).copy() for row in verdicts.rows], dict(web.controls.facts.given)
    assert improvements(verdicts, every, 20)
    assert ([vars(row.record) for row in verdicts.rows], dict(web.controls.facts.given)) == before


@pytest.mark.parametrize("name", ["threatmodel_landscape.py", "threatmodel_shop.py", "threatmodel_comments.py"])
def test_the_examples_become_what_is_said_of_them(name: str) -> None:
    model = load_model(EXAMPLES / name, CORE.vocabulary.declared).model
    assert check(model, CORE, most=50)


def stronger_ones(model: Model, library: Library) -> Iterable[tuple[Node, str, object, Verdicts]]:
    """Every single stronger yes-or-no value in the model, with the verdicts that it makes."""
    for element in model.elements:
        for node in (element, element.own_controls):
            for name, field in type(node).fields.items():
                if field.role != "fact" and isinstance(field.stronger, bool) and name in READ:
                    yield from _tried(node, name, field.stronger, model, library)


def _tried(
    node: Node, name: str, value: object, model: Model, library: Library
) -> Iterable[tuple[Node, str, object, Verdicts]]:
    facts = node.facts
    kept = {slot: dict(getattr(facts, slot)) for slot in facts.__slots__}
    if getattr(node, name) is not value:
        yield node, name, value, made_alone(node, name, value, model, library)
    for slot, content in kept.items():
        setattr(facts, slot, content)


def made_alone(node: Node, name: str, value: object, model: Model, library: Library) -> Verdicts:
    state(node, name, value)
    model.check()
    return evaluate(model, library)


#: The yes-or-no controls and protections of the conditions below.
READ = {
    "usesVPN",
    "isEncrypted",
    "isHardened",
    "authenticatesDestination",
    "isEncryptedAtRest",
    "isDestEncryptedAtRest",
}
CONDITIONS = st.lists(
    st.one_of(st.tuples(ABOUT_A_FLOW, st.just("Dataflow")), st.tuples(ABOUT_A_STORE, st.just("Datastore"))),
    min_size=1,
    max_size=4,
)


def library_for(conditions: list[tuple[object, str]]) -> Library:
    severities = ("high", "low", "medium", "critical")
    return library_of(
        *(
            threat(str(tree), f"T{number}", targets=(kind,), severity=severities[number])
            for number, (tree, kind) in enumerate(conditions)
        )
    )


@given(models(most_flows=4), CONDITIONS)
def test_improvements_do_what_they_say(model: Model, conditions: list[tuple[object, str]]) -> None:
    check(model, library_for(conditions))


@given(models(most_flows=3), CONDITIONS)
@settings(max_examples=max(10, settings().max_examples // 3))
def test_no_single_change_does_more_than_the_first(model: Model, conditions: list[tuple[object, str]]) -> None:
    library = library_for(conditions)
    verdicts = evaluate(model, library)
    before, found = findings(verdicts), improvements(verdicts, every, 1)
    best = max(((len(each.closes) - len(each.opens)) / len(each.changes) for each in found), default=0)
    for _, _, _, after in stronger_ones(model, library):
        assert len(before) - len(findings(after)) <= best


@given(models(most_flows=3))
def test_a_draft_forgets_as_an_author_does(model: Model) -> None:
    """What `without` changes is what becomes of the records when the author takes a statement back."""
    library = library_of(threat("not target.controls.isEncrypted"))
    verdicts = evaluate(model, library)
    draft = Draft(verdicts)
    stated = [
        (node, name)
        for element in model.load.elements
        for node in (element, element.own_controls)
        for name in ("isEncrypted", "protocol", "authenticatesDestination")
        if node.is_stated(name)
    ]
    for node, name in stated[:4]:
        effects = draft.without(draft.record(node), name)
        with_effects = draft.holds(draft_pairs(draft), effects)
        value = getattr(node, name)
        del node.facts.given[name], node.facts.origins[name]
        model.check()
        again = evaluate(model, library)
        assert with_effects == [row.verdicts[column] is Verdict.VULNERABLE for row, column in again.pairs()]
        setattr(node, name, value)
        model.check()


def draft_pairs(draft: Draft) -> list[tuple[int, int]]:
    return [(number, column) for number, row in enumerate(draft.rows) for column in range(len(row.rules))]


def test_elements_out_of_sight_are_named_too() -> None:
    source = SHOP.replace('TM("Shop")', 'TM("Shop", ignoreUnused=True)')
    assert said(source, SECOND)[0].startswith('"Web Server": controls.validatesInput')
    assert isinstance(model_of(source)["Web Server"], Element)
