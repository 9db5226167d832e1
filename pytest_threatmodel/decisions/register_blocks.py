"""The text of a register, cut at its tables, so that one entry can move and all else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: What makes a bracket, a hash or the end of a line mean something else, and those that mean themselves.
_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]",
    re.DOTALL,
)
_HEADER: Final = re.compile(r"""[ \t]*\[{1,2}[ \t]*(?P<name>"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(?P<below>\.)?""")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a register's text: an entry with its comments, or what stands between entries.

    Args:
        table: the name of the entry's table, `decision` or `closed`; empty for what is no entry.
        lead: the comments above its header.
        body: from the header on; of what is no entry, all of it.
    """

    table: str
    lead: str
    body: str

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return self.lead + self.body

    def renamed(self, table: str, lines: str) -> str:
        """The text of the entry in another table.

        Args:
            table: its name.
            lines: to stand under the header.
        """
        body = self.body
        headers = [_HEADER.match(body, start) for start, _ in _statements(body)]
        for match in reversed([header for header in headers if header]):
            body = body[: match.start("name")] + table + body[match.end("name") :]
        head, newline, rest = body.partition("\n")
        return f"{self.lead}{head}{newline}{lines}{rest}"


def blocks(text: str) -> list[Block]:
    """Cut the text of a register; the texts of the blocks make up the whole.

    Comments right above an entry's header belong to it, but for those that open the file; so do those right below its
    last line. Comments that stand alone belong to no entry.

    Args:
        text: valid TOML, with a newline at its end.
    """
    spans = list(_statements(text))
    heads = list(_heads(text, spans))
    made: list[Block] = []
    done = 0
    for number, (index, table) in enumerate(heads):
        limit = heads[number + 1][0] if number + 1 < len(heads) else len(spans)
        lead = _lead(text, spans, done, index)
        last = _last(text, spans, index, limit)
        if done < lead:
            made.append(Block("", "", _text(text, spans, done, lead)))
        made.append(Block(table, _text(text, spans, lead, index), _text(text, spans, index, last)))
        done = last
    if done < len(spans):
        made.append(Block("", "", _text(text, spans, done, len(spans))))
    return made


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Where lines begin and end, together with those that go on with their string or array."""
    depth = start = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token == "\n" and depth == 0:
            yield start, match.end()
            start = match.end()
    if start < len(text):
        yield start, len(text)


def _heads(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Which statements begin a table, with its name; the tables below an entry are part of it."""
    last = ""
    for index, (start, _) in enumerate(spans):
        match = _HEADER.match(text, start)
        if match is None:
            continue
        name = match["name"].strip("\"'")
        if not (match["below"] and name == last):
            last = name
            yield index, name


def _lead(text: str, spans: list[tuple[int, int]], lowest: int, index: int) -> int:
    """The first of the comments right above a header; those that open the file are the file's."""
    first = index
    while first > lowest and _is_comment(text, spans[first - 1]):
        first -= 1
    return index if first == 0 else first


def _last(text: str, spans: list[tuple[int, int]], index: int, limit: int) -> int:
    """The statement behind an entry's last, and behind the comments right below that are no other header's."""
    last = limit
    while last > index + 1 and _is_empty(text, spans[last - 1]):
        last -= 1
    below = last
    while below < limit and _is_comment(text, spans[below]):
        below += 1
    return last if below == limit < len(spans) else below


def _is_comment(text: str, span: tuple[int, int]) -> bool:
    return text[span[0] : span[1]].lstrip().startswith("#")


def _is_empty(text: str, span: tuple[int, int]) -> bool:
    return _is_comment(text, span) or not text[span[0] : span[1]].strip()


def _text(text: str, spans: list[tuple[int, int]], first: int, last: int) -> str:
    return text[spans[first][0] : spans[last - 1][1]] if first < last else ""
