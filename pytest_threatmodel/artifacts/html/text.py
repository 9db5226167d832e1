"""Text from models and packs, made safe to show on a page."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pytest_threatmodel.model.labels import escape

_SCHEMES: Final = ("http", "https")


def shown(text: str) -> str:
    """The text as the page shows it: lines stay lines, other control, format and surrogate characters are escaped.

    Nothing is done about markup: that is the matter of whatever the text is put into.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
    return "\n".join(escape(line) for line in lines)


def web_address(reference: str) -> str:
    """A reference of a pack if the whole of it is an address in the web, else nothing: packs are not trusted."""
    address = reference.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = address.isprintable() and not any(char.isspace() or char in "\"'<>\\`" for char in address)
    return address if plain and parts.scheme in _SCHEMES and parts.hostname else ""
