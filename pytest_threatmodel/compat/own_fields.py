"""Fields that an author made up: they hold any value, and threats of the author's own may read them."""

from __future__ import annotations

from enum import Enum
from typing import Any
from typing import ClassVar
from typing import Final

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.fields import Shape
from pytest_threatmodel.model.fields import in_order
from pytest_threatmodel.model.node import Node

_ANYTHING: Final = FieldType("other")
_UNSTATED: Final[dict[Shape, Any]] = {"bool": False, "int": -1, "text": ""}
#: What all items of a list are -> the type of the list.
_LISTS: Final[dict[type, FieldType]] = {
    str: FieldType("texts"),
    int: FieldType("ints"),
    Element: FieldType("many", "Element"),
}


class OwnField(Field[Any, Any]):
    """A field whose type is that of the values that were stated, or any where those differ.

    An element of the kind on which it was not stated does not have it, as in pytm.
    """

    optional: ClassVar[bool] = True

    def __init__(self, name: str, value: Any, node: Node) -> None:
        type_ = _type_of(value)
        is_control = isinstance(node, Controls)
        super().__init__(
            type_,
            _UNSTATED.get(type_.shape),
            role="control" if is_control else "fact",
            stronger=True if is_control and type_.shape == "bool" else None,
            doc="Made up by the model's author.",
        )
        self.name = name

    def convert(self, value: Any, node: Node | None = None) -> Any:
        """The value; a set becomes a list, whose order is the same in every run."""
        if _type_of(value) != self.type:
            self.type, self.default, self.stronger = _ANYTHING, None, None
        if isinstance(value, set | frozenset):
            value = list(in_order(value))
        return tuple(value) if self.type.shape == "many" else value


def _type_of(value: Any) -> FieldType:
    if isinstance(value, Enum):
        known = ENUMS.get(type(value).__name__) is type(value)
        return FieldType("enum", type(value).__name__) if known else _ANYTHING
    if isinstance(value, Element):
        return FieldType("one", "Element")
    if isinstance(value, list | tuple | set | frozenset) and value:
        return next((type_ for item, type_ in _LISTS.items() if all(_is(each, item) for each in value)), _ANYTHING)
    shapes: dict[type, Shape] = {bool: "bool", int: "int", str: "text"}
    return FieldType(shapes.get(type(value), "other"))


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
