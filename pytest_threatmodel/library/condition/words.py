"""What names mean in a condition: kinds with their fields, enumerations, functions and predicates."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from functools import lru_cache
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

#: The class of the node that reads a field, the type that it reads, and whether some kinds lack it.
_Found = tuple[type[Relation] | type[Collection] | type[Read], Type, bool]


def near(name: str, candidates: Iterable[str]) -> str | None:
    """The nearest candidate; none for a name so long that nobody meant one."""
    return nearest(name, candidates) if len(name) <= 60 else None


def is_name(text: str) -> bool:
    """Whether the text could be a field's name."""
    return text.isascii() and text.isidentifier() and not text.startswith("_") and not keyword.iskeyword(text)


class Words:
    """The vocabulary, as conditions look things up in it; what was looked up is kept."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.kinds = vocabulary.kinds
        self.enums = vocabulary.enums
        #: Every name that has a meaning by itself.
        self.known = frozenset((TARGET, *FUNCTIONS, GETATTR, *self.kinds, *self.enums))
        self._fields: dict[tuple[frozenset[str], str], _Found | None] = {}
        self._kinds_of: dict[tuple[str, ...], frozenset[str]] = {}

    def element(self, of: tuple[str, ...]) -> Type:
        """The type of an element of these kinds or of their special cases."""
        return Type(frozenset({RECORD}), of, self._covered(of))

    def _covered(self, of: tuple[str, ...]) -> frozenset[str]:
        found = self._kinds_of.get(of)
        if found is None:
            found = self._kinds_of[of] = frozenset(self._vocabulary.sub_kinds(of))
        return found

    def attributes(self, type_: Type) -> set[str]:
        """The fields and predicates of an element of this type."""
        fields = {name for kind in type_.kinds for name in self.kinds[kind].fields}
        return fields.union(PREDICATES, WRITTEN_OUT)

    def read(self, owner: Node, name: str) -> Node | None:
        """The node that reads a field of an element, or None when none of its kinds has it."""
        key = (owner.type.kinds, name)
        if key not in self._fields:
            self._fields[key] = self._field(*key)
        found = self._fields[key]
        if found is None:
            return None
        node, type_, partial = found
        return node(owner, name, type_.plus(ABSENT) if owner.type.may(NONE, ABSENT) else type_, partial)

    def _field(self, kinds: frozenset[str], name: str) -> _Found | None:
        found = [field for kind in kinds if (field := self.kinds[kind].fields.get(name)) is not None]
        if not found:
            return None
        partial = len(found) < len(kinds) or any(field.optional for field in found)
        absent = {ABSENT} if partial else set()
        shapes = {field.type.shape if field.is_relation else "value" for field in found}
        of = tuple(sorted({field.type.of for field in found}))
        if shapes == {"one"}:
            # Only controls are always there.
            none = set() if of == ("Controls",) else {NONE}
            return Relation, self.element(of).plus(*none, *absent), partial
        if shapes == {"many"}:
            return Collection, Type(frozenset({MANY, *absent}), of, self._covered(of)), partial
        return Read, Type(frozenset().union(absent, *map(self._sorts, found))), partial

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


class _Same:
    """A vocabulary as a key: equal to itself only, as it has no hash of its own."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.vocabulary is other.vocabulary

    def __hash__(self) -> int:
        return id(self.vocabulary)


def words_of(vocabulary: Vocabulary) -> Words:
    """The words of a vocabulary; made once, as a library binds hundreds of conditions to it."""
    return _words(_Same(vocabulary))


@lru_cache(maxsize=4)
def _words(key: _Same) -> Words:
    return Words(key.vocabulary)
