"""Filters: which threats of a library somebody asks for, by pack, class, number, severity, kind or id."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import listed
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import WordError
from pytest_threatmodel.library.threat import is_technique
from pytest_threatmodel.library.threat import parse_linddun
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.library.threat import parse_stride

#: Whether a threat is one of those that are asked for.
Fits = Callable[[Threat], bool]
_Maker = Callable[[str, Library], Fits]
_NUMBER: Final = re.compile(r"(?:[A-Za-z]+-)?0*([1-9][0-9]{0,6})")


def read_filter(text: str, library: Library) -> Fits:
    """What a filter lets through: `llm,severity:high` lets through what fits all its parts.

    Args:
        text: parts with commas between, each the name of a pack, or a key, a colon and a value.
        library: that is filtered.

    Raises:
        LibraryError: a part is wrong; the nearest right one is in the hint.
    """
    tests = [_part(part.strip(), library) for part in text.split(",") if part.strip()]
    return lambda threat: all(fits(threat) for fits in tests)


def _part(part: str, library: Library) -> Fits:
    key, separator, value = (each.strip() for each in part.partition(":"))
    if not separator:
        return _pack(part, library)
    if key not in _MAKERS:
        message = f"unknown filter {shown(key)}, expected a pack or one of {listed(_MAKERS)}"
        raise LibraryError(message, key, (), guess(key, _MAKERS))
    try:
        return _MAKERS[key](value, library)
    except WordError as error:
        raise LibraryError(error.message, value, (), error.hint) from None


def _pack(name: str, library: Library) -> Fits:
    names = [pack.name for pack in library.packs]
    if name not in names:
        hint = guess(name, [*names, *(f"{key}:" for key in _MAKERS)]) or f"there are: {', '.join(names)}"
        raise LibraryError(f"unknown threat pack {shown(name)}", name, (), hint)
    return lambda threat: threat.pack == name


def _stride(value: str, library: Library) -> Fits:
    word = parse_stride(value)
    return lambda threat: word in threat.stride


def _linddun(value: str, library: Library) -> Fits:
    word = parse_linddun(value)
    return lambda threat: word in threat.linddun


def _severity(value: str, library: Library) -> Fits:
    word = parse_severity(value)
    return lambda threat: threat.severity == word


def _number(what: str, of: Callable[[Threat], tuple[int, ...]]) -> _Maker:
    def make(value: str, library: Library) -> Fits:
        found = _NUMBER.fullmatch(value)
        if found is None or (not value[0].isdigit() and not value.lower().startswith(f"{what.lower()}-")):
            raise LibraryError(f"{shown(value)} is no number of {what}, expected one such as 79", value)
        number = int(found.group(1))
        return lambda threat: number in of(threat)

    return make


def _attack(value: str, library: Library) -> Fits:
    if not is_technique(value.upper()):
        known = {technique for threat in library for technique in threat.attack}
        message = f"{shown(value)} is no technique, expected one such as T1552, T1552.005 or AML.T0051"
        raise LibraryError(message, value, (), guess(value.upper(), known))
    technique = value.upper()
    return lambda threat: any(each == technique or each.startswith(f"{technique}.") for each in threat.attack)


def _owasp(value: str, library: Library) -> Fits:
    wanted = value.upper()

    def is_it(item: str) -> bool:
        return item.upper() == wanted or item.upper().partition(":")[0] == wanted

    known = dict.fromkeys(item for threat in library for item in threat.owasp)
    if not any(map(is_it, known)):
        raise LibraryError(f"no threat has the OWASP item {shown(value)}", value, (), guess(wanted, known))
    return lambda threat: any(map(is_it, threat.owasp))


def _kind(value: str, library: Library) -> Fits:
    kinds = targetable(library.vocabulary)
    if value not in kinds:
        raise LibraryError(f"unknown kind {shown(value)}", value, (), guess(value, kinds))
    bases = set(library.vocabulary.kinds[value].bases)
    return lambda threat: not bases.isdisjoint(threat.targets)


def _id(value: str, library: Library) -> Fits:
    if not any(fnmatchcase(threat.id, value) for threat in library):
        hint = guess(value, (threat.id for threat in library))
        raise LibraryError(f"no threat has the id {shown(value)}", value, (), hint)
    return lambda threat: fnmatchcase(threat.id, value)


_MAKERS: Final[Mapping[str, _Maker]] = {
    "stride": _stride,
    "linddun": _linddun,
    "cwe": _number("CWE", lambda threat: threat.cwe),
    "capec": _number("CAPEC", lambda threat: threat.capec),
    "attack": _attack,
    "owasp": _owasp,
    "severity": _severity,
    "kind": _kind,
    "id": _id,
}


def names_pack(text: str, name: str) -> bool:
    """Whether one part of a filter is the name of a pack.

    Args:
        text: of the filter.
        name: of the pack.
    """
    return name in [part.strip() for part in text.split(",")]
