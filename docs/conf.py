"""Sphinx's settings, and the pages that are made from the code: fields, and the threat library."""

from __future__ import annotations

import importlib.metadata
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from pytest_threatmodel.model.vocabulary import KindInfo
from pytest_threatmodel.model.vocabulary import standard_vocabulary

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "pytest-threatmodel"
author = "the pytest-threatmodel contributors"
copyright = f"2026, {author}"
release = importlib.metadata.version("pytest-threatmodel")
# The extension that makes the pages of the threat library lies beside this file.
sys.path.insert(0, str(Path(__file__).parent))
extensions = ["myst_parser", "threat_pages"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {release}"
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

FIELDS = Path(__file__).parent / "reference" / "fields.md"
HEAD = """# Kinds, fields, enumerations

Every kind of element with its own fields; it has those of the kinds behind "a kind of" as well. This page is
made from the code. The columns say what counts while nobody stated a value, and the role: a *fact* says what
the element is, a *control* what is done against threats, a *protection* is a fact that also protects.

"""


def _text(value: Any) -> str:
    if value in (None, "", ()):
        return ""
    if isinstance(value, Enum):
        return f"`{type(value).__name__}.{value.name}`"
    return f"`{set(value) if isinstance(value, frozenset) else value!r}`"


def _kind(info: KindInfo, inherited: set[str]) -> str:
    rows = [
        f"| `{field.name}` | {field.type} | {_text(field.default)} | {field.role} | {field.doc} |"
        for field in info.fields.values()
        if field.name not in inherited
    ]
    above = f" It is a kind of {', '.join(f'`{base}`' for base in info.bases[1:])}." if info.bases[1:] else ""
    table = ["| field | type | unstated | role | says |", "| --- | --- | --- | --- | --- |", *rows] if rows else []
    return "\n".join([f"## {info.name}", "", f"{info.doc.splitlines()[0]}{above}", "", *table, ""])


def fields_page() -> str:
    """The whole page, in Markdown."""
    vocabulary = standard_vocabulary()
    kinds = [
        _kind(info, {name for base in info.bases[1:] for name in vocabulary.kinds[base].fields})
        for info in vocabulary.kinds.values()
    ]
    enums = [f"| `{name}` | {', '.join(f'`{m.name}`' for m in enum)} |" for name, enum in vocabulary.enums.items()]
    table = ["## Enumerations", "", "| enumeration | members |", "| --- | --- |", *enums, ""]
    return HEAD + "\n".join([*kinds, *table])


def _write(app: Sphinx) -> None:
    FIELDS.write_text(fields_page(), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Make the page before the sources are read."""
    app.connect("builder-inited", _write)
