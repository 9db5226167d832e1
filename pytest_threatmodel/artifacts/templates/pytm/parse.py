"""Takes a template in pytm's language apart.

The language is that of Python's `str.format`: each level of nesting doubles its braces. A field's directive is itself a
text with fields; what stands in it in single braces is meant where the field is, what stands in double braces inside
of the loop that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from typing import TypeAlias

from pytest_threatmodel.artifacts.templates.pytm.nodes import Body
from pytest_threatmodel.artifacts.templates.pytm.nodes import Call
from pytest_threatmodel.artifacts.templates.pytm.nodes import Directive
from pytest_threatmodel.artifacts.templates.pytm.nodes import Fault
from pytest_threatmodel.artifacts.templates.pytm.nodes import Field
from pytest_threatmodel.artifacts.templates.pytm.nodes import Hole
from pytest_threatmodel.artifacts.templates.pytm.nodes import Repeat
from pytest_threatmodel.artifacts.templates.pytm.nodes import Show
from pytest_threatmodel.artifacts.templates.pytm.nodes import When
from pytest_threatmodel.model.fields import did_you_mean

#: A character or a hole, and its place in the template.
Atom: TypeAlias = tuple[str | Hole, int]

#: The name of an element's kind, as templates for pytm write it; no other name may begin with an underscore.
KIND_NAME: Final = "__class__.__name__"
DIRECTIVES: Final = ("repeat", "call", "if", "not")
_DEEPEST: Final = 16
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]")
_WORD: Final = re.compile(r"[A-Za-z_]{2,}\Z")


def parse(template: str) -> Body:
    """The parts of a template.

    Args:
        template: the whole text.

    Raises:
        Fault: a brace is not closed, or what is in braces is no field.
    """
    return _body(_expanded([(char, place) for place, char in enumerate(template)], 0))


def _body(atoms: Sequence[Atom]) -> Body:
    """The same without places, neighbouring characters as one text."""
    found: list[str | Hole] = []
    chars: list[str] = []
    for part, _ in atoms:
        if isinstance(part, str):
            chars.append(part)
            continue
        found += ["".join(chars)] if chars else []
        found.append(part)
        chars = []
    return (*found, "".join(chars)) if chars else tuple(found)


def _expanded(atoms: Sequence[Atom], depth: int) -> list[Atom]:
    """The text with single braces as holes, and doubled ones as single ones."""
    found: list[Atom] = []
    index = 0
    while index < len(atoms):
        part, place = atoms[index]
        if part not in ("{", "}"):
            found.append((part, place))
            index += 1
        elif index + 1 < len(atoms) and atoms[index + 1][0] == part:
            found.append((part, place))
            index += 2
        elif part == "}":
            raise Fault("a closing brace that nothing opens; a brace itself is written twice", place)
        else:
            end = _end_of_field(atoms, index)
            found.append((Hole(_field(atoms[index + 1 : end], place, depth)), place))
            index = end + 1
    return found


def _end_of_field(atoms: Sequence[Atom], start: int) -> int:
    open_braces = 0
    for index in range(start, len(atoms)):
        part = atoms[index][0]
        open_braces += (part == "{") - (part == "}")
        if not open_braces:
            return index
    raise Fault("an opening brace that nothing closes; a brace itself is written twice", atoms[start][1])


def _field(atoms: Sequence[Atom], place: int, depth: int) -> Field:
    if depth > _DEEPEST:
        raise Fault(f"fields are nested more than {_DEEPEST} deep", place)
    end = next((index for index, (part, _) in enumerate(atoms) if part in (":", "!")), len(atoms))
    for part, where in atoms[:end]:
        if isinstance(part, Hole) or part == "{":
            raise Fault("a brace in a name", where)
    steps = _steps("".join(str(part) for part, _ in atoms[:end]), place)
    return Field(steps, _directive(_spec(atoms[end:], place), place, depth), place)


def _spec(atoms: Sequence[Atom], place: int) -> Sequence[Atom]:
    """What comes after the colon; a conversion before it (`!s`) changes nothing, as all values are shown as text."""
    if atoms and atoms[0][0] == "!":
        if len(atoms) < 2 or atoms[1][0] not in ("s", "r", "a") or (len(atoms) > 2 and atoms[2][0] != ":"):
            raise Fault("expected !s and a colon or a closing brace", place)
        atoms = atoms[2:]
    return atoms[1:]


def _steps(text: str, place: int) -> tuple[str | int, ...]:
    name = text.partition(".")[0].partition("[")[0]
    rest = text[len(name) :]
    known = rest.endswith(f".{KIND_NAME}")
    rest = rest.removesuffix(f".{KIND_NAME}") if known else rest
    steps: list[str | int] = [name]
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise Fault(f"{text!r} is no name, expected one as in 'item.source.name'", place)
        steps.append(match[1] if match[2] is None else int(match[2]))
        rest = rest[match.end() :]
    _check_names(steps, text, place)
    return (*steps, KIND_NAME) if known else tuple(steps)


def _check_names(steps: Sequence[str | int], text: str, place: int) -> None:
    if not steps[0]:
        raise Fault("braces without a name; a brace itself is written twice", place)
    for step in steps:
        if isinstance(step, str) and step.startswith("_"):
            raise Fault(f"{text!r}: templates see no names that begin with an underscore", place)


def _directive(atoms: Sequence[Atom], place: int, depth: int) -> Directive:
    expanded = _expanded(atoms, depth + 1)
    colon = next((index for index, (part, _) in enumerate(expanded) if part == ":"), len(expanded))
    word = "".join(part if isinstance(part, str) else "\0" for part, _ in expanded[:colon])
    rest = expanded[colon + 1 :]
    if word == "repeat":
        return Repeat(_inner(rest, depth))
    if word in ("if", "not"):
        return When(_body(rest), wanted=word == "if")
    if word == "call":
        return _call(rest, depth)
    if _WORD.match(word):
        hint = did_you_mean(word, DIRECTIVES)
        text = f"unknown directive {word!r}, expected {', '.join(DIRECTIVES)}"
        raise Fault(text if hint is None else f"{text}; {hint}", place)
    return Show(_body(expanded))


def _call(atoms: Sequence[Atom], depth: int) -> Call:
    """What is called is a method, and all of this the body, or a function that is named here before the body."""
    colon = next((index for index, (part, _) in enumerate(atoms) if part == ":"), len(atoms))
    name = "".join(part if isinstance(part, str) else "\0" for part, _ in atoms[:colon])
    if not name.isidentifier():
        return Call(_inner(atoms, depth), "", ())
    body = _inner(atoms[colon + 1 :], depth)
    return Call((name + ":" * (colon < len(atoms)), *body), name, body)


def _inner(atoms: Sequence[Atom], depth: int) -> Body:
    """The body of a loop: it is taken apart once more; what is filled in from outside is one loop further out."""
    outer = [(Hole(part.field, part.up + 1) if isinstance(part, Hole) else part, place) for part, place in atoms]
    return _body(_expanded(outer, depth + 1))
