"""Elements and data of ours from the assets of Threagile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import TypeVar

from pytest_threatmodel.importers import threagile_words as words
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.model.fields import did_you_mean

T = TypeVar("T")

_TYPES: Final = ("process", "datastore", "external-entity")
#: What the file says of an asset, a link or data, and no field of ours.
_ASSET_OTHERS: Final = ("usage", "size", "owner", "integrity", "availability")
#: Machines that say what an asset is, or how it runs.
_MACHINES: Final = frozenset({"container", "serverless"})
#: Formats that an asset takes -> what that states of kinds that run code.
_FORMATS: Final = {"xml": "usesXMLParser", "serialization": "deserializesObjects", "file": "acceptsFileUploads"}
_DATA_OTHERS: Final = ("usage", "origin", "owner", "quantity", "integrity", "availability")
_TWEAKS: Final = ("diagram_tweak_order", "diagram_tweak_weight", "diagram_tweak_constraint", "justification_cia_rating")


@dataclass(frozen=True, slots=True)
class Link:
    """A communication link.

    Args:
        id: as Threagile makes it of the source's id and the title.
        title: what people call it.
        source: the id of the asset that begins it.
        target: the id of the asset that it goes to.
        part: where it stands.
    """

    id: str
    title: str
    source: str
    target: str
    part: Part


@dataclass(frozen=True, slots=True)
class Asset:
    """A technical asset with the links that it begins."""

    id: str
    title: str
    part: Part
    links: tuple[Link, ...]


def read_assets(root: Part) -> tuple[Asset, ...]:
    """The technical assets of a file."""
    assets = []
    found = root.part("technical_assets")
    for title in found:
        part = found.part(title)
        id_ = part.need("id")
        assets.append(Asset(id_, title, part, tuple(_links(part, id_))))
    return tuple(assets)


def _links(part: Part, source: str) -> Iterator[Link]:
    links = part.part("communication_links")
    for title in links:
        link = links.part(title)
        slug = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
        yield Link(f"{source}>{slug}", title, source, link.need("target"), link)


def read_data(root: Part, stored: frozenset[str], told: Tally) -> Iterator[ParsedElement]:
    """The data assets.

    Args:
        root: the document.
        stored: the ids of those that some asset stores.
        told: gets what has no counterpart.
    """
    found = root.part("data_assets")
    for title in found:
        part = found.part(title)
        id_ = part.need("id")
        values: dict[str, object] = {"isStored": True} if id_ in stored else {}
        rating = word_of(part, "confidentiality", words.CLASSIFICATIONS, title, told)
        if rating:
            values["classification"] = rating
        tell_others(part, _DATA_OTHERS, "data assets", title, told)
        yield ParsedElement(id_, title, "Data", part.place, values=values, description=part.text("description"))


def stored_data(assets: Iterable[Asset]) -> frozenset[str]:
    """The ids of the data that some asset stores."""
    return frozenset(id_ for asset in assets for id_ in asset.part.texts("data_assets_stored"))


def read_element(asset: Asset, boundary: str | None, incoming: Sequence[Link], told: Tally) -> ParsedElement:
    """An element.

    Args:
        asset: the technical asset.
        boundary: the id of the trust boundary around it.
        incoming: the links that go to it.
        told: gets what has no counterpart.

    Raises:
        ImportFault: its type is not known.
    """
    part, used = asset.part, technologies_of(asset.part)
    for technology in used:
        if technology not in words.SERVERS | words.PROGRAMS | {words.FUNCTION} and technology not in words.NOT_SQL:
            told.add(f"technology {technology!r} is not known, taken as a program", asset.title)
    kind = _kind(part, used)
    values = _values(asset, kind, told)
    if kind == "Datastore":
        values |= _store_values(part, used, incoming)
    if kind == "Lambda":
        values |= _lambda_values(part)
    in_scope = not part.flag("out_of_scope")
    reason = part.text("justification_out_of_scope")
    if reason and not in_scope:
        values["scopeReason"] = reason
    machine = () if part.text("machine") in _MACHINES else ("machine",)
    tell_others(part, (*_ASSET_OTHERS, *machine), "technical assets", asset.title, told)
    return ParsedElement(
        id=asset.id,
        name=asset.title,
        kind=kind,
        place=part.place,
        boundary=boundary,
        values=values,
        data=tuple(dict.fromkeys((*part.texts("data_assets_stored"), *part.texts("data_assets_processed")))),
        in_scope=in_scope,
        description=part.text("description"),
    )


def technologies_of(part: Part) -> list[str]:
    """The technologies of an asset: version 0.9 has one, version 1.0 a list as well."""
    single = part.text("technology")
    return [*([single] if single else []), *part.texts("technologies")]


def _kind(part: Part, technologies: Sequence[str]) -> str:
    type_ = part.need("type")
    if type_ not in _TYPES:
        expected = ", ".join(_TYPES)
        hint = did_you_mean(type_, _TYPES)
        raise part.fault(f"{type_!r} is no type of a technical asset, expected one of {expected}", "type", hint)
    if type_ == "external-entity":
        return "Actor" if part.flag("used_as_client_by_human") else "ExternalEntity"
    if type_ == "datastore":
        return "Datastore"
    if words.FUNCTION in technologies or part.text("machine") == "serverless":
        return "Lambda"
    return "Server" if words.SERVERS.intersection(technologies) else "Process"


def _values(asset: Asset, kind: str, told: Tally) -> dict[str, object]:
    part = asset.part
    values: dict[str, object] = {}
    rating = word_of(part, "confidentiality", words.CLASSIFICATIONS, asset.title, told)
    if rating:
        values["maxClassification"] = rating
    encrypted = word_of(part, "encryption", words.ENCRYPTIONS, asset.title, told)
    # Files must say `none` of browsers too: only of a store that is a statement.
    if encrypted or (encrypted is False and kind == "Datastore"):
        values["controls.isEncryptedAtRest"] = encrypted
    if part.flag("redundant"):
        values["controls.isResilient"] = True
    for format_ in part.texts("data_formats_accepted"):
        if format_ in _FORMATS and kind in ("Server", "Process", "Lambda"):
            values[_FORMATS[format_]] = True
        else:
            told.add(f"no counterpart for data_formats_accepted {format_!r}", asset.title)
    if part.flag("used_as_client_by_human") and kind != "Actor":
        told.add("no counterpart for used_as_client_by_human but on external entities", asset.title)
    return values


def _store_values(part: Part, technologies: Sequence[str], incoming: Sequence[Link]) -> dict[str, object]:
    values: dict[str, object] = {}
    protocols = {link.part.text("protocol") for link in incoming}
    known = [words.NOT_SQL[technology] for technology in technologies if technology in words.NOT_SQL]
    tags = part.texts("tags")
    if "aws:s3" in tags or known:
        values |= {"type": "AWS_S3" if "aws:s3" in tags else known[0], "isSQL": False}
    elif protocols & words.SQL_PROTOCOLS:
        values |= {"type": "SQL", "isSQL": True}
    elif protocols & words.NOSQL_PROTOCOLS:
        values["isSQL"] = False
    if "aws:rds" in tags:
        values["onRDS"] = True
    if incoming:
        read_only = [link.part.flag("readonly") for link in incoming]
        values["hasWriteAccess"] = not all(read_only)
    return values


def _lambda_values(part: Part) -> dict[str, object]:
    """Whether it runs on AWS: here a function does unless somebody says otherwise, and tags may."""
    clouds = {tag.partition(":")[0] for tag in part.texts("tags")}
    return {"onAWS": "aws" in clouds} if clouds & {"aws", "azure", "gcp", "ocp"} else {}


def word_of(part: Part, key: str, known: Mapping[str, T], where: str, told: Tally) -> T | None:
    """What a word of the file is here; None where it is not said, or not understood."""
    word = part.text(key)
    if word and word not in known:
        told.add(f"{key} {word!r} is not known", where)
    return known.get(word)


def tell_others(part: Part, keys: Iterable[str], what: str, where: str, told: Tally) -> None:
    """Tell what the file says of an asset, a link or data, and no field of ours."""
    part.skip(*_TWEAKS)
    said = [key for key in keys if part.text(key)]
    if said:
        told.add(f"no counterpart for {', '.join(said)} of {what}", where)
    if part.texts("tags"):
        told.add(f"no counterpart for tags of {what}", where)
