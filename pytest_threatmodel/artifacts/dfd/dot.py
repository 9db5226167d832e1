"""The data-flow diagram as DOT text: https://graphviz.org/doc/info/lang.html.

It names no file and nothing of the machine, so that it can be committed and compared.
"""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING
from typing import Final

import graphviz

from pytest_threatmodel.artifacts.dfd import html
from pytest_threatmodel.artifacts.dfd.labels import flow_lines
from pytest_threatmodel.artifacts.dfd.labels import node_lines
from pytest_threatmodel.artifacts.dfd.labels import title_lines
from pytest_threatmodel.artifacts.dfd.labels import zone_lines
from pytest_threatmodel.artifacts.dfd.legend import COLUMNS
from pytest_threatmodel.artifacts.dfd.legend import legend_rows
from pytest_threatmodel.artifacts.dfd.notation import FADED
from pytest_threatmodel.artifacts.dfd.notation import FADED_LINE
from pytest_threatmodel.artifacts.dfd.notation import LINE
from pytest_threatmodel.artifacts.dfd.notation import PAPER
from pytest_threatmodel.artifacts.dfd.notation import SEVERITY_FILLS
from pytest_threatmodel.artifacts.dfd.notation import ZONE_FILLS
from pytest_threatmodel.artifacts.dfd.notation import ZONE_LINE

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.dfd.scene import Arrangement
    from pytest_threatmodel.artifacts.dfd.scene import Flow
    from pytest_threatmodel.artifacts.dfd.scene import Item
    from pytest_threatmodel.artifacts.dfd.scene import Scene

#: Of the whole drawing, as `id_of` of an element.
GRAPH_ID: Final = "dfd-graph"
#: One that every engine has measures of; the SVG names more.
_FONT: Final = "Helvetica"
_GRAPH: Final = {
    "id": GRAPH_ID,
    "charset": "UTF-8",
    "pad": "0.25",
    "bgcolor": PAPER,
    "fontname": _FONT,
    "labelloc": "t",
    "labeljust": "l",
}
_RANKED: Final = {"compound": "true", "rankdir": "LR", "nodesep": "0.45", "ranksep": "0.6"}
_ARRANGED: Final[dict[Arrangement, dict[str, str]]] = {
    # The best, where it finds a way: some models with zones in zones end with "trouble in init_rank", and all elements
    # upon each other.
    "zones": _RANKED,
    # Always finds one, but old versions put labels upon each other.
    "ranks": {**_RANKED, "newrank": "true"},
    # Half a second for a thousand elements, where ranks take more than a minute.
    "packed": {"layout": "osage", "splines": "line", "outputorder": "edgesfirst", "pack": "24"},
}
#: How many times an element is as wide as high, more or less.
_WIDER: Final = 3.0
_NODE: Final = {"fontname": _FONT, "fontsize": "13", "margin": "0.14,0.08", "penwidth": "1.2"}
_EDGE: Final = {"fontname": _FONT, "fontsize": "12", "arrowsize": "0.7", "color": LINE}
_OUT_FILL: Final = "#f6f7f8"


def id_of(number: int) -> str:
    """The id of an element in the drawing, which no other part of a page has.

    Args:
        number: of the element.
    """
    return f"dfd-e{number}"


def dot_text(scene: Scene) -> str:
    """The diagram as DOT text.

    Args:
        scene: what it shows.
    """
    graph = graphviz.Digraph("dfd", graph_attr=_graph(scene), node_attr=_NODE, edge_attr=_EDGE)
    clusters = {number: _cluster(zone, scene) for number, zone in scene.zones.items()}
    if scene.is_simple:
        _pack(graph, clusters, scene)
    for node in scene.nodes:
        _add_node(clusters.get(node.zone, graph) if node.zone is not None else graph, node)
    _add_anchors(clusters, scene)
    # The innermost first: a cluster is copied into what is around it. No recursion, however deep they nest.
    for number in sorted(clusters, key=lambda number: (-len(scene.around(number)), number)):
        outer = scene.zones[number].zone
        (graph if outer is None else clusters[outer]).subgraph(clusters[number])
    for flow in scene.flows:
        _add_flow(graph, flow, scene)
    return str(graph.source)


def _graph(scene: Scene) -> dict[str, str]:
    head = html.lines(title_lines(scene), "left")
    rows = f'<tr><td align="left" colspan="{2 * COLUMNS}">{head}</td></tr>{legend_rows(scene)}'
    label = f'<<table border="0" cellborder="0" cellspacing="2" cellpadding="2">{rows}</table>>'
    return {**_GRAPH, **_ARRANGED[scene.arrangement], "label": label}


def _pack(graph: graphviz.Digraph, clusters: dict[int, graphviz.Digraph], scene: Scene) -> None:
    """Say in how many columns each zone is packed: squares are easier to look at than stripes."""
    inside = Counter(item.zone for item in (*scene.nodes, *scene.zones.values()))
    for number, count in inside.items():
        place = graph if number is None else clusters[number]
        place.graph_attr["packmode"] = f"array_{max(1, round(sqrt(count / _WIDER)))}"


def _fill(item: Item, otherwise: str) -> str:
    return SEVERITY_FILLS[item.findings.worst] if item.findings else otherwise


def _cluster(zone: Item, scene: Scene) -> graphviz.Digraph:
    depth = len(scene.around(zone.number))
    return graphviz.Digraph(
        f"cluster_e{zone.number}",
        graph_attr={
            "id": id_of(zone.number),
            "label": html.table(zone_lines(zone), "left", _fill(zone, "")),
            "labelloc": "t",
            "labeljust": "l",
            "style": "dashed,filled,rounded",
            "color": ZONE_LINE if zone.in_scope else FADED_LINE,
            "fillcolor": ZONE_FILLS[depth % 2] if zone.in_scope else _OUT_FILL,
            "penwidth": "1.4",
            "margin": "14",
        },
    )


def _add_node(graph: graphviz.Digraph, node: Item) -> None:
    line = LINE if node.in_scope else FADED_LINE
    fill = _fill(node, PAPER if node.in_scope else _OUT_FILL)
    shown = node_lines(node)
    name = f"e{node.number}"
    if node.look.shape == "store":
        style = "" if node.in_scope else ' style="dashed"'
        label = html.table(shown, "center", fill, f'border="2" sides="TB" color="{line}"{style}', padding=9)
        graph.node(name, id=id_of(node.number), shape="plain", label=label)
        return
    styles = ["filled", *(["rounded"] if node.look.rounded else []), *([] if node.in_scope else ["dashed"])]
    graph.node(
        name,
        id=id_of(node.number),
        shape=node.look.shape,
        peripheries=str(node.look.lines),
        style=",".join(styles),
        color=line,
        fillcolor=fill,
        label=html.table(shown, "center"),
        # Corners take room enough.
        **({} if node.look.shape == "box" else {"margin": "0.02,0.02"}),
    )


def _add_anchors(clusters: dict[int, graphviz.Digraph], scene: Scene) -> None:
    """A point in each boundary that is an end of a flow, or that would not be drawn since nothing is in it."""
    ends = {end for flow in scene.flows for end in (flow.source, flow.sink)}
    full = {item.zone for item in (*scene.nodes, *scene.zones.values())}
    for number, cluster in clusters.items():
        if number in ends:
            cluster.node(f"a{number}", shape="point", width="0.08", color=FADED)
        elif number not in full:
            cluster.node(f"a{number}", shape="point", width="0.5", style="invis")


def _add_flow(graph: graphviz.Digraph, flow: Flow, scene: Scene) -> None:
    attributes = {
        "id": id_of(flow.item.number),
        "style": "solid" if flow.encrypted else "dashed",
        "dir": "forward" if flow.answer is None else "both",
        "color": LINE if flow.item.in_scope else FADED_LINE,
    }
    shown = flow_lines(flow, scene)
    if shown:
        attributes["label"] = html.tag(shown, _fill(flow.item, ""))
    for end, key in ((flow.source, "ltail"), (flow.sink, "lhead")):
        if not scene.is_simple and _is_outside(flow, end, scene):
            attributes[key] = f"cluster_e{end}"
    graph.edge(_end(flow.source, scene), _end(flow.sink, scene), **attributes)


def _end(number: int, scene: Scene) -> str:
    return f"a{number}" if number in scene.zones else f"e{number}"


def _is_outside(flow: Flow, zone: int, scene: Scene) -> bool:
    """Whether one end is a boundary that the other end is not in: the arrow ends at its border then."""
    if zone not in scene.zones:
        return False
    other = flow.sink if zone == flow.source else flow.source
    inner: int | None = other
    if other not in scene.zones:
        inner = next(node.zone for node in scene.nodes if node.number == other)
    return zone not in scene.around(inner)
