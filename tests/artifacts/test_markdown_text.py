"""Text becomes Markdown that shows it letter by letter and does nothing, in a paragraph, a list and a table."""

from __future__ import annotations

import pytest
from hypothesis import given

from pytest_threatmodel.artifacts.markdown.text import code
from pytest_threatmodel.artifacts.markdown.text import prose
from pytest_threatmodel.artifacts.markdown.text import reference
from pytest_threatmodel.artifacts.markdown.text import table
from pytest_threatmodel.model.labels import escape
from tests.artifacts.markdown_reader import DOES_SOMETHING
from tests.artifacts.markdown_reader import Shown
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import names

#: Where a text may stand: first in a paragraph, in a list, in a cell between others.
PLACES = ("{}", "- {}", "### {}", "text {} text", "| a | b | c |\n| --- | --- | --- |\n| x | {} | y |")
FRAME = {"p", "ul", "li", "h3", "table", "thead", "tbody", "tr", "th", "td", "code"}


def placed(text: str) -> list[Shown]:
    return [read(place.replace("{}", text)) for place in PLACES]


@given(names)
def test_a_name_is_code_and_nothing_else(name: str) -> None:
    for shown in placed(code(name)):
        assert shown.tags <= FRAME
        # Bars stand between code spans; blanks are one in HTML.
        assert squeezed(escape(name)) in squeezed(shown.text)
        assert DOES_SOMETHING.findall(shown.outside) == []
    assert placed(code(name))[-1].text.split()[-1] == "y"


@given(names)
def test_prose_is_words_and_code(text: str) -> None:
    for shown in placed(prose(text)):
        assert shown.tags <= FRAME
        assert squeezed(" ".join(map(escape, text.split()))) in squeezed(shown.text)
        assert DOES_SOMETHING.findall(shown.outside) == []


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nothing special, really: it's plain (or so)!", "Nothing special, really: it's plain (or so)!"),
        ("up to 25,000 and/or e.g. 5", "up to 25,000 and/or e.g. 5"),
        ("ask @bob, see #12.", "ask `@bob`, see `#12`."),
        ("state controls.isEncrypted or usesVPN, too", "state `controls.isEncrypted` or `usesVPN`, too"),
        ("1. first", "`1`. first"),
        ("two\nlines\tone text", "two lines one text"),
        ("commit 0123abc", "commit `0123abc`"),
        ("a * b * c", "a `*` b `*` c"),
        ("<b> <i> next to each other", "`<b> <i>` next to each other"),
        ("https://example.org now", "`https://example.org` now"),
        ("with `tick", "with `` `tick ``"),
        ('see accept("DE01"), please', 'see `accept("DE01")`, please'),
        ("", ""),
    ],
)
def test_plain_words_stay_as_they_are(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_long_names_are_cut() -> None:
    assert code("x" * 1_000, 10) == "`xxxxxxxxx…`"


def test_an_empty_name_is_told() -> None:
    assert code("") == "(empty)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://cwe.mitre.org/data/definitions/319.html", "<https://cwe.mitre.org/data/definitions/319.html>"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
        ("https://example.org/> <script>", "`https://example.org/> <script>`"),
        ("see https://example.org", "`see https://example.org`"),
    ],
)
def test_only_addresses_in_the_web_are_links(text: str, expected: str) -> None:
    assert reference(text) == expected


@given(names)
def test_a_reference_leads_where_it_says_or_nowhere(text: str) -> None:
    for address in (text, f"https://example.org/{text}"):
        shown = read(f"- {reference(address)}")
        assert shown.tags <= {"ul", "li", "code", "a", "p"}
        assert all(link.startswith(("https://", "http://")) for link in shown.links)


def test_numbers_are_aligned_to_the_right() -> None:
    assert table(["a", "b"], [["x", "1"]], numbers=1) == "| a | b |\n| --- | ---: |\n| x | 1 |"
