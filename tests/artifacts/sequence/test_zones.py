"""The boxes of zones: around neighbours, one in another."""

from __future__ import annotations

from pytest_threatmodel.artifacts.sequence.messages import Participant
from pytest_threatmodel.artifacts.sequence.messages import Zone
from pytest_threatmodel.artifacts.sequence.zones import runs


def boxes(*paths: str) -> list[tuple[str, int, int, int]]:
    """Each box with its depth and its ends; a zone is a letter."""
    participants = [
        Participant(f"p{index}", "", True, "", "round", tuple(Zone(ord(zone), zone, True) for zone in path), index)
        for index, path in enumerate(paths)
    ]
    return [(run.zone.name, run.depth, run.first, run.last) for run in runs(participants)]


def test_neighbours_share_a_box() -> None:
    assert boxes("A", "A", "", "B") == [("A", 0, 0, 1), ("B", 0, 3, 3)]


def test_inner_boxes_come_after_those_around_them() -> None:
    assert boxes("A", "AB", "ABC", "AD") == [("A", 0, 0, 3), ("B", 1, 1, 2), ("D", 1, 3, 3), ("C", 2, 2, 2)]


def test_a_zone_that_is_interrupted_has_a_box_for_each_run() -> None:
    assert boxes("A", "B", "A") == [("A", 0, 0, 0), ("B", 0, 1, 1), ("A", 0, 2, 2)]


def test_zones_of_one_name_are_told_apart_by_number() -> None:
    one, two = (Participant("p", "", True, "", "round", (Zone(number, "A", True),), 0) for number in (1, 2))
    assert [(run.first, run.last) for run in runs([one, two])] == [(0, 0), (1, 1)]


def test_without_zones_there_are_no_boxes() -> None:
    assert boxes() == boxes("", "") == []
