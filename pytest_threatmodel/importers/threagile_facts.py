"""What links, technologies and runtimes of Threagile say about an asset, in the words of the threat packs.

A technology is what the asset is, and a link is how it talks: both are facts that a team has stated, so the rules may
read them. What Threagile never says, such as which controls a technology brings along, is left unstated.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.importers.threagile_assets import Asset
from pytest_threatmodel.importers.threagile_assets import Link
from pytest_threatmodel.importers.threagile_assets import technologies_of

#: The technology of what builds and deploys.
BUILDS: Final = "build-pipeline"
#: Kinds that run code of somebody, and can have the facts of this page.
_CODE: Final = ("Server", "Process", "Lambda")
_LASTING: Final = ("Server", "Process")
_PROXY: Final = {"isProxy": ("Server",)}
_API: Final = {"implementsAPI": _CODE}
_MESSAGES: Final = {"isMessageBroker": _LASTING, "isMessageQueue": ("Datastore",)}
#: Technology -> fact -> the kinds that have it.
_TECHNOLOGIES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "identity-provider": {"isIdentityProvider": _LASTING},
    "vault": {"isVault": ("Server", "Datastore")},
    "hsm": {"storesKeys": ("Server", "Datastore")},
    "gateway": _PROXY,
    "load-balancer": _PROXY,
    "reverse-proxy": _PROXY,
    "waf": _PROXY,
    "web-service-rest": _API,
    "web-service-soap": _API,
    "message-queue": _MESSAGES,
    "stream-processing": _MESSAGES,
    "mail-server": {"sendsEmail": _CODE, "receivesEmail": _CODE},
    BUILDS: {"runsBuilds": _LASTING},
    "sourcecode-repository": {"isCodeRepository": ("Server", "Datastore")},
    "artifact-registry": {"isArtifactRegistry": ("Server", "Datastore")},
    "batch-processing": {"runsOnSchedule": _CODE},
    "scheduler": {"runsOnSchedule": _CODE},
    "container-platform": {"isOrchestrator": _LASTING},
    "iot-device": {"isDevice": (*_LASTING, "ExternalEntity")},
}
#: What is said of an asset, and no more than yes or no -> fact, and the kinds that have it.
_FLAGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "internet": ("isInternetFacing", _CODE),
    "multi_tenant": ("isMultiTenant", (*_CODE, "Datastore")),
    "custom_developed_parts": ("isCustomDeveloped", _CODE),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is said of an asset elsewhere than on itself.

    Args:
        incoming: the links that go to it.
        people: ids of the assets that people use as clients.
        shared: ids of the assets that run on a shared runtime.
    """

    incoming: Sequence[Link]
    people: frozenset[str]
    shared: frozenset[str]


def facts_of(asset: Asset, kind: str, around: Surroundings, told: Tally) -> dict[str, object]:
    """The facts, field -> value.

    Args:
        asset: the technical asset.
        kind: ours.
        around: what is said of it elsewhere.
        told: gets what no field of this kind says.
    """
    names = [*_of_technologies(kind, technologies_of(asset.part)), *_of_links(asset, kind, around)]
    if kind not in ("Actor", "Lambda") and any(tag.partition(":")[0] == "aws" for tag in asset.part.texts("tags")):
        names.append("onAWS")
    if asset.part.text("machine") == "container" and kind in _LASTING:
        names.append("runsInContainer")
    for flag, (name, kinds) in _FLAGS.items():
        said = asset.part.flag(flag)
        if said and kind in kinds:
            names.append(name)
        elif said:
            told.add(f"no counterpart for {flag} of technical assets", asset.title)
    if asset.id in around.shared and kind in (*_LASTING, "Datastore"):
        names.append("sharesRuntime")
    return dict.fromkeys(names, True)


def _of_technologies(kind: str, technologies: Sequence[str]) -> Iterator[str]:
    for technology in technologies:
        for name, kinds in _TECHNOLOGIES.get(technology, {}).items():
            if kind in kinds:
                yield name


def _of_links(asset: Asset, kind: str, around: Surroundings) -> Iterator[str]:
    if kind not in _CODE:
        return
    if any(_is_log_in(link, around.people) for link in around.incoming):
        yield "acceptsPasswords"
    rights = {link.part.text("authorization") for link in asset.links}
    if "technical-user" in rights:
        yield "usesServiceAccount"
    if rights & {"end-user-identity-propagation", "enduser-identity-propagation"}:
        yield "actsForUsers"
        yield "controls.propagatesIdentity"


def _is_log_in(link: Link, people: frozenset[str]) -> bool:
    return link.source in people and link.part.text("authentication") in ("credentials", "two-factor")
