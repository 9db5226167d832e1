"""Versions: of the shipped library and of other packs, compared as numbers, with the days of their publication."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import listed
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Releases
from pytest_threatmodel.library.threat import Threat

_TABLE: Final = Path(__file__).with_name("releases.toml")
#: So many digits one number of a version may have.
_LONGEST: Final = 9


def numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, for comparing; none where it has none. "1", "1.0" are the same."""
    parts = takewhile(lambda part: part.isascii() and part.isdigit(), version.split("."))
    found = [int(part) for part in parts if len(part) <= _LONGEST]
    while len(found) > 1 and not found[-1]:
        found.pop()
    return tuple(found)


def is_version(text: str) -> bool:
    """Whether the text is numbers with dots between."""
    parts = text.split(".")
    return all(part.isascii() and part.isdigit() and len(part) <= _LONGEST for part in parts)


@cache
def shipped_releases() -> Releases:
    """The versions of the shipped library, the earliest first."""
    table: dict[str, date] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return _sorted(table)


def day_of(version: str, releases: Releases) -> date | None:
    """The day on which a version was published, where that is known."""
    wanted = numbers(version)
    return next((day for each, day in releases if numbers(each) == wanted), None)


def arrival(threat: Threat, releases: Releases) -> date | None:
    """The day on which a threat joined its pack; None where that is not known, or where it was there from the first."""
    if not releases or not threat.since or numbers(threat.since) == numbers(releases[0][0]):
        return None
    return day_of(threat.since, releases)


def known_version(version: str, releases: Releases) -> str:
    """The version as it is written in the table.

    Raises:
        LibraryError: there is no such version; all are named.
    """
    for each, _ in releases:
        if is_version(version) and numbers(each) == numbers(version):
            return each
    names = [each for each, _ in releases]
    message = f"unknown version {shown(version)} of the threat library, expected {listed(names)}"
    raise LibraryError(message, version, (), guess(version, names))


def read_releases(table: Table, key: str) -> Releases:
    """The versions under a key, a table from version to day; what is wrong goes to the complaints of the table."""
    values = table.values.get(key, {})
    if not isinstance(values, dict):
        table.wrong(key, f"expected a table from version to day, got {shown(values)}", 'write { "1.0" = 2026-01-01 }')
        return ()
    days = Table(values, f"{table.where}, {key}", table.complaints, table.line)
    found: dict[str, date] = {}
    for version in values:
        day = days.day(version) if _is_new(version, found, days) else None
        if day is not None:
            found[version] = day
    return _sorted(found)


def _is_new(version: str, found: dict[str, date], days: Table) -> bool:
    if not is_version(version):
        days.wrong(shown(version), 'expected a version, numbers with dots between, such as "1.0"')
        return False
    same = next((each for each in found if numbers(each) == numbers(version)), None)
    if same is not None:
        days.wrong(shown(version), f"is the same version as {shown(same)}")
    return same is None


def refuse_unreleased(pack: Pack, header: Table) -> None:
    """Note versions that the pack speaks of and that are not among its releases, where it states them."""
    if not pack.releases:
        return
    names = [version for version, _ in pack.releases]
    known = set(map(numbers, names))
    if pack.version and numbers(pack.version) not in known:
        message = f"{shown(pack.version)} is not among the releases: {listed(names)}"
        header.wrong("version", message, header.complaints.guess(pack.version, names))
    for threat in pack.threats:
        if threat.since and numbers(threat.since) not in known:
            table = Table({}, f"threat {threat.id}", header.complaints, threat.line)
            message = f"{shown(threat.since)} is not among the pack's releases: {listed(names)}"
            table.wrong("since", message, header.complaints.guess(threat.since, names))


def _sorted(table: dict[str, date]) -> Releases:
    return tuple(sorted(table.items(), key=lambda item: numbers(item[0])))
