"""Fields of elements in pytm's JSON: the values as a model file would state them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any
from typing import Final

from pytest_threatmodel.importers.parts import Part
from pytest_threatmodel.importers.tally import Tally
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.errors import shown
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.kinds import KINDS

_KINDS: Final = {kind.__name__: kind for kind in KINDS}
#: What is read elsewhere, and what pytm and we work out again.
_STRUCTURE: Final = frozenset({
    "__class__", "name", "inBoundary", "data", "controls", "source", "sink", "response", "responseTo", "carriedBy",
    "processedBy", "inputs", "outputs", "findings", "severity", "uuid", "is_drawn",
})  # fmt: skip
#: `--json` writes only the numbers of these.
_LOST: Final = ("overrides", "assumptions")
#: `load()` of pytm 1.4.0 takes this name, and no rule of its reads it.
_OTHER_NAMES: Final = {"lifetime": "credentialsLife", "isSql": "isSQL"}


class Fields:
    """Reads fields.

    Args:
        told: gets names that pytm passes over.
        written_by_program: whether the file is pytm's own output, in which every field stands: there a value that is
            the default says nothing.
    """

    def __init__(self, told: Tally, *, written_by_program: bool) -> None:
        self._told = told
        self._all_stand = written_by_program

    def read(self, part: Part, kind: str) -> dict[str, Any]:
        """What an element states.

        Args:
            part: the element.
            kind: the name of its kind.

        Raises:
            ImportFault: a value does not fit its field.
        """
        values: dict[str, Any] = {}
        known = {name: field for name, field in _KINDS[kind].fields.items() if name not in ("marks", "controls")}
        for key in part:
            name = _OTHER_NAMES.get(key, key)
            if key in _STRUCTURE:
                continue
            if key in _LOST:
                self._lost(part, key)
            elif name in known:
                self._state(part, key, known[name], name, values)
                if name != key:
                    self._told.add(f"pytm passes over {key}; taken as {name}", _named(part))
            else:
                self._other(part, key, kind, known, values)
        controls = part.part("controls")
        for key in controls:
            if key in Controls.fields:
                self._state(controls, key, Controls.fields[key], f"controls.{key}", values)
            else:
                controls.skip(key)
                self._unknown(key, Controls.fields, "controls", part)
        part.skip(*_STRUCTURE)
        return values

    def _state(self, part: Part, key: str, field: Field[Any, Any], name: str, values: dict[str, Any]) -> None:
        value = _plain(part.value(key), field)
        if value is None:
            return
        try:
            converted = field.convert(value)
        except ValueProblem as problem:
            raise part.fault(
                f"{shown(value)} is not accepted, expected {problem.expected}", key, problem.hint
            ) from None
        if not self._all_stand or converted not in (field.default, (), frozenset()):
            values[name] = converted

    def _other(self, part: Part, key: str, kind: str, known: Mapping[str, Any], values: dict[str, Any]) -> None:
        part.skip(key)
        if key in Controls.fields and not (key == "isEncrypted" and kind == "Datastore"):
            self._told.add(f"pytm passes over {key} here; taken as controls.{key}", _named(part))
            self._state(part, key, Controls.fields[key], f"controls.{key}", values)
        elif key in Controls.fields:
            self._told.add("isEncrypted on a store is ambiguous, in transit or at rest, and not taken", _named(part))
        else:
            self._unknown(key, {**known, **Controls.fields}, kind, part)

    def _unknown(self, key: str, known: Mapping[str, Any], where: str, part: Part) -> None:
        hint = did_you_mean(key, known)
        self._told.add(f"{where} has no {shown(key)}" + (f"; {hint}" if hint else ""), _named(part))

    def _lost(self, part: Part, key: str) -> None:
        part.skip(key)
        if part.value(key):
            self._told.add(f"{key} are not in the file, only that there are some", _named(part))


def _named(part: Part) -> str:
    return part.text("name") or part.place


def _plain(value: Any, field: Field[Any, Any]) -> Any:
    """A member of an enumeration is written as `Classification.SECRET`, `SECRET` or its number."""
    if field.type.shape != "enum" or isinstance(value, bool):
        return value
    members: type[Enum] = ENUMS[field.type.of]
    if isinstance(value, int):
        return next((member for member in members if member.value == value), value)
    return value.removeprefix(f"{field.type.of}.") if isinstance(value, str) else value
