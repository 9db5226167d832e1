"""A template taken apart: text, and the places where values go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: A template, or a part of it, as it is rendered.
Body: TypeAlias = "tuple[str | Hole, ...]"


class Fault(Exception):
    """A mistake in a template.

    Args:
        message: what is wrong.
        place: index of a character in the template.
    """

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


@dataclass(frozen=True, slots=True)
class Hole:
    """Where the value of a field goes.

    Args:
        field: whose value.
        up: how many loops further out the field stands than the text that it is in: single braces inside a loop.
    """

    field: Field
    up: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """`{name.attribute:directive:...}`.

    Args:
        steps: names and indexes, the first of them that of a value.
        directive: what is done with the value.
        place: of its opening brace.
    """

    steps: tuple[str | int, ...]
    directive: Directive
    place: int

    def __str__(self) -> str:
        first, *rest = self.steps
        return str(first) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)


@dataclass(frozen=True, slots=True)
class Show:
    """The value as text.

    Args:
        spec: how, as in Python's own formatting; mostly empty.
    """

    spec: Body


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body once for each item of the value."""

    body: Body


@dataclass(frozen=True, slots=True)
class When:
    """The body if the value is true, or if it is not."""

    body: Body
    wanted: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A method or a function called; the body once for each item of a collection that it gives.

    Args:
        method_body: for each item of what the value itself gives, where it is a method.
        function: else the name of the function.
        function_body: and its body.
    """

    method_body: Body
    function: str
    function_body: Body


Directive: TypeAlias = Show | Repeat | When | Call
