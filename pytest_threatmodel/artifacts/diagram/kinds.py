"""What people call the kinds of elements."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Iterable

_WORDS: Final = {
    "Actor": "actor",
    "ExternalEntity": "external entity",
    "Server": "server",
    "SetOfProcesses": "set of processes",
    "Process": "process",
    "Datastore": "datastore",
    "Lambda": "function",
    "LLM": "language model",
    "Agent": "agent",
    "Boundary": "boundary",
    "Asset": "asset",
    "Data": "data",
    "Dataflow": "flow",
    "Element": "element",
}


def kind_word(kind: str) -> str:
    """The word for a kind; kinds of the model's own have their own names."""
    return _WORDS.get(kind, kind)


def nearest(kinds: Iterable[str], known: Container[str]) -> str:
    """The first of the kinds that is known.

    Args:
        kinds: the kind of an element and all that it is a special case of, nearest first.
        known: kinds, `Element` among them, of which every kind is a special case.
    """
    return next(kind for kind in kinds if kind in known)
