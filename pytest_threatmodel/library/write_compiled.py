"""Writes the shipped packs in compiled form: `python -m pytest_threatmodel.library.write_compiled [FOLDER]`.

Building a wheel does so; a checkout gets it beside the packs when this is run by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_threatmodel.library.compiled import NAME
from pytest_threatmodel.library.compiled import compiled_text
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_shipped


def write_compiled(folder: Path) -> None:
    """Write the file into a folder, from the packs as their files say.

    Raises:
        LibraryError: a pack or one of its conditions is wrong, so that nothing is written.
        OSError: the folder cannot be written to.
    """
    packs = {path: read_shipped(path) for path in shipped_files().values()}
    Library(list(packs.values())).resolve()
    folder.joinpath(NAME).write_text(compiled_text(packs), encoding="utf-8")


if __name__ == "__main__":
    write_compiled(Path(sys.argv[1]) if sys.argv[1:] else next(iter(shipped_files().values())).parent)
