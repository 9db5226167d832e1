"""The components of an OTM document: what they become, and which boundary is around them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from pytest_threatmodel.importers.fault import nearest_hint
from pytest_threatmodel.importers.otm_threats import OURS
from pytest_threatmodel.importers.otm_types import kind_of
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.model.errors import shown


@dataclass(slots=True)
class Component:
    """A component before it is known what it becomes.

    Args:
        part: of the document.
        id: of it.
        type: as the file spells it.
        kind: ours; None where the type is not known.
        holds: whether other components, or zones, are inside it.
    """

    part: Part
    id: str
    type: str
    kind: str | None
    holds: bool = False

    @property
    def is_boundary(self) -> bool:
        """Whether it is nothing but what is around others."""
        return self.kind == "Boundary" or (self.kind is None and self.holds)


@dataclass(slots=True)
class Components:
    """All components by id.

    Attributes:
        by_id: in the order of the file.
        zones: id of each trust zone -> whether it stands for no boundary.
        stored: ids of the assets that some component stores.
    """

    by_id: dict[str, Component] = field(default_factory=dict)
    zones: dict[str, bool] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)

    def boundary(self, part: Part) -> str | None:
        """The id of the boundary that a part's `parent` names."""
        parent = part.part("parent")
        zone, component = parent.text("trustZone"), parent.text("component")
        if zone and component:
            raise parent.fault("names a trustZone and a component, expected one of them")
        if component and component not in self.by_id:
            hint = nearest_hint(component, self.by_id)
            raise parent.fault(f"there is no component with the id {shown(component)}", "component", hint)
        if zone and zone not in self.zones:
            raise parent.fault(
                f"there is no trustZone with the id {shown(zone)}", "trustZone", nearest_hint(zone, self.zones)
            )
        if component:
            return component if self.by_id[component].is_boundary else f"{component}/parts"
        return zone if zone and not self.zones[zone] else None

    def notices(self) -> list[str]:
        """The types that are not known, one a line."""
        unknown: dict[str, list[str]] = {}
        for each in self.by_id.values():
            if each.kind is None:
                taken = "Boundary" if each.is_boundary else "Process"
                unknown.setdefault(f"type {shown(each.type)} is not known, taken as {taken}", []).append(
                    each.part.place
                )
        return [
            f"{places[0]}: {text}" + (f" ({len(places)} components)" if len(places) > 1 else "")
            for text, places in unknown.items()
        ]


def is_nowhere(part: Part) -> bool:
    """Whether this is our export's zone for what is in no boundary: OTM gives every component a parent."""
    nowhere = part.part("attributes").part(OURS).flag("nowhere")
    if nowhere:
        part.skip("id", "name", "type", "risk", "description")
    return nowhere


def read_components(root: Part) -> Components:
    """The components, with what their parents make of them."""
    found = Components(zones={part.need("id"): is_nowhere(part) for part in root.parts("trustZones")})
    parts = root.parts("components")
    for part in parts:
        id_, type_ = part.need("id"), part.text("type")
        if id_ in found.by_id:
            raise part.fault(f"the id {shown(id_)} stands at {found.by_id[id_].part.place} as well")
        found.by_id[id_] = Component(part, id_, type_, kind_of(type_))
    for part in (*parts, *root.parts("trustZones")):
        holder = found.by_id.get(part.part("parent").text("component"))
        if holder is not None:
            holder.holds = True
    return found
