"""Reads a page of the report for auditors: its tables, links, ids and text, and whether its tags are in order."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"meta", "br"})


@dataclass
class Cell:
    """A cell.

    Attributes:
        text: with blanks put together.
        scope: of a head; empty for data.
        rows: over how many it reaches.
    """

    text: str
    scope: str
    rows: int


@dataclass
class Table:
    """A table: its caption and its rows, the head's among them."""

    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)

    def texts(self) -> list[list[str]]:
        """The texts of the rows below the head, with cells that reach over several rows in each of them."""
        found: list[list[str]] = []
        above: list[tuple[int, str]] = []
        for row in self.rows[1:]:
            cells = [cell.text for cell in row]
            if above and above[0][0] > 0:
                cells = [above[0][1], *cells]
                above = [(above[0][0] - 1, above[0][1])]
            elif row[0].rows > 1:
                above = [(row[0].rows - 1, row[0].text)]
            found.append(cells)
        return found


class Page(HTMLParser):
    """A page.

    Args:
        page: its source.

    Raises:
        AssertionError: tags do not nest, or an attribute or an id comes twice.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labelled: list[str] = []
        self.policy = ""
        self.style = ""
        self.text = ""
        self.tables: list[Table] = []
        self.inline: set[str] = set()
        self._open: list[str] = []
        self._cell: Cell | None = None
        self.feed(page)
        self.close()
        assert self._open == []
        assert len(set(self.ids)) == len(self.ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs)
        self.inline |= {name for name in values if name.startswith("on") or name == "style"}
        if "id" in values:
            self.ids.append(values["id"])
        if "aria-labelledby" in values:
            self.labelled.append(values["aria-labelledby"])
        if tag == "a":
            self.links.append(values["href"])
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag in ("th", "td"):
            self._cell = Cell("", values.get("scope", ""), int(values.get("rowspan", "1")))
            self.tables[-1].rows[-1].append(self._cell)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag in ("dt", "dd", "li"):
            self.text += " "
        if tag in ("th", "td") and self._cell is not None:
            self._cell.text = " ".join(self._cell.text.split())
            self._cell = None

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.style += data
            return
        self.text += data
        if self._cell is not None:
            self._cell.text += data
        if "caption" in self._open:
            self.tables[-1].caption += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")
