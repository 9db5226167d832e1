"""Which requirements there are, and the threats that stand for each."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.library.threat import LINDDUN
from pytest_threatmodel.library.threat import STRIDE
from pytest_threatmodel.snapshot.shape import ThreatShape

_NAMED: Final[Mapping[str, Callable[[ThreatShape], Iterable[str]]]] = {
    "CWE": lambda threat: (f"CWE-{number}" for number in threat["cwe"]),
    "OWASP": lambda threat: threat["owasp"],
    "ASVS": lambda threat: threat["asvs"],
    "STRIDE": lambda threat: threat["stride"],
    "LINDDUN": lambda threat: threat.get("linddun", []),
    "CAPEC": lambda threat: (f"CAPEC-{number}" for number in threat["capec"]),
    "ATT&CK": lambda threat: threat.get("attack", []),
}
_LETTERS: Final[dict[str, int]] = {word: number for words in (STRIDE, LINDDUN) for number, word in enumerate(words)}
_ADDRESSES: Final = {
    "CWE": "https://cwe.mitre.org/data/definitions/{}.html",
    "CAPEC": "https://capec.mitre.org/data/definitions/{}.html",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that an auditor asks about.

    Args:
        scheme: "CWE", "OWASP", "ASVS", "STRIDE", "LINDDUN", "CAPEC", "ATT&CK"; empty for threats that name none.
        name: as the scheme has it, "CWE-319", "A01:2025"; empty as above.
        threats: that stand for it, in the order of the library.
    """

    scheme: str
    name: str
    threats: tuple[ThreatShape, ...]

    @property
    def address(self) -> str:
        """Where its scheme explains it; empty where only numbers of a scheme have addresses of their own."""
        number = self.name.rpartition("-")[2]
        return _ADDRESSES[self.scheme].format(number) if self.scheme in _ADDRESSES else ""


def requirements(threats: Iterable[ThreatShape]) -> list[Requirement]:
    """Every requirement that some threat names, scheme by scheme; last, the threats that name none."""
    threats = list(threats)
    found = [each for scheme in _NAMED for each in _of_scheme(scheme, threats)]
    rest = [threat for threat in threats if not any(list(named(threat)) for named in _NAMED.values())]
    return [*found, *([Requirement("", "", tuple(rest))] if rest else [])]


def _of_scheme(scheme: str, threats: list[ThreatShape]) -> list[Requirement]:
    by_name: dict[str, list[ThreatShape]] = {}
    for threat in threats:
        for name in dict.fromkeys(_NAMED[scheme](threat)):
            by_name.setdefault(name, []).append(threat)
    return [Requirement(scheme, name, tuple(by_name[name])) for name in sorted(by_name, key=_order)]


def _order(name: str) -> tuple[int, list[object]]:
    """STRIDE as its letters, others by their numbers, so that "v5.0.0-2.1.1" comes before "v5.0.0-10.1.1"."""
    parts = re.split(r"([0-9]+)", name)
    # Numbers stay text: they may be longer than Python reads.
    natural = [(len(part.lstrip("0")), part) if index % 2 else part for index, part in enumerate(parts)]
    return _LETTERS.get(name, 0), natural


def named(threat: ThreatShape) -> list[str]:
    """All requirements that a threat stands for, as people name them: "CWE-319", "OWASP A01:2025"."""
    plain = ("CWE", "CAPEC")
    return [
        name if scheme in plain else f"{scheme} {name}"
        for scheme, of in _NAMED.items()
        for name in dict.fromkeys(of(threat))
    ]
