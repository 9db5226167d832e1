"""The library in words: its threats, one of them, and the kinds of elements with their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.vocabulary import KindInfo


def library_lines(library: Library) -> Iterator[str]:
    """Every threat with id, severity and title, pack by pack."""
    width = max((len(threat.id) for threat in library.threats), default=0)
    for pack in library.packs:
        yield f"{pack.name} {pack.version}: {pack.title}".replace(" :", ":")
        for threat in pack.threats:
            yield f"  {threat.id:<{width}}  {threat.severity:<8}  {threat.title}"


def kinds_lines(library: Library) -> Iterator[str]:
    """Every kind of element with what it is."""
    kinds = library.vocabulary.kinds
    width = max(map(len, kinds))
    yield from (f"{name:<{width}}  {kind.doc}".rstrip() for name, kind in kinds.items())


def described(library: Library, name: str) -> Iterator[str]:
    """The fields of a kind, or all about a threat.

    Raises:
        LibraryError: there is neither of that name; the nearest one is in the hint.
    """
    model = KindInfo("TM", ("TM",), Model.fields, "The system as a whole.")
    kinds = {**library.vocabulary.kinds, "TM": model}
    if name in kinds:
        return _kind_lines(kinds[name])
    if name in library:
        return _threat_lines(library[name])
    known = [*kinds, *(threat.id for threat in library.threats)]
    raise LibraryError(f"{shown(name)} is no kind and no threat", name, (), guess(name, known))


def _kind_lines(kind: KindInfo) -> Iterator[str]:
    yield f"{kind.name}: {kind.doc}"
    width = max(map(len, kind.fields), default=0)
    for name, field in sorted(kind.fields.items(), key=lambda item: (item[1].role, item[0])):
        yield f"  {name:<{width}}  {field.role:<10}  {field.type}{_default(field)}  {field.doc}"


def _default(field: Field[Any, Any]) -> str:
    if field.is_relation or field.type.shape in ("texts", "ints", "other"):
        return ""
    return f" = {getattr(field.default, 'name', repr(field.default))}"


def _threat_lines(threat: Threat) -> Iterator[str]:
    yield f"{threat.id}  {threat.title}"
    told = {
        "pack": f"{threat.pack} (since {threat.since})" if threat.since else threat.pack,
        "targets": ", ".join(threat.targets),
        "severity": threat.severity,
        "likelihood": threat.likelihood,
        "because": threat.rationale,
        "adjusted": "; ".join(f"{adjust.severity} when {adjust.why}" for adjust in threat.adjust),
        "STRIDE": ", ".join(threat.stride),
        "LINDDUN": ", ".join(threat.linddun),
        "CWE": ", ".join(map(str, threat.cwe)),
        "CAPEC": ", ".join(map(str, threat.capec)),
        "ATT&CK": ", ".join(threat.attack),
        "OWASP": ", ".join(threat.owasp),
        "ASVS": ", ".join(threat.asvs),
        "condition": threat.condition,
        "description": threat.description,
        "example": threat.example,
        "mitigation": threat.mitigation,
        "references": ", ".join(threat.references),
    }
    yield from (f"  {name:<11}  {' '.join(value.split())}" for name, value in told.items() if value)
