"""The flat names of the first pytm: controls and facts that stood on the element itself.

The names are those of pytm 0.3 to 0.8; since 1.2 controls stand under `controls`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.origin import caller

if TYPE_CHECKING:
    from pytest_threatmodel.model.element import Element
    from pytest_threatmodel.model.node import Node

#: What `get_flat` gives for a name that is no flat name.
NOTHING: Final = object()

#: Old spellings of fields.
_FIELDS: Final = {"isSql": "isSQL", "HandlesResources": "handlesResources"}
#: Old spellings of controls; `authenticatedWith` said that the two ends of a flow know each other.
_CONTROLS: Final = {
    "_authenticatesDestination": "authenticatesDestination",
    "authenticatedWith": "authenticatesSource",
}


def _anywhere(name: str, type_: FieldType, default: Any) -> Field[Any, Any]:
    field: Field[Any, Any] = Field(type_, default)
    field.name = name
    return field


#: What every element of the first pytm had; kinds that have no such field still keep the value, which no rule reads.
_ANYWHERE: Final = {
    "OS": _anywhere("OS", FieldType("text"), ""),
    **{name: _anywhere(name, FieldType("bool"), False) for name in ("onAWS", "isAdmin", "handlesResources")},
}


def _control(element: Element, name: str) -> str | None:
    known = _CONTROLS.get(name, name)
    return known if known in Controls.fields else None


def _refuse_ambiguous(element: Element, name: str) -> None:
    if name == "isEncrypted" and "Datastore" in type(element).kinds():
        raise UnknownAttribute(
            f"{element.describe()}: isEncrypted on a datastore is ambiguous",
            place=caller(),
            hint="write controls.isEncrypted (in transit) or controls.isEncryptedAtRest (stored data)",
        )


def meant(element: Element, name: str) -> tuple[Node, str] | None:
    """The node and the name of the field or control that an old flat name stands for.

    Raises:
        UnknownAttribute: it may stand for two.
    """
    _refuse_ambiguous(element, name)
    field = _FIELDS.get(name)
    if field is not None and field in type(element).fields:
        return element, field
    control = _control(element, name)
    return None if control is None else (element.controls, control)


def set_flat(element: Element, name: str, value: Any) -> bool:
    """State what an old flat name means.

    Returns:
        Whether it is an old name of this element.
    """
    found = meant(element, name)
    if found is not None:
        setattr(*found, value)
        return True
    if name in _ANYWHERE and _is_old_kind(element):
        element.state(_ANYWHERE[name], value)
        return True
    return _set_data_type(element, name, value)


def _is_old_kind(element: Element) -> bool:
    """Data, models and agents came later."""
    return not {"Data", "LLM", "Agent"}.intersection(type(element).kinds())


def _is_data_type(element: Element, name: str) -> bool:
    return name == "dataType" and "Process" in type(element).kinds()


def _set_data_type(element: Element, name: str, value: Any) -> bool:
    """`process.dataType = "JSON"` said what format the process handles."""
    if not _is_data_type(element, name):
        return False
    if value == "":
        return True
    from pytest_threatmodel.model.kinds import Data

    setattr(element, "data", Data(f"{value} data", format=value))  # noqa: B010  # a process, which has the field
    return True


def get_flat(element: Element, name: str) -> Any:
    """The value behind an old flat name, or `NOTHING`."""
    found = meant(element, name)
    if found is not None:
        return getattr(*found)
    if name in _ANYWHERE and _is_old_kind(element):
        return element.facts.given.get(name, _ANYWHERE[name].default)
    if _is_data_type(element, name):
        return next((data.format for data in getattr(element, "data", ())), "")
    return NOTHING


def names_for(element: Element) -> Iterator[str]:
    """The flat names that the element takes, for "did you mean"."""
    yield from Controls.fields
    yield from (old for old, new in _FIELDS.items() if new in type(element).fields)
