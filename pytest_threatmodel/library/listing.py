"""The library in words: its threats, one of them, and the kinds of elements with their fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.filters import Fits
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.threat import Override
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.vocabulary import KindInfo


def library_lines(library: Library, fits: Fits | None = None) -> Iterator[str]:
    """Every threat with id, severity and title, pack by pack.

    Args:
        library: whose threats.
        fits: which of them, where not all are asked for; packs without such a threat are left out.
    """
    found = {pack.name: [each for each in pack.threats if fits is None or fits(each)] for pack in library.packs}
    width = max((len(threat.id) for threats in found.values() for threat in threats), default=0)
    for pack in library.packs:
        threats = found[pack.name]
        if fits is None or threats:
            yield f"{pack.name} {pack.version}: {pack.title}".replace(" :", ":") + f" ({_counted(threats, pack)})"
        for threat in threats:
            yield f"  {threat.id:<{width}}  {threat.severity:<8}  {threat.title}"
    if fits is not None and not any(found.values()):
        yield "no threat fits"


def _counted(threats: list[Threat], pack: Pack) -> str:
    of = f"{len(threats)} of " if len(threats) < len(pack.threats) else ""
    return f"{of}{len(pack.threats)} threat{'s' if len(pack.threats) != 1 else ''}"


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
        "replaces": ", ".join(threat.replaces),
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
        "overridden": "; ".join(map(_change, threat.overridden)),
        "description": threat.description,
        "example": threat.example,
        "mitigation": threat.mitigation,
        "references": ", ".join(threat.references),
    }
    yield from (f"  {name:<11}  {' '.join(value.split())}" for name, value in told.items() if value)


def _change(override: Override) -> str:
    """What a pack changed, as the description of the threat tells it."""
    before = f", not {override.before}" if override.before else ""
    return f"{override.key}: {override.after}{before} ({override.pack}: {override.reason})"
