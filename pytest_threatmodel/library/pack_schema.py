"""Writes the JSON schema of packs from the tables of keys by which packs are read, for editors that check TOML by one.

`python -m pytest_threatmodel.library.pack_schema FILE` writes it; `docs/reference/pack.schema.json` is kept so. It asks
for the words as they are written in the docs; the reader also takes other spellings of some.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.library.declared import FIELD_KEYS
from pytest_threatmodel.library.declared import REQUIRED_FIELD_KEYS
from pytest_threatmodel.library.declared import ROLES
from pytest_threatmodel.library.declared import field_types
from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.entry import ADJUST_KEYS
from pytest_threatmodel.library.entry import KEYS
from pytest_threatmodel.library.entry import REQUIRED
from pytest_threatmodel.library.override import CHANGEABLE
from pytest_threatmodel.library.override import OVERRIDE_KEYS
from pytest_threatmodel.library.pack import OPTIONAL_PACK_KEYS
from pytest_threatmodel.library.pack import PACK_KEYS
from pytest_threatmodel.library.pack import TABLES
from pytest_threatmodel.library.table import HIGHEST_NUMBER
from pytest_threatmodel.library.threat import LIKELIHOODS
from pytest_threatmodel.library.threat import LINDDUN
from pytest_threatmodel.library.threat import SEVERITIES
from pytest_threatmodel.library.threat import STRIDE
from pytest_threatmodel.library.threat import TECHNIQUE
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "pattern": r"\S"}
_ID: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$", "maxLength": 100}
_NUMBERS: Final[Schema] = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": HIGHEST_NUMBER}}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
#: A date of TOML, which is text to a JSON schema.
_DAY: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_VERSION: Final = r"^[0-9]{1,9}(\.[0-9]{1,9})*$"
_ANYTHING: Final[Schema] = {"$ref": "#/$defs/value"}
_ENTRY: Final = re.compile(r"    (\w+): (.*)")


def schema() -> Schema:
    """The schema of a pack, in JSON Schema 2020-12 (https://json-schema.org/draft/2020-12)."""
    tables = {"pack": _pack(), "field": _list(_field()), "threat": _list(_threat()), "override": _list(_override())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Threat pack of pytest-threatmodel",
        **_object({key: tables[key] for key in TABLES}, ["pack"]),
        "anyOf": [{"required": [key]} for key in TABLES if key != "pack"],
        "if": {"required": ["override"], "properties": {"override": {"minItems": 1}}},
        "then": {"properties": {"pack": {"required": ["extends"], "properties": {"extends": {"minItems": 1}}}}},
        "$defs": {"value": _value()},
    }


def _pack() -> Schema:
    shapes: dict[str, Schema] = {
        "name": _ID,
        "title": _TEXT,
        "version": _TEXT,
        "releases": {"type": "object", "propertyNames": {"pattern": _VERSION}, "additionalProperties": _DAY},
        "extends": _TEXTS,
    }
    return _described(Pack, {key: shapes[key] for key in (*PACK_KEYS, *OPTIONAL_PACK_KEYS)}, PACK_KEYS)


def _threat() -> Schema:
    shapes = _threat_shapes()
    return _described(Threat, {key: shapes[key] for key in KEYS}, REQUIRED)


def _override() -> Schema:
    shapes = _described(Threat, {key: _threat_shapes()[key] for key in CHANGEABLE}, ())["properties"]
    own = {"threat": _ID | {"description": "Id of the threat."}, "reason": _TEXT | {"description": "Why."}}
    made = _object({**{key: own[key] for key in OVERRIDE_KEYS}, **shapes}, OVERRIDE_KEYS)
    return made | {"minProperties": len(OVERRIDE_KEYS) + 1}


def _threat_shapes() -> Mapping[str, Schema]:
    severity: Schema = {"enum": list(SEVERITIES)}
    adjust = {"when": _TEXT, "severity": severity, "why": _TEXT}
    kind = {"enum": list(targetable(standard_vocabulary()))}
    example = {"type": "object", "properties": {"kind": kind}, "required": ["kind"], "additionalProperties": _ANYTHING}
    examples = {"type": "array", "items": example, "minItems": 1}
    return {
        "id": _ID,
        "targets": {"type": "array", "items": kind, "minItems": 1},
        "severity": severity,
        "likelihood": {"enum": list(LIKELIHOODS)},
        "adjust": _list(_described(Adjust, {key: adjust[key] for key in ADJUST_KEYS}, ADJUST_KEYS)),
        "stride": {"type": "array", "items": {"enum": list(STRIDE)}},
        "linddun": {"type": "array", "items": {"enum": list(LINDDUN)}},
        "attack": {"type": "array", "items": {"type": "string", "pattern": f"^(?:{TECHNIQUE.pattern})$"}},
        "vulnerable": examples,
        "safe": examples,
        **dict.fromkeys(("cwe", "capec"), _NUMBERS),
        **dict.fromkeys(("owasp", "asvs", "references", "replaces"), _TEXTS),
        **dict.fromkeys(("title", "condition", "description", "mitigation"), _TEXT),
        **dict.fromkeys(("rationale", "example", "since", "changed"), _TEXT),
    }


def _field() -> Schema:
    vocabulary = standard_vocabulary()
    better = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
    shapes: dict[str, Schema] = {
        "name": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
        "kinds": {"type": "array", "items": {"enum": list(targetable(vocabulary))}, "minItems": 1},
        "type": {"enum": list(field_types(vocabulary))},
        "role": {"enum": list(ROLES)},
        "description": _TEXT,
        "default": {"type": ["boolean", "integer", "string"]},
        "stronger": {"anyOf": [{"type": "boolean"}, {"const": "higher"}, better]},
        "known": _TEXTS,
    }
    return _described(DeclaredField, {key: shapes[key] for key in FIELD_KEYS}, REQUIRED_FIELD_KEYS)


def _value() -> Schema:
    """What an example may say of an element."""
    plain = [{"type": ["string", "number", "boolean"]}]
    nested = [{"type": "array", "items": _ANYTHING}, {"type": "object", "additionalProperties": _ANYTHING}]
    return {"anyOf": plain + nested}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(properties: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    """Objects take no other keys, so that a misspelt one is noticed."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _described(kind: type[Any], properties: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    """An object whose keys are told as the docstring of a class tells its arguments."""
    entries = map(_ENTRY.fullmatch, str(inspect.getdoc(kind)).partition("Args:\n")[2].splitlines())
    docs = {entry.group(1): f"{entry.group(2)[0].upper()}{entry.group(2)[1:]}" for entry in entries if entry}
    return _object({key: each | {"description": docs[key]} for key, each in properties.items()}, required)


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
