"""Elements of ours from the cells of Threat Dragon."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threat_dragon_same import Group
from pytest_threatmodel.importers.threat_dragon_same import Same

_KINDS: Final = {"actor": "Actor", "process": "Process", "store": "Datastore", "box": "Boundary", "flow": "Dataflow"}
#: Type of cell -> tick box -> our field. A box that is not ticked says nothing: nobody may have looked at it.
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "actor": {},
    "process": {"handlesCardPayment": "hasOneTimeActions", "handlesGoodsOrServices": "hasSensitiveFlows"},
    "store": {
        "isALog": "storesLogData",
        "isEncrypted": "controls.isEncryptedAtRest",
        "isSigned": "controls.providesIntegrity",
        "storesCredentials": "storesSensitiveData",
    },
    "flow": {"isEncrypted": "controls.isEncrypted"},
    "box": {},
}
#: Type of cell -> properties that no field of ours says.
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "actor": (),
    "process": (),
    "store": ("storesInventory",),
    "flow": (),
    "box": (),
}
#: Spellings of protocols that are no names of ours.
_PROTOCOLS: Final = {"http/s": "HTTPS", "http(s)": "HTTPS", "https/tls": "HTTPS", "tls/https": "HTTPS"}


def boundary(group: Group, found: Same, told: Tally) -> ParsedElement:
    """A trust boundary."""
    return element(group, found, (), told)


def element(
    group: Group, found: Same, data: Sequence[ParsedElement], told: Tally, *, is_public: bool = False
) -> ParsedElement:
    """An actor, a process, a store or a boundary.

    Args:
        group: the cells that show it.
        found: every other, for the boundary around it.
        data: what it holds.
        told: gets what cannot be mapped.
        is_public: whether a flow over a public network ends at it.
    """
    web = _ticked(group, "isWebApplication") if group.type == "process" else False
    return ParsedElement(
        id=group.id,
        name=name_of(group),
        kind="Server" if web else _KINDS[group.type],
        place=group.cells[0].part.place,
        boundary=found[group.boxes[0]].id if group.boxes else None,
        values=_values(group, told) | ({"isInternetFacing": True} if is_public and group.type == "process" else {}),
        data=tuple(each.id for each in data),
        in_scope=_in_scope(group),
        description=_text(group, "description"),
    )


def public_ends(found: Same) -> frozenset[str]:
    """The ids of groups at which flows over a public network end."""
    return frozenset(each.ends[1] for each in found.of("flow") if _ticked(each, "isPublicNetwork"))


def credentials(group: Group) -> tuple[ParsedElement, ...]:
    """The data that a store with `storesCredentials` holds: the passwords or keys in it, which have no name there."""
    if group.type != "store" or not _ticked(group, "storesCredentials"):
        return ()
    values = {"isCredentials": True, "isStored": True}
    name, place = f"Credentials in {name_of(group)}", group.cells[0].part.place
    return (ParsedElement(f"{group.id}/credentials", name, "Data", place, values=values),)


def flows(group: Group, found: Same, told: Tally) -> Iterator[ParsedFlow]:
    """The flow that a group shows, and its response where it goes both ways; nothing where an end is open."""
    source, sink = group.ends
    wrong = [end for end in (source, sink) if end and found[end].type not in _KINDS]
    both = _ticked(group, "isBidirectional")
    values, description, in_scope = _values(group, told), _text(group, "description"), _in_scope(group)
    if not source or not sink or wrong:
        told.add("flows that do not end at an element on both sides are left out", _open_ended(group, found))
        return
    if _ticked(found[source], "providesAuthentication"):
        values["controls.authenticatesSource"] = True
    flow = ParsedFlow(
        id=group.id,
        name=group.name or f"{name_of(found[source])} to {name_of(found[sink])}",
        source=source,
        sink=sink,
        place=group.cells[0].part.place,
        values=values,
        in_scope=in_scope,
        description=description,
    )
    yield flow
    if both:
        back = replace(flow, id=f"{flow.id}/response", name=f"{flow.name} (response)", response_to=flow.id)
        yield replace(back, source=sink, sink=source)


def name_of(group: Group) -> str:
    """The name of an element; what it is, where it has none."""
    return group.name or f"Unnamed {'boundary' if group.type == 'box' else group.type}"


def _open_ended(group: Group, found: Same) -> str:
    ends = [name_of(found[end]) if end else "a point" for end in group.ends]
    return f"{group.name or 'an unnamed flow'} ({ends[0]} -> {ends[1]})"


def _values(group: Group, told: Tally) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, field in _FIELDS[group.type].items():
        if _ticked(group, name):
            values[field] = True
    protocol = _text(group, "protocol") if group.type == "flow" else ""
    if protocol:
        values["protocol"] = _PROTOCOLS.get(protocol.lower(), protocol)
    reason = _text(group, "reasonOutOfScope")
    if reason and not _in_scope(group):
        values["scopeReason"] = reason
    for name in _OTHERS[group.type]:
        if _ticked(group, name):
            told.add(f"no counterpart for {name}", group.name or group.cells[0].part.place)
    privilege = _text(group, "privilegeLevel")
    if privilege:
        told.add("no counterpart for privilegeLevel", f"{name_of(group)} ({privilege[:60]})")
    return values


def _ticked(group: Group, name: str) -> bool:
    """Whether the box is ticked in one of the diagrams."""
    ticked = [cell.facts.flag(name) for cell in group.cells]
    return any(ticked)


def _text(group: Group, name: str) -> str:
    """What the first diagram says that says anything."""
    said = [" ".join(cell.facts.text(name).split()) for cell in group.cells]
    return next((text for text in said if text), "")


def _in_scope(group: Group) -> bool:
    """Whether it is in scope in one of the diagrams."""
    out = [cell.facts.flag("outOfScope") for cell in group.cells]
    return not all(out)
