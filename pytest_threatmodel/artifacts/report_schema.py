"""Writes the JSON schema of the JSON report from the types of a snapshot.

`python -m pytest_threatmodel.artifacts.report_schema FILE` writes it; `docs/reference/report.schema.json` is kept so.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from types import NoneType
from types import UnionType
from typing import Any
from typing import Final
from typing import Literal
from typing import NotRequired
from typing import get_args
from typing import get_origin
from typing import get_type_hints
from typing import is_typeddict

from pytest_threatmodel.analysis.verdict import Verdict
from pytest_threatmodel.artifacts.redaction import RedactedReport
from pytest_threatmodel.decisions.decision import Source
from pytest_threatmodel.decisions.decision import Status
from pytest_threatmodel.decisions.judge import Result
from pytest_threatmodel.decisions.weakenings import Sort
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.shape import VERSION
from pytest_threatmodel.snapshot.shape import Snapshot

_PLAIN: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}
#: What the types leave open and the code does not: type and key -> schema.
_NARROWER: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("Snapshot", "version"): {"const": VERSION},
    ("Snapshot", "redacted"): {"const": False},
    ("RedactedReport", "version"): {"const": VERSION},
    ("PairShape", "verdict"): {"enum": [verdict.value for verdict in Verdict]},
    ("PairShape", "severity"): {"enum": list(SEVERITIES)},
    ("PairShape", "judged"): {"enum": list(get_args(Result))},
    ("ThreatShape", "severity"): {"enum": list(SEVERITIES)},
    ("WeakeningShape", "sort"): {"enum": list(get_args(Sort))},
    ("ImprovementShape", "worst"): {"enum": list(SEVERITIES)},
    ("DecisionShape", "status"): {"enum": list(get_args(Status))},
    ("DecisionShape", "source"): {"enum": list(get_args(Source))},
    ("PairShape", "decided"): {"enum": list(get_args(Status))},
}
#: A line of the "Args:" of a docstring that begins an entry: "file, line: of the line that makes it".
_ENTRY: Final = re.compile(r"    (\w+(?:, \w+)*): (.*)")


def schema() -> dict[str, Any]:
    """The schema of the JSON report, in JSON Schema 2020-12 (https://json-schema.org/draft/2020-12).

    Objects with known keys take no others, so that a misspelt key is noticed; a later version of the report has a
    schema of its own.
    """
    kinds: dict[str, Any] = {}
    either = [_schema(report, kinds) for report in (Snapshot, RedactedReport)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"JSON report of pytest-threatmodel, version {VERSION}",
        "oneOf": either,
        "$defs": kinds,
    }


def _schema(kind: Any, kinds: dict[str, Any]) -> dict[str, Any]:
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if is_typeddict(kind):
        if kind.__name__ not in kinds:
            kinds[kind.__name__] = {}  # holds its place: the definitions come in the order in which they are met
            kinds[kind.__name__] |= _object(kind, kinds)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], kinds)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], kinds)}
    if origin is UnionType:
        return {"anyOf": [_schema(argument, kinds) for argument in arguments]}
    raise TypeError(f"no JSON schema for {kind!r}")


def _object(kind: Any, kinds: dict[str, Any]) -> dict[str, Any]:
    # The class itself cannot say which keys are required where annotations are text: NotRequired is still unread.
    hints = get_type_hints(kind, include_extras=True)
    docs = _documented(kind)
    properties = {}
    for key, hint in hints.items():
        plain = get_args(hint)[0] if get_origin(hint) is NotRequired else hint
        narrower = _NARROWER.get((kind.__name__, key), {})
        properties[key] = {"description": docs[key]} | (narrower or _schema(plain, kinds))
    return {
        "description": str(inspect.getdoc(kind)).partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": [key for key, hint in hints.items() if get_origin(hint) is not NotRequired],
        "additionalProperties": False,
    }


def _documented(kind: Any) -> dict[str, str]:
    """Key -> what the docstring says of it; keys that stand together share their text."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in str(inspect.getdoc(kind)).partition("Args:\n")[2].splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is not None:
            names = entry.group(1).split(", ")
            found |= dict.fromkeys(names, entry.group(2))
        else:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
