"""Text of models as it goes into a report: as it is, but for what would be markup there."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Final

from pytest_threatmodel.artifacts.templates.pytm.values import Encoded
from pytest_threatmodel.artifacts.text import shown

Escape = Callable[[str], str]

#: What begins a tag, ends a cell, begins code, or makes a link of the brackets before it.
_MARKDOWN: Final = re.compile(r"<(?=[A-Za-z/!?])|[|`]|~(?=~~)|(?<=\])[(\[:]")


def escape_for(ending: str) -> Escape:
    """What is done to the text of a model.

    Markdown is what most templates make, so it is the rule. Plain names come through as they are.

    Args:
        ending: of the report, ".md".
    """
    return _BY_ENDING.get(ending, _markdown)


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(lambda match: "&lt;" if match[0] == "<" else f"&#{ord(match[0])};", shown(text))


def _html(text: str) -> str:
    return shown(text) if isinstance(text, Encoded) else html.escape(shown(text))


def _json(text: str) -> str:
    return json.dumps(shown(text), ensure_ascii=False)[1:-1]


_BY_ENDING: Final[dict[str, Escape]] = {
    ".html": _html,
    ".htm": _html,
    ".xhtml": _html,
    ".xml": _html,
    ".svg": _html,
    ".json": _json,
    ".txt": shown,
}
