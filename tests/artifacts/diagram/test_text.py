"""Text that is measured, wrapped and cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.diagram.text import width
from pytest_threatmodel.artifacts.diagram.text import wrapped
from pytest_threatmodel.artifacts.text import visible


@given(st.text(), st.integers(60, 400), st.integers(1, 6))
def test_lines_fit_and_nothing_is_lost_but_what_is_marked(text: str, room: int, most: int) -> None:
    lines = wrapped(text, room, 13, most)
    assert len(lines) <= most
    assert all(width(line) * 13 <= room + 1e-6 for line in lines)
    assert all(line == visible(line) for line in lines)
    whole = "".join("".join(map(visible, text.splitlines())).split())
    shown = "".join("".join(lines).split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


def test_words_stay_whole_where_they_can() -> None:
    assert wrapped("Place the order at once", 100, 13, 5) == ["Place the", "order at once"]


def test_long_words_break_at_their_marks_first() -> None:
    assert wrapped("orders-service-internal-production", 150, 13, 5) == ["orders-service-", "internal-production"]


def test_own_line_breaks_stay_and_empty_lines_go() -> None:
    assert wrapped("Twice a day\r\n\n at most\t", 400, 13, 5) == ["Twice a day", "at most"]


def test_what_is_cut_off_is_marked() -> None:
    assert wrapped("word " * 2000, 100, 13, 2) == ["word word", "word word…"]


@pytest.mark.parametrize(("text", "least"), [("漢字漢字", 4), ("é", 0.6), ("e\u0301", 0.6), ("Щ", 0.8), ("😀", 1)])
def test_other_scripts_have_room(text: str, least: float) -> None:
    assert least <= width(text) <= least * 1.4
