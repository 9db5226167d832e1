"""Conditions are read with positions that count characters, and errors read well."""

from __future__ import annotations

import ast
import pickle
import warnings

import pytest

from pytest_threatmodel.library.condition import ConditionError
from pytest_threatmodel.library.condition import parse
from pytest_threatmodel.library.condition.parse import MAX_DEPTH
from pytest_threatmodel.library.condition.parse import MAX_LENGTH


@pytest.mark.parametrize(
    "source",
    [
        "target.isSQL",
        "not target.controls.isEncrypted and (target.protocol == 'HTTP' or target.port <= -1)",
        "target.protocol in ('HTTP', 'FTP') and target.port not in [1, 2] and target.port in {80}",
        "1 <= target.port < 1024",
        "any(d.isPII for d in target.data if d.isStored)",
        "sum(1 for f in target.inputs for d in f.data if d.isPII) > 3",
        "target.oneOf(Server, Datastore) or target.inBoundary is not None",
        "target.name == 'Zahlungsverkehr für Bär & Söhne # 1'",
        "target.x.y is True",
        "target.port > 0.5",
    ],
)
def test_the_syntax_of_the_language_is_accepted(source: str) -> None:
    """Parsing changes nothing but positions."""
    assert ast.unparse(parse(source)) == ast.unparse(ast.parse(source, mode="eval"))


def test_space_around_a_condition_does_not_count() -> None:
    """A text block of TOML ends with a line break."""
    assert ast.unparse(parse("\n  target.isSQL\n")) == "target.isSQL"


def test_positions_are_characters_of_the_source() -> None:
    """Letters of two bytes and space in front do not shift columns."""
    tree = parse("  target.name == 'äöü' and target.port")
    places = [(node.col_offset, node.end_col_offset) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert sorted(places) == [(2, 13), (27, 38)]


def test_an_error_holds_its_data() -> None:
    """Packs put pack and threat in front of these."""
    with pytest.raises(ConditionError) as caught:
        parse("target.port + 1 == 2")
    assert caught.value.message == "arithmetic is not allowed in a condition"
    assert caught.value.column == 1
    assert caught.value.hint is None
    assert str(caught.value) == "arithmetic is not allowed in a condition, column 1"


def test_an_error_with_a_hint_reads_as_a_sentence() -> None:
    """The hint is the nearest name; the sentence around it is the error's."""
    error = ConditionError("unknown attribute 'isEncripted' of Server", 12, "isEncrypted")
    assert str(error) == "unknown attribute 'isEncripted' of Server, column 12; did you mean 'isEncrypted'?"


def test_an_error_can_be_pickled() -> None:
    """Workers send errors to their controller."""
    error = pickle.loads(pickle.dumps(ConditionError("wrong", 3, "right")))
    assert (error.message, error.column, error.hint) == ("wrong", 3, "right")


def test_the_column_of_a_syntax_error_is_that_of_the_source() -> None:
    """Python counts from the first character that is no space."""
    with pytest.raises(ConditionError, match="syntax error") as caught:
        parse("   target.port ==")
    assert caught.value.column == 17


def test_a_condition_as_deep_and_as_long_as_allowed_is_accepted() -> None:
    """The limits are the last values that pass."""
    deep = "not " * (MAX_DEPTH - 2) + "target.port"
    parse(deep)
    with pytest.raises(ConditionError, match=f"nested deeper than {MAX_DEPTH} levels"):
        parse("not " + deep)
    long = "target.port".ljust(MAX_LENGTH)
    parse(long)
    with pytest.raises(ConditionError, match="longer than 4,000 characters"):
        parse(long + " ")


@pytest.mark.parametrize("source", [r"target.name == '\d'", "0or target.port"])
def test_what_python_only_warns_of_is_an_error_under_any_filter(source: str) -> None:
    """The outcome must not depend on how pytest was called."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ConditionError, match="syntax error"):
            parse(source)
