"""Text from models and packs, made fit to be shown."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pytest_threatmodel.model.labels import escape

_SCHEMES: Final = ("http", "https")
#: Unassigned for ever, so no control characters, but not allowed in XML: https://www.w3.org/TR/xml/#charsets
_NO_XML: Final = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def shown(text: str) -> str:
    """The text as it can be shown: lines stay lines, other control, format and surrogate characters are escaped.

    Nothing is done about markup: that is the matter of whatever the text is put into.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
    return "\n".join(escape(line) for line in lines)


def visible(text: str) -> str:
    """The text on one line, with what cannot be seen or is no XML backslash-escaped."""
    return escape(" ".join(text.split())).translate(_NO_XML)


def web_address(reference: str) -> str:
    """A reference of a pack if the whole of it is an address in the web, else nothing: packs are not trusted."""
    address = reference.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = address.isprintable() and not any(char.isspace() or char in "\"'<>\\`" for char in address)
    return address if plain and parts.scheme in _SCHEMES and parts.hostname else ""
