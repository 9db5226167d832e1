"""What names mean in a condition: kinds with their fields, enumerations, functions and predicates."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from typing import Any
from typing import Final

from pytest_threatmodel.library.condition.build import enum_sort
from pytest_threatmodel.library.condition.nodes import ABSENT
from pytest_threatmodel.library.condition.nodes import BOOL
from pytest_threatmodel.library.condition.nodes import INTS
from pytest_threatmodel.library.condition.nodes import MANY
from pytest_threatmodel.library.condition.nodes import NONE
from pytest_threatmodel.library.condition.nodes import NUMBER
from pytest_threatmodel.library.condition.nodes import OTHER
from pytest_threatmodel.library.condition.nodes import RECORD
from pytest_threatmodel.library.condition.nodes import TEXT
from pytest_threatmodel.library.condition.nodes import TEXTS
from pytest_threatmodel.library.condition.nodes import Collection
from pytest_threatmodel.library.condition.nodes import Node
from pytest_threatmodel.library.condition.nodes import Read
from pytest_threatmodel.library.condition.nodes import Relation
from pytest_threatmodel.library.condition.nodes import Type
from pytest_threatmodel.library.condition.predicates import PREDICATES
from pytest_threatmodel.library.condition.predicates import WRITTEN_OUT
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import nearest
from pytest_threatmodel.model.vocabulary import Vocabulary

TARGET: Final = "target"
#: Functions of collections; `getattr` is pytm JSON's only.
FUNCTIONS: Final = ("any", "all", "len", "sum", "min", "max")
GETATTR: Final = "getattr"

_SORTS: Final = {"bool": BOOL, "int": NUMBER, "text": TEXT, "texts": TEXTS, "ints": INTS, "other": OTHER}
_ITEMS: Final = {TEXTS: TEXT, INTS: NUMBER, OTHER: OTHER, TEXT: TEXT}


def near(name: str, candidates: Iterable[str]) -> str | None:
    """The nearest candidate; none for a name so long that nobody meant one."""
    return nearest(name, candidates) if len(name) <= 60 else None


def is_name(text: str) -> bool:
    """Whether the text could be a field's name."""
    return text.isascii() and text.isidentifier() and not text.startswith("_") and not keyword.iskeyword(text)


class Words:
    """The vocabulary, as conditions look things up in it; what was looked up is kept."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.kinds = vocabulary.kinds
        self.enums = vocabulary.enums
        #: Every name that has a meaning by itself.
        self.known = frozenset((TARGET, *FUNCTIONS, GETATTR, *self.kinds, *self.enums))
        self._kinds_of: dict[tuple[str, ...], frozenset[str]] = {}

    def element(self, of: tuple[str, ...]) -> Type:
        """The type of an element of these kinds or of their special cases."""
        return Type(frozenset({RECORD}), of, self._covered(of))

    def _covered(self, of: tuple[str, ...]) -> frozenset[str]:
        found = self._kinds_of.get(of)
        if found is None:
            found = self._kinds_of[of] = frozenset(self.vocabulary.sub_kinds(of))
        return found

    def attributes(self, type_: Type) -> set[str]:
        """The fields and predicates of an element of this type."""
        fields = {name for kind in type_.kinds for name in self.kinds[kind].fields}
        return fields.union(PREDICATES, WRITTEN_OUT)

    def read(self, owner: Node, name: str) -> Node | None:
        """The node that reads a field of an element, or None when none of its kinds has it."""
        kinds = owner.type.kinds
        found = [field for kind in kinds if (field := self.kinds[kind].fields.get(name)) is not None]
        if not found:
            return None
        partial = len(found) < len(kinds)
        absent = {ABSENT} if partial or owner.type.may(NONE, ABSENT) else set()
        shapes = {field.type.shape if field.is_relation else "value" for field in found}
        shape = shapes.pop() if len(shapes) == 1 else "value"
        of = tuple(sorted({field.type.of for field in found}))
        if shape == "one":
            # Only controls are always there.
            none = set() if of == ("Controls",) else {NONE}
            return Relation(owner, name, self.element(of).plus(*none, *absent), partial)
        if shape == "many":
            return Collection(owner, name, Type(frozenset({MANY, *absent}), of, self._covered(of)), partial)
        sorts = {sort for field in found for sort in self._sorts(field)}
        return Read(owner, name, Type(frozenset(sorts | absent)), partial)

    def _sorts(self, field: Field[Any, Any]) -> set[str]:
        shape = field.type.shape
        sort = enum_sort(self.enums[field.type.of]) if shape == "enum" else _SORTS.get(shape, OTHER)
        return {sort, NONE} if field.default is None else {sort}

    def item(self, collection: Node) -> Type | None:
        """The type of a collection's items, or None when the value is no collection."""
        type_ = collection.type
        if type_.may(MANY):
            return Type(frozenset({RECORD}), type_.of, type_.kinds)
        sorts = [_ITEMS[sort] for sort in type_.sorts if sort in (TEXTS, INTS, OTHER)]
        return Type(frozenset(sorts)) if sorts else None
