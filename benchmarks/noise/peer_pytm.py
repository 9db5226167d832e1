"""A process for an interpreter that has pytm: makes a model from plain data, and prints pytm's findings, as JSON.

Run as `python peer_pytm.py FILE`, where the file holds what `plain.py` gives. Imports nothing of ours.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

_CWE = re.compile(r"cwe\.mitre\.org/data/definitions/(\d+)")


def main(file: str) -> None:
    pytm: Any = import_module("pytm")
    # pytm reads the command line when it resolves.
    sys.argv = [file]
    tm = pytm.TM("Peer", description="The same system")
    labels: dict[int, str] = {}
    made: dict[str, Any] = {}
    for row in json.loads(Path(file).read_text()):
        element = _make(pytm, row, made)
        made[row["label"]] = element
        labels[id(element)] = row["label"]
    tm.check()
    tm.resolve()
    cwe = _weaknesses(Path(str(pytm.__file__)).parent / "threatlib" / "threats.json")
    rows = [
        {"threat": f.threat_id, "title": f.description, "element": labels[id(f.element)], "cwe": cwe[f.threat_id]}
        for f in tm.findings
        if id(f.element) in labels
    ]
    print(json.dumps({"version": version("pytm"), "findings": rows, "left": len(tm.findings) - len(rows)}))


def _make(pytm: Any, row: dict[str, Any], made: dict[str, Any]) -> Any:
    kind = getattr(pytm, row["kind"])
    fields = {name: _value(pytm, value, made) for name, value in row["fields"].items() if name in kind.model_fields}
    if row["kind"] == "Dataflow":
        element = kind(fields.pop("source"), fields.pop("sink"), row["name"])
    else:
        element = kind(row["name"])
    for name, value in fields.items():
        setattr(element, name, value)
    for name, value in row["controls"].items():
        if name in pytm.Controls.model_fields:
            setattr(element.controls, name, value)
    return element


def _value(pytm: Any, value: Any, made: dict[str, Any]) -> Any:
    if isinstance(value, dict) and "enum" in value:
        return getattr(pytm, value["enum"])[value["name"]]
    if isinstance(value, dict):
        return made[value["element"]]
    if isinstance(value, list):
        return [_value(pytm, item, made) for item in value]
    return value


def _weaknesses(file: Path) -> dict[str, list[int]]:
    threats = json.loads(file.read_text(encoding="utf-8"))
    return {each["SID"]: sorted({int(number) for number in _CWE.findall(each["references"])}) for each in threats}


if __name__ == "__main__":
    main(sys.argv[1])
