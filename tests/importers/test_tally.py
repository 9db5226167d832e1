"""What could not be mapped is told in few lines, and none of them is long."""

from __future__ import annotations

from pytest_threatmodel.importers.tally import Tally


def test_equal_things_are_one_line_with_three_places() -> None:
    told = Tally()
    for place in ("a", "b", "c", "d", "e"):
        told.add("no counterpart for x", place)
    told.add("no counterpart for y", "of\ntwo  lines")
    assert told.lines() == ("no counterpart for x: a, b, c and 2 more", "no counterpart for y: of two lines")


def test_long_names_are_cut() -> None:
    told = Tally()
    told.add("w" * 5000, "p" * 5000)
    (line,) = told.lines()
    assert line == f"{'w' * 157}...: {'p' * 117}..."
