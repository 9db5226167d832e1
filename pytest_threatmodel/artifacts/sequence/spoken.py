"""What the picture says to those who do not see it, and to those who point at its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.sequence.messages import Message
from pytest_threatmodel.artifacts.sequence.wording import details
from pytest_threatmodel.artifacts.sequence.wording import name_of
from pytest_threatmodel.artifacts.sequence.wording import titled
from pytest_threatmodel.artifacts.sequence.wording import zone_path
from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.sequence.messages import Diagram
    from pytest_threatmodel.artifacts.sequence.messages import Participant

_LONGEST: Final = 200
#: A description is heard from its beginning to its end: it has no use for a thousand messages.
_MOST_MESSAGES: Final = 50


def picture_title(diagram: Diagram) -> str:
    """What the picture is."""
    return f"Sequence diagram: {_short(diagram.title)}" if diagram.title.strip() else "Sequence diagram"


def picture_spoken(diagram: Diagram) -> str:
    """All that the picture shows."""
    if not diagram.participants:
        return f"{diagram.nothing}."
    messages = [step for step in diagram.steps if isinstance(step, Message)]
    counts = f"{_counted(len(diagram.participants), 'participant')}, {_counted(len(messages), 'message')}."
    told = [f"{message_spoken(message, diagram)}." for message in messages[:_MOST_MESSAGES]]
    more = [f"And {len(messages) - len(told)} more."] if len(messages) > len(told) else []
    return "\n".join([counts, *told, *more])


def participant_spoken(participant: Participant) -> str:
    """A participant with its kind and the zones around it."""
    scope = [] if participant.in_scope else ["out of scope"]
    zones = [f"in {_short(zone_path(participant.path))}"] if participant.path else []
    return ", ".join([_short(name_of(participant)), participant.kind, *scope, *zones])


def message_spoken(message: Message, diagram: Diagram) -> str:
    """A message with its ends, the way that it takes, and what it carries."""
    source, sink = (_short(name_of(diagram.participants[end])) for end in (message.source, message.sink))
    answer = ["response"] if message.is_response else []
    return f"{_short(titled(message))}: {', '.join([f'{source} to {sink}', *answer, *map(_short, details(message))])}"


def _short(text: str) -> str:
    text = visible(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
