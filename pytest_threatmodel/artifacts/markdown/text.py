"""Text from models and packs as Markdown that renders as it is written, and does nothing.

GitHub, GitLab and their kin turn more than Markdown into links after it is rendered: names of users, numbers of issues,
commits, words between colons. They leave code alone. So what is more than plain words goes into code spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Final

from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.text import web_address
from pytest_threatmodel.model.labels import escape

#: A word with nothing in it that some renderer could read as more: "don't", "and/or", "e.g.", "25,000", "(plain)".
_WORD: Final = r"[^\W\d_]+(?:['\u2019/-][^\W\d_]+)*"
_PLAIN: Final = re.compile(rf"(?:{_WORD}|(?:[a-z]\.)+[a-z]|\d+(?:[.,]\d+)*|[/\u2013\u2014&])")
_BEFORE: Final = "(\"'"
_AFTER: Final = ".,;:!?)…\"'"
#: What looks like a commit, like the number of a list where it stands first, or like the name of a field.
_DOUBTFUL: Final = re.compile(r"[0-9a-fA-F]{7,40}|\d+[.)]+|[a-z]+[A-Z]\w*")
_LONGEST_NAME: Final = 160


def code(text: str, longest: int = _LONGEST_NAME) -> str:
    """A name, value or path as a code span, on one line; cut where it is longer.

    Args:
        text: any text.
        longest: how much of it is shown.
    """
    shown = cut(escape(text), longest)
    # A table's cells end at a bar even inside a code span, and escaping it shows the backslash outside of tables.
    return "&#124;".join(_span(part) if part else "" for part in shown.split("|")) if shown else "(empty)"


def _span(text: str) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    # One space at both ends is taken away again; without it, the text's own would be, and backticks would run together.
    padded = text.startswith(("`", " ")) or text.endswith(("`", " "))
    pad = " " if padded and text.strip(" ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str, longest: int = 10_000) -> str:
    """Sentences on one line: plain words as they are, anything else as code spans.

    Args:
        text: any text; its line breaks become spaces.
        longest: how much of it is shown.
    """
    words = cut(" ".join(text.split()), longest).split(" ")
    shown: list[str] = []
    doubtful: list[str] = []
    for word in filter(None, map(escape, words)):
        before, core, after = _parts(word)
        if _is_plain(core, after):
            shown += [*_spanned(doubtful), word]
        elif before or after:
            shown += [*_spanned(doubtful), f"{before}{code(core, longest)}{after}"]
        else:
            doubtful.append(word)
            continue
        doubtful = []
    return " ".join(shown + _spanned(doubtful))


def _spanned(words: list[str]) -> list[str]:
    return [code(" ".join(words), len(" ".join(words)))] if words else []


def _parts(word: str) -> tuple[str, str, str]:
    """What is before the word, the word, and what is after it: brackets, quotes and the end of a sentence.

    What closes inside the word what opens there is part of it: `accept("DE01")`.
    """
    core = word.lstrip(_BEFORE)
    before = word[: len(word) - len(core)]
    bare = core
    while bare and bare[-1] in _AFTER and not _closes(bare):
        bare = bare[:-1]
    return (before, bare, core[len(bare) :]) if bare else ("", word, "")


def _closes(text: str) -> bool:
    """Whether the last character closes a bracket or a quote that the text opens."""
    rest, last = text[:-1], text[-1]
    if last == ")":
        return rest.count("(") > rest.count(")")
    return last in "\"'" and rest.count(last) % 2 == 1


def _is_plain(core: str, after: str) -> bool:
    doubtful = _DOUBTFUL.fullmatch(core) or _DOUBTFUL.fullmatch(core + after[:1])
    return _PLAIN.fullmatch(core) is not None and doubtful is None


def reference(text: str) -> str:
    """A reference of a pack: a link where it is an address in the web and nothing else, otherwise text."""
    address = web_address(text)
    return f"<{address}>" if address and address.isascii() else code(text, 500)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """A table; the last `numbers` columns are aligned to the right.

    Args:
        header: of the columns, as Markdown.
        rows: cells, as Markdown without a bare bar or line break, which `code` and `prose` never leave.
        numbers: how many columns hold numbers.
    """
    dashes = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    return lines(*(f"| {' | '.join(cells)} |" for cells in (header, dashes, *rows)))


def folded(title: str, *texts: str) -> list[str]:
    """Blocks that show when the title is chosen.

    Args:
        title: plain words.
        texts: Markdown.
    """
    return [f"<details><summary>{title}</summary>", *texts, "</details>"]


def lines(*texts: str) -> str:
    """Lines of Markdown."""
    return "\n".join(texts)
