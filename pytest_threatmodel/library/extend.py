"""Packs that extend others: their overrides, put on the threats that they change."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Override
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat


def extended(packs: Sequence[Pack], unselected: Collection[str] = (), *, partial: bool = False) -> list[Pack]:
    """The packs with the overrides of those that extend others.

    Args:
        packs: all that count.
        unselected: names of packs that there are and that do not count.
        partial: other packs than these count as well, so that what is not here may be there.

    Raises:
        LibraryError: a pack extends what does not count or, over others, itself; or an override is of a threat that
            none of the extended packs has, or of a key that another pack overrides too.
    """
    by_name = {pack.name: pack for pack in packs}
    if not any(pack.extends for pack in packs):
        return list(packs)
    for pack in packs:
        _refuse_missing(pack, by_name, unselected, partial)
        _refuse_cycle(pack, by_name)
    changes = _changes(packs, by_name, partial)
    return [_changed(pack, changes) for pack in packs]


def _refuse_missing(pack: Pack, by_name: Mapping[str, Pack], unselected: Collection[str], partial: bool) -> None:
    for name in pack.extends:
        if name in by_name or partial:
            continue
        start = f"{pack.origin}: pack {pack.name} extends {shown(name)}"
        if name in unselected:
            hint = f"add {name} to threatmodel_packs"
            raise LibraryError(f"{start}, which threatmodel_packs leaves out", name, (pack.origin,), hint)
        known = [*by_name, *unselected]
        near = guess(name, [each for each in known if each != pack.name]) or f"there are: {', '.join(known)}"
        raise LibraryError(f"{start}, and there is no such pack", name, (pack.origin,), near)


def _refuse_cycle(pack: Pack, by_name: Mapping[str, Pack]) -> None:
    """Walk what the pack extends; one that comes back to itself is named with the way."""
    ways = [[pack.name, name] for name in pack.extends]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == pack.name:
            message = f"{pack.origin}: packs extend each other in a circle: {' -> '.join(way)}"
            raise LibraryError(message, pack.name, tuple(by_name[name].origin for name in way))
        if way[-1] not in seen and way[-1] in by_name:
            seen.add(way[-1])
            ways += [[*way, name] for name in by_name[way[-1]].extends]


def _reached(pack: Pack, by_name: Mapping[str, Pack]) -> Iterator[Pack]:
    """The packs that a pack extends, over others too."""
    waiting, seen = [*pack.extends], set[str]()
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in seen:
            seen.add(name)
            yield by_name[name]
            waiting += by_name[name].extends


def _changes(packs: Iterable[Pack], by_name: Mapping[str, Pack], partial: bool) -> dict[str, dict[str, Override]]:
    """Threat id -> key -> what overrides it."""
    found: dict[str, dict[str, Override]] = {}
    owners = {threat.id: pack.name for pack in by_name.values() for threat in pack.threats}
    for pack in packs:
        reached = [each.name for each in _reached(pack, by_name)] if pack.overrides else []
        for override in pack.overrides:
            if owners.get(override.threat) not in reached:
                if not partial:
                    raise _unknown(override, pack, reached, owners)
                continue
            earlier = found.setdefault(override.threat, {}).setdefault(override.key, override)
            if earlier is not override:
                what = f"{override.key} of threat {override.threat} is overridden twice"
                places = (earlier.place, override.place)
                hint = "leave it to one of the packs"
                raise LibraryError(f"{what}: {places[0]} and {places[1]}", override.threat, places, hint)
    return found


def _unknown(override: Override, pack: Pack, reached: list[str], owners: Mapping[str, str]) -> LibraryError:
    start = f"{override.place}: override of {shown(override.threat)}"
    owner = owners.get(override.threat)
    if owner is not None:
        problem = f"which is of pack {owner}, and pack {pack.name} does not extend that"
        hint = None if owner == pack.name else f'write extends = ["{owner}"]'
        return LibraryError(f"{start}, {problem}", override.threat, (override.place,), hint)
    problem = f"no such threat in {', '.join(reached) or 'what it extends'}"
    near = guess(override.threat, [name for name, pack_name in owners.items() if pack_name in reached])
    return LibraryError(f"{start}: {problem}", override.threat, (override.place,), near)


def _changed(pack: Pack, changes: Mapping[str, Mapping[str, Override]]) -> Pack:
    if not any(threat.id in changes for threat in pack.threats):
        return pack
    threats = (_applied(threat, changes[threat.id]) if threat.id in changes else threat for threat in pack.threats)
    return replace(pack, threats=tuple(threats))


def _applied(threat: Threat, overrides: Mapping[str, Override]) -> Threat:
    """The threat with what really differs."""
    differing = {key: each for key, each in overrides.items() if getattr(threat, key) != each.value}
    told = (
        replace(each, before=_text(getattr(threat, key)), after=_text(each.value)) for key, each in differing.items()
    )
    values = {key: each.value for key, each in differing.items()}
    return replace(threat, **values, overridden=tuple(told))


def _text(value: Any) -> str:
    """A value of a threat as reports tell it."""
    if not isinstance(value, tuple):
        return " ".join(str(value).split())
    if value and isinstance(value[0], Example):
        return f"{len(value)} example{'s' if len(value) > 1 else ''}"
    return ", ".join(f"{each.severity} when {each.when}" if isinstance(each, Adjust) else str(each) for each in value)
