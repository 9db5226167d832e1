"""Claimed controls on which nothing rests: what carries nothing, and what is redundant."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.analysis.evaluate import Verdicts
from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.idle import Idle
from pytest_threatmodel.analysis.idle import idle_controls
from pytest_threatmodel.analysis.idle_text import idle_count
from pytest_threatmodel.analysis.idle_text import idle_line
from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.analysis.wording import owner_of
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.node import Node
from tests.analysis.models import SHOP
from tests.analysis.models import library_of
from tests.analysis.models import threat
from tests.analysis.models import verdicts_of
from tests.analysis.test_properties import models

EXAMPLES = Path(__file__).parents[2] / "example_models"
FLOW = "target.protocol != '' and "
HTTP = SHOP + "order.protocol = 'HTTP'\n"

Claim = tuple[Node, str]
Pairs = frozenset[tuple[str, str]]


def said(source: str, *threats: Threat) -> list[str]:
    found = idle_controls(verdicts_of(source, *threats))
    return [idle_line(each, owner_of(each.record).name) for each in found]


def vulnerable(verdicts: Verdicts) -> Pairs:
    return frozenset(
        (row.rules[column].threat.id, row.label)
        for row, column in verdicts.pairs()
        if row.verdicts[column] is Verdict.VULNERABLE
    )


def without(model: Model, library: Library, claims: list[Claim]) -> Pairs:
    """The findings of the model when its author takes some statements back."""
    kept = [(node, name, node.facts.given.pop(name), node.facts.origins.pop(name)) for node, name in claims]
    model.check()
    found = vulnerable(evaluate(model, library))
    for node, name, value, origin in kept:
        node.facts.given[name], node.facts.origins[name] = value, origin
    model.check()
    return found


def claims_of(model: Model) -> list[Claim]:
    """The yes-or-no controls and protections that are claimed."""
    return [
        (node, name)
        for element in model.elements
        for node in (element, element.own_controls)
        for name, value in node.facts.given.items()
        if value is True and node.is_stated(name) and type(node).fields[name].role != "fact"
    ]


def test_a_control_that_no_condition_reads_carries_nothing() -> None:
    assert said(HTTP + "web.controls.usesMFA = True\n", threat("not target.controls.isEncrypted")) == [
        '"Web Server": controls.usesMFA = True carries nothing'
    ]


def test_a_control_without_which_a_pair_is_vulnerable_is_needed() -> None:
    source = HTTP + "order.controls.isEncrypted = True\n"
    assert said(source, threat(FLOW + "not target.controls.isEncrypted")) == []


def test_controls_of_which_one_is_enough_are_redundant_beside_each_other() -> None:
    source = HTTP + "order.controls.isEncrypted = order.usesVPN = True\n"
    assert said(source, threat(FLOW + "not target.controls.isEncrypted and not target.usesVPN")) == [
        '"Place order": usesVPN = True is redundant beside controls.isEncrypted',
        '"Place order": controls.isEncrypted = True is redundant beside usesVPN',
    ]


def test_controls_that_are_needed_together_are_both_needed() -> None:
    source = HTTP + "order.controls.isEncrypted = order.usesVPN = True\n"
    assert said(source, threat(FLOW + "not (target.controls.isEncrypted and target.usesVPN)")) == []


def test_redundant_for_one_pair_and_needed_for_another_is_needed() -> None:
    source = HTTP + "order.controls.isEncrypted = order.usesVPN = True\n"
    both = threat(FLOW + "not target.controls.isEncrypted and not target.usesVPN", "A")
    one = threat(FLOW + "not target.usesVPN", "B")
    assert said(source, both, one) == ['"Place order": controls.isEncrypted = True is redundant beside usesVPN']


def test_what_a_flow_inherits_is_carried_by_whom_it_inherits_from() -> None:
    source = HTTP + "web.controls.isEncrypted = True\n"
    assert said(source, threat(FLOW + "not target.controls.isEncrypted")) == []
    either = threat(FLOW + "not target.controls.isEncrypted and not target.usesVPN")
    assert said(source + "order.usesVPN = True\n", either) == [
        '"Web Server": controls.isEncrypted = True is redundant beside "Place order".usesVPN',
        '"Place order": usesVPN = True is redundant beside controls.isEncrypted',
    ]


def test_what_a_flow_would_inherit_anyway_is_redundant() -> None:
    source = HTTP + "web.controls.isEncrypted = order.controls.isEncrypted = True\n"
    assert said(source, threat(FLOW + "not target.controls.isEncrypted")) == [
        '"Web Server": controls.isEncrypted = True is redundant beside "Place order".controls.isEncrypted',
        '"Place order": controls.isEncrypted = True is redundant beside "Web Server".controls.isEncrypted',
    ]


def test_protocols_and_what_is_denied_claim_nothing() -> None:
    source = SHOP + "order.protocol = 'HTTPS'\norder.controls.isEncrypted = False\nweb.usesCache = True\n"
    assert said(source, threat("not target.controls.isEncrypted")) == []


def test_a_set_beyond_those_that_are_named_counts_as_well() -> None:
    """Explanations name three; the fourth control is needed as much as they are."""
    names = ("isEncrypted", "isHardened", "usesMFA", "isResilient", "handlesCrashes")
    source = HTTP + "".join(f"order.controls.{name} = True\n" for name in names)
    pairs = " and ".join(f"not target.controls.{name}" for name in names[3:])
    either = f"({' or '.join(f'not target.controls.{name}' for name in names[:3])} or {pairs})"
    assert said(source, threat(FLOW + either)) == [
        '"Place order": controls.isResilient = True is redundant beside controls.handlesCrashes',
        '"Place order": controls.handlesCrashes = True is redundant beside controls.isResilient',
    ]


@pytest.mark.parametrize(
    ("redundant", "text"),
    [
        ([], ""),
        ([False], "1 claimed control carries nothing"),
        ([True], "1 claimed control is redundant"),
        ([True, True], "2 claimed controls are redundant"),
        ([False, True, False], "2 claimed controls carry nothing, 1 is redundant"),
    ],
)
def test_the_count_is_a_sentence(redundant: list[bool], text: str) -> None:
    record = next(iter(verdicts_of(SHOP, threat("target.usesVPN")).rows)).record
    assert idle_count([Idle(record, "usesVPN", True, each, ()) for each in redundant]) == text


@pytest.mark.parametrize("name", ["threatmodel_landscape.py", "threatmodel_green.py"])
def test_in_the_examples_just_what_is_not_needed_is_idle(name: str) -> None:
    library = load_library()
    model = load_model(EXAMPLES / name, library.vocabulary.declared).model
    verdicts = evaluate(model, library)
    before = vulnerable(verdicts)
    idle = {(id(each.record._node), each.name) for each in idle_controls(verdicts)}
    for node, field in claims_of(model)[::8]:
        assert ((id(node), field) in idle) == (without(model, library, [(node, field)]) <= before)


def controls(place: str, *names: str) -> st.SearchStrategy[str]:
    """Some of these are absent, joined in some way."""
    absent = st.sampled_from(names).map(lambda name: f"not {place}.{name}")
    joined = st.tuples(st.sampled_from([" and ", " or "]), st.lists(absent, min_size=1, max_size=3))
    return joined.map(lambda found: f"({found[0].join(found[1])})")


CONDITIONS = st.lists(
    st.lists(
        st.one_of(
            controls("target", "usesVPN", "controls.isEncrypted", "controls.authenticatesDestination"),
            controls("target.sink", "controls.isEncrypted", "controls.isEncryptedAtRest"),
            controls("target.source", "controls.isHardened", "controls.isEncrypted"),
        ),
        min_size=1,
        max_size=3,
    ).map(" and ".join),
    min_size=1,
    max_size=3,
)


@settings(max_examples=max(10, settings().max_examples // 3))
@given(models(most_flows=2), CONDITIONS)
def test_idle_is_what_can_go_and_what_carries_nothing_never_matters(model: Model, conditions: list[str]) -> None:
    """Removed alone, or after any others, by the author."""
    library = library_of(*(threat(each, f"T{number}") for number, each in enumerate(conditions)))
    verdicts = evaluate(model, library)
    before, claims = vulnerable(verdicts), claims_of(model)[:6]
    idle = {(id(each.record._node), each.name): each for each in idle_controls(verdicts)}
    for node, name in claims:
        found = idle.get((id(node), name))
        assert (found is not None) == (without(model, library, [(node, name)]) <= before)
        if found is not None and not found.redundant:
            others = [claim for claim in claims if claim != (node, name)]
            for size in range(1, 3):
                for gone in map(list, combinations(others, size)):
                    expected = without(model, library, gone)
                    assert without(model, library, [*gone, (node, name)]) == expected
