"""The search for changes, on a condition that is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_threatmodel.analysis import search
from pytest_threatmodel.analysis.records import Record
from pytest_threatmodel.analysis.search import Change
from pytest_threatmodel.analysis.search import Read
from pytest_threatmodel.analysis.search import Traced
from pytest_threatmodel.analysis.search import is_reachable
from pytest_threatmodel.analysis.search import minimal_changes


def record(**values: Any) -> Record:
    made = Record()
    made.__dict__.update(values)
    return made


def opposite(where: Record, name: str) -> list[Any]:
    return [not getattr(where, name)]


def condition(made: Callable[[Callable[[str], Any]], Any]) -> Traced:
    """A condition on one record, of a function that reads fields by name."""

    def traced(where: Record, read: Read) -> bool:
        return bool(made(lambda name: read(where, name)))

    return traced


def names(traced: Traced, where: Record, goal: bool = True, **limits: Any) -> list[set[str]]:
    """The fields in each set that was found."""
    found = minimal_changes(traced, where, opposite, goal, **{"most": 9, **limits})
    return [{change.name for change in changes} for changes in found]


BLANK = record(a=False, b=False, c=False, d=False)


def test_the_smallest_sets_come_first() -> None:
    traced = condition(lambda read: (read("a") and read("b")) or read("c"))
    assert names(traced, BLANK) == [{"c"}, {"a", "b"}]


def test_no_set_contains_another() -> None:
    traced = condition(lambda read: read("a") or read("b"))
    assert names(traced, BLANK) == [{"a"}, {"b"}]
    both = condition(lambda read: (read("a") or read("b")) and (read("b") or read("c")))
    assert sorted(map(sorted, names(both, BLANK))) == [["a", "c"], ["b"]]


def test_nothing_needs_to_change_where_the_goal_is_met() -> None:
    assert names(condition(lambda read: True), BLANK) == [set()]
    assert is_reachable(condition(lambda read: True), BLANK, opposite, True)


def test_nothing_is_found_where_no_change_helps() -> None:
    traced = condition(lambda read: read("a") and False)
    assert names(traced, BLANK) == []
    assert not is_reachable(traced, BLANK, opposite, True)


def test_a_field_that_must_stay_is_not_changed() -> None:
    traced = condition(lambda read: read("a"))
    assert minimal_changes(traced, BLANK, lambda where, name: (), True, most=1) == []
    assert not is_reachable(traced, BLANK, lambda where, name: (), True)


def test_a_change_says_where_what_and_which_value() -> None:
    (changes,) = minimal_changes(condition(lambda read: read("a")), BLANK, opposite, True, most=3)
    assert changes == (changes[0],)
    assert (changes[0].record, changes[0].name, changes[0].value) == (BLANK, "a", True)
    assert changes[0].key == (id(BLANK), "a")
    assert changes[0] != Change(BLANK, "a", True)


def test_the_goal_may_be_that_the_condition_is_false() -> None:
    traced = condition(lambda read: not read("a") and not read("b"))
    assert names(traced, BLANK, goal=False) == [{"a"}, {"b"}]
    assert is_reachable(traced, BLANK, opposite, False)


def test_the_first_value_that_serves_is_named_for_a_field() -> None:
    """Values are tried in their order, and one set of fields is named once."""
    traced = condition(lambda read: read("a") in ("x", "y"))
    found = minimal_changes(traced, BLANK, lambda where, name: ["w", "x", "y"], True, most=9)
    assert [[change.value for change in changes] for changes in found] == [["x"]]


def test_fields_of_one_name_on_two_records_differ() -> None:
    other = record(a=False)

    def traced(where: Record, read: Read) -> bool:
        return bool(read(where, "a") and read(other, "a"))

    (changes,) = minimal_changes(traced, BLANK, opposite, True, most=9)
    assert {id(change.record) for change in changes} == {id(BLANK), id(other)}


def test_limits_cut_how_many_and_how_large() -> None:
    traced = condition(lambda read: read("a") or read("b") or (read("c") and read("d")))
    assert names(traced, BLANK, most=1) == [{"a"}]
    assert names(traced, BLANK, largest=1) == [{"a"}, {"b"}]


def test_a_field_counts_once_however_often_it_is_read() -> None:
    """Every read in one evaluation sees the same value."""
    traced = condition(lambda read: read("a") != read("a"))
    assert names(traced, BLANK) == []
    assert not is_reachable(traced, BLANK, opposite, True)


def test_two_fields_that_are_read_at_once_can_both_change() -> None:
    """Also where changing the first brings up nothing new."""
    traced = condition(lambda read: read("a") == read("b") == "x")
    found = minimal_changes(traced, BLANK, lambda where, name: ["x"], True, most=9)
    assert [{change.name for change in changes} for changes in found] == [{"a", "b"}]


def test_a_way_that_only_opens_behind_another_change_is_found() -> None:
    traced = condition(lambda read: (read("a") and read("b") and read("c")) or (not read("a") and read("d") and False))
    assert names(traced, BLANK) == [{"a", "b", "c"}]
    assert is_reachable(traced, BLANK, opposite, True)


def crowd(size: int, *fields: str) -> tuple[Record, Traced]:
    """A record with many neighbours, and: any neighbour has all of these fields."""
    items = [record(**dict.fromkeys(fields, False)) for _ in range(size)]

    def traced(where: Record, read: Read) -> bool:
        return any(all(read(item, name) for name in fields) for item in items)

    return record(), traced


def test_among_many_neighbours_the_sets_are_found_too() -> None:
    """The number of evaluations stays within bounds; without the short ways nothing would be found."""
    where, traced = crowd(200, "a", "b", "c")
    calls = 0

    def counted(where: Record, read: Read) -> bool:
        nonlocal calls
        calls += 1
        return traced(where, read)

    found = minimal_changes(counted, where, opposite, True, most=3)
    assert [{change.name for change in changes} for changes in found] == [{"a", "b", "c"}] * 3
    assert calls < 1000
    assert is_reachable(traced, where, opposite, True)


def test_a_search_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    where, traced = crowd(60, "a", "b")
    monkeypatch.setattr(search, "MOST_READS", 0)
    monkeypatch.setattr(search, "BUDGET", 0)
    assert minimal_changes(traced, where, opposite, True, most=1) == []
    assert not is_reachable(traced, where, opposite, True)
