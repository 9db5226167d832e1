"""Packs for tests: a good one to spoil, and a writer of TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

HEADER = {"name": "web", "title": "Web applications", "version": "1.0"}
THREAT = {
    "id": "WEB01",
    "title": "Something is read",
    "targets": ["Server"],
    "condition": "target.usesCache and not target.controls.isHardened",
    "severity": "high",
    "description": "What happens.",
    "mitigation": "What helps.",
    "vulnerable": [{"kind": "Server", "usesCache": True}],
    "safe": [{"kind": "Server", "usesCache": True, "controls": {"isHardened": True}}],
}
FIELD = {
    "name": "rendersMarkdownTables",
    "kinds": ["Server"],
    "type": "bool",
    "role": "fact",
    "description": "Whether it does.",
}


def toml(value: Any) -> str:
    """A value in TOML's inline notation."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, str):
        return _key(value)
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


def _key(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def document(
    threats: list[dict[str, Any]],
    fields: list[dict[str, Any]] | None = None,
    overrides: list[dict[str, Any]] | None = None,
    **header: Any,
) -> str:
    """A pack as text, written as people write it."""
    blocks = [("[pack]", {**HEADER, **header})]
    blocks += [("[[field]]", field) for field in fields or []]
    blocks += [("[[threat]]", threat) for threat in threats]
    blocks += [("[[override]]", override) for override in overrides or []]
    return "\n\n".join(_block(title, table) for title, table in blocks) + "\n"


def _block(title: str, table: Mapping[str, Any]) -> str:
    return "\n".join([title, *(f"{_key(key)} = {toml(value)}" for key, value in table.items())])


def threat(**changes: Any) -> dict[str, Any]:
    """A good threat with changes; a key that is None is left out."""
    return {key: value for key, value in {**THREAT, **changes}.items() if value is not None}


def field(**changes: Any) -> dict[str, Any]:
    """A good declared field with changes; a key that is None is left out."""
    return {key: value for key, value in {**FIELD, **changes}.items() if value is not None}


def write(folder: Path, text: str | bytes, name: str = "web.toml") -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def install_pytm(folder: Path, threats: Any, version: str = "9.8.7") -> None:
    """A pytm of these threats in a folder of the path; its code must not run.

    Args:
        folder: to install into.
        threats: what its file of threats holds; None for no such file.
        version: that it says it has.
    """
    package = folder / "pytm"
    (package / "threatlib").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('code of pytm was run')\n", encoding="utf-8")
    if threats is not None:
        (package / "threatlib" / "threats.json").write_text(json.dumps(threats), encoding="utf-8")
    metadata = folder / f"pytm-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pytm\nVersion: {version}\n", encoding="utf-8")
