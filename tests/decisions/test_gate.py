"""The gate: which bar counts for the threats of a pack in the model of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.decisions.gate import Gate
from pytest_threatmodel.decisions.gate import read_bar
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import WordError

BASE = Path("/repo")
#: From the least specific to the most.
WHOM = ("services", "services/pay", "pack:llm")


def gate(*lines: str) -> Gate:
    """A gate of "high" and these bars."""
    return Gate("high", tuple(read_bar(line, BASE) for line in lines))


@pytest.mark.parametrize(
    ("pack", "file", "expected"),
    [
        ("core", "/repo/threatmodel_a.py", "high"),
        ("core", "/repo/services/threatmodel_a.py", "services/=medium"),
        ("core", "/repo/services/pay/deep/threatmodel_a.py", "services/pay/=critical"),
        ("core", "/repo/services-old/threatmodel_a.py", "high"),
        ("llm", "/repo/services/pay/threatmodel_a.py", "pack:llm=low"),
        ("llm2", "/repo/threatmodel_a.py", "high"),
    ],
)
def test_the_most_specific_bar_counts(pack: str, file: str, expected: str) -> None:
    made = gate("pack:llm=low", "services/pay/=critical", "services/ = Medium")
    assert made.bar(pack, file).spelled == expected


@given(st.lists(st.tuples(st.sampled_from(WHOM), st.sampled_from(SEVERITIES)), min_size=1))
def test_order_of_lines_says_nothing_and_of_equals_the_stricter_counts(lines: list[tuple[str, str]]) -> None:
    texts = [f"{whom}={word}" for whom, word in lines]
    counts = gate(*texts).bar("llm", "/repo/services/pay/threatmodel_a.py")
    assert counts == gate(*reversed(texts)).bar("llm", "/repo/services/pay/threatmodel_a.py")
    whom = max((whom for whom, _ in lines), key=WHOM.index)
    strictest = max((word for each, word in lines if each == whom), key=SEVERITIES.index)
    assert counts.spelled == f"{whom}={strictest}"


def test_a_gate_is_told_as_it_was_written() -> None:
    made = gate("services/=Very High", "pack:llm=low")
    assert str(made) == "high, services/=critical, pack:llm=low"
    assert made.laxest == "critical"


@pytest.mark.parametrize("line", ["hgih", "services/=hgih", "pack:llm", "services/=", "="])
def test_a_line_without_a_severity_is_refused(line: str) -> None:
    with pytest.raises(WordError, match="unknown severity"):
        read_bar(line, BASE)
