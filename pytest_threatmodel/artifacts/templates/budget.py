"""Limits of rendering: a template that would go on for ever, or fill the memory, ends with an error."""

from __future__ import annotations

import time
from typing import Final

#: In characters.
MOST_OUTPUT: Final = 100_000_000
_STEPS_BETWEEN_LOOKS: Final = 256


class Exhausted(Exception):
    """A limit is reached; the message is for people."""


class Budget:
    """What one rendering may take.

    Args:
        seconds: of the processor's time, so that a busy machine makes no template fail.
        output: characters of text.
    """

    def __init__(self, seconds: float, output: int = MOST_OUTPUT) -> None:
        self._seconds = seconds
        self._end = time.process_time() + seconds
        self._output = output
        self._steps = 0

    def step(self) -> None:
        """Note that the rendering goes on.

        Raises:
            Exhausted: its time is over.
        """
        self._steps += 1
        if self._steps % _STEPS_BETWEEN_LOOKS == 0 and time.process_time() > self._end:
            raise Exhausted(f"it takes more than {self._seconds:g} seconds")

    def fits(self, length: int) -> None:
        """Ask whether a text may become so long.

        Raises:
            Exhausted: it may not.
        """
        if length > self._output:
            raise Exhausted(f"it makes more than {self._output:,} characters")
