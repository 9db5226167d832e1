"""Matching: which decision holds for which pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.decisions.decision import Decision
from pytest_threatmodel.decisions.matching import Matched
from pytest_threatmodel.decisions.matching import PairKey
from pytest_threatmodel.decisions.matching import Scope
from pytest_threatmodel.decisions.matching import match
from pytest_threatmodel.decisions.names import Names
from tests.decisions.made import SHOP
from tests.decisions.made import accepted
from tests.decisions.made import excluded
from tests.decisions.made import scope


def on_file(*decisions: Decision, where: Scope = SHOP) -> Matched:
    return match({}, decisions, where)


def pairs(matched: Matched) -> set[PairKey]:
    assert not matched.errors
    return set(matched.by_pair)


def errors(matched: Matched) -> list[str]:
    return [str(error) for error in matched.errors]


def test_a_decision_holds_for_the_pair_that_it_names() -> None:
    decision = accepted("DE01", element="Place order")
    assert on_file(decision).by_pair == {("DE01", "Place order"): decision}


def test_a_decision_without_an_element_holds_for_every_element() -> None:
    assert pairs(on_file(accepted("DE01"))) == {("DE01", "Place order"), ("DE01", "Insert order")}


def test_a_decision_on_an_element_holds_there_only() -> None:
    matched = match({"Place order": [accepted("DE01", "AA01")]}, [], SHOP)
    assert pairs(matched) == {("DE01", "Place order"), ("AA01", "Place order")}


def test_patterns_match_as_in_a_shell_and_mind_the_case() -> None:
    assert pairs(on_file(accepted("DE0?", element="* order"))) == {
        (threat, label) for threat in ("DE01", "DE02") for label in ("Place order", "Insert order")
    }
    assert pairs(on_file(excluded("LB0[12]"))) == {("LB01", "Nightly clean-up"), ("LB02", "Nightly clean-up")}
    assert on_file(accepted("de*")).by_pair == {}


def test_the_nearest_decision_wins() -> None:
    """One on the element, before one on the file."""
    near, far = accepted("DE01"), excluded("DE*")
    matched = match({"Place order": [near]}, [far], SHOP)
    assert not matched.errors
    assert matched.by_pair["DE01", "Place order"] is near
    assert matched.by_pair["DE02", "Place order"] is far
    assert matched.by_pair["DE01", "Insert order"] is far


def test_a_decision_covers_its_pairs_also_where_a_nearer_one_holds() -> None:
    """Whether it is stale is a question about all of them."""
    near, far = accepted("DE01"), accepted("DE01")
    matched = match({"Place order": [near]}, [far], SHOP)
    assert matched.covered == [
        (near, [("DE01", "Place order")]),
        (far, [("DE01", "Place order"), ("DE01", "Insert order")]),
    ]


REAL = scope(
    {"Save (*)": "DE01", "Save (all)": "DE01", "[prod] db": "IN01", "p db": "IN01", "what?": "AA01", "what!": "AA01"}
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Save (*)", {"Save (*)"}),
        ("Save (?*)", {"Save (*)", "Save (all)"}),
        ("[prod] db", {"[prod] db"}),
        ("[p] db", {"p db"}),
        ("what?", {"what?"}),
        ("wha*", {"what?", "what!"}),
    ],
)
def test_an_exact_name_wins_before_patterns(name: str, expected: set[str]) -> None:
    """Real names hold wildcards."""
    assert {label for _, label in pairs(on_file(accepted("*", element=name), where=REAL))} == expected


def test_a_name_that_is_not_there_may_be_a_pattern_that_matches() -> None:
    where = scope({"p db": "IN01"})
    assert pairs(on_file(accepted("IN01", element="[prod] db"), where=where)) == {("IN01", "p db")}


def test_two_decisions_at_equal_distance_are_an_error_that_names_both_places() -> None:
    first, second = accepted("DE01", line=3), excluded("DE*", line=7)
    assert errors(on_file(first, second)) == [
        'two decisions on DE01[Place order]: accept("DE01") (threatmodel_shop.py:3)'
        ' and exclude("DE*") (threatmodel_shop.py:7)'
    ]
    on_element = match({"Place order": [first, second]}, [], SHOP)
    assert len(on_element.errors) == 1


def test_two_that_decide_the_same_are_an_error_as_well() -> None:
    assert len(on_file(accepted("DE01", line=3), accepted("DE01", line=7)).errors) == 1


def test_one_object_that_stands_twice_is_one_decision() -> None:
    decision = accepted("DE01")
    assert not on_file(decision, decision).errors


def test_decisions_on_different_pairs_do_not_meet() -> None:
    matched = on_file(accepted("DE01", element="Place order"), accepted("DE01", element="Insert order"))
    assert not matched.errors


def test_decisions_on_the_file_may_meet_where_a_nearer_one_holds() -> None:
    where = scope({"Place order": "DE01"})
    matched = match({"Place order": [accepted("DE01")]}, [accepted("DE01"), excluded("DE01")], where)
    assert not matched.errors


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (accepted("HA1"), "accept(\"HA1\"): no threat matches 'HA1'"),
        (excluded("LB3"), "exclude(\"LB3\"): no threat matches 'LB3'"),
        (
            accepted("DE01", element="Place oder"),
            "accept(\"DE01\", element='Place oder'): no element matches 'Place oder'",
        ),
        (accepted("DE01", element="yyyyx"), "accept(\"DE01\", element='yyyyx'): no element matches 'yyyyx'"),
    ],
)
def test_a_literal_name_that_matches_nothing_is_an_orphan(decision: Decision, expected: str) -> None:
    matched = on_file(decision)
    assert list(map(str, matched.orphans)) == [f"threatmodel_shop.py:1: {expected}"]
    assert (matched.warnings, matched.errors) == ([], [])


def test_one_wrong_name_of_several_leaves_the_others() -> None:
    matched = on_file(accepted("DE01", "DE99x", element="Place order"))
    assert set(matched.by_pair) == {("DE01", "Place order")}
    assert [(orphan.what, orphan.name) for orphan in matched.orphans] == [("threat", "DE99x")]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (accepted("ZZ*"), "threatmodel_shop.py:1: accept(\"ZZ*\"): no threat matches 'ZZ*'"),
        (excluded("ZZ*"), "threatmodel_shop.py:1: exclude(\"ZZ*\"): no threat matches 'ZZ*'"),
        (
            accepted("DE01", element="x*"),
            "threatmodel_shop.py:1: accept(\"DE01\", element='x*'): no element matches 'x*'",
        ),
        (
            excluded("DE01", element="x*"),
            "threatmodel_shop.py:1: exclude(\"DE01\", element='x*'): no element matches 'x*'",
        ),
    ],
)
def test_a_pattern_that_matches_nothing_is_one_warning(decision: Decision, expected: str) -> None:
    matched = on_file(decision)
    assert matched.warnings == [expected]
    assert not matched.errors


@pytest.mark.parametrize(
    "decision", [excluded("LB03", element="Web Server"), excluded("XX99"), excluded("LB*", element="I*")]
)
def test_an_exclusion_that_covers_no_pair_is_one_warning(decision: Decision) -> None:
    """All its names exist, but no pair has them."""
    matched = on_file(decision)
    assert matched.warnings == [f"threatmodel_shop.py:1: {decision.spelled} covers no pair"]
    assert not matched.errors


def test_an_exclusion_on_an_element_that_covers_no_pair_is_one_warning() -> None:
    matched = match({"Internet": [excluded("LB03")]}, [], SHOP)
    assert matched.warnings == ['threatmodel_shop.py:1: exclude("LB03") covers no pair']


def test_an_acceptance_that_covers_no_pair_is_left_to_the_judge() -> None:
    """It is stale, which fails."""
    decision = accepted("LB03", element="Web Server")
    matched = on_file(decision)
    assert (matched.warnings, matched.errors, matched.orphans) == ([], [], [])
    assert matched.covered == [(decision, [])]


def test_a_model_without_elements_has_no_wrong_element() -> None:
    matched = match({}, [accepted("DE01", element="Place order")], Scope({}, ["DE01"]))
    assert (matched.errors, matched.warnings, matched.by_pair) == ([], [], {})


def test_pairs_are_covered_in_the_order_of_the_model() -> None:
    matched = on_file(accepted("AA01", "DE01"))
    assert matched.covered[0][1] == [
        ("DE01", "Place order"),
        ("AA01", "Place order"),
        ("DE01", "Insert order"),
        ("AA01", "Insert order"),
    ]


class Counted(Mapping[str, Sequence[str]]):
    """Labels with their threats, which counts what is asked of it."""

    def __init__(self, values: dict[str, Sequence[str]]) -> None:
        self.steps = 0
        self._values = values

    def __getitem__(self, label: str) -> Sequence[str]:
        self.steps += len(self._values[label])
        return self._values[label]

    def __iter__(self) -> Iterator[str]:
        self.steps += len(self._values)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, label: object) -> bool:
        self.steps += 1
        return label in self._values


def steps(size: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """What it takes to put `size` decisions, nine of ten literal, on ten times as many pairs."""
    calls: Counter[str] = Counter()

    def counted(name: str, pattern: str) -> bool:
        calls["match"] += 1
        return fnmatchcase(name, pattern)

    monkeypatch.setattr("pytest_threatmodel.decisions.names.fnmatchcase", counted)
    threats = [f"T{number}" for number in range(100)]
    labels = Counted({f"element {number}": threats for number in range(size // 10)})
    decisions = [accepted(f"T{number % 100}", element=f"element {number // 100}") for number in range(size - 10)] + [
        accepted(f"T{number}", element=f"element {size // 10 - 1 - number}*") for number in range(10)
    ]
    matched = match({}, decisions, Scope(labels, threats))
    assert not matched.errors
    assert len(matched.by_pair) >= size - 10
    return labels.steps + calls["match"]


def test_many_decisions_on_many_pairs_take_steps_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 decisions on 100,000 pairs take about ten times what 1,000 on 10,000 take, not a hundred times."""
    few, many = steps(1_000, monkeypatch), steps(10_000, monkeypatch)
    assert many < 20 * few
    assert many < 200 * 10_000


def test_decisions_without_end_on_one_pair_are_cut_short() -> None:
    """Ten thousand decisions on every pair would otherwise look at every pair each."""
    labels = Counted({f"element {number}": ("DE01",) for number in range(1_000)})
    matched = match({}, [accepted("*") for _ in range(10_000)], Scope(labels, ("DE01",)))
    assert len(matched.errors) == 52
    assert str(matched.errors[-1]) == "and more: decisions after these are not looked at"
    assert labels.steps < 100 * 1_000


def test_patterns_look_only_at_names_that_begin_as_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(name: str, pattern: str) -> bool:
        seen.append(name)
        return fnmatchcase(name, pattern)

    monkeypatch.setattr("pytest_threatmodel.decisions.names.fnmatchcase", counted)
    names = Names(["Web B", "App", "Web A", "web", "Xen"])
    assert [*names.select("Web*")] == ["Web B", "Web A"]
    assert [*names.select("Web*")] == ["Web B", "Web A"]
    assert seen == ["Web A", "Web B"]


@given(st.lists(st.text("ab*?[]!\U0010ffff", max_size=4)), st.text("ab*?[]!\U0010ffff", max_size=4))
def test_a_name_selects_itself_else_all_that_match_in_their_order(names: list[str], name: str) -> None:
    wanted = [name] if name in names else [each for each in dict.fromkeys(names) if fnmatchcase(each, name)]
    assert [*Names(names).select(name)] == wanted
