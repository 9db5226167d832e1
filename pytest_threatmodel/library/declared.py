"""Fields that packs declare: read from their tables, checked against the kinds, put together."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from typing import Final
from typing import cast

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.fields import Field
from pytest_threatmodel.model.fields import Role
from pytest_threatmodel.model.fields import Stronger
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import Vocabulary

ROLES: Final = ("fact", "control", "protection")
_PLAIN_TYPES: Final[Mapping[str, type]] = {"bool": bool, "int": int, "text": str}
#: The keys that a declared field must have, and all that it may have.
REQUIRED_FIELD_KEYS: Final = ("name", "kinds", "type", "role", "description")
FIELD_KEYS: Final = (*REQUIRED_FIELD_KEYS, "default", "stronger", "known")
_CONTROLS: Final = "Controls"
_LARGEST_DEFAULT: Final = 1 << 63
#: What an element has besides fields and methods.
_TAKEN: Final = Element._plain


def read_field(table: Table, vocabulary: Vocabulary) -> DeclaredField:
    """The field that a `[[field]]` table declares; what is wrong with it goes to its complaints."""
    table.refuse_unknown(FIELD_KEYS)
    table.require(REQUIRED_FIELD_KEYS)
    type_ = table.one_of("type", field_types(vocabulary), "bool")
    role = cast(Role, table.one_of("role", ROLES, "fact"))
    kinds = table.names("kinds", "kind", targetable(vocabulary))
    field = DeclaredField(
        name=_name(table),
        kinds=kinds,
        type=type_,
        role=role,
        description=table.text("description"),
        default=_default(table, type_, vocabulary),
        stronger=_stronger(table, type_, role, vocabulary),
        known=table.texts("known"),
    )
    if field.known and type_ != "text":
        table.wrong("known", "only a text field has known values")
    _refuse_contradiction(table, field, vocabulary)
    return field


def field_types(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The types that a declared field may have."""
    return (*_PLAIN_TYPES, *vocabulary.enums)


def targetable(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The kinds that a threat may target and a field may be declared on."""
    return tuple(kind for kind in vocabulary.kinds if kind != _CONTROLS)


def _name(table: Table) -> str:
    name = table.text("name", one_line=True)
    if name and not (name.isascii() and name.isidentifier() and not name.startswith("_")):
        table.wrong("name", f"must be a name such as 'rendersMarkdown', got {shown(name)}")
    elif any(name in _TAKEN or (hasattr(kind, name) and name not in kind.fields) for kind in KINDS):
        table.wrong("name", f"{name} means something else on every element; choose another name")
    return name


def _default(table: Table, type_: str, vocabulary: Vocabulary) -> Any:
    if "default" not in table.values:
        return None
    value = table.values["default"]
    if type_ in vocabulary.enums:
        return table.one_of("default", tuple(vocabulary.enums[type_].__members__), "") or None
    # Exactly the type: True is an int to Python.
    fits = type(value) is _PLAIN_TYPES[type_]
    if not fits or (type_ == "int" and abs(value) > _LARGEST_DEFAULT):
        table.wrong("default", f"expected a value of type {type_}, got {shown(value)}")
        return None
    return value


def _stronger(table: Table, type_: str, role: str, vocabulary: Vocabulary) -> Stronger:
    if "stronger" not in table.values:
        return None
    value = table.values["stronger"]
    if role == "fact":
        table.wrong("stronger", "a fact protects against nothing; its role would be protection or control")
    elif type_ == "bool" and isinstance(value, bool):
        return value
    elif type_ in vocabulary.enums and value == "higher":
        return "higher"
    elif type_ == "text" and _is_direction(value):
        return {weak: tuple(better) for weak, better in value.items()}
    else:
        table.wrong("stronger", f"expected {_directions(type_, vocabulary)}, got {shown(value)}")
    return None


def _is_direction(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(better, list) and all(isinstance(text, str) for text in better) for better in value.values()
    )


def _directions(type_: str, vocabulary: Vocabulary) -> str:
    if type_ in vocabulary.enums:
        return '"higher"'
    return {
        "bool": "true or false",
        "int": "no such key, as a number has no direction",
        "text": "a table from each weaker value to the list of better ones",
    }[type_]


def _refuse_contradiction(table: Table, field: DeclaredField, vocabulary: Vocabulary) -> None:
    """Note where a kind has a field of this name already, with another type or role."""
    for kind, existing in _existing(field, vocabulary):
        type_ = str(existing.type)
        if (type_, existing.role) != (field.type, field.role):
            has = f"{kind} has it already as a {existing.role} of type {type_}"
            table.wrong("name", f"{has}, not as a {field.role} of type {field.type}")
            return


def _existing(field: DeclaredField, vocabulary: Vocabulary) -> Iterable[tuple[str, Field[Any, Any]]]:
    """The fields of that name on the declared kinds, on their sub-kinds, and on the controls.

    Controls may be written on the element itself (`web.isHardened`), so that neither may hide the other.
    """
    wanted = {_CONTROLS, *field.kinds}
    for kind, info in vocabulary.kinds.items():
        if field.name in info.fields and not wanted.isdisjoint(info.bases):
            yield kind, info.fields[field.name]


def united(packs: Iterable[Pack]) -> tuple[DeclaredField, ...]:
    """The fields of all packs, each name once, with the kinds of every pack that declares it.

    Raises:
        LibraryError: two packs declare one name differently.
    """
    found: dict[str, tuple[DeclaredField, str]] = {}
    for pack in packs:
        for field in pack.fields:
            if field.name not in found:
                found[field.name] = field, pack.origin
                continue
            earlier, origin = found[field.name]
            if _meaning(earlier) != _meaning(field):
                message = f"field {field.name} is declared differently in {origin} and in {pack.origin}"
                hint = "type, role, default, stronger and known must be the same"
                raise LibraryError(message, field.name, (origin, pack.origin), hint)
            kinds = tuple(dict.fromkeys((*earlier.kinds, *field.kinds)))
            found[field.name] = (replace(earlier, kinds=kinds), origin)
    return tuple(field for field, _ in found.values())


def _meaning(field: DeclaredField) -> tuple[Any, ...]:
    return field.type, field.role, field.default, field.stronger, field.known
