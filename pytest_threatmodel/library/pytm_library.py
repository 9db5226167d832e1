"""The library of pytm itself, read from where pytm is installed; no code of pytm's is run."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import Distribution
from importlib.metadata import PackageNotFoundError
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.library import read_threats
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.model.vocabulary import Vocabulary

_PYTM: Final = "pytm"
_FILE: Final = "pytm/threatlib/threats.json"
_WAYS_OUT: Final = (
    "install it (pip install pytest-threatmodel[pytm]), or set threatmodel_pytm_threats = packs, "
    "so that its files meet the packs of this plugin"
)


def pytm_library(extra: Sequence[Path] = (), vocabulary: Vocabulary | None = None) -> Library:
    """The threats that files written for pytm meet: pytm's own, without any of ours, as some ids mean other threats.

    Args:
        extra: more files of threats, or folders of them, which the user has named.
        vocabulary: the kinds and fields that there are; the standard ones by default.

    Raises:
        LibraryError: pytm is not installed, or not with its threats; or an id stands twice.
        PackError: a file cannot be used.
    """
    installed = _installed()
    file = Path(str(installed.locate_file(_FILE)))
    if not file.is_file():
        raise LibraryError(f"pytm {installed.version} is installed without its threats, {_FILE}", _PYTM, (), _WAYS_OUT)
    shown_as = f"pytm {installed.version}, {file.name}"
    packs = [read_pytm_json(file, vocabulary=vocabulary, shown_as=shown_as)]
    packs += [read_threats(path, vocabulary=vocabulary) for path in expanded(extra)]
    return Library(packs, vocabulary).resolve()


def _installed() -> Distribution:
    try:
        return distribution(_PYTM)
    except PackageNotFoundError:
        text = "the threats of files written for pytm come from pytm, which is not installed"
        raise LibraryError(text, _PYTM, (), _WAYS_OUT) from None
