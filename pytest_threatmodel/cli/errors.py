"""What ends a script with one line on stderr."""

from __future__ import annotations

from typing import Final

#: Exit status: the model, a threat file or an artifact is wrong.
FAULT: Final = 1
#: Exit status: the options are wrong.
MISUSE: Final = 2


class ScriptError(Exception):
    """The script cannot do what it is asked for; the message is for people.

    Args:
        message: what is wrong.
        status: with which the script ends.
    """

    def __init__(self, message: str, status: int = MISUSE) -> None:
        self.status = status
        super().__init__(message)
