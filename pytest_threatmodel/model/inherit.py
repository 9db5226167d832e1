"""Inheritance: what elements take from each other where the author said nothing.

The rules are pytm 1.3.1's: what the author states wins. Two differ on purpose: a response takes protocol, port and
encryption from its request before it asks the other end, and encryption at rest stays with the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.node import Node
from pytest_threatmodel.model.origin import Stated

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.kinds import Dataflow
    from pytest_threatmodel.model.model import Model


def inherit(model: Model) -> None:
    """Complete the elements of a model; doing it again changes nothing."""
    for element in model.load.elements:
        element.facts.forget_inherited()
        element.controls.facts.forget_inherited()
    flows = model.dataflows
    if model.isOrdered:
        _number(flows)
    _match_responses(flows)
    # All data there is: with `ignoreUnused` the model shows only data that flows carry, which is found out here.
    for data in (element for element in model.load.elements if isinstance(element, Data)):
        _complete_credentials(data)
        _put_on_carriers(data)
    for flow in flows:
        _take_data(flow)
    # Requests first, whatever the order: responses take over what they inherited.
    for flow in sorted(flows, key=lambda flow: flow.isResponse):
        for handing in handings(flow):
            _take(handing)
        if "levels" in flow.source.facts.given or "levels" in flow.sink.facts.given:
            flow.inherit("levels", flow.source.levels & flow.sink.levels, flow.source.name, "levels")
    _collect(flows)


def _number(flows: list[Dataflow]) -> None:
    for number, flow in enumerate(flows, start=1):
        if flow.order == -1:
            flow.inherit("order", number, "the model", "isOrdered")


def _match_responses(flows: list[Dataflow]) -> None:
    for flow in flows:
        if flow.responseTo is not None:
            _pair(flow.responseTo, flow)
        if flow.response is not None:
            _pair(flow, flow.response)
    between: dict[tuple[int, int], list[Dataflow]] = {}
    for flow in flows:
        between.setdefault((id(flow.source), id(flow.sink)), []).append(flow)
    for flow in flows:
        if flow.isResponse and flow.responseTo is None:
            requests = between.get((id(flow.sink), id(flow.source)), [])
            # From an element to itself the only one may be this response.
            if len(requests) == 1 and requests[0] is not flow:
                _pair(requests[0], flow)


def _pair(request: Dataflow, response: Dataflow) -> None:
    response.inherit("isResponse", True, request.name, "response")
    response.inherit("responseTo", request, request.name, "response")
    request.inherit("response", response, response.name, "responseTo")


def _complete_credentials(data: Data) -> None:
    if data.credentialsLife is not Lifetime.NONE:
        data.inherit("isCredentials", True, data.name, "credentialsLife")
    if data.isCredentials and data.credentialsLife is Lifetime.NONE:
        data.inherit("credentialsLife", Lifetime.UNKNOWN, data.name, "isCredentials")


def _put_on_carriers(data: Data) -> None:
    for flow in data.carriedBy:
        flow.inherit_more("data", (data,), data.name, "carriedBy")


def _take_data(flow: Dataflow) -> None:
    sent = getattr(flow.source, "data", ())
    if sent:
        flow.inherit_more("data", sent, flow.source.name, "data")


class Handing(NamedTuple):
    """A value that one node hands on to another which states none.

    Args:
        giver: states it, or has inherited it.
        given: its field there.
        taker: of the value.
        taken: its field there.
    """

    giver: Node
    given: str
    taker: Node
    taken: str


def handings(flow: Dataflow) -> Iterator[Handing]:
    """What a flow takes from its ends, a response from its request first; of two for one field the first counts."""
    return _from_request(flow) if flow.isResponse else _from_ends(flow)


def _from_ends(flow: Dataflow) -> Iterator[Handing]:
    yield Handing(flow.sink, "protocol", flow, "protocol")
    yield Handing(flow.sink, "port", flow, "dstPort")
    yield Handing(flow.sink.controls, "isEncrypted", flow.controls, "isEncrypted")
    for name in ("authenticatesDestination", "checksDestinationRevocation"):
        yield Handing(flow.source.controls, name, flow.controls, name)


def _from_request(flow: Dataflow) -> Iterator[Handing]:
    request = flow.responseTo
    if request is not None:
        yield Handing(request, "protocol", flow, "protocol")
        yield Handing(request, "dstPort", flow, "srcPort")
        yield Handing(request, "tlsVersion", flow, "tlsVersion")
        yield Handing(request.controls, "isEncrypted", flow.controls, "isEncrypted")
    yield Handing(flow.source, "protocol", flow, "protocol")
    yield Handing(flow.source, "port", flow, "srcPort")
    yield Handing(flow.source.controls, "isEncrypted", flow.controls, "isEncrypted")


def _take(handing: Handing) -> None:
    """What the giver states or has inherited goes to the taker, if nothing is stated there."""
    giver, given, taker, taken = handing
    if given not in giver.facts.given:
        return
    origin = giver.facts.origins[given]
    name, dotted = _spelled(giver, given)
    owner, field = (name, dotted) if isinstance(origin, Stated) else (origin.owner, origin.field)
    taker.inherit(taken, giver.facts.given[given], owner, field, origin.place)


def _spelled(node: Node, field: str) -> tuple[str, str]:
    if isinstance(node, Controls):
        return ("" if node.owner is None else node.owner.name), f"controls.{field}"
    return node.name, field  # type: ignore[attr-defined]  # an element, as it has no owner


def _collect(flows: list[Dataflow]) -> None:
    """What follows from the flows: inputs, outputs, and where data goes. Responses are no inputs or outputs."""
    inputs: dict[int, list[Dataflow]] = {}
    outputs: dict[int, list[Dataflow]] = {}
    ends: dict[int, Element] = {}
    for flow in flows:
        ends[id(flow.source)], ends[id(flow.sink)] = flow.source, flow.sink
        if not flow.isResponse:
            outputs.setdefault(id(flow.source), []).append(flow)
            inputs.setdefault(id(flow.sink), []).append(flow)
    for key, element in ends.items():
        for name, found in (("inputs", inputs.get(key)), ("outputs", outputs.get(key))):
            if found and name in type(element).fields:
                element.inherit(name, tuple(found), "the flows", name)
    _follow_data(flows)


def _follow_data(flows: list[Dataflow]) -> None:
    carriers: dict[Data, list[Dataflow]] = {}
    processors: dict[Data, dict[Element, None]] = {}
    for flow in flows:
        for data in flow.data:
            carriers.setdefault(data, []).append(flow)
            processors.setdefault(data, {}).update({flow.source: None, flow.sink: None})
    for data, found in carriers.items():
        data.inherit_more("carriedBy", tuple(found), "the flows", "data")
        data.inherit_more("processedBy", tuple(processors[data]), "the flows", "data")
