"""The sequence diagram as PlantUML text: https://plantuml.com/sequence-diagram."""

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
    from pytest_threatmodel.artifacts.sequence.messages import Shape
    from pytest_threatmodel.artifacts.sequence.messages import Step

_WORDS: Final[dict[Shape, str]] = {
    "person": "actor",
    "square": "entity",
    "stack": "collections",
    "store": "database",
    "zone": "boundary",
}
#: What PlantUML might read as its own: commands and preprocessor (they are words after a sign, or stand on lines of
#: their own), and the markup of labels, which reads files and addresses: https://plantuml.com/creole. Letters, figures,
#: spaces, and marks that stand neither first nor twice mean nothing to it. Beyond the Basic Multilingual Plane it tears
#: characters in two.
_MEANINGFUL: Final = re.compile(r"[^\w ,.?()/:'-]|[_\U00010000-\U0010ffff]|([,.?()/:'-])\1+|\A[^\w]")
_FADED: Final = "#6b737c"
_STYLE: Final = [
    "skinparam shadowing false",
    "skinparam sequenceArrowColor #3b434b",
    "skinparam sequenceLifeLineBorderColor #8c959f",
    "skinparam sequenceBoxBorderColor #8c959f",
    *(
        f"skinparam {kind}{part}Color {colour}"
        for kind in ("actor", "boundary", "collections", "database", "entity", "participant")
        for part, colour in (("Background", "#ffffff"), ("Border", "#3b434b"))
    ),
    "skinparam noteBackgroundColor #fff8c5",
    "skinparam noteBorderColor #9a7d00",
]


def plantuml(diagram: Diagram) -> str:
    """The diagram as PlantUML text.

    Args:
        diagram: of a model.
    """
    lines = ["@startuml", *_STYLE, *(f"title {title}" for title in [_text(diagram.title, 600, 2)] if title)]
    lines += _lifelines(diagram)
    for step in diagram.steps:
        lines += _step(step, diagram)
    return "\n".join([*lines, "@enduml", ""])


def _lifelines(diagram: Diagram) -> Iterator[str]:
    if not diagram.participants:
        yield f'participant "{diagram.nothing}" as nothing'
    for path, participants in groupby(diagram.participants, key=lambda participant: participant.path):
        inside = [_participant(participant) for participant in participants]
        # The version that Debian has cannot nest boxes: the path names them all.
        yield from [f'box "{_text(zone_path(path), 300, 2)}" #f6f8fa', *inside, "end box"] if path else inside


def _participant(participant: Participant) -> str:
    lines = [_text(name_of(participant), 150, 4), *_small(kind_of(participant), 150)]
    colour = "" if participant.in_scope else " #f6f7f8"
    word = _WORDS.get(participant.shape, "participant")
    return f'{word} "{_LINE.join(lines)}" as {participant.id}{colour}'


def _over(diagram: Diagram, *ends: int) -> str:
    names = dict.fromkeys(diagram.participants[end].id for end in sorted(ends))
    return f"note over {', '.join(names)}"


def _step(step: Step, diagram: Diagram) -> Iterator[str]:
    if isinstance(step, Divider):
        yield f"== {step.text} =="
        return
    source, sink = (diagram.participants[end].id for end in (step.source, step.sink))
    yield f"{source} {_arrow(step)} {sink} : {_label(step)}"
    note = _text(step.note, 240, 12)
    if note:
        yield f"{_over(diagram, step.source, step.sink)} : {note}"


def _arrow(message: Message) -> str:
    colour = "" if message.in_scope else f"[{_FADED}]"
    return f"-{colour}->" if message.is_response else f"-{colour}>"


def _label(message: Message) -> str:
    lines = [_text(titled(message), 240, 4)]
    for detail in details(message):
        lines += _small(detail, 240)
    return _LINE.join(lines)


_LINE: Final = r"\n"


def _small(text: str, room: int) -> list[str]:
    return [f"<size:11><color:#57606a>{_escaped(line)}</color></size>" for line in wrapped(text, room, 11, 3)]


def _text(text: str, room: int, most: int) -> str:
    return _LINE.join(_escaped(line) for line in wrapped(text, room, 13, most))


def _escaped(line: str) -> str:
    return _MEANINGFUL.sub(lambda found: "".join(map(_code, found[0])), line)


def _code(char: str) -> str:
    # More than five digits are no code: private characters, which no font has.
    return f"<U+{ord(char):04X}>" if ord(char) <= 0xFFFFF else f"<U+005C>U{ord(char):08x}"
