"""The packs of other distributions, which offer them by entry points, and the library of a script."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.library import load_library
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.registry import DeclaredFields

#: The group of entry points by which a distribution offers packs; each is a function that gives one or several.
ENTRY_POINTS: Final = "pytest_threatmodel.packs"


def installed_packs() -> list[Pack]:
    """The packs of other distributions, in the order of their names.

    Raises:
        LibraryError: an entry point cannot be loaded, or gives something else than packs.
    """
    found: list[Pack] = []
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value)):
        try:
            offered = point.load()()
        except LibraryError:
            raise
        except Exception as error:  # other people's code
            text = f"entry point {point.name!r}: {type(error).__name__}: {error}"
            raise LibraryError(text, point.name) from error
        found += checked_packs(offered, f"entry point {point.name!r}")
    return found


def checked_packs(offered: object, where: str) -> list[Pack]:
    """The packs that somebody offers: one, several, or None for none.

    Raises:
        LibraryError: something else is among them.
    """
    if offered is None:
        return []
    packs: list[Pack] = []
    for each in offered if isinstance(offered, Iterable) else [offered]:
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
