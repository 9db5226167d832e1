"""Reads models of OWASP Threat Dragon, versions 1 and 2."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threat_dragon_cells import read_cells
from pytest_threatmodel.importers.threat_dragon_elements import boundary
from pytest_threatmodel.importers.threat_dragon_elements import credentials
from pytest_threatmodel.importers.threat_dragon_elements import element
from pytest_threatmodel.importers.threat_dragon_elements import flows
from pytest_threatmodel.importers.threat_dragon_elements import public_ends
from pytest_threatmodel.importers.threat_dragon_same import Diagram
from pytest_threatmodel.importers.threat_dragon_same import Group
from pytest_threatmodel.importers.threat_dragon_same import Same
from pytest_threatmodel.importers.threat_dragon_same import same_cells
from pytest_threatmodel.importers.threat_dragon_threats import decisions
from pytest_threatmodel.importers.threat_dragon_zones import surrounding

#: What says nothing about threats.
_NOT_MODEL = ("contributors", "reviewer", "diagramTop", "threatTop")
_NOT_DIAGRAM = ("title", "description", "id", "thumbnail", "placeholder", "diagramType", "version", "size")


def parse(document: Mapping[str, Any], path: Path) -> Parsed:
    """What a file of Threat Dragon holds.

    Args:
        document: one of this format, of whatever version.
        path: the file, for messages.

    Raises:
        ImportFault: the version is not known, ids are missing or stand twice, flows end at no cell.
    """
    root, told = Part(path, document), Tally()
    _check_version(root)
    summary, detail = root.part("summary"), root.part("detail")
    name, description = summary.text("title"), summary.text("description")
    summary.skip("id", "owner")
    detail.skip(*_NOT_MODEL)
    diagrams = []
    for number, part in enumerate(detail.parts("diagrams")):
        part.skip(*_NOT_DIAGRAM)
        part.part("diagramJson").skip("graph")
        cells = tuple(read_cells(part))
        diagrams.append(Diagram(number, cells, surrounding(cells, told)))
    parsed = _parsed(same_cells(diagrams, told), told)
    return Parsed(
        name=" ".join(name.split()) or path.stem,
        description=description,
        **parsed,
        unmapped=(*told.lines(), *root.unread()),
    )


def _check_version(root: Part) -> None:
    version = root.text("version").strip()
    if version and version.split(".")[0] not in ("1", "2"):
        raise root.fault(f"this is version {version!r} of Threat Dragon's format, expected 1 or 2", "version")


def _parsed(found: Same, told: Tally) -> dict[str, Any]:
    boundaries = [boundary(each, found, told) for each in found.of("box")]
    parts = [each for type_ in ("actor", "process", "store") for each in found.of(type_)]
    public = public_ends(found)
    elements: list[ParsedElement] = []
    data: list[ParsedElement] = []
    for each in sorted(parts, key=lambda each: each.order):
        secrets = credentials(each)
        data.extend(secrets)
        elements.append(element(each, found, secrets, told, is_public=each.id in public))
    made: list[ParsedFlow] = [flow for each in found.of("flow") for flow in flows(each, found, told)]
    flow_ids = {flow.id for flow in made}
    threats = [each for group in found for each in decisions(group, _stands_on(group, flow_ids), told)]
    _tell_others(found, told)
    return {
        "elements": tuple(elements),
        "flows": tuple(made),
        "boundaries": tuple(boundaries),
        "data": tuple(data),
        "decisions": tuple(threats),
    }


def _stands_on(group: Group, flow_ids: Container[str]) -> tuple[str, ...]:
    """What was made of a group: nothing, one thing, or a flow and its response."""
    if group.type == "flow":
        return tuple(id_ for id_ in (group.id, f"{group.id}/response") if id_ in flow_ids)
    return (group.id,) if group.type in ("actor", "process", "store", "box") else ()


def _tell_others(found: Same, told: Tally) -> None:
    for group in found.of("curve"):
        told.add("a trust boundary drawn as a curve has no inside", group.name or group.cells[0].part.place)
    for group in found.of("text"):
        told.add("text on the drawing is not read", group.name[:60])
    for group in found:
        if group.type not in ("actor", "process", "store", "flow", "box", "curve", "text"):
            told.add(f"cells of type {group.type!r} are not known", group.name or group.cells[0].part.place)
