"""What other tools call the states of a threat, and what we make of them."""

from __future__ import annotations

from typing import Final
from typing import Literal

State = Literal["accepted", "excluded", "open"]

#: A threat that was answered outside the model is an accepted one: an expected failure, with the reason in sight.
_STATES: Final[dict[State, str]] = {
    "accepted": "accept accepted mitigated transferred avoided eliminated falsepositive",
    "excluded": "na notapplicable",
    "open": """open exposed expose new unchecked indiscussion inprogress partlymitigated partiallymitigated recommended
        required tbd""",
}
_BY_WORD: Final = {word: state for state, words in _STATES.items() for word in words.split()}


def state(said: str) -> State | None:
    """Our state for a state in free text, or None where it is not understood.

    Args:
        said: as the file spells it; case and punctuation do not count.
    """
    word = "".join(char for char in said.casefold() if char.isalnum())
    return _BY_WORD.get(word) if word else "open"
