"""Open Threat Model, versions 0.1 and 0.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.importers.otm_components import Components
from pytest_threatmodel.importers.otm_components import is_nowhere
from pytest_threatmodel.importers.otm_components import read_components
from pytest_threatmodel.importers.otm_facts import facts_of
from pytest_threatmodel.importers.otm_threats import OURS
from pytest_threatmodel.importers.otm_threats import Threats
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.model.errors import shown

#: By confidentiality in steps of 25, from 0 to 100.
CLASSES: Final = ("PUBLIC", "RESTRICTED", "SENSITIVE", "SECRET", "TOP_SECRET")


def parse(document: Mapping[str, Any], path: Path) -> Parsed:
    """Read a document of OTM.

    Args:
        document: as `read_document` gives it.
        path: the file, for messages.

    Raises:
        ImportFault: it is of another version, or something in it is wrong.
    """
    root = Part(path, document)
    version = root.need("otmVersion")
    if not re.fullmatch(r"0\.[12](\.\d+)?", version):
        raise root.fault(f"version {shown(version)} is not known, expected 0.1 or 0.2", "otmVersion")
    project = root.part("project")
    project.skip("id")
    ours = project.part("attributes").part(OURS)
    ours.skip(*ours)
    threats, components = Threats(root), read_components(root)
    zones = [_zone(part, components, threats) for part in root.parts("trustZones") if not is_nowhere(part)]
    elements, groups = _elements(components, threats)
    flows = [flow for part in root.parts("dataflows") for flow in _flows(part, threats)]
    data = [_data(part, components.stored, threats) for part in root.parts("assets")]
    return Parsed(
        name=project.need("name"),
        description=_described(project),
        values={name: True for name in ("isOrdered", "mergeResponses") if ours.flag(name)},
        elements=tuple(elements),
        flows=tuple(flows),
        boundaries=(*zones, *groups),
        data=tuple(data),
        decisions=tuple(threats.found),
        unmapped=(*components.notices(), *threats.notices, *root.unread()),
    )


def _zone(part: Part, components: Components, threats: Threats) -> ParsedElement:
    if OURS in part.part("attributes"):
        part.skip("type")
    rating = _figure(part.part("risk"), "trustRating")
    # Ours is a number that the schema asks for, and says nothing.
    more = [] if rating is None or OURS in part.part("attributes") else [f"trust rating {rating:g}"]
    made = _element(part, "Boundary", components.boundary(part), more)
    threats.read(part, "boundaries", made.id)
    return made


def _elements(components: Components, threats: Threats) -> tuple[list[ParsedElement], list[ParsedElement]]:
    """The elements, and the boundaries that components are."""
    elements, groups = [], []
    for each in components.by_id.values():
        part, boundary = each.part, components.boundary(each.part)
        assets = part.part("assets")
        stored = assets.texts("stored")
        components.stored.update(stored)
        made = _element(part, each.kind or "Process", boundary)
        made = replace(made, values={**facts_of(each.type), **made.values})
        made = replace(made, data=tuple(dict.fromkeys((*stored, *assets.texts("processed")))))
        if each.is_boundary:
            groups.append(replace(made, kind="Boundary"))
        elif each.holds:
            group = ParsedElement(f"{each.id}/parts", f"{made.name} (parts)", "Boundary", part.place, boundary)
            groups.append(group)
            elements.append(replace(made, boundary=group.id))
        else:
            elements.append(made)
        threats.read(part, "boundaries" if each.is_boundary else "elements", each.id)
    return elements, groups


def _flows(part: Part, threats: Threats) -> list[ParsedFlow]:
    """A flow, and the one back where the file says that it goes both ways."""
    ours = part.part("attributes").part(OURS)
    flow = ParsedFlow(
        id=part.need("id"),
        name=_name(part),
        source=part.need("source"),
        sink=part.need("destination"),
        place=part.place,
        values=_values(ours),
        data=tuple(part.texts("assets")),
        response_to=ours.text("responseTo") or None,
        boundary=ours.text("boundary") or None,
        in_scope=not ours.flag("outOfScope"),
        description=_described(part),
    )
    threats.read(part, "flows", flow.id)
    if not part.flag("bidirectional"):
        return [flow]
    back = ParsedFlow(
        id=f"{flow.id}/response",
        name=f"{flow.name or flow.id} (response)",
        source=flow.sink,
        sink=flow.source,
        place=part.place,
        data=flow.data,
        response_to=flow.id,
    )
    return [flow, back]


def _data(part: Part, stored: set[str], threats: Threats) -> ParsedElement:
    made, risk = _element(part, "Data", None), part.part("risk")
    threats.read(part, "data", made.id)
    confidentiality, values = _figure(risk, "confidentiality"), dict(made.values)
    if OURS in part.part("attributes"):
        # What these figures say stands in the values, and some only fill the places that the schema wants filled.
        risk.skip("integrity", "availability", "comment")
    elif confidentiality is not None:
        values["classification"] = CLASSES[round(confidentiality / 25)]
    if made.id in stored:
        values["isStored"] = True
    return replace(made, values=values)


def _element(part: Part, kind: str, boundary: str | None, more: list[str] | None = None) -> ParsedElement:
    ours = part.part("attributes").part(OURS)
    return ParsedElement(
        id=part.need("id"),
        name=_name(part),
        kind=kind,
        place=part.place,
        boundary=boundary,
        values=_values(ours),
        in_scope=not ours.flag("outOfScope"),
        description=_described(part, more),
    )


def _name(part: Part) -> str:
    """Names of our own export are exact."""
    return part.text("name") if OURS in part.part("attributes") else part.name()


def _values(ours: Part) -> dict[str, object]:
    """The fields that our own export wrote."""
    values = ours.part("values")
    values.skip(*values)
    return {name: values.value(name) for name in values}


def _described(part: Part, more: list[str] | None = None) -> str:
    """The description, with what has no field of its own."""
    tags = part.texts("tags")
    rest = [*(more or []), *([f"tags: {', '.join(tags)}"] if tags else [])]
    description = part.text("description")
    return " ".join(filter(None, (description.strip(), f"({'; '.join(rest)})"))) if rest else description


def _figure(part: Part, key: str) -> float | None:
    """A figure of OTM, which goes from 0 to 100."""
    value = part.number(key)
    if value is not None and not 0 <= value <= 100:
        raise part.fault(f"expected a number from 0 to 100, got {value:g}", key)
    return value
