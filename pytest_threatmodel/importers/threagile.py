"""Reads models of Threagile, in the forms of versions 0.9 and 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threagile_assets import Asset
from pytest_threatmodel.importers.threagile_assets import Link
from pytest_threatmodel.importers.threagile_assets import read_assets
from pytest_threatmodel.importers.threagile_assets import read_data
from pytest_threatmodel.importers.threagile_assets import read_element
from pytest_threatmodel.importers.threagile_assets import stored_data
from pytest_threatmodel.importers.threagile_facts import Surroundings
from pytest_threatmodel.importers.threagile_facts import facts_of
from pytest_threatmodel.importers.threagile_links import deployments
from pytest_threatmodel.importers.threagile_links import read_flows
from pytest_threatmodel.importers.threagile_tracking import Subjects
from pytest_threatmodel.importers.threagile_tracking import Tracking
from pytest_threatmodel.model.fields import did_you_mean

#: What says nothing about threats: people, pictures, prose for the report.
_NOT_MODEL: Final = (
    "author", "contributors", "date", "management_summary_comment", "technical_overview", "application_description",
    "business_criticality", "tags_available", "diagram_tweak_edge_layout", "diagram_tweak_layout_left_to_right",
    "diagram_tweak_invisible_connections_between_assets", "diagram_tweak_nodesep", "diagram_tweak_ranksep",
    "diagram_tweak_same_rank_assets", "diagram_tweak_suppress_edge_labels",
)  # fmt: skip
#: Maps of prose that may hold decisions, but not in a form that can be read.
_PROSE: Final = ("questions", "abuse_cases", "security_requirements")

#: Maps whose keys are the titles of what is in them; what nobody reads is told once for all.
_KEYED: Final = re.compile(
    "(/(?:technical_assets|data_assets|trust_boundaries|shared_runtimes|individual_risk_categories|risk_tracking"
    "|communication_links|risks_identified))/[^/]+(?=/)"
)


def parse(document: Mapping[str, Any], path: Path) -> Parsed:
    """What a file of Threagile holds.

    Args:
        document: one of this format, of whatever version.
        path: the file, for messages.

    Raises:
        ImportFault: the version is not known, an id is missing or names nothing, a type is not known.
    """
    root, told = Part(path, document), Tally()
    _check_version(root)
    assets = read_assets(root)
    links = [link for asset in assets for link in asset.links]
    around, boundaries = _boundaries(root, assets, told)
    incoming: dict[str, list[Link]] = {}
    for link in links:
        incoming.setdefault(link.target, []).append(link)
    people = frozenset(each.id for each in assets if each.part.flag("used_as_client_by_human"))
    runtimes = dict(_shared_runtimes(root))
    shared = frozenset(id_ for running in runtimes.values() if len(running) > 1 for id_ in running)
    elements = []
    for each in assets:
        links_in = incoming.get(each.id, [])
        element = read_element(each, around.get(each.id), links_in, told)
        facts = facts_of(each, element.kind, Surroundings(links_in, people, shared), told)
        elements.append(replace(element, values={**facts, **element.values}))
    deploying = deployments(assets)
    flows = [flow for link in links for flow in read_flows(link, told, deploys=link.id in deploying)]
    data = tuple(read_data(root, stored_data(assets), told))
    responses = frozenset(flow.id for flow in flows if flow.response_to)
    subjects = Subjects(
        {asset.id: asset for asset in assets},
        {link.id: link for link in links},
        frozenset(each.id for each in boundaries),
        responses,
        runtimes,
    )
    decisions = tuple(Tracking(root, subjects, told).decisions())
    name, overview = " ".join(root.text("title").split()), root.part("business_overview")
    description = overview.text("description")
    _tell_others(root, overview, told)
    return Parsed(
        name=name or path.stem,
        description=description,
        elements=tuple(elements),
        flows=tuple(flows),
        boundaries=boundaries,
        data=data,
        decisions=decisions,
        unmapped=(*told.lines(), *dict.fromkeys(_KEYED.sub(r"\1/*", line) for line in root.unread())),
    )


def _check_version(root: Part) -> None:
    version = root.text("threagile_version").strip()
    if version and version.split(".")[0] not in ("0", "1"):
        raise root.fault(f"this is version {version!r} of Threagile's format, expected 0.9 or 1.0", "threagile_version")


def _boundaries(root: Part, assets: tuple[Asset, ...], told: Tally) -> tuple[dict[str, str], tuple[ParsedElement, ...]]:
    """The boundary around each asset, and the boundaries."""
    found = root.part("trust_boundaries")
    parts = {title: found.part(title) for title in found}
    ids = {part.need("id"): title for title, part in parts.items()}
    inside: dict[str, str] = {}
    outer: dict[str, str] = {}
    asset_ids = {asset.id for asset in assets}
    for part in parts.values():
        _put_inside(part, "technical_assets_inside", asset_ids, inside)
        _put_inside(part, "trust_boundaries_nested", ids, outer)
    return inside, tuple(_boundary(title, part, outer, told) for title, part in parts.items())


def _put_inside(part: Part, key: str, known: Mapping[str, str] | set[str], inside: dict[str, str]) -> None:
    for id_ in part.texts(key):
        if id_ not in known:
            raise part.fault(f"nothing has the id {id_!r}", key, did_you_mean(id_, known))
        other = inside.setdefault(id_, part.need("id"))
        if other != part.need("id"):
            raise part.fault(f"{id_!r} is in the trust boundary {other!r} as well, expected one", key)


def _boundary(title: str, part: Part, outer: Mapping[str, str], told: Tally) -> ParsedElement:
    type_ = part.text("type")
    if type_:
        told.add("no counterpart for type of trust boundaries", f"{title} ({type_})")
    if part.texts("tags"):
        told.add("no counterpart for tags of trust boundaries", title)
    id_ = part.need("id")
    return ParsedElement(
        id_, title, "Boundary", part.place, boundary=outer.get(id_), description=part.text("description")
    )


def _tell_others(root: Part, overview: Part, told: Tally) -> None:
    root.skip(*_NOT_MODEL)
    overview.skip("images")
    for key in _PROSE:
        prose = root.part(key)
        prose.skip(*prose)
        for title in prose:
            told.add(f"{key} are not read", title)
    for name in root.texts("includes"):
        told.add("included files are not read: join them first", name)


def _shared_runtimes(root: Part) -> Iterator[tuple[str, list[str]]]:
    """The runtimes by id, with the ids of the assets that run on each."""
    found = root.part("shared_runtimes")
    for title in found:
        part = found.part(title)
        part.skip("description", "tags")
        yield part.text("id"), part.texts("technical_assets_running")
