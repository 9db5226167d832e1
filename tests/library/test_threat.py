"""The words of a threat, and threats as values."""

from __future__ import annotations

import dataclasses
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.library.threat import LIKELIHOODS
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import STRIDE
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import WordError
from pytest_threatmodel.library.threat import is_threat_id
from pytest_threatmodel.library.threat import parse_likelihood
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.library.threat import parse_stride


def test_severities_are_ordered_from_the_worst() -> None:
    assert SEVERITIES == ("critical", "high", "medium", "low", "info")


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", "critical"),
        ("Info", "info"),
        ("MEDIUM", "medium"),
        ("Very High", "critical"),
        ("High", "high"),
        ("Medium", "medium"),
        ("Low", "low"),
        ("Very Low", "info"),
        ("very_low", "info"),
        ("  very   high ", "critical"),
    ],
)
def test_severities_are_read_in_our_words_and_in_those_of_pytm(word: str, severity: str) -> None:
    assert parse_severity(word) == severity


@pytest.mark.parametrize(
    ("word", "likelihood"), [("likely", "likely"), ("Very-Likely", "very likely"), ("High", "likely")]
)
def test_likelihoods_are_read_in_our_words_and_in_those_of_pytm(word: str, likelihood: str) -> None:
    assert parse_likelihood(word) == likelihood


def test_stride_is_read_in_any_case_and_with_any_separator() -> None:
    assert parse_stride("Information-Disclosure") == "information disclosure"


def test_an_unknown_word_names_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(WordError) as caught:
        parse_severity("hihg")
    assert str(caught.value) == (
        "unknown severity 'hihg', expected critical, high, medium, low or info; did you mean 'high'?"
    )
    assert (caught.value.what, caught.value.word, caught.value.known) == ("severity", "hihg", SEVERITIES)


@pytest.mark.parametrize(
    "word",
    ["", "x" * 5_000_000, 3, None, ["high"], 10**5000, "\ud800"],
    ids=["empty", "long", "number", "none", "list", "huge", "surrogate"],
)
def test_what_is_no_word_is_refused_in_a_short_message(word: object) -> None:
    for parse in (parse_severity, parse_likelihood, parse_stride):
        with pytest.raises(WordError) as caught:
            parse(word)
        assert len(str(caught.value)) < 300


@given(st.text())
def test_words_are_known_or_refused(word: str) -> None:
    """Any text is one of the known words, or a `WordError`."""
    for parse, known in (
        (parse_severity, SEVERITIES),
        (parse_likelihood, LIKELIHOODS),
        (parse_stride, STRIDE),
    ):
        with suppress(WordError):
            assert parse(word) in known


@pytest.mark.parametrize("name", ["DE01", "LLM-3", "a.b_c", "9x"])
def test_ids_are_words_with_dots_and_dashes(name: str) -> None:
    assert is_threat_id(name)


@pytest.mark.parametrize("name", ["", "_x", "-x", "a b", "A01\n", "x[1]", "a::b", "\x1b[31m", "a" * 101])
def test_other_ids_are_refused(name: str) -> None:
    assert not is_threat_id(name)


def test_threats_can_not_be_changed() -> None:
    made = Threat(id="A", pack="p", title="t", targets=("Server",), condition="True", severity="low")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.severity = "high"  # type: ignore[misc]  # that is the point
    assert hash(made) == hash(dataclasses.replace(made))
