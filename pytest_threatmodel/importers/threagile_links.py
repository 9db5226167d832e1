"""Flows of ours from the communication links of Threagile."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pytest_threatmodel.importers import threagile_words as words
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threagile_assets import Asset
from pytest_threatmodel.importers.threagile_assets import Link
from pytest_threatmodel.importers.threagile_assets import technologies_of
from pytest_threatmodel.importers.threagile_assets import tell_others
from pytest_threatmodel.importers.threagile_assets import word_of
from pytest_threatmodel.importers.threagile_facts import BUILDS

#: What a build hands its results to, but nothing that runs them.
_SHELVES: Final = frozenset({"artifact-registry", "code-inspection-platform", "sourcecode-repository"})


def deployments(assets: Iterable[Asset]) -> frozenset[str]:
    """The ids of links by which something that builds changes what runs."""
    by_id = {asset.id: asset for asset in assets}
    return frozenset(
        link.id
        for asset in by_id.values()
        if BUILDS in technologies_of(asset.part)
        for link in asset.links
        if link.part.text("usage") == "devops" and not link.part.flag("readonly") and _runs(by_id.get(link.target))
    )


def _runs(target: Asset | None) -> bool:
    return target is not None and not _SHELVES.intersection(technologies_of(target.part))


def read_flows(link: Link, told: Tally, *, deploys: bool = False) -> Iterator[ParsedFlow]:
    """The flow that a link is, and its response where data comes back.

    Args:
        link: the communication link.
        told: gets what has no counterpart.
        deploys: whether it brings programs to where they run.
    """
    part = link.part
    values: dict[str, object] = {"isDeployment": True} if deploys else {}
    protocol = part.text("protocol")
    if protocol in words.PROTOCOLS:
        values["protocol"] = words.PROTOCOLS[protocol]
        if words.PROTOCOLS[protocol] in ("TCP", "TLS", "IPC"):
            values["note"] = protocol
    elif protocol and protocol != words.UNKNOWN_PROTOCOL:
        told.add(f"protocol {protocol!r} is not known", link.title)
    values |= word_of(part, "authentication", words.AUTHENTICATIONS, link.title, told) or {}
    values |= word_of(part, "authorization", words.AUTHORIZATIONS, link.title, told) or {}
    if part.flag("vpn"):
        values["usesVPN"] = True
    if part.flag("ip_filtered"):
        told.add("no counterpart for ip_filtered of communication links", link.title)
    part.flag("readonly")
    tell_others(part, ("usage",), "communication links", link.title, told)
    sent, received = part.texts("data_assets_sent"), part.texts("data_assets_received")
    flow = ParsedFlow(
        id=link.id,
        name=link.title,
        source=link.source,
        sink=link.target,
        place=part.place,
        values=values,
        data=tuple(sent),
        description=part.text("description"),
    )
    yield flow
    if received:
        # What protects the connection is inherited from the request.
        back = replace(flow, id=f"{link.id}/response", name=f"{link.title} (response)", response_to=link.id)
        vpn = {name: value for name, value in values.items() if name == "usesVPN"}
        yield replace(back, source=link.target, sink=link.source, values=vpn, data=tuple(received))
