"""The vocabulary: every kind with its fields, and the enumerations; names are checked against it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.enums import ENUMS
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import FieldType
from pytest_threatmodel.model.fields import Role
from pytest_threatmodel.model.fields import Stronger
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.fields import nearest
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.registry import DeclaredFields

__all__ = [
    "DeclaredField",
    "KindInfo",
    "Vocabulary",
    "did_you_mean",
    "nearest",
    "standard_vocabulary",
]


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind: its name, what it is a special case of, and its fields.

    Args:
        name: as in the DSL.
        bases: the kind itself and every kind above it, nearest first.
        fields: by name, those of the kinds above included.
        doc: what the kind is.
    """

    name: str
    bases: tuple[str, ...]
    fields: Mapping[str, Field[Any, Any]]
    doc: str


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A field that a threat pack declares.

    Args:
        name: as it is written in models and conditions.
        kinds: the kinds that have it; a control stands under `controls` of every element.
        type: `bool`, `int`, `text` or the name of an enumeration.
        role: fact, control or protection.
        description: one sentence.
        default: what counts while nobody said anything; None for the type's own (False, -1, "", first member).
        stronger: the direction in which it protects more.
        known: known values of a text.
    """

    name: str
    kinds: tuple[str, ...]
    type: str
    role: Role
    description: str
    default: Any = None
    stronger: Stronger = None
    known: tuple[str, ...] = ()

    def owners(self) -> tuple[str, ...]:
        """The kinds that carry the field: `Controls` for a control."""
        return ("Controls",) if self.role == "control" else self.kinds

    def field(self) -> Field[Any, Any]:
        """The field as models use it.

        Raises:
            ValueProblem: the default does not fit the type.
        """
        enum = ENUMS.get(self.type)
        type_ = FieldType("enum", self.type) if enum else FieldType(self.type)  # type: ignore[arg-type]  # checked by packs
        natural = next(iter(enum)) if enum else {"bool": False, "int": -1, "text": ""}[self.type]
        made: Field[Any, Any] = Field(
            type_, natural, role=self.role, stronger=self._direction(), known=self.known, doc=self.description
        )
        made.name = self.name
        if self.default is not None:
            made.default = made.convert(self.default)
        return made

    def _direction(self) -> Stronger:
        if self.stronger is None and self.type == "bool" and self.role != "fact":
            return True
        return self.stronger


@dataclass(frozen=True)
class Vocabulary:
    """Kinds and enumerations by name.

    Args:
        kinds: every kind, `Controls` too.
        enums: every enumeration.
        declared: the fields that packs added, as models look them up while they load.
    """

    kinds: Mapping[str, KindInfo]
    enums: Mapping[str, type[Enum]]
    declared: DeclaredFields

    def sub_kinds(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """These kinds and every kind that is a special case of one of them."""
        wanted = set(kinds)
        return tuple(name for name, info in self.kinds.items() if wanted.intersection(info.bases))

    def fields_of(self, kinds: Iterable[str]) -> dict[str, Field[Any, Any]]:
        """The fields that these kinds or any of their special cases have, by name."""
        return {name: field for kind in self.sub_kinds(kinds) for name, field in self.kinds[kind].fields.items()}

    def extended(self, declared: Iterable[DeclaredField]) -> Vocabulary:
        """The vocabulary with the fields of packs; what a kind has already stays as it is."""
        added: dict[str, dict[str, Field[Any, Any]]] = {}
        for item in declared:
            for owner in item.owners():
                if item.name not in self.kinds[owner].fields:
                    added.setdefault(owner, {})[item.name] = item.field()
        kinds = {name: _with_fields(info, added) for name, info in self.kinds.items()}
        return Vocabulary(kinds, self.enums, {**self.declared, **added})

    def with_fields(self, own: DeclaredFields) -> Vocabulary:
        """The vocabulary with the fields that a model file made up."""
        if not own:
            return self
        kinds = {name: _with_fields(info, own) for name, info in self.kinds.items()}
        return Vocabulary(kinds, self.enums, self.declared)

    def with_kinds(self, kinds: Iterable[type[Element]]) -> Vocabulary:
        """The vocabulary with the user's own kinds."""
        found = {kind.kind(): _info(kind) for kind in kinds if kind.kind() not in self.kinds}
        own = {name: _with_fields(info, self.declared) for name, info in found.items()}
        return Vocabulary({**self.kinds, **own}, self.enums, self.declared) if own else self


def _with_fields(info: KindInfo, added: Mapping[str, Mapping[str, Field[Any, Any]]]) -> KindInfo:
    extra = {name: field for base in reversed(info.bases) for name, field in added.get(base, {}).items()}
    if not extra:
        return info
    return KindInfo(info.name, info.bases, {**info.fields, **extra}, info.doc)


def _info(kind: type[Element]) -> KindInfo:
    return KindInfo(kind.kind(), kind.kinds(), kind.fields, (kind.__doc__ or "").strip())


@cache
def standard_vocabulary() -> Vocabulary:
    """The kinds and fields that the package itself defines, those of the shipped packs included."""
    kinds = {kind.kind(): _info(kind) for kind in KINDS}
    kinds["Controls"] = KindInfo("Controls", ("Controls",), Controls.fields, (Controls.__doc__ or "").strip())
    return Vocabulary(kinds, ENUMS, {})
