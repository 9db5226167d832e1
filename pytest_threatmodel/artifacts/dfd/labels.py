"""What a data-flow diagram says about elements: the lines inside, and the names that screen readers speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.dfd.notation import FADED
from pytest_threatmodel.artifacts.dfd.notation import INK
from pytest_threatmodel.artifacts.diagram.kinds import kind_word
from pytest_threatmodel.artifacts.diagram.text import wrapped
from pytest_threatmodel.artifacts.findings import cut
from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_threatmodel.artifacts.dfd.scene import Answer
    from pytest_threatmodel.artifacts.dfd.scene import Findings
    from pytest_threatmodel.artifacts.dfd.scene import Flow
    from pytest_threatmodel.artifacts.dfd.scene import Item
    from pytest_threatmodel.artifacts.dfd.scene import Scene

OUT: Final = "out of scope"
_LONGEST_NAME: Final = 300
_LONGEST_PROSE: Final = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in the drawing.

    Args:
        text: without anything that cannot be seen.
        size: of its font.
        bold: whether it is.
        color: of the text.
    """

    text: str
    size: int = 11
    bold: bool = False
    color: str = FADED


def _lines(text: str, room: int, most: int, size: int, bold: bool = False, color: str = FADED) -> list[Line]:
    return [Line(line, size, bold, color) for line in wrapped(text, room, size, most)]


def title_lines(scene: Scene) -> list[Line]:
    """The head of the drawing."""
    note = [Line(simpler(scene), 12)] if scene.is_simple else []
    nothing = [Line(scene.nothing, 12)] if scene.nothing else []
    return [*_lines(name_of(scene.title), 640, 2, 18, bold=True, color=INK), *note, *nothing]


def simpler(scene: Scene) -> str:
    """Says how a drawing that is packed differs."""
    counts = f"{len(scene.nodes):,} elements and {len(scene.flows):,} flows"
    return f"{counts}: drawn simpler, flows by their numbers; the tool tips of the SVG name them"


def node_lines(item: Item) -> list[Line]:
    """What stands inside an element."""
    color = INK if item.in_scope else FADED
    return [*_lines(name_of(item.name), 170, 4, 13, bold=True, color=color), *_below(item, [item.kind], 170)]


def zone_lines(item: Item) -> list[Line]:
    """What stands at the top of a boundary."""
    # Of a plain one the line around it says what it is.
    own = [] if item.kind == kind_word("Boundary") else [item.kind]
    return [*_lines(name_of(item.name), 260, 3, 13, bold=True, color=INK), *_below(item, own, 260)]


def _below(item: Item, words: list[str], room: int) -> list[Line]:
    kind = ", ".join([*words, *([] if item.in_scope else [OUT])])
    # On a fill, and for what matters most, the ink.
    found = [Line(findings_text(item.findings), 11, color=INK)] if item.findings else []
    return [*(_lines(f"«{kind}»", room, 2, 11) if kind else []), *found]


def flow_lines(flow: Flow, scene: Scene) -> list[Line]:
    """What stands beside a flow; nothing, or its number, where there are very many."""
    item = flow.item
    if scene.is_simple:
        return [] if flow.order is None else [Line(str(flow.order), 9)]
    color = INK if item.in_scope else FADED
    lines = _lines(numbered(item.name, flow.order), 180, 3, 12, color=color)
    if flow.answer is not None:
        lines += _lines(numbered(flow.answer.name, flow.answer.order), 180, 3, 12, color=color)
    lines += _lines(", ".join([way(flow), *([] if item.in_scope else [OUT])]), 180, 2, 11)
    return lines + ([Line(findings_text(item.findings), 11, color=INK)] if item.findings else [])


def name_of(name: str) -> str:
    """The name, or a word for one that has none."""
    return name if name.strip() else "unnamed"


def numbered(name: str, order: int | None) -> str:
    """The name of a flow with its number, where it has one: "3. Transfer"."""
    return name_of(name) if order is None else f"{order}. {name_of(name)}"


def way(flow: Flow) -> str:
    """How a flow travels: "HTTPS:443, encrypted"."""
    port = f"port {flow.port}" if flow.port >= 0 else ""
    taken = f"{flow.protocol}:{flow.port}" if flow.protocol and port else flow.protocol or port
    protection = "encrypted" if flow.encrypted else "unencrypted"
    return f"{taken}, {protection}" if taken else protection


def findings_text(findings: Findings) -> str:
    """Count and worst severity: "3 findings, worst high"."""
    if findings.count == 1:
        return f"1 finding, {findings.worst}"
    return f"{findings.count:,} findings, worst {findings.worst}"


def item_title(item: Item) -> str:
    """By what name a screen reader speaks of an element or a boundary: "server Web: 3 findings, worst high"."""
    return _told([f"{visible(item.kind)} {_short(item.name)}", *_notes(item)], ": ")


def item_description(item: Item, scene: Scene) -> str:
    """What else there is to say about an element or a boundary."""
    inside = [_short(scene.zones[number].name) for number in scene.around(item.zone)[:6]]
    return _sentences([f"Inside {', '.join(inside)}" if inside else "", item.description])


def flow_title(flow: Flow, ends: tuple[Item, Item]) -> str:
    """By what name a screen reader speaks of a flow: "flow 1. Log in, from Customer to Web: 1 finding, high"."""
    source, sink = (_short(end.name) for end in ends)
    names = [_short(numbered(flow.item.name, flow.order)), *_answered(flow.answer)]
    name = f"{visible(flow.item.kind)} {', '.join(names)}, from {source} to {sink}"
    return _told([name, *_notes(flow.item)], ": ")


def _answered(answer: Answer | None) -> Iterable[str]:
    if answer is not None:
        yield f"answered by {_short(numbered(answer.name, answer.order))}"


def flow_description(flow: Flow) -> str:
    """What else there is to say about a flow."""
    data = ", ".join(map(_short, flow.data))
    return _sentences([way(flow), f"Data: {data}" if data else "", flow.item.description])


def scene_description(scene: Scene) -> str:
    """The drawing in a sentence or two."""
    counts = ((len(scene.nodes), "element"), (len(scene.zones), "boundary"), (len(scene.flows), "flow"))
    told = ", ".join(f"{count:,} {_plural(word) if count != 1 else word}" for count, word in counts)
    return _sentences([scene.nothing or f"Data-flow diagram of {told}", scene.description])


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _short(name: str) -> str:
    return cut(visible(name_of(name)), _LONGEST_NAME)


def _notes(item: Item) -> list[str]:
    notes = ["" if item.in_scope else OUT, findings_text(item.findings) if item.findings else ""]
    return [note for note in notes if note]


def _told(parts: list[str], joiner: str) -> str:
    return joiner.join([parts[0], *([", ".join(parts[1:])] if parts[1:] else [])])


def _sentences(parts: Iterable[str]) -> str:
    lines = [visible(part).rstrip(".") for part in parts if part.strip()]
    return cut(". ".join(lines), _LONGEST_PROSE)
