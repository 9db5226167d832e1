"""What a file says and no model of ours can: told once each, with a few of the places."""

from __future__ import annotations

from typing import Final

#: So many places are named; the others are counted.
_NAMED: Final = 3
#: Letters of a text and of a place; names in files may be of any length.
_LONGEST: Final = (160, 120)


class Tally:
    """Collects what could not be mapped; equal things become one line."""

    def __init__(self) -> None:
        self._where: dict[str, list[str]] = {}

    def add(self, what: str, where: str) -> None:
        """Tell something.

        Args:
            what: without the place: "isPublicNetwork has no counterpart".
            where: the name of what it stands on, or a place in the file.
        """
        what, where = (_short(text, most) for text, most in zip((what, where), _LONGEST, strict=True))
        self._where.setdefault(what, []).append(where)

    def lines(self) -> tuple[str, ...]:
        """One line for each thing told, in the order of their first places."""
        return tuple(f"{what}: {_listed(places)}" for what, places in self._where.items())


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _listed(places: list[str]) -> str:
    named = ", ".join(places[:_NAMED])
    return named if len(places) <= _NAMED else f"{named} and {len(places) - _NAMED} more"
