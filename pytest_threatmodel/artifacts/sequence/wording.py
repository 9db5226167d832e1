"""What sequence diagrams say about participants and messages, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.artifacts.text import visible

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.sequence.messages import Message
    from pytest_threatmodel.artifacts.sequence.messages import Participant
    from pytest_threatmodel.artifacts.sequence.messages import Zone

_OUT: Final = "out of scope"
_MOST_ZONES: Final = 5


def name_of(item: Participant | Message | Zone) -> str:
    """The name, or a word for one that has none."""
    return item.name if item.name.strip() else "unnamed"


def kind_of(participant: Participant) -> str:
    """What stands below the name of a participant; nothing where its head says it all."""
    kind = "" if participant.kind == "actor" else participant.kind
    return ", ".join(part for part in (kind, "" if participant.in_scope else _OUT) if part)


def zone_name(zone: Zone) -> str:
    """The name of a zone, with a word where it is out of scope."""
    return name_of(zone) if zone.in_scope else f"{name_of(zone)} ({_OUT})"


def zone_path(path: tuple[Zone, ...]) -> str:
    """The zones around something in one line, the outermost first: "Cloud / DMZ"; those amid very many are left out."""
    names = [visible(zone_name(zone)) for zone in path]
    return " / ".join(names if len(names) <= _MOST_ZONES else [names[0], "…", *names[2 - _MOST_ZONES :]])


def titled(message: Message) -> str:
    """The name of a message with its number, where it has one: "3. Transfer"."""
    return name_of(message) if message.order is None else f"{message.order}. {name_of(message)}"


def details(message: Message) -> list[str]:
    """What stands below the name of a message, each on one line: how it travels, and what it carries."""
    scope = [] if message.in_scope else [_OUT]
    data = [f"data: {', '.join(message.data)}"] if message.data else []
    return [visible(line) for line in (", ".join([message.way, *scope]), *data)]
