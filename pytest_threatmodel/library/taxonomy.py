"""The taxonomies that threats name: whether a number, technique, entry or requirement exists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from typing import Final

from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown

#: Numbers of techniques for industrial systems and mobile devices; which of those exist is not known here.
_OTHER_MATRICES: Final = (
    range(800, 900),
    range(1398, 1482),
    (1509, 1512, 1513, 1516, 1517, 1521, 1532, 1533, 1541, 1544, 1575, 1577),
    range(1603, 1700),
)
#: Above every number that CWE has given so far, but for its views.
_HIGHEST_CWE: Final = 1499
_TEN: Final = range(1, 11)
_REQUIREMENT = re.compile(r"v5\.0\.0-([1-9]\d?)\.([1-9]\d?)\.([1-9]\d?)")


def cwe_problem(number: int) -> str | None:
    """What is wrong with a number of a weakness of CWE, or None."""
    known = _taxonomies()["cwe"]
    if number in known["weaknesses"] or known["latest"] < number <= _HIGHEST_CWE:
        return None
    if number in known["deprecated"]:
        return f"CWE-{shown(number)} is deprecated"
    if number in known["groups"]:
        return f"CWE-{shown(number)} is a category or view, expected a weakness"
    return f"there is no CWE-{shown(number)}"


def capec_problem(number: int) -> str | None:
    """What is wrong with a number of a pattern of CAPEC, or None."""
    known = _taxonomies()["capec"]
    exists = number in known["patterns"] or 0 < number <= known["latest"]
    return None if exists else f"there is no CAPEC-{shown(number)}"


def technique_problem(technique: str) -> str | None:
    """What is wrong with a technique of ATT&CK or ATLAS that has the right form, or None."""
    known = _taxonomies()["attack"]
    if technique in known["techniques"] or technique.startswith("AML."):
        return None
    if technique in known["gone"]:
        return f"{technique} was revoked or deprecated in ATT&CK"
    parent = technique.partition(".")[0]
    if parent not in known["techniques"] and any(int(parent[1:]) in numbers for numbers in _OTHER_MATRICES):
        return None
    has_parent = parent != technique and parent in known["techniques"]
    return f"there is no {technique} in ATT&CK" + (f", though there is {parent}" if has_parent else "")


def owasp_problem(entry: str) -> str | None:
    """What is wrong with an entry of one of OWASP's lists, or None; a near one is named."""
    known = _taxonomies()["owasp"]["entries"]
    if entry in known:
        return None
    hint = guess(entry, known) or "an entry is written with its edition: A01:2025, API1:2023, LLM01:2025"
    return f"there is no {shown(entry)} in OWASP's lists; {hint}"


def asvs_problem(requirement: str) -> str | None:
    """What is wrong with a requirement of OWASP's verification standard, or None."""
    found = _REQUIREMENT.fullmatch(requirement)
    if found is None:
        return f"{shown(requirement)} is no requirement of the ASVS, expected one like v5.0.0-1.2.5"
    chapter, section, number = map(int, found.groups())
    sections: list[int] = _taxonomies()["asvs"].get(str(chapter), [])
    if not sections:
        return f"there is no {requirement}: ASVS 5.0.0 has no chapter {chapter}"
    if section > len(sections):
        return f"there is no {requirement}: chapter {chapter} ends with section {len(sections)}"
    if number > sections[section - 1]:
        return f"there is no {requirement}: section {chapter}.{section} ends with {sections[section - 1]}"
    return None


@cache
def _taxonomies() -> dict[str, dict[str, Any]]:
    data = tomllib.loads(files(__package__).joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    for key in ("weaknesses", "deprecated", "groups"):
        data["cwe"][key] = frozenset(_numbers(data["cwe"][key].split()))
    data["capec"]["patterns"] = frozenset(_numbers(data["capec"]["patterns"].split()))
    for key in ("techniques", "gone"):
        data["attack"][key] = frozenset(_techniques(data["attack"][key].split()))
    data["owasp"]["entries"] = tuple(_entries(data["owasp"]))
    return data


def _numbers(words: Iterable[str]) -> Iterator[int]:
    """The numbers of "3-5 7"."""
    for word in words:
        first, _, last = word.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _techniques(words: Iterable[str]) -> Iterator[str]:
    """The techniques of "1003:0-8"; 0 is the technique itself."""
    for word in words:
        technique, _, subs = word.partition(":")
        for sub in _numbers(subs.split(",")):
            yield f"T{technique}.{sub:03}" if sub else f"T{technique}"


def _entries(lists: dict[str, dict[str, list[int]]]) -> Iterator[str]:
    for form, width in (("padded", 2), ("plain", 1)):
        for name, editions in lists[form].items():
            yield from (f"{name}{number:0{width}}:{edition}" for edition in editions for number in _TEN)
