"""The packs of other distributions, which offer them by entry points, and the library of a script."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.entry_points import offered
from pytest_threatmodel.model.registry import DeclaredFields

#: The group of entry points by which a distribution offers packs; each is a function that gives one or several.
ENTRY_POINTS: Final = "pytest_threatmodel.packs"


def installed_packs() -> list[Pack]:
    """The packs of other distributions, in the order of their names.

    Raises:
        LibraryError: an entry point cannot be loaded, or gives something else than packs.
    """
    return [each for where, given in offered(ENTRY_POINTS, LibraryError) for each in checked_packs(given, where)]


def checked_packs(given: object, where: str) -> list[Pack]:
    """The packs that somebody offers: one, several, or None for none.

    Raises:
        LibraryError: something else is among them.
    """
    if given is None:
        return []
    packs: list[Pack] = []
    for each in given if isinstance(given, Iterable) else [given]:
        if not isinstance(each, Pack):
            raise LibraryError(f"{where}: expected packs, as of read_pack(), got {each!r}")
        packs.append(each)
    return packs


@cache
def script_library() -> Library:
    """The library where no pytest says which packs count: those that are shipped, and those of entry points.

    Raises:
        LibraryError: one of them cannot be used.
    """
    return load_library(plugin_packs=installed_packs())


def script_fields() -> DeclaredFields:
    """The fields that the packs of a script add to kinds."""
    return script_library().vocabulary.declared
