"""A file of threats beside the library: the pack that somebody writes, among all that it will meet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Pack


def library_with(file: Path, extra: Sequence[Path] = (), plugin_packs: Sequence[Pack] = ()) -> tuple[Library, Pack]:
    """All shipped packs with that of a file, and the file's pack in it.

    Args:
        file: TOML, or pytm's JSON; it may be one of the shipped ones.
        extra: more files of threats, or folders of them.
        plugin_packs: packs that other plugins bring.

    Raises:
        LibraryError: it is no file of threats, or has an id that another pack has.
        PackError: it cannot be used, with everything that is wrong with it.
    """
    if file.is_dir():
        raise LibraryError(f"{str(file)!r} is a folder, expected a file of threats", str(file))
    files = extra if is_shipped(file) else expanded([file, *extra])
    library = load_library(extra=files, plugin_packs=plugin_packs)
    return library, pack_of(library, file)


def is_shipped(file: Path) -> bool:
    """Whether a file is one of the shipped packs."""
    return file.resolve() in {path.resolve() for path in shipped_files().values()}


def pack_of(library: Library, file: Path) -> Pack:
    """The pack of a library that stands in a file.

    Args:
        library: that was made with the file.
        file: one of its files.
    """
    names = {path.resolve(): name for name, path in shipped_files().items()}
    name = names.get(file.resolve())
    if name is not None:
        return next(pack for pack in library.packs if pack.name == name)
    # Files of hooks and entry points may have no origin; those of settings have their path.
    return next(pack for pack in library.packs if pack.origin and Path(pack.origin).resolve() == file.resolve())
