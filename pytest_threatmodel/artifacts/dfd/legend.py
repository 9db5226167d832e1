"""The legend of a data-flow diagram: what occurs in it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd import html
from pytest_threatmodel.artifacts.dfd.labels import Line
from pytest_threatmodel.artifacts.dfd.notation import FADED_LINE
from pytest_threatmodel.artifacts.dfd.notation import INK
from pytest_threatmodel.artifacts.dfd.notation import LINE
from pytest_threatmodel.artifacts.dfd.notation import SEVERITY_FILLS
from pytest_threatmodel.artifacts.dfd.notation import ZONE_LINE
from pytest_threatmodel.snapshot.read import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.dfd.notation import Look
    from pytest_threatmodel.artifacts.dfd.scene import Item
    from pytest_threatmodel.artifacts.dfd.scene import Scene

#: Entries side by side.
COLUMNS: Final = 4
#: Shapes that can be shown as a cell.
_IN_TABLES: Final = ("box", "store")
_SIZE: Final = 11


def legend_rows(scene: Scene) -> str:
    """The legend as rows of a table with two cells an entry; empty where there is nothing to explain."""
    cells = [f"{sample}{_cell(line)}" for sample, line in _sampled(scene)]
    rows = ["".join(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    rows += [_cell(line, f' colspan="{2 * COLUMNS}"') for line in _said(scene)]
    return "".join(f"<tr>{row}</tr>" for row in rows)


def legend_texts(scene: Scene) -> list[str]:
    """What stands in the legend, in its order."""
    return [line.text for line in (*(line for _, line in _sampled(scene)), *_said(scene))]


def _cell(line: Line, span: str = "") -> str:
    return f'<td align="left" width="{html.room([line])}"{span}>{html.lines([line], "left")}</td>'


def _sampled(scene: Scene) -> Iterator[tuple[str, Line]]:
    """The entries: a sample, and what it means."""
    for sample, word in (*_shapes(scene), *_boundary(scene), *_flows(scene), *_scope(scene), *_severities(scene)):
        yield sample, Line(word, _SIZE, color=INK)


def _said(scene: Scene) -> list[Line]:
    """What a table cannot show, in one line."""
    words = [look.legend for look in _looks(scene) if look.shape not in _IN_TABLES]
    return [Line("; ".join(words), _SIZE, color=INK)] if words else []


def _looks(scene: Scene) -> list[Look]:
    """One look for each explanation."""
    explained = {node.look.legend: node.look for node in reversed(scene.nodes)}
    return sorted(explained.values(), key=lambda look: (look.shape, look.rounded, look.lines, look.legend))


def _shapes(scene: Scene) -> Iterator[tuple[str, str]]:
    for look in _looks(scene):
        if look.shape in _IN_TABLES:
            yield _shape(look), look.legend


def _shape(look: Look) -> str:
    if look.shape == "store":
        return html.swatch(f'border="1" sides="TB" color="{LINE}"')
    style = ' style="rounded"' if look.rounded else ""
    return html.swatch(f'border="{look.lines}" color="{LINE}"{style}')


def _boundary(scene: Scene) -> Iterator[tuple[str, str]]:
    if scene.zones:
        yield html.swatch(f'border="1" style="dashed" color="{ZONE_LINE}"'), "trust boundary"


def _flows(scene: Scene) -> Iterator[tuple[str, str]]:
    found = {flow.encrypted for flow in scene.flows}
    if True in found:
        yield html.swatch(f'border="1" sides="B" color="{LINE}"', height=4), "encrypted flow: solid line"
    if False in found:
        yield (
            html.swatch(f'border="1" sides="B" style="dashed" color="{LINE}"', height=4),
            "unencrypted flow: dashed line",
        )


def _items(scene: Scene) -> Iterator[Item]:
    yield from scene.nodes
    yield from scene.zones.values()
    yield from (flow.item for flow in scene.flows)


def _scope(scene: Scene) -> Iterator[tuple[str, str]]:
    if not all(item.in_scope for item in _items(scene)):
        yield html.swatch(f'border="1" style="dashed" color="{FADED_LINE}"', "#f6f7f8"), "out of scope: grey"


def _severities(scene: Scene) -> Iterator[tuple[str, str]]:
    found = {item.findings.worst for item in _items(scene) if item.findings}
    for severity in SEVERITIES:
        if severity in found:
            yield html.swatch(f'border="1" color="{FADED_LINE}"', SEVERITY_FILLS[severity]), f"worst finding {severity}"
