"""pytm's `var*`: the fields of kinds that a file derives."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any
from typing import ClassVar

from pytest_threatmodel.model.enums import Action
from pytest_threatmodel.model.enums import Classification
from pytest_threatmodel.model.enums import DatastoreType
from pytest_threatmodel.model.enums import Lifetime
from pytest_threatmodel.model.enums import TLSVersion
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType


class var(Field[Any, Any]):  # the name is pytm's
    """A field of a kind of the file's own.

    Args:
        default: what counts while nobody states a value.
        required: whether somebody must; pytm does not check it either.
        doc: what the field says.
        onSet: called with element and value when it is stated.
    """

    #: The type of the field.
    kept: ClassVar[FieldType] = FieldType("other")

    def __init__(
        self,
        default: Any = None,
        required: bool = False,
        doc: str = "",
        onSet: Callable[[Any, Any], object] | None = None,  # the name is pytm's
    ) -> None:
        shape = self.kept.shape
        if shape == "ints":
            default = frozenset(default or ())
        elif shape in ("many", "texts"):
            default = tuple(default or ())
        super().__init__(self.kept, default, doc=doc)
        self.required = required
        self.on_set = onSet

    def __set__(self, node: Any, value: Any) -> None:
        super().__set__(node, value)
        if self.on_set is not None:
            self.on_set(node, value)

    def convert(self, value: Any, node: Any = None) -> Any:
        """The value as it is kept; a `var` of no particular type keeps it as it is."""
        return value if self.kept.shape == "other" else super().convert(value, node)


def _kind(name: str, type_: FieldType) -> type[var]:
    return type(name, (var,), {"kept": type_, "__doc__": f"A field that holds: {type_}."})


def _enum(enum: type[Enum]) -> type[var]:
    return _kind(f"var{enum.__name__}", FieldType("enum", enum.__name__))


_ALL: tuple[type[var], ...] = (
    var,
    _kind("varString", FieldType("text")),
    _kind("varStrings", FieldType("texts")),
    _kind("varBool", FieldType("bool")),
    _kind("varInt", FieldType("int")),
    _kind("varInts", FieldType("ints")),
    _kind("varBoundary", FieldType("one", "Boundary")),
    _kind("varElement", FieldType("one", "Element")),
    _kind("varElements", FieldType("many", "Element")),
    _kind("varData", FieldType("many", "Data")),
    _kind("varFindings", FieldType("other")),
    _kind("varAssumptions", FieldType("other")),
    _kind("varAssumption", FieldType("other")),
    _kind("varControls", FieldType("other")),
    _enum(Action),
    _enum(Classification),
    _enum(DatastoreType),
    _enum(Lifetime),
    _enum(TLSVersion),
)
#: The classes by name.
VARIABLES: dict[str, type[var]] = {each.__name__: each for each in _ALL}
