"""Renders a template in pytm's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Final

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.budget import Budget
from pytest_threatmodel.artifacts.templates.budget import Exhausted
from pytest_threatmodel.artifacts.templates.pytm.escape import Escape
from pytest_threatmodel.artifacts.templates.pytm.escape import escape_for
from pytest_threatmodel.artifacts.templates.pytm.functions import FUNCTIONS
from pytest_threatmodel.artifacts.templates.pytm.nodes import Body
from pytest_threatmodel.artifacts.templates.pytm.nodes import Call
from pytest_threatmodel.artifacts.templates.pytm.nodes import Fault
from pytest_threatmodel.artifacts.templates.pytm.nodes import Field
from pytest_threatmodel.artifacts.templates.pytm.nodes import Repeat
from pytest_threatmodel.artifacts.templates.pytm.nodes import Show
from pytest_threatmodel.artifacts.templates.pytm.nodes import When
from pytest_threatmodel.artifacts.templates.pytm.parse import KIND_NAME
from pytest_threatmodel.artifacts.templates.pytm.parse import parse
from pytest_threatmodel.artifacts.templates.pytm.values import Many
from pytest_threatmodel.artifacts.templates.pytm.values import Method
from pytest_threatmodel.artifacts.templates.pytm.values import Thing
from pytest_threatmodel.artifacts.templates.pytm.values import Value
from pytest_threatmodel.artifacts.templates.pytm.values import is_true
from pytest_threatmodel.artifacts.templates.pytm.values import plain
from pytest_threatmodel.artifacts.templates.pytm.values import what
from pytest_threatmodel.artifacts.templates.pytm.world import World
from pytest_threatmodel.artifacts.templates.source import Source
from pytest_threatmodel.artifacts.templates.source import ending_of
from pytest_threatmodel.artifacts.templates.source import mistake
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.snapshot.shape import Snapshot

#: What Python's formatting of texts and numbers takes, but for widths that would fill the memory.
_SPEC: Final = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?\d{0,3}[_,]?(?:\.\d{1,3})?[a-zA-Z%]?", re.DOTALL)
_Scopes = Sequence[dict[str, Value]]


def render(source: Source, snapshot: Snapshot, request: Request) -> str:
    """The text that the template makes.

    Args:
        source: the template.
        snapshot: of one model.
        request: its `seconds` limit the rendering.

    Raises:
        ArtifactError: the template has a mistake, or takes too much.
    """
    try:
        body = parse(source.text)
        renderer = _Renderer(escape_for(ending_of(source.path.name)), Budget(request.seconds))
        return renderer.text(body, (World(snapshot).names(),))
    except Fault as fault:
        before = source.text[: fault.place]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise mistake(source.path.name, fault.message, line, column) from None


class _Renderer:
    """Fills in values.

    Args:
        escape: what is done to the text of a model.
        budget: what may be used up.
    """

    def __init__(self, escape: Escape, budget: Budget) -> None:
        self._escape = escape
        self._budget = budget
        self._made = 0

    def text(self, body: Body, scopes: _Scopes) -> str:
        """A text with its holes filled.

        Args:
            body: the text.
            scopes: name -> value, of the whole template first, then of each loop around the text.
        """
        return "".join(
            part if isinstance(part, str) else self._field(part.field, scopes[: len(scopes) - part.up]) for part in body
        )

    def _field(self, field: Field, scopes: _Scopes) -> str:
        try:
            self._budget.step()
            text = self._directed(field, scopes)
            self._made += len(text)
            self._budget.fits(self._made)
        except Exhausted as limit:
            raise Fault(str(limit), field.place) from None
        return text

    def _directed(self, field: Field, scopes: _Scopes) -> str:
        value, directive = _lookup(field, scopes), field.directive
        if isinstance(directive, Repeat):
            return self._repeated(_items(plain(value)), directive.body, scopes)
        if isinstance(directive, When):
            return self.text(directive.body, scopes) if is_true(value) is directive.wanted else ""
        if isinstance(directive, Call):
            return self._called(field, directive, value, scopes)
        return self._shown(field, directive, value, scopes)

    def _repeated(self, items: Iterable[Value], body: Body, scopes: _Scopes) -> str:
        return "".join(self.text(body, (*scopes, {"item": item})) for item in items)

    def _called(self, field: Field, call: Call, value: Value, scopes: _Scopes) -> str:
        if isinstance(value, Method):
            found, body = value.call(), call.method_body
        else:
            found, body = _function(field, call.function, value), call.function_body
        if isinstance(found, Many) and body:
            return self._repeated(found.items, body, scopes)
        return self._as_text(found)

    def _shown(self, field: Field, show: Show, value: Value, scopes: _Scopes) -> str:
        spec = self.text(show.spec, scopes)
        if not spec:
            return self._as_text(value)
        found = plain(value)
        whole = found if isinstance(found, int) and not isinstance(found, bool) else self._as_text(found)
        try:
            if not _SPEC.fullmatch(spec):
                raise ValueError
            return format(whole, spec)
        except ValueError:
            raise Fault(f"{field}: {spec!r} is no directive and no format", field.place) from None

    def _as_text(self, value: Value) -> str:
        found = plain(value)
        if isinstance(found, Thing | Many):
            return self._escape(found.shown)
        return self._escape(found) if isinstance(found, str) else str(found)


def _items(value: Value) -> Iterable[Value]:
    return value.items if isinstance(value, Many) else ()


def _function(field: Field, name: str, value: Value) -> Value:
    if name not in FUNCTIONS:
        text = f"{field}: unknown function {name!r}, expected {', '.join(FUNCTIONS)}"
        raise Fault(_with_hint(text, name, FUNCTIONS), field.place)
    return FUNCTIONS[name](value)


def _lookup(field: Field, scopes: _Scopes) -> Value:
    first, *steps = field.steps
    for scope in reversed(scopes):
        if first in scope:
            return _walked(field, scope[str(first)], steps)
    known = [name for scope in scopes for name in scope]
    raise Fault(_with_hint(f"unknown name {str(first)!r}", str(first), known), field.place)


def _walked(field: Field, value: Value, steps: Iterable[str | int]) -> Value:
    for step in steps:
        value = _step(field, plain(value), step)
    return value


def _step(field: Field, value: Value, step: str | int) -> Value:
    if isinstance(step, int):
        if isinstance(value, Many) and step < len(value.items):
            return value.items[step]
        raise Fault(f"{field}: there is no item {step}", field.place)
    if isinstance(value, Thing):
        if step == KIND_NAME:
            return value.kind
        if step in value.attributes:
            return value.attributes[step]
        text = f"{field}: {what(value)} has no attribute {step!r}"
        raise Fault(_with_hint(text, step, value.attributes), field.place)
    if value is None:
        raise Fault(f"{field}: what should have the attribute {step!r} is None; put it into an :if:", field.place)
    raise Fault(f"{field}: {what(value)} has no attribute {step!r}", field.place)


def _with_hint(text: str, name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return text if hint is None else f"{text}; {hint}"
