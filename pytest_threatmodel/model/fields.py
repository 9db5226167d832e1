"""Fields: what a kind of element can say about itself, and how a value is checked and converted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Final
from typing import Generic
from typing import Literal
from typing import Self
from typing import TypeVar
from typing import overload

from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.errors import ValueProblem
from pytest_threatmodel.model.errors import shown

if TYPE_CHECKING:
    from pytest_threatmodel.model.node import Node

T = TypeVar("T")
S = TypeVar("S")

Role = Literal["fact", "control", "protection"]
Shape = Literal["bool", "int", "text", "enum", "one", "many", "texts", "ints", "other"]
#: Which way a field protects more: this value, later members, or from a value to the better ones.
Stronger = bool | Literal["higher"] | Mapping[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of a field.

    Args:
        shape: scalar (`bool`, `int`, `text`, `enum`), relation to `one` or `many` elements, or a list.
        of: the kind that a relation points to, or the enumeration's name.
    """

    shape: Shape
    of: str = ""

    def __str__(self) -> str:
        return {"one": self.of, "many": f"list of {self.of}", "enum": self.of}.get(self.shape, self.shape)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant by `name`, or None when none is close."""
    names = list(candidates)
    by_lower = {candidate.lower(): candidate for candidate in reversed(names)}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The hint "did you mean ...?" for a wrong name, or None when no candidate is close."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean {found!r}?"


class Field(Generic[T, S]):
    """One field of a kind, and the descriptor that reads and states it on elements.

    Args:
        type: shape of the values.
        default: what counts while nobody said anything.
        role: what an element is (`fact`), what is done against threats (`control`), or both (`protection`).
        stronger: the direction in which a control or protection protects more, if it has one.
        known: the known values of a text field; they are recognised in upper and lower case.
        aliases: other spellings of known values, in lower case.
        doc: what the field says, one sentence.
    """

    #: Whether an element of the kind may lack the field altogether, as those do that an author made up.
    optional: ClassVar[bool] = False

    def __init__(
        self,
        type: FieldType,
        default: Any,
        *,
        role: Role = "fact",
        stronger: Stronger = None,
        known: tuple[str, ...] = (),
        aliases: Mapping[str, str] | None = None,
        doc: str = "",
    ) -> None:
        self.name = ""
        self.type = type
        self.default = default
        self.role = role
        self.stronger = stronger
        self.known = known
        self.doc = doc
        # The first of two spellings that differ in case only is the one that counts.
        self._spelled = {**(aliases or {}), **{value.lower(): value for value in reversed(known)}}

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, node: None, owner: Any) -> Self: ...

    @overload
    def __get__(self, node: object, owner: Any) -> T: ...

    def __get__(self, node: Any, owner: Any) -> Any:
        if node is None:
            return self
        return node.facts.given.get(self.name, self.default)

    def __set__(self, node: Any, value: S) -> None:
        node.state(self, value)

    def spelling(self, text: str) -> str:
        """The text as rules know it: `HTTP` for `http`; a text that is not known stays as it is."""
        return text if text in self.known else self._spelled.get(text.lower(), text)

    @property
    def is_relation(self) -> bool:
        """Whether the values are other elements."""
        return self.type.shape in ("one", "many")

    def convert(self, value: Any, node: Node | None = None) -> Any:
        """The value as it is kept.

        Args:
            value: what the author wrote.
            node: the element it is for; relations look up its kinds.

        Raises:
            ValueProblem: it does not fit; says what was expected.
        """
        if self.is_relation:
            return _RELATIONS[self.type.shape](self, value)
        return _SCALARS[self.type.shape](self, value)

    def stronger_than(self, value: Any) -> tuple[Any, ...]:
        """The values that protect more than `value`, the usual choice first; empty when there is none."""
        if isinstance(self.stronger, bool):
            return () if value is self.stronger else (self.stronger,)
        if self.stronger == "higher":
            members = list(ENUMS[self.type.of])
            return tuple(reversed(members[members.index(value) + 1 :]))
        if isinstance(self.stronger, Mapping):
            return tuple(self.stronger.get(value, ()))
        return ()


def _to_bool(field: Field[Any, Any], value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueProblem("True or False")


def _to_int(field: Field[Any, Any], value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return int(value)
    raise ValueProblem("a whole number")


def _to_text(field: Field[Any, Any], value: Any) -> str:
    if isinstance(value, str):
        return field.spelling(value)
    raise ValueProblem("text (str)")


def _to_enum(field: Field[Any, Any], value: Any) -> Enum:
    members = ENUMS[field.type.of]
    if isinstance(value, members):
        return value
    names = [member.name for member in members]
    if isinstance(value, str):
        for member in members:
            # Values that are numbers are no names: "2" would be SSLv2.
            names_of = (member.name, member.value) if isinstance(member.value, str) else (member.name,)
            if value.lower() in map(str.lower, names_of):
                return member
    hint = did_you_mean(value, names) if isinstance(value, str) else None
    raise ValueProblem(f"{_article(field.type.of)}: {', '.join(names)}", hint)


def _to_texts(field: Field[Any, Any], value: Any) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else _items(value, "text or a list of text")
    if all(isinstance(item, str) for item in values):
        return tuple(values)
    raise ValueProblem("text or a list of text")


def _to_ints(field: Field[Any, Any], value: Any) -> frozenset[int]:
    scalar = isinstance(value, int | str)
    return frozenset(_to_int(field, item) for item in ((value,) if scalar else _items(value, "whole numbers")))


def _to_list(field: Field[Any, Any], value: Any) -> list[Any]:
    return list(_items(value, "a list"))


def _items(value: Any, expected: str) -> tuple[Any, ...]:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return tuple(in_order(value))
    raise ValueProblem(expected)


def in_order(values: Iterable[Any]) -> Iterable[Any]:
    """The values; those of a set, whose order is another in every run, as elements were created and as text sorts."""
    return sorted(values, key=_creation) if isinstance(values, set | frozenset) else values


def _creation(value: Any) -> tuple[str, int, str]:
    load = getattr(value, "load", None)
    number = next((number for number, element in enumerate(load.elements) if element is value), -1) if load else -1
    return type(value).__name__ if number < 0 else "", number, value if isinstance(value, str) else ""


def _is_kind(value: Any, kind: str) -> bool:
    return hasattr(value, "facts") and kind in value.kinds()


def _to_one(field: Field[Any, Any], value: Any) -> Any:
    if _is_kind(value, field.type.of) or value is None:
        return value
    raise ValueProblem(_article(field.type.of))


def _to_many(field: Field[Any, Any], value: Any) -> tuple[Any, ...]:
    expected = f"{_article(field.type.of)} or a list of them"
    values = (value,) if _is_kind(value, field.type.of) else _items(value, expected)
    for item in values:
        if not _is_kind(item, field.type.of):
            raise ValueProblem(expected)
    return tuple(dict.fromkeys(values))


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "AEIOU" else f"a {kind}"


_SCALARS: dict[str, Any] = {
    "bool": _to_bool,
    "int": _to_int,
    "text": _to_text,
    "enum": _to_enum,
    "texts": _to_texts,
    "ints": _to_ints,
    "other": _to_list,
}
_RELATIONS: dict[str, Any] = {"one": _to_one, "many": _to_many}


def scalar_type(default: Any) -> FieldType | None:
    """The field type of a scalar default, or None where the default is no scalar."""
    if isinstance(default, Enum):
        name = type(default).__name__
        return FieldType("enum", name) if ENUMS.get(name) is type(default) else None
    names: dict[type, Shape] = {bool: "bool", int: "int", str: "text"}
    shape = names.get(type(default))
    return None if shape is None else FieldType(shape)


#: What can be the default of an own field.
SCALARS: Final = "True, False, a number, text or a member of a threat model's enumeration"


def _scalar(
    default: Any,
    role: Role,
    stronger: Stronger,
    known: tuple[str, ...],
    doc: str,
    aliases: Mapping[str, str] | None = None,
) -> Any:
    type_ = scalar_type(default)
    if type_ is None:
        raise TypeError(f"a field's default must be {SCALARS} (got {shown(default)})")
    return Field(type_, default, role=role, stronger=stronger, known=known, aliases=aliases, doc=doc)


def fact(*, default: Any, doc: str = "", known: tuple[str, ...] = ()) -> Any:
    """A field that says what an element is; its type is that of the default."""
    return _scalar(default, "fact", None, known, doc)


def control(*, default: Any, doc: str = "", stronger: Stronger = None, known: tuple[str, ...] = ()) -> Any:
    """A field that says what is done against threats; a yes-or-no control is stronger when it is True."""
    return _scalar(default, "control", _direction(default, stronger), known, doc)


def protection(
    *,
    default: Any,
    doc: str = "",
    stronger: Stronger = None,
    known: tuple[str, ...] = (),
    aliases: Mapping[str, str] | None = None,
) -> Any:
    """A fact that also protects, with the direction in which it does so."""
    return _scalar(default, "protection", _direction(default, stronger), known, doc, aliases)


def _direction(default: Any, stronger: Stronger) -> Stronger:
    return True if stronger is None and isinstance(default, bool) else stronger


def named(*, kw_only: Literal[False]) -> Any:
    """The positional name of an element."""
    return Field(FieldType("text"), "", doc="What people call it; need not be unique.")


class _End(Field[Any, Any]):
    """An end of a flow, which is never left open."""

    def convert(self, value: Any, node: Node | None = None) -> Any:
        if value is None:
            raise ValueProblem("an Element")
        return super().convert(value, node)


def endpoint(*, kw_only: Literal[False], doc: str) -> Any:
    """The positional end of a flow."""
    return _End(FieldType("one", "Element"), None, doc=doc)


def relation(*, of: str, default: None, doc: str = "") -> Any:
    """A field that points to one element of a kind, or to none."""
    return Field(FieldType("one", of), default, doc=doc)


def collection(*, of: str, default: tuple[()], doc: str = "") -> Any:
    """A field that points to any number of elements of a kind."""
    return Field(FieldType("many", of), default, doc=doc)


def texts(*, default: tuple[()], doc: str = "") -> Any:
    """A list of text."""
    return Field(FieldType("texts"), default, doc=doc)


def levels(*, default: frozenset[int], doc: str = "") -> Any:
    """A set of whole numbers."""
    return Field(FieldType("ints"), default, doc=doc)


#: What annotations of fields read: the type that comes out, and the type that goes in.
Bool = Field[bool, bool]
Int = Field[int, "int | str"]
Text = Field[str, str]
Texts = Field[tuple[str, ...], "str | Iterable[str]"]
Ints = Field[frozenset[int], "int | Iterable[int]"]
