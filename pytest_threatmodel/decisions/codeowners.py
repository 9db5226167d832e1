"""Who owns a file, by the CODEOWNERS file of its repository, where that is written in the plain way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

#: Where GitHub and GitLab look, first to last.
PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")

#: What is not read: sections of GitLab, escapes, sets of characters, exceptions, and more wildcards than anybody needs.
_NOT_PLAIN: Final = re.compile(r"\^?\[|!|\S*[\\\[]|(?:[^\s*]*\*){9}")
_WILDCARD: Final = re.compile(r"(\*\*/|/\*\*$|\*|\?)")
_EXPRESSIONS: Final = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}


def find_codeowners(root: Path) -> Path | None:
    """The CODEOWNERS file of a repository.

    Args:
        root: its top folder.
    """
    return next((root / place for place in PLACES if (root / place).is_file()), None)


def owner_of(text: str, path: str) -> str | None:
    """The owners of a file, by the last line that matches it; None where there is none, or the text is not plain.

    Args:
        text: of CODEOWNERS.
        path: relative to the top folder, with slashes.
    """
    owner: str | None = None
    for line in text.splitlines():
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if words and _NOT_PLAIN.match(words[0]):
            return None
        if words and _matches(words[0], path):
            owner = ", ".join(word for word in words[1:] if "@" in word) or None
    return owner


def _matches(pattern: str, path: str) -> bool:
    anchored = "/" in pattern.rstrip("/")
    inside = pattern.removeprefix("/")
    parts = (_EXPRESSIONS.get(part) or re.escape(part) for part in _WILDCARD.split(inside))
    start = "" if anchored else "(?:.*/)?"
    end = "" if pattern.endswith("/*") else ".+" if pattern.endswith("/") else "(?:/.*)?"
    return re.fullmatch(f"{start}{''.join(parts)}{end}", path, re.DOTALL) is not None
