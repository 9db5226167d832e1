"""Packs as JSON and back: data alone, so that reading can run nothing, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import MISSING
from dataclasses import fields
from dataclasses import is_dataclass
from datetime import date
from typing import Any
from typing import Final

from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.library.threat import Override
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.vocabulary import DeclaredField

_CLASSES: Final = {each.__name__: each for each in (Adjust, DeclaredField, Override, Pack, Threat)}


def encode(value: Any) -> Any:
    """The value in what JSON has: a tuple is an array, all else that JSON lacks an object that names its sort."""
    if isinstance(value, Example):
        # Packs hold nothing in examples that JSON lacks, and half of all values are in them.
        return {"is": "Example", "with": [value.kind, dict(value.values)]}
    if is_dataclass(value):
        return {"is": type(value).__name__, "with": {name: encode(each) for name, each in _stated(value)}}
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    if isinstance(value, list):
        return {"is": "list", "with": [encode(each) for each in value]}
    if isinstance(value, Mapping):
        return {"is": "table", "with": {key: encode(each) for key, each in value.items()}}
    if isinstance(value, date):
        return {"is": "day", "with": value.isoformat()}
    return value


def _stated(value: Any) -> list[tuple[str, Any]]:
    """The fields of a record but for those that are as by default."""
    named = ((field.name, field.default, getattr(value, field.name)) for field in fields(value))
    return [(name, each) for name, default, each in named if default is MISSING or each != default]


def decoded_pack(value: Any) -> Pack:
    """The pack that was encoded.

    Raises:
        ValueError: it is not what `encode` makes of a pack.
    """
    pack = decode(value)
    if not isinstance(pack, Pack):
        raise ValueError(f"no pack but {type(pack).__name__}")
    return pack


def decode(value: Any) -> Any:
    """What was encoded.

    Raises:
        ValueError: it is not what `encode` makes.
    """
    if isinstance(value, list):
        return tuple(_items(value))
    if not isinstance(value, dict):
        return value
    try:
        return _SORTS[value["is"]](value["with"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an encoded value: {error}") from None


def _items(values: Any) -> list[Any]:
    # Most values are texts, and a call for each would take half of the time.
    return [each if each.__class__ is str else decode(each) for each in values]


def _table(values: Any) -> dict[str, Any]:
    return {key: each if each.__class__ is str else decode(each) for key, each in values.items()}


def _record(kind: type[Any]) -> Callable[[Any], Any]:
    return lambda values: kind(**_table(values))


_SORTS: Final[dict[str, Callable[[Any], Any]]] = {
    "list": _items,
    "table": _table,
    "day": date.fromisoformat,
    "Example": lambda values: Example(*values),
    **{name: _record(kind) for name, kind in _CLASSES.items()},
}
