"""Where lifelines stand: as near as heads and labels let them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.columns import Columns
from pytest_threatmodel.artifacts.sequence.columns import columns
from pytest_threatmodel.artifacts.sequence.labels import Labelled
from pytest_threatmodel.artifacts.sequence.labels import labelled
from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.messages import Zone
from pytest_threatmodel.artifacts.sequence.zones import Run

HEAD = 100.0


def step(source: int, sink: int, name: str = "x") -> Labelled:
    return labelled(Message(name, True, 1, source, sink, "HTTP, unencrypted", False, (), "", False, 0))


def placed(count: int, *steps: Labelled, runs: tuple[Run, ...] = ()) -> Columns:
    return columns([HEAD] * count, steps, runs)


def test_heads_alone_stand_a_gap_apart() -> None:
    assert placed(3).centres == (0, HEAD + style.GAP, 2 * (HEAD + style.GAP))


def test_a_label_takes_its_room_between_its_ends_only() -> None:
    wide = step(1, 2, "a label that needs much room")
    centres = placed(4, wide).centres
    assert centres[2] - centres[1] == pytest.approx(wide.label.width + 2 * style.LABEL_PAD)
    assert centres[1] - centres[0] == centres[3] - centres[2] == HEAD + style.GAP


def test_a_label_across_several_columns_needs_no_more_than_they_have() -> None:
    assert placed(3, step(0, 2, "a label that needs much room")).centres == placed(3).centres


def test_the_label_of_a_message_to_oneself_pushes_the_next_lifeline_away() -> None:
    own = step(0, 0, "a label that needs much room")
    assert placed(2, own).centres[1] >= style.LOOP_WIDTH + style.LABEL_PAD + own.label.width + HEAD / 2


def test_zones_keep_apart_and_have_room_for_their_names() -> None:
    short, long = Zone(1, "A", True), Zone(2, "A zone with a long name", True)
    apart = placed(2, runs=(Run(short, 0, 0, 0), Run(short, 0, 1, 1)))
    assert apart.centres[1] == HEAD + style.GAP + 2 * style.ZONE_PAD
    named = placed(1, runs=(Run(long, 0, 0, 0),))
    assert named.rights[0] - named.lefts[0] > HEAD


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.text(max_size=300)), max_size=12),
    st.lists(st.floats(76, 200), min_size=6, max_size=6),
)
def test_labels_stand_between_the_outermost_ends(flows: list[tuple[int, int, str]], heads: list[float]) -> None:
    """Whatever the flows are, heads keep apart and each label stays between its ends."""
    steps = [step(*flow) for flow in flows]
    found = columns(heads, steps, ())
    for index in range(5):
        assert found.rights[index] < found.lefts[index + 1]
    for (source, sink, _), each in zip(flows, steps, strict=True):
        if source != sink:
            left = found.label_left(source, sink, each.label.width)
            low, high = sorted((found.centres[source], found.centres[sink]))
            assert low < left
            assert left + each.label.width < high
