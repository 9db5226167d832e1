"""Labels: what names an element in ids, the same in every run."""

from __future__ import annotations

import pytest

from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.labels import ends
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.model.labels import labels
from pytest_threatmodel.model.model import Model


def test_a_label_is_the_name_as_written() -> None:
    names = ["Web Server", "(λ)Periodically cleans DB", "SQL [prod] (*)", " padded ", "a::b", "100%", "emoji 🦊"]
    assert labels(Server(name) for name in names) == names


def test_a_label_is_the_key_where_there_is_one() -> None:
    assert labels([Server("Web", key="web-1"), Server("Web", key="web-2"), Server("Web")]) == ["web-1", "web-2", "Web"]


def test_flows_of_one_name_get_their_ends() -> None:
    user, web, db = Actor("User"), Server("Web"), Server("DB")
    flows = [Dataflow(user, web, "Send"), Dataflow(web, db, "Send"), Dataflow(web, user, "Reply")]
    assert labels(flows) == ["Send (User -> Web)", "Send (Web -> DB)", "Reply"]
    assert ends(flows[0]) == "User -> Web"


def test_a_flow_with_a_key_leaves_the_name_to_the_others() -> None:
    user, web = Actor("User"), Server("Web")
    assert labels([Dataflow(user, web, "Send", key="send"), Dataflow(web, user, "Send")]) == ["send", "Send"]


def test_what_is_still_equal_gets_the_first_free_number() -> None:
    user, web = Actor("User"), Server("Web")
    flows = [Dataflow(user, web, "Send") for _ in range(3)]
    assert labels(flows) == ["Send (User -> Web)", "Send (User -> Web) #2", "Send (User -> Web) #3"]


def test_a_number_that_a_name_already_has_is_not_free() -> None:
    names = ["Web", "Web", "Web #2", "Web", "Web #2", "Web #4"]
    assert labels(map(Server, names)) == ["Web", "Web #3", "Web #2", "Web #5", "Web #2 #2", "Web #4"]


def test_numbers_count_over_all_kinds_in_scope_or_not() -> None:
    elements = [Server("Web"), Boundary("Web"), Data("Web", inScope=False), Actor("Web")]
    assert labels(elements) == ["Web", "Web #2", "Web #3", "Web #4"]
    elements[0].inScope = False
    assert labels(elements) == ["Web", "Web #2", "Web #3", "Web #4"]


def test_a_key_is_never_taken_by_a_name() -> None:
    """It was given to be stable, so it is the name that makes room, wherever it stands."""
    elements = [Server("web"), Server("Web Server", key="web"), Server("web")]
    assert labels(elements) == ["web #2", "web", "web #3"]


def test_labels_do_not_depend_on_what_comes_later() -> None:
    """Where names differ, an element that is added at the end changes no label before it."""
    elements = [Server("Web"), Server("DB"), Server("Web")]
    assert labels([*elements, Server("New")])[:3] == labels(elements)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x00\x1b[31m\x7f\x9f", "\\x00\\x1b[31m\\x7f\\x9f"),
        ("\u200b\u202e\ufeff\u200d", "\\u200b\\u202e\\ufeff\\u200d"),
        ("\ud800", "\\ud800"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\U000e0001", "\\U000e0001"),
        ("\xad", "\\xad"),
        ("naïve 日本 🦊 \\n", "naïve 日本 🦊 \\n"),
    ],
)
def test_characters_that_break_lines_or_terminals_are_escaped(text: str, escaped: str) -> None:
    """Control, format and surrogate characters; every other stays as it is."""
    assert escape(text) == escaped
    assert labels([Server(f"x{text}"), Server("k", key=f"y{text}")]) == [f"x{escaped}", f"y{escaped}"]


def test_names_that_are_equal_once_escaped_are_told_apart() -> None:
    assert labels([Server("a\nb"), Server("a\\nb")]) == ["a\\nb", "a\\nb #2"]


def test_ends_are_escaped_too() -> None:
    user, web = Actor("U\nser"), Server("Web")
    assert labels([Dataflow(user, web, "Send"), Dataflow(web, user, "Send")]) == [
        "Send (U\\nser -> Web)",
        "Send (Web -> U\\nser)",
    ]


def test_many_elements_of_one_name_are_counted_in_one_pass() -> None:
    found = labels([Server("Web") for _ in range(5_000)])
    assert found[:3] == ["Web", "Web #2", "Web #3"]
    assert found[-1] == "Web #5000"


def test_a_model_labels_its_elements() -> None:
    tm = Model("Shop")
    Server("Web")
    Server("Web")
    assert tm.labels() == ["Web", "Web #2"]
