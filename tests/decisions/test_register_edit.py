"""Edits of a register: what they change, and that they change nothing else."""

from __future__ import annotations

import sys
import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.decisions.register_blocks import blocks
from pytest_threatmodel.decisions.register_edit import Closure
from pytest_threatmodel.decisions.register_edit import EditError
from pytest_threatmodel.decisions.register_edit import edit

DAY = date(2026, 11, 24)
NEW = {"threat": "DE01", "element": "Order", "status": "open", "since": DAY, "facts": {"controls.isEncrypted": False}}

REGISTER = '''\
# The register of the shop team.
# Ask in #security before you edit it.

# agreed with Anna
[[decision]]
threat = "DE01"       # plain HTTP
element = "Place order"
status = "accepted"
reason = """two
[[decision]]
lines"""

# ----- to be fixed -----

[[decision]]   # first of spring
threat = ["AC01", # "x"
  "AC02"]
element = 'Web "Server"'
status = "open"
until = 2027-01-01
[decision.facts]
protocol = "HTTP"
# it will go with the new gateway

[[closed]]
threat = "INP01"
element = "Web"
closed = 2026-01-01
why = "mitigated"
'''


def test_nothing_to_do_changes_nothing() -> None:
    assert edit(REGISTER, [], []) == REGISTER


def test_blocks_make_up_the_whole_text() -> None:
    cut = blocks(REGISTER)
    assert "".join(block.text for block in cut) == REGISTER
    assert [block.table for block in cut if block.table] == ["decision", "decision", "closed"]


def test_a_new_entry_stands_behind_the_open_ones_and_all_else_stays() -> None:
    after = edit(REGISTER, [NEW], [])
    entry = """\
[[decision]]
threat = "DE01"
element = "Order"
status = "open"
since = 2026-11-24
facts = {"controls.isEncrypted" = false}

"""
    place = REGISTER.index("[[closed]]")
    assert after == REGISTER[:place] + entry + REGISTER[place:]


def test_a_closed_entry_moves_to_the_end_with_its_comments_its_date_and_why() -> None:
    after = edit(REGISTER, [], [Closure(1, DAY, "mitigated")])
    entry = """\
[[closed]]   # first of spring
closed = 2026-11-24
why = "mitigated"
threat = ["AC01", # "x"
  "AC02"]
element = 'Web "Server"'
status = "open"
until = 2027-01-01
[closed.facts]
protocol = "HTTP"
# it will go with the new gateway
"""
    start, end = REGISTER.index("[[decision]]   #"), REGISTER.index("[[closed]]")
    assert after == REGISTER[:start] + REGISTER[end:] + "\n" + entry


def test_comments_above_an_entry_go_with_it_and_those_of_the_file_stay() -> None:
    after = edit(REGISTER, [], [Closure(0, DAY, "gone")])
    assert after.startswith("# The register of the shop team.\n# Ask in #security before you edit it.\n\n# ----- to be")
    assert "# agreed with Anna\n[[closed]]\nclosed = 2026-11-24" in after


def test_a_comment_that_opens_the_file_stays_there() -> None:
    text = '# Ours.\n[[decision]]\nthreat = "A"\n'
    assert edit(text, [], [Closure(0, DAY, "gone")]).startswith("# Ours.\n")


def test_a_new_register_says_what_it_is() -> None:
    after = edit("", [NEW], [])
    assert after.startswith("# Decisions about threats, read by pytest --threatmodel.\n\n[[decision]]\n")
    assert tomllib.loads(after) == {"decision": [NEW]}


def test_ends_of_lines_stay_as_they_are() -> None:
    text = REGISTER.replace("\n", "\r\n")
    after = edit(text, [NEW], [Closure(1, DAY, "mitigated")])
    assert after.count("\n") == after.count("\r\n")


def test_a_file_without_newline_at_its_end_gets_one() -> None:
    after = edit('[[decision]]\nthreat = "A"', [NEW], [])
    assert after.startswith('[[decision]]\nthreat = "A"\n\n[[decision]]\n')


@pytest.mark.parametrize(
    "text",
    ['decision = [{threat = "A"}]\n', 'closed = [{threat = "A"}]\n', "decision = 1\n", "[decision]\n"],
)
def test_entries_in_another_form_are_refused(text: str) -> None:
    with pytest.raises(EditError, match=r"write each as a table under \[\[(decision|closed)\]\]"):
        edit(text, [NEW], [])


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(EditError, match="it is no TOML"):
        edit("[[decision]\n", [NEW], [])


def test_an_entry_that_says_already_that_it_closed_is_refused() -> None:
    with pytest.raises(EditError, match="cannot be edited without a fault"):
        edit("[[decision]]\nclosed = 2026-01-01\n", [], [Closure(0, DAY, "gone")])


def test_a_name_that_no_file_can_hold_is_refused() -> None:
    with pytest.raises(EditError, match=r"cannot be written in TOML: '\\udc80'"):
        edit("", [{"threat": "A", "element": "\udc80"}], [])


def test_without_tomlkit_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    with pytest.raises(EditError, match=r"pip install 'pytest-threatmodel\[register\]'"):
        edit("", [NEW], [])
    assert edit(REGISTER, [], []) == REGISTER


NAMES = st.text(st.characters(exclude_categories=["Cs"]))
TERMS = st.dictionaries(
    st.sampled_from(["threat", "element", "model", "owner", "sensitivity", "condition"]), NAMES, min_size=1
)
FACTS = st.dictionaries(NAMES, st.one_of(NAMES, st.booleans(), st.integers(-(2**63), 2**63 - 1)), max_size=3)


@given(st.lists(st.tuples(TERMS, FACTS), max_size=4), st.lists(st.booleans(), max_size=4))
@example([({"element": "'''"}, {"": '"""'}), ({"element": "[[decision]]\n"}, {"a.b": "#"})], [True, True])
def test_whatever_the_names_are_entries_come_back_and_close(
    entries: list[tuple[dict[str, str], dict[str, Any]]], closing: list[bool]
) -> None:
    additions: list[dict[str, Any]] = [{**terms, "facts": facts} for terms, facts in entries]
    text = edit(REGISTER, additions, [])
    found = tomllib.loads(text)["decision"]
    assert found[2:] == additions
    closures = [Closure(2 + number, DAY, "gone") for number, closes in enumerate(closing[: len(additions)]) if closes]
    after = tomllib.loads(edit(text, [], closures))
    assert [entry for entry in after["closed"] if entry["why"] == "gone"] == [
        {**additions[each.number - 2], "closed": DAY, "why": "gone"} for each in closures
    ]


COMMENTS = st.sampled_from(["", "\n", "# [[decision]]\n", "\n\n# alone\n\n", "# tail '''\n"])


@given(st.lists(st.tuples(COMMENTS, st.sampled_from(["decision", "closed", "other"])), max_size=6), COMMENTS)
def test_nothing_is_lost_wherever_comments_stand(entries: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{comment}[[{table}]]\nid = {number}\n" for number, (comment, table) in enumerate(entries))
    text += end
    assert "".join(block.text for block in blocks(text)) == text
    count = sum(table == "decision" for _, table in entries)
    after = edit(text, [NEW], [Closure(number, DAY, "gone") for number in range(0, count, 2)])
    lines = [line for line in text.splitlines() if line.startswith("#")]
    assert sorted(lines) == sorted(line for line in after.splitlines() if line in lines)


@pytest.mark.slow
def test_ten_thousand_entries_take_no_time_that_grows_with_their_square() -> None:
    text = edit("", [{**NEW, "element": f"Flow {number}"} for number in range(10_000)], [])
    after = edit(text, [], [Closure(number, DAY, "gone") for number in range(10_000)])
    assert len(tomllib.loads(after)["closed"]) == 10_000
