"""The SVG of a data-flow diagram: where an engine puts things, with our names, texts and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import SubElement

from pytest_threatmodel.artifacts.dfd.dot import GRAPH_ID
from pytest_threatmodel.artifacts.dfd.dot import id_of
from pytest_threatmodel.artifacts.dfd.labels import flow_description
from pytest_threatmodel.artifacts.dfd.labels import flow_lines
from pytest_threatmodel.artifacts.dfd.labels import flow_title
from pytest_threatmodel.artifacts.dfd.labels import item_description
from pytest_threatmodel.artifacts.dfd.labels import item_title
from pytest_threatmodel.artifacts.dfd.labels import name_of
from pytest_threatmodel.artifacts.dfd.labels import node_lines
from pytest_threatmodel.artifacts.dfd.labels import scene_description
from pytest_threatmodel.artifacts.dfd.labels import title_lines
from pytest_threatmodel.artifacts.dfd.labels import zone_lines
from pytest_threatmodel.artifacts.dfd.legend import legend_texts
from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.dfd.labels import Line
    from pytest_threatmodel.artifacts.dfd.scene import Scene

_SPACE: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = "Helvetica, Arial, sans-serif"
#: What an engine draws with; everything else stays behind.
_SHAPES: Final = ("polygon", "polyline", "path", "ellipse", "text")
_ATTRIBUTES: Final = frozenset(
    (
        *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity"),
        *("points", "d", "x", "y", "cx", "cy", "rx", "ry"),
        *("text-anchor", "font-size", "font-weight"),
    )
)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_PLACED: Final = re.compile(r"[\w(),. -]{1,200}")


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known about a group of the drawing.

    Args:
        number: of the element.
        title, description: for people who hear it.
        texts: in it, from top to bottom.
        is_node: whether its texts stand in the middle.
    """

    number: int
    title: str
    description: str
    texts: list[str]
    is_node: bool = False


def read(output: bytes) -> Element:
    """The drawing that an engine made.

    Args:
        output: what it printed.

    Raises:
        ArtifactError: that is no drawing, or not all of one.
    """
    text = output.decode("utf-8", "replace")
    start = text.find("<svg")
    try:
        # Without what stands before it nothing can be declared: no entities, no other files.
        root = ElementTree.fromstring(text[start:]) if start >= 0 else None
    except (ElementTree.ParseError, ValueError):
        root = None
    if root is None or root.tag != f"{{{_SPACE}}}svg" or _group(root) is None:
        raise ArtifactError("what it printed is no SVG of Graphviz")
    return root


def _group(root: Element) -> Element | None:
    return root.find(f"./{{{_SPACE}}}g[@class='graph']")


def finished(root: Element, scene: Scene, report: str | None) -> str:
    """The drawing as it is written, without an XML declaration.

    Args:
        root: that `read` gave.
        scene: what it shows.
        report: the address of the page that elements are linked to, empty for the page around it; None for no links.

    Raises:
        ArtifactError: the drawing has no size.
    """
    drawn = _group(root)
    assert drawn is not None
    svg = _frame(root, scene, linked=report is not None)
    group = SubElement(svg, "g", {"id": GRAPH_ID, **_placed(drawn)})
    _add_shapes(group, _direct(drawn), [*_texts(title_lines(scene)), *legend_texts(scene)])
    parts = {id_of(part.number): part for part in _parts(scene)}
    for child in drawn.iterfind(f"./{{{_SPACE}}}g"):
        _add_part(group, child, parts.get(child.get("id", "")), report)
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def _frame(root: Element, scene: Scene, *, linked: bool) -> Element:
    box = _NUMBER.findall(root.get("viewBox", ""))
    if len(box) != 4:
        raise ArtifactError("the drawing has no size")
    svg = Element(
        "svg",
        {
            "xmlns": _SPACE,
            # What is inside of an image cannot be reached by a screen reader, and links should be.
            "role": "group" if linked else "img",
            "aria-labelledby": "dfd-title",
            "aria-describedby": "dfd-desc",
            "width": f"{round(float(box[2]))}px",
            "height": f"{round(float(box[3]))}px",
            "viewBox": " ".join(box),
            "font-family": _FONTS,
        },
    )
    SubElement(svg, "title", {"id": "dfd-title"}).text = f"Data-flow diagram of {visible(name_of(scene.title))[:300]}"
    SubElement(svg, "desc", {"id": "dfd-desc"}).text = scene_description(scene)
    return svg


def _placed(drawn: Element) -> dict[str, str]:
    transform = drawn.get("transform", "")
    return {"transform": transform} if _PLACED.fullmatch(transform) else {}


def _direct(drawn: Element) -> Iterator[Element]:
    """What belongs to the whole drawing: its ground, its head and the legend."""
    for child in drawn:
        if not child.tag.endswith("}g"):
            yield child


def _texts(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


def _parts(scene: Scene) -> Iterator[_Part]:
    items = {item.number: item for item in (*scene.nodes, *scene.zones.values())}
    for node in scene.nodes:
        told = item_title(node), item_description(node, scene)
        yield _Part(node.number, *told, _texts(node_lines(node)), is_node=True)
    for zone in scene.zones.values():
        yield _Part(zone.number, item_title(zone), item_description(zone, scene), _texts(zone_lines(zone)))
    for flow in scene.flows:
        told = flow_title(flow, (items[flow.source], items[flow.sink])), flow_description(flow)
        yield _Part(flow.item.number, *told, _texts(flow_lines(flow, scene)))


def _add_part(group: Element, drawn: Element, part: _Part | None, report: str | None) -> None:
    if part is None:
        # The point where a flow ends in a boundary.
        _add_shapes(SubElement(group, "g", {"aria-hidden": "true"}), drawn.iter(), [])
        return
    kind = drawn.get("class", "")
    made = SubElement(group, "g", {"id": id_of(part.number), "class": kind if kind.isalpha() else "part"})
    if report is not None:
        made = SubElement(made, "a", {"href": f"{report}#element-{part.number}"})
    SubElement(made, "title").text = part.title
    if part.description:
        SubElement(made, "desc").text = part.description
    _add_shapes(made, drawn.iter(), part.texts)
    if part.is_node:
        _centre(made)


def _add_shapes(group: Element, drawn: Iterable[Element], texts: list[str]) -> None:
    """Copy shapes, with our texts: some engines take a part of what is written for an entity."""
    for each in drawn:
        name = each.tag.removeprefix(f"{{{_SPACE}}}")
        if name in _SHAPES:
            kept = {key: _safe(value) for key, value in each.attrib.items() if key in _ATTRIBUTES}
            SubElement(group, name, kept).text = visible(each.text or "") if name == "text" else None
    written = group.findall("text")
    if len(written) == len(texts):
        for element, text in zip(written, texts, strict=True):
            element.text = text


def _safe(value: str) -> str:
    # "transparent" is no colour of SVG 1.1; references to anything are not drawn.
    return "none" if value == "transparent" or "(" in value else value


def _centre(group: Element) -> None:
    """Put the texts of a node in its middle, whatever font they are drawn with.

    An engine puts them where they would begin if they were as wide as it believes.
    """
    corners = [
        float(number)
        for shape in group
        for number in _NUMBER.findall(f"{shape.get('points', '')} {shape.get('d', '')}")[::2]
    ]
    if corners:
        for text in group.iterfind("text"):
            text.set("text-anchor", "middle")
            text.set("x", f"{(min(corners) + max(corners)) / 2:.2f}")
