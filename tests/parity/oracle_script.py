"""The oracle: runs in an environment of pytm's own, reads models as lines of JSON and answers with pytm's findings."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import sys
import traceback
from enum import Enum
from pathlib import Path
from typing import Any

from tests.parity import flow_repairs  # noqa: F401  # they register themselves
from tests.parity.repairs import IS_PYDANTIC
from tests.parity.repairs import REPAIRS
from tests.parity.repairs import pytm
from tests.parity.repairs import repaired


def fields_of(kind: Any) -> dict[str, str]:
    """The fields that a kind has in this pytm, with their types by name."""
    if IS_PYDANTIC:
        return {name: getattr(field.annotation, "__name__", "") for name, field in kind.model_fields.items()}
    types = {"varBool": "bool", "varString": "str", "varInt": "int"}
    found = {name: type(getattr(kind, name)).__name__ for name in dir(kind)}
    return {name: types.get(type_, type_[3:]) for name, type_ in found.items() if type_.startswith("var")}


def describe() -> dict[str, Any]:
    """What the model may say: kinds and enumerations of this pytm."""
    kinds = [value for value in vars(pytm).values() if isinstance(value, type) and issubclass(value, pytm.Element)]
    enums = [value for value in vars(pytm).values() if isinstance(value, type) and issubclass(value, Enum)]
    return {
        "kinds": {kind.__name__: fields_of(kind) for kind in (*kinds, pytm.Data, pytm.Controls)},
        "enums": {enum.__name__: list(enum.__members__) for enum in enums},
        "library": [threat["SID"] for threat in json.loads(library().read_text(encoding="utf-8"))],
        "repairs": {name: inspect.getdoc(make) for name, make in REPAIRS.items() if make()},
    }


def library() -> Path:
    """pytm's own threats."""
    return Path(pytm.__file__).parent / "threatlib" / "threats.json"


def judged(source: str, folder: str, repairs: list[str], templates: list[str]) -> dict[str, Any]:
    """The findings of one model, as threat and the variable that holds the element; and what templates make of it."""
    pytm.TM.reset()
    os.chdir(folder)
    with repaired(repairs):
        names: dict[str, Any] = {"__name__": "model"}
        exec(source, names)
        names["tm"].check()
        names["tm"].resolve()
        by_element = {id(value): name for name, value in names.items()}
        # An element that pytm itself invented stands in no variable.
        found = {(one.threat_id, by_element.get(id(one.element), "?")) for one in names["tm"].findings}
        return {"findings": sorted(found), "reports": [names["tm"].report(template) for template in templates]}


def answer(line: str) -> dict[str, Any]:
    """The answer to one line."""
    try:
        asked = json.loads(line)
        return judged(**asked) if asked else describe()
    except Exception:
        return {"error": traceback.format_exc()}


def main() -> None:
    """Answer until there are no more lines."""
    out = sys.stdout
    for line in sys.stdin:
        # pytm prints; its words must not stand among the answers.
        with contextlib.redirect_stdout(sys.stderr):
            text = json.dumps(answer(line))
        print(text, file=out, flush=True)


if __name__ == "__main__":
    main()
