"""The library that files written for pytm meet: pytm's own, read where it is installed, without running its code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import Distribution
from importlib.metadata import PackageNotFoundError
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.extend import extended
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_threats
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.vocabulary import Vocabulary

#: The name of its pack, and of its distribution.
PYTM: Final = "pytm"
_FILE: Final = "pytm/threatlib/threats.json"
_WAYS_OUT: Final = (
    "install it (pip install pytest-threatmodel[pytm]), or set threatmodel_pytm_threats = packs, "
    "so that its files meet the packs of this plugin"
)


class PytmThreats:
    """The threats that files written for pytm meet; nothing is read before it is asked for.

    None of ours is among them, as some ids of pytm's mean other threats than ours.

    Args:
        extra: more files of threats, or folders of them, which the user has named.
        vocabulary: the kinds and fields that there are; the standard ones by default.
    """

    def __init__(self, extra: Sequence[Path] = (), vocabulary: Vocabulary | None = None) -> None:
        self._extra = extra
        self._vocabulary = vocabulary

    @cached_property
    def whole(self) -> Library:
        """pytm's own threats, and the user's.

        Raises:
            LibraryError: pytm is not installed, or not with its threats; or an id stands twice.
            PackError: a file cannot be used.
        """
        return Library([installed_threats(self._vocabulary), *self._users()], self._vocabulary).resolve()

    @cached_property
    def beside(self) -> Library:
        """The user's threats alone, for models whose `threatsFile` takes the place of pytm's own.

        Raises:
            LibraryError: an id stands twice.
            PackError: a file cannot be used.
        """
        return Library(self._users(), self._vocabulary).resolve()

    def _users(self) -> list[Pack]:
        packs = [read_threats(path, vocabulary=self._vocabulary) for path in expanded(self._extra)]
        # They may extend the packs that these files do not meet.
        return extended(packs, partial=True)


def installed_threats(vocabulary: Vocabulary | None = None) -> Pack:
    """The threats of the pytm that is installed, as the pack "pytm".

    Args:
        vocabulary: the kinds that there are; the standard ones by default.

    Raises:
        LibraryError: pytm is not installed, or not with its threats.
        PackError: they cannot be used.
    """
    installed = _installed()
    file = Path(str(installed.locate_file(_FILE)))
    if not file.is_file():
        raise LibraryError(f"pytm {installed.version} is installed without its threats, {_FILE}", PYTM, (), _WAYS_OUT)
    shown_as = f"pytm {installed.version}, {file.name}"
    return read_pytm_json(file, vocabulary=vocabulary, shown_as=shown_as, name=PYTM)


def _installed() -> Distribution:
    try:
        return distribution(PYTM)
    except PackageNotFoundError:
        text = "the threats of files written for pytm come from pytm, which is not installed"
        raise LibraryError(text, PYTM, (), _WAYS_OUT) from None
