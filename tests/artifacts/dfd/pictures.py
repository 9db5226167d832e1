"""What the tests of data-flow diagrams ask of a drawing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pytest_threatmodel.artifacts.dfd.build import scene
from pytest_threatmodel.artifacts.dfd.dot import dot_text
from pytest_threatmodel.artifacts.dfd.scene import Scene
from pytest_threatmodel.artifacts.engines import engines
from pytest_threatmodel.artifacts.format import Request
from tests.artifacts.report_models import built

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
#: All that may stand in a drawing.
ELEMENTS = {
    *(f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "a")),
    *(f"{SVG}{name}" for name in ("polygon", "polyline", "path", "ellipse", "text")),
}
HEAD = "from pytest_threatmodel import *\ntm = TM('Sample')\n"
PLAIN = Request(color="none")


def drawn(source: str, request: Request = PLAIN) -> Scene:
    """What is drawn of a model, whose first two lines are added here where they are missing."""
    return scene(built(source if "import" in source else HEAD + source), request)


def dot_of(source: str, request: Request = PLAIN) -> str:
    return dot_text(drawn(source, request))


def pure() -> str:
    """The path of graphviz-pure."""
    return next(engine.path for engine in engines("") if engine.name == "graphviz-pure")


def root_of(svg: str) -> Element:
    return ElementTree.fromstring(svg)


def parts(svg: str) -> dict[str, Element]:
    """The groups of elements, by the number of the element."""
    found = {each.get("id", ""): each for each in root_of(svg).iter(f"{SVG}g")}
    return {name.removeprefix("dfd-e"): each for name, each in found.items() if name.startswith("dfd-e")}


def words(element: Element) -> str:
    """All that is written in a drawing, without spaces."""
    return "".join("".join(text.text or "" for text in element.iter(f"{SVG}text")).split())


def script(folder: Path, code: str, name: str = "engine") -> str:
    """A program that does what some Python says; its path."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{code}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def large(nodes: int, flows: int) -> str:
    """A model with zones in zones, in which flows go anywhere."""
    return "\n".join(
        [
            "from pytest_threatmodel import *",
            "import random",
            "tm, dice = TM('Large'), random.Random(1)",
            "zones = [Boundary('Zone 0')]",
            f"for n in range(1, {max(3, nodes // 10)}):",
            "    zones.append(Boundary(f'Zone {n}', inBoundary=dice.choice([None, *zones])))",
            "kinds = (Server, Process, Datastore, Lambda, Actor, LLM)",
            f"made = [kinds[n % 6](f'Element {{n}}', inBoundary=dice.choice(zones)) for n in range({nodes})]",
            f"for n in range({flows}):",
            "    Dataflow(dice.choice(made), dice.choice(made), f'Flow {n}', protocol='HTTPS', dstPort=443)",
        ]
    )
