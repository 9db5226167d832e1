"""The sequence diagram as Mermaid text: https://mermaid.js.org/syntax/sequenceDiagram.html.

It keeps to what the versions inside GitHub, GitLab and editors all read: participants and actors, boxes, messages and
notes, and no directives.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.diagram.text import wrapped
from pytest_threatmodel.artifacts.sequence.messages import Divider
from pytest_threatmodel.artifacts.sequence.wording import details
from pytest_threatmodel.artifacts.sequence.wording import kind_of
from pytest_threatmodel.artifacts.sequence.wording import name_of
from pytest_threatmodel.artifacts.sequence.wording import titled
from pytest_threatmodel.artifacts.sequence.wording import zone_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_threatmodel.artifacts.sequence.messages import Diagram
    from pytest_threatmodel.artifacts.sequence.messages import Message
    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.messages import Step

#: What Mermaid, or the Markdown around it, might read as its own becomes an entity code. Letters, figures, spaces, and
#: marks that stand neither first nor twice mean nothing to them; letters of the sign that Mermaid itself uses for codes
#: inside are none of those.
_MEANINGFUL: Final = re.compile(r"[^\w ,.?()/:'-]|[_ﬂ]|([,.?()/:'-])\1+|\A[^\w]")
_BREAK: Final = "<br/>"
#: Seen on white and on black.
_TINT: Final = "rgba(128, 128, 128, 0.12)"


def mermaid(diagram: Diagram) -> str:
    """The diagram as Mermaid text.

    Args:
        diagram: of a model.
    """
    lines = ["sequenceDiagram", *(f"title {title}" for title in [_text(diagram.title, 10_000, 1)] if title)]
    lines += _lifelines(diagram)
    for step in diagram.steps:
        lines += _step(step, diagram)
    return "\n    ".join(lines) + "\n"


def _lifelines(diagram: Diagram) -> Iterator[str]:
    if not diagram.participants:
        yield f"participant nothing as {diagram.nothing}"
    for path, participants in groupby(diagram.participants, key=lambda participant: participant.path):
        inside = [_participant(participant) for participant in participants]
        # A colour first, or the first word of the name might be taken for one.
        yield from [f"box {_TINT} {_text(zone_path(path), 10_000, 1)}", *inside, "end"] if path else inside


def _participant(participant: Participant) -> str:
    word = "actor" if participant.shape == "person" else "participant"
    kind = _text(kind_of(participant), 200, 2)
    lines = [_text(name_of(participant), 200, 4), *([f"({kind})"] if kind else [])]
    return f"{word} {participant.id} as {_BREAK.join(lines)}"


def _over(diagram: Diagram, *ends: int) -> str:
    names = dict.fromkeys(diagram.participants[end].id for end in sorted(ends))
    return f"Note over {','.join(names)}"


def _step(step: Step, diagram: Diagram) -> Iterator[str]:
    if isinstance(step, Divider):
        yield f"{_over(diagram, 0, len(diagram.participants) - 1)}: {step.text}"
        return
    source, sink = (diagram.participants[end].id for end in (step.source, step.sink))
    yield f"{source}{'-->>' if step.is_response else '->>'}{sink}: {_label(step)}"
    note = _text(step.note, 280, 12)
    if note:
        yield f"{_over(diagram, step.source, step.sink)}: {note}"


def _label(message: Message) -> str:
    return _BREAK.join([_text(titled(message), 280, 4), *(_text(detail, 280, 3) for detail in details(message))])


def _text(text: str, room: int, most: int) -> str:
    return _BREAK.join(_escaped(line) for line in wrapped(text, room, 14, most))


def _escaped(line: str) -> str:
    return _MEANINGFUL.sub(lambda found: "".join(f"#{ord(char)};" for char in found[0]), line)
