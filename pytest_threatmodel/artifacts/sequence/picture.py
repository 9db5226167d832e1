"""The picture of a sequence diagram: an SVG of our own, readable in every viewer and by those who only hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import tostring

from pytest_threatmodel.artifacts.sequence import style
from pytest_threatmodel.artifacts.sequence.arrows import draw_divider
from pytest_threatmodel.artifacts.sequence.arrows import draw_message
from pytest_threatmodel.artifacts.sequence.arrows import draw_note
from pytest_threatmodel.artifacts.sequence.boxes import draw_box
from pytest_threatmodel.artifacts.sequence.heads import draw_head
from pytest_threatmodel.artifacts.sequence.layout import layout
from pytest_threatmodel.artifacts.sequence.messages import Divider
from pytest_threatmodel.artifacts.sequence.nodes import node
from pytest_threatmodel.artifacts.sequence.nodes import titled
from pytest_threatmodel.artifacts.sequence.nodes import written
from pytest_threatmodel.artifacts.sequence.spoken import message_spoken
from pytest_threatmodel.artifacts.sequence.spoken import participant_spoken
from pytest_threatmodel.artifacts.sequence.spoken import picture_spoken
from pytest_threatmodel.artifacts.sequence.spoken import picture_title

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.sequence.layout import Layout
    from pytest_threatmodel.artifacts.sequence.messages import Diagram

_NAMESPACE: Final = "http://www.w3.org/2000/svg"


def picture(diagram: Diagram, report: str | None, fonts: str = style.FONTS) -> str:
    """The diagram as an `<svg>` element.

    Args:
        diagram: of a model.
        report: address of the page that elements link to; empty for the page that the picture is in, None for no
            links.
        fonts: families, the preferred first.
    """
    plan = layout(diagram)
    return tostring(_drawn(plan, diagram, report, fonts), encoding="unicode")


def _drawn(plan: Layout, diagram: Diagram, report: str | None, fonts: str) -> Element:
    root = _root(plan, diagram, report, fonts)
    for box in plan.boxes:
        draw_box(root, box)
    written(root, plan.title, style.MARGIN, style.MARGIN, "start")
    _draw_lifelines(root, plan)
    _draw_heads(root, plan, report)
    for row in plan.rows:
        if isinstance(row.step, Divider):
            draw_divider(root, row, style.MARGIN, plan.width - style.MARGIN)
            continue
        group = _item(root, f"seq-message-{row.step.number}", row.step.number, report)
        titled(group, message_spoken(row.step, diagram))
        draw_message(group, row.step, row, plan.columns)
        if row.note is not None:
            draw_note(group, row.step, row, row.note, plan.columns)
    return root


def _root(plan: Layout, diagram: Diagram, report: str | None, fonts: str) -> Element:
    width, height = f"{plan.width:.0f}", f"{plan.height:.0f}"
    root = Element(
        "svg",
        {
            "xmlns": _NAMESPACE,
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            # What is in an image is hidden from screen readers, links too.
            "role": "img" if report is None else "group",
            "aria-labelledby": "seq-title seq-desc",
            "font-family": fonts,
        },
    )
    node(root, "title", id="seq-title").text = picture_title(diagram)
    node(root, "desc", id="seq-desc").text = picture_spoken(diagram)
    # Viewers with a dark page show it on paper too.
    node(root, "rect", width="100%", height="100%", rx=6, fill=style.PAPER)
    return root


def _item(root: Element, name: str, number: int, report: str | None) -> Element:
    if report is None:
        return node(root, "g", id=name)
    return node(root, "a", id=name, href=f"{report}#element-{number}")


def _draw_lifelines(root: Element, plan: Layout) -> None:
    # Very long lines have more dashes than programs draw in good time.
    is_long = plan.lifelines_bottom > style.LONG
    lines = node(root, "g", stroke=style.LIFELINE, **({} if is_long else {"stroke_dasharray": "4 4"}))
    for centre, head in zip(plan.columns.centres, plan.heads, strict=True):
        faded = {} if head.participant.in_scope else {"stroke_opacity": "0.6"}
        node(lines, "line", x1=centre, y1=plan.heads_bottom, x2=centre, y2=plan.lifelines_bottom, **faded)


def _draw_heads(root: Element, plan: Layout, report: str | None) -> None:
    for centre, head in zip(plan.columns.centres, plan.heads, strict=True):
        number = head.participant.number
        group = _item(root, f"seq-participant-{number}", number, report)
        titled(group, participant_spoken(head.participant))
        # Lower heads stand on the same ground as higher ones.
        draw_head(group, head, centre, plan.heads_bottom - head.height)
    if plan.feet_top is not None:
        feet = node(root, "g", aria_hidden="true")
        for centre, head in zip(plan.columns.centres, plan.heads, strict=True):
            draw_head(feet, head, centre, plan.feet_top)
