"""What a model keeps of the file of another tool that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Literal

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element


@dataclass(frozen=True, slots=True)
class SourceThreat:
    """What the file says about one of its own threats on an element.

    Args:
        element: what it stands on.
        title: what the file calls the threat.
        cwe: the numbers of the weaknesses that it names.
        status: what was decided; None where the threat is open, or its state is not understood.
        reason: the decision in the words of the file.
        owner: who answers for it.
        until: the last day on which the decision holds, None for no end.
        origin: where in which file, for messages.
        ours: ids of the threats of the packs that it is known to mean. On an element that one of them concerns, its
            weaknesses do not count.
    """

    element: Element
    title: str
    cwe: frozenset[int]
    status: Literal["accepted", "excluded"] | None
    reason: str
    owner: str | None
    until: date | None
    origin: str
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Imported:
    """What came with a model and is no element.

    Args:
        file: the name of the file.
        threats: the file's own threats, in its order.
        notices: what in the file could not be mapped, each a line.
    """

    file: str
    threats: tuple[SourceThreat, ...]
    notices: tuple[str, ...]
