"""Reads pytm's JSON: what its `load()` and `loads()` take, and what its `--json` writes."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.parsed import ParsedDecision
from pytest_threatmodel.importers.parsed import ParsedElement
from pytest_threatmodel.importers.parsed import ParsedFlow
from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.pytm_json_fields import Fields
from pytest_threatmodel.importers.pytm_json_findings import handled_findings
from pytest_threatmodel.importers.pytm_json_findings import own_library
from pytest_threatmodel.importers.pytm_json_names import Names
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.model.fields import did_you_mean

_CLASSES: Final = (
    "Asset", "Agent", "Actor", "Server", "ExternalEntity", "Lambda", "LLM", "Datastore", "Process", "SetOfProcesses",
)  # fmt: skip
#: What `--json` writes besides: lists of what stands under `elements`, and switches of programs.
_REPEATED: Final = ("actors", "assets", "colormap")
_SWITCHES: Final = ("isOrdered", "mergeResponses", "ignoreUnused")


def parse(document: Mapping[str, Any], path: Path) -> Parsed:
    """What a JSON file of pytm holds.

    Args:
        document: as `read_document` gives it.
        path: the file, for messages.

    Raises:
        ImportFault: a name is missing, names nothing, or two things where one is asked for; a class is not known.
    """
    root, told = Part(path, document), Tally()
    # Only `--json` writes findings; it writes every field as well, whoever said something.
    fields = Fields(told, written_by_program="findings" in document)
    names = {kind: Names(root.parts(kind), kind) for kind in ("boundaries", "data", "elements", "flows")}
    boundaries = tuple(_element(part, "Boundary", names, fields) for part in names["boundaries"].parts)
    data = tuple(_element(part, "Data", names, fields) for part in names["data"].parts)
    elements = tuple(_element(part, _class(part), names, fields) for part in names["elements"].parts)
    flows = tuple(_requests_first([_flow(part, names, fields, told) for part in names["flows"].parts], root))
    decisions: tuple[ParsedDecision, ...] = tuple(handled_findings(root, names, told))
    name, description = root.need("name"), root.text("description")
    switches = {switch: True for switch in _SWITCHES if root.flag(switch)}
    _tell_others(root, told)
    return Parsed(
        name=name,
        description=description,
        values=switches,
        elements=elements,
        flows=flows,
        boundaries=boundaries,
        data=data,
        decisions=decisions,
        unmapped=(*told.lines(), *root.unread()),
    )


def _class(part: Part) -> str:
    kind = part.text("__class__") or "Asset"
    if kind not in _CLASSES:
        raise part.fault(f"{kind!r} is no class of pytm's elements", "__class__", did_you_mean(kind, _CLASSES))
    return kind


def _element(part: Part, kind: str, names: Mapping[str, Names], fields: Fields) -> ParsedElement:
    values = fields.read(part, kind)
    in_scope, description = values.pop("inScope", True), values.pop("description", "")
    return ParsedElement(
        id=part.place,
        name=part.need("name"),
        kind=kind,
        place=part.place,
        boundary=names["boundaries"].refer(part, "inBoundary"),
        values=values,
        data=_data(part, names) if kind not in ("Boundary", "Data") else (),
        in_scope=bool(in_scope),
        description=str(description),
    )


def _data(part: Part, names: Mapping[str, Names]) -> tuple[str, ...]:
    return tuple(names["data"].find(part, "data", name) for name in part.texts("data"))


def _flow(part: Part, names: Mapping[str, Names], fields: Fields, told: Tally) -> ParsedFlow:
    values = fields.read(part, "Dataflow")
    in_scope, description = values.pop("inScope", True), values.pop("description", "")
    for end in ("source", "sink"):
        part.need(end)
    flow = ParsedFlow(
        id=part.place,
        name=part.need("name"),
        source=names["elements"].refer(part, "source") or "",
        sink=names["elements"].refer(part, "sink") or "",
        place=part.place,
        values=values,
        data=_data(part, names),
        boundary=names["boundaries"].refer(part, "inBoundary"),
        in_scope=bool(in_scope),
        description=str(description),
    )
    request = _request(part, names["flows"], told)
    if request is None:
        return flow
    values.pop("isResponse", None)
    return replace(flow, response_to=request)


def _request(part: Part, flows: Names, told: Tally) -> str | None:
    """The flow that this one answers: said on either of them. Names of flows may stand twice, their ends differ."""
    asked, name = part.text("responseTo"), part.text("name")
    if asked:
        flows.find_any(part, "responseTo", asked)
    back = (part.text("sink"), part.text("source"))
    found = [place for place in flows.requests(asked, name, back) if place != part.place]
    part.skip("response")
    if len(found) == 1:
        return found[0]
    if asked:
        told.add("which flow it answers is not clear", name)
    return None


def _requests_first(flows: Iterable[ParsedFlow], root: Part) -> Iterator[ParsedFlow]:
    """The flows in their order, but each response after its request."""
    waiting: dict[str, list[ParsedFlow]] = {}
    ready, done = [], set()
    flows = list(flows)
    for flow in flows:
        if flow.response_to is not None and flow.response_to not in done:
            waiting.setdefault(flow.response_to, []).append(flow)
            continue
        ready = [flow]
        while ready:
            next_ = ready.pop(0)
            done.add(next_.id)
            yield next_
            ready += waiting.pop(next_.id, [])
    for left in waiting.values():
        raise root.fault(f"the flow {left[0].name!r} answers a flow that answers it", "flows")


def _tell_others(root: Part, told: Tally) -> None:
    root.skip(*_REPEATED)
    duplicates = root.text("onDuplicates").rpartition(".")[2]
    if duplicates not in ("", "NO_ACTION"):
        told.add("state onDuplicates in the model file", duplicates)
    if own_library(root):
        told.add("the file of threats is not read", own_library(root))
    for id_ in root.texts("threatsExcluded"):
        told.add("threats that are excluded by pytm's ids", id_)
    if root.value("assumptions"):
        told.add("assumptions are not read", "the model")
