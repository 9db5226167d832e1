"""Loads the library of a run: which packs count, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_threatmodel.library.compiled import compiled_packs
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.extend import extended
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.library import refuse_clash
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.library.releases import known_version
from pytest_threatmodel.library.releases import numbers
from pytest_threatmodel.library.releases import shipped_releases
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.vocabulary import Vocabulary


def load_library(
    select: Sequence[str] | None = None,
    extra: Sequence[Path] = (),
    plugin_packs: Sequence[Pack] = (),
    *,
    vocabulary: Vocabulary | None = None,
    version: str = "",
) -> Library:
    """The library of a run, with every condition checked.

    The order is: `core`, the other shipped packs by name, the packs of plugins as they come, the extra files
    as they are given (those of a folder by name).

    Args:
        select: names of the shipped packs and packs of plugins that count; all of them by default.
        extra: more files of threats, TOML or pytm's JSON, or folders of such files. They always count.
        plugin_packs: packs that other plugins bring.
        vocabulary: the kinds and fields that there are; the standard ones by default.
        version: of the shipped library, whose later threats are left out; empty for all.

    Raises:
        LibraryError: a selected pack does not exist, an extra file does not, the version does not, packs extend what
            they cannot, or ids or fields clash.
        PackError: a pack can not be used.
    """
    shipped = shipped_files()
    own = {pack.name: pack for pack in plugin_packs}
    available = [*shipped, *own]
    _refuse_unknown(select, available)
    wanted = [path for name, path in shipped.items() if select is None or name in select]
    compiled = compiled_packs(wanted) if vocabulary is None else {}
    whole = [compiled.get(path) or read_shipped(path, vocabulary) for path in wanted]
    ours = [_dated(pack, version) for pack in whole]
    later = sum(len(pack.threats) for pack in whole) - sum(len(pack.threats) for pack in ours)
    packs = ours + [pack for name, pack in own.items() if select is None or name in select]
    packs += [read_threats(path, vocabulary=vocabulary) for path in expanded(extra)]
    refuse_clash(packs)
    checked = {pack.name for pack in compiled.values()}
    settled = {pack.name for pack in ours} if version else ()
    return Library(extended(packs, available), vocabulary, checked, settled, later).resolve()


def _dated(pack: Pack, version: str) -> Pack:
    """A shipped pack with the days of the library's versions, without what is later than the version, if one is."""
    releases = shipped_releases()
    if not version:
        return replace(pack, releases=releases)
    last = numbers(known_version(version, releases))
    threats = tuple(threat for threat in pack.threats if numbers(threat.since) <= last)
    return replace(pack, releases=releases, threats=threats)


def read_shipped(path: Path, vocabulary: Vocabulary | None = None) -> Pack:
    """The shipped pack in a file; its origins are the same on every machine.

    Raises:
        PackError: it can not be used.
    """
    return read_pack(path, vocabulary=vocabulary, shown_as=f"threats/{path.name}")


def read_threats(path: Path, *, vocabulary: Vocabulary | None = None) -> Pack:
    """The pack in a file of either format.

    Raises:
        PackError: it can not be used.
    """
    read = read_pytm_json if path.suffix.lower() == ".json" else read_pack
    return read(path, vocabulary=vocabulary)


def _refuse_unknown(select: Sequence[str] | None, known: Sequence[str]) -> None:
    for name in select or ():
        if name not in known:
            hint = guess(name, known) or f"there are: {', '.join(known)}"
            raise LibraryError(f"unknown threat pack {shown(name)}", name, (), hint)
