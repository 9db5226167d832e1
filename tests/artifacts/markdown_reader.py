"""Reads Markdown as GitHub does: by its own parser, with all that may be markup left in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from html.parser import HTMLParser
from typing import Final

import cmarkgfm  # has no annotations
from cmarkgfm.cmark import Options  # has no annotations

#: What GitHub and GitLab make links or pictures of after rendering, wherever it stands outside of code.
DOES_SOMETHING: Final = re.compile(
    r"@\w|#\d|\bGH-\d|[!$%&~^]\w|\b[0-9a-f]{7,40}\b|://|www\.|:\w+:|\w@|mailto", re.ASCII | re.IGNORECASE
)
_BLOCKS: Final = frozenset({"p", "li", "td", "th", "h1", "h2", "h3", "h4", "summary", "pre", "br", "tr"})


@dataclass
class Shown:
    """What a page shows.

    Attributes:
        tags: of all elements.
        codes: the text of each code span and block.
        links: where links lead.
        text: all of it, with a line break between blocks.
        outside: the text that is neither code nor the text of a link.
    """

    tags: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    text: str = ""
    outside: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown.tags.add(tag)
        self._within.append(tag)
        if tag == "a":
            self.shown.links.append(dict(attrs).get("href") or "")
        if tag == "code":
            self.shown.codes.append("")
        if tag in _BLOCKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass
        if tag in _BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if "code" in self._within:
            self.shown.codes[-1] += data
        self._add(data)

    def handle_comment(self, data: str) -> None:
        self.shown.tags.add("<!--")

    def handle_decl(self, decl: str) -> None:
        self.shown.tags.add("<!")

    def _add(self, data: str) -> None:
        self.shown.text += data
        # A code span ends what is before it.
        self.shown.outside += "\n" if {"code", "a"} & set(self._within) else data


def read(markdown: str) -> Shown:
    """What GitHub shows of a text."""
    reader = _Reader()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    reader.close()
    return reader.shown
