"""Models of a given size, the same in every run: what a large system looks like, as text of a model file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: Of ten nodes so many are of each kind.
_KINDS: Final = ("Server",) * 4 + ("Process",) * 2 + ("Datastore",) * 2 + ("Lambda", "Actor")
#: So many nodes share the innermost zone; each zone holds so many smaller ones.
_NODES_A_ZONE: Final = 10
_ZONES_A_ZONE: Final = 3
_PROTOCOLS: Final = ("HTTPS", "HTTP", "MySQL", "gRPC", "AMQP")
_FACTS: Final = {
    "Server": ("usesCache", "usesXMLParser", "usesSessionTokens"),
    "Process": ("implementsAPI", "allowsClientSideScripting", "usesEnvironmentVariables"),
    "Datastore": ("hasWriteAccess", "storesPII", "storesLogData"),
    "Lambda": ("implementsAPI", "handlesResources", "usesEnvironmentVariables"),
    "Actor": ("isAdmin",),
}
_CONTROLS: Final = (
    "isHardened",
    "validatesInput",
    "sanitizesInput",
    "encodesOutput",
    "authenticatesSource",
    "authorizesSource",
    "hasAccessControl",
    "implementsPOLP",
    "checksInputBounds",
    "handlesResourceConsumption",
)
_FLOW_CONTROLS: Final = ("isEncrypted", "authenticatesSource", "providesIntegrity")


def write_model(path: Path, nodes: int, package: str = "pytest_threatmodel") -> Path:
    """Write a model file.

    Args:
        path: the file.
        nodes: servers, processes, datastores, lambdas and actors; each has two flows, every fourth flow carries data.
        package: whose vocabulary it uses; pytm's is the same.
    """
    names = "TM, Actor, Boundary, Classification, Data, Dataflow, Datastore, Lambda, Process, Server"
    head = [f"from {package} import {names}", "", f'tm = TM("{nodes} nodes", description="A landscape")']
    path.write_text("\n".join([*head, *_zones(nodes), *_nodes(nodes), *_data(nodes), *_flows(nodes), ""]))
    return path


def _zones(nodes: int) -> Iterator[str]:
    for zone in range(-(-nodes // _NODES_A_ZONE)):
        yield f'zone{zone} = Boundary("Zone {zone}")'
        if zone:
            yield f"zone{zone}.inBoundary = zone{(zone - 1) // _ZONES_A_ZONE}"


def _nodes(nodes: int) -> Iterator[str]:
    for node in range(nodes):
        kind = _KINDS[node % len(_KINDS)]
        name = f"node{node}"
        yield f'{name} = {kind}("{kind} {node}")'
        yield f"{name}.inBoundary = zone{node // _NODES_A_ZONE}"
        for index, fact in enumerate(_FACTS[kind]):
            if (node + index) % 3 == 0:
                yield f"{name}.{fact} = True"
        yield from _controls(name, node, _CONTROLS)


def _controls(name: str, number: int, controls: tuple[str, ...]) -> Iterator[str]:
    """A mix: from all controls to none, so that every verdict occurs."""
    for index, control in enumerate(controls):
        if (number * 7 + index * 3) % 11 < number % 7:
            yield f"{name}.controls.{control} = True"


def _data(nodes: int) -> Iterator[str]:
    for item in range(_data_count(nodes)):
        level = ("PUBLIC", "RESTRICTED", "SENSITIVE")[item % 3]
        yield f'data{item} = Data("Data {item}", classification=Classification.{level})'
        if item % 4 == 0:
            yield f"data{item}.isPII = True"


def _data_count(nodes: int) -> int:
    return max(1, nodes // 4)


def _flows(nodes: int) -> Iterator[str]:
    for flow in range(2 * nodes):
        source = flow // 2
        sink = _sink(source, flow % 2, nodes)
        name = f"flow{flow}"
        yield f'{name} = Dataflow(node{source}, node{sink}, "Flow {flow}")'
        if flow % 3:
            yield f'{name}.protocol = "{_PROTOCOLS[flow % len(_PROTOCOLS)]}"'
            yield f"{name}.dstPort = {1024 + flow % 100}"
        if flow % 4 == 0:
            yield f"{name}.data = [data{flow // 4 % _data_count(nodes)}]"
        yield from _controls(name, flow, _FLOW_CONTROLS)


def _sink(source: int, which: int, nodes: int) -> int:
    """The neighbour, or a node far away, never the source itself."""
    step = 1 if which == 0 else 1 + source * 7 % (nodes - 1)
    return (source + step) % nodes
