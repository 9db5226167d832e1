"""The JSON report: the snapshot, one line a pair, element or decision."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import cast

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.redaction import redacted
from pytest_threatmodel.snapshot.shape import Snapshot


def render(snapshot: Snapshot, request: Request) -> str:
    """The snapshot as JSON; `docs/reference/report.schema.json` describes it.

    Each entry of a list has its own line: two reports can be compared line by line, and the file is a fifth smaller
    than an indented one. All characters are ASCII, so that even names which are no Unicode text come through.

    Args:
        snapshot: of one model.
        request: with `redact`, the report holds counts only.
    """
    report = cast("Mapping[str, Any]", redacted(snapshot) if request.redact else snapshot)
    return _lines("{", (f"{_line(key)}: {_top(value)}" for key, value in report.items()), "}") + "\n"


def _top(value: Any) -> str:
    if isinstance(value, list) and value:
        return _lines("[", map(_line, value), "]")
    if isinstance(value, dict) and value:
        return _lines("{", (f"{_line(key)}: {_line(item)}" for key, item in value.items()), "}")
    return _line(value)


def _lines(before: str, items: Iterable[str], after: str) -> str:
    return "\n".join((before, ",\n".join(items), after))


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
