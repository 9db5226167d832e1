"""An extension of Sphinx: the pages of the threat library, one of all packs, one a pack, one a threat."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from pytest_threatmodel.library.condition import Condition
from pytest_threatmodel.library.condition import clauses
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.vocabulary import DeclaredField

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER: Final = Path(__file__).parent / "threats"
_CWE: Final = "https://cwe.mitre.org/data/definitions/{}.html"
_CAPEC: Final = "https://capec.mitre.org/data/definitions/{}.html"
_ATTACK: Final = "https://attack.mitre.org/techniques/{}/"
_ATLAS: Final = "https://atlas.mitre.org/techniques/{}"
#: Links that numbers give already.
_DERIVED: Final = (_CWE.partition("{")[0], _CAPEC.partition("{")[0])
_HEAD: Final = """# The threat library

All threats that come with the plugin, pack by pack. All packs are on unless `threatmodel_packs` selects; what is in a
pack file, and how to write one, is on the page about [threat packs](../reference/packs.md).

"""
#: Pages of threats stand in the tables of their packs and not in the sidebar, which each page would repeat.
_ORPHAN: Final = "---\norphan: true\n---\n"
#: What Markdown would take for its own in running text; the texts of packs are plain.
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def setup(app: Sphinx) -> None:
    """Make the pages before the sources are read."""
    app.connect("builder-inited", _write)


def _write(app: Sphinx) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, text in pages(load_library()).items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages(library: Library) -> dict[str, str]:
    """Every page in Markdown, by its path in the folder."""
    found = {"index.md": _index(library)}
    for pack in library.packs:
        found[f"{pack.name}.md"] = _pack(pack)
        found |= {f"{pack.name}/{threat.id}.md": _threat(threat, library) for threat in pack.threats}
    return found


def _index(library: Library) -> str:
    rows = [f"| [{pack.name}]({pack.name}.md) | {_plain(pack.title)} | {len(pack.threats)} |" for pack in library.packs]
    table = ["| pack | is about | threats |", "| --- | --- | --- |", *rows]
    return _HEAD + "\n".join([*table, "", _toctree(pack.name for pack in library.packs)])


def _pack(pack: Pack) -> str:
    rows = [
        f"| [{threat.id}]({pack.name}/{threat.id}.md) | {_plain(threat.title)} | {', '.join(threat.targets)} "
        f"| {threat.severity} |"
        for threat in pack.threats
    ]
    table = ["| id | threat | on | severity |", "| --- | --- | --- | --- |", *rows, ""]
    fields = ["## Fields that it adds", "", "| field | of | role | says |", "| --- | --- | --- | --- |"]
    fields += [_field(field) for field in pack.fields]
    parts = [f"# {_plain(pack.title)}", "", f"The pack `{pack.name}`, version {pack.version}.", "", *table]
    return "\n".join([*parts, *([*fields, ""] if pack.fields else [])])


def _field(field: DeclaredField) -> str:
    where = "`controls` of any element" if field.role == "control" else ", ".join(field.kinds)
    return f"| `{field.name}` | {where} | {field.role} | {_plain(field.description)} |"


def _threat(threat: Threat, library: Library) -> str:
    lines = [_ORPHAN, f"# {threat.id}: {_plain(threat.title)}", "", _plain(threat.description), ""]
    if threat.example:
        lines += ["## An attack", "", _plain(threat.example), ""]
    lines += ["## What to do", "", _plain(threat.mitigation), ""]
    lines += [
        "## When it applies",
        "",
        f"To elements of the kinds {', '.join(f'`{kind}`' for kind in threat.targets)}:",
    ]
    lines += ["", "```python", *_laid_out(library.condition(threat.id)), "```", ""]
    lines += ["## How bad it is", "", *_rating(threat), ""]
    lines += ["## Where it is known", "", *_known(threat), ""]
    return "\n".join(lines)


def _laid_out(condition: Condition) -> Iterator[str]:
    """The condition, one part a line; parts that join others themselves stand in parentheses."""
    parts = clauses(condition)
    for part in parts:
        text = f"({part.text})" if len(parts) > 1 and len(part.parts) > 1 else part.text
        yield f"{part.joiner} {text}".lstrip()


def _rating(threat: Threat) -> Iterator[str]:
    likelihood = f", {threat.likelihood}" if threat.likelihood else ""
    yield f"{threat.severity.capitalize()}{likelihood}. {_plain(threat.rationale)}".rstrip()
    if threat.adjust:
        yield ""
        yield from (f"- {adjust.severity}: {_plain(adjust.why)} (`{adjust.when}`)" for adjust in threat.adjust)


def _known(threat: Threat) -> Iterator[str]:
    told = {
        "STRIDE": threat.stride,
        "LINDDUN": threat.linddun,
        "CWE": [f"[{number}]({_CWE.format(number)})" for number in threat.cwe],
        "CAPEC": [f"[{number}]({_CAPEC.format(number)})" for number in threat.capec],
        "ATT&CK": [_technique(id_) for id_ in threat.attack],
        "OWASP": threat.owasp,
        "ASVS": threat.asvs,
        "to read": [f"<{link}>" for link in threat.references if not link.startswith(_DERIVED)],
        "since": [f"version {threat.since}"] if threat.since else [],
    }
    yield from (f"- {name}: {', '.join(values)}" for name, values in told.items() if values)


def _technique(id_: str) -> str:
    link = _ATLAS.format(id_) if id_.startswith("AML") else _ATTACK.format(id_.replace(".", "/"))
    return f"[{id_}]({link})"


def _toctree(names: Iterable[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", "", *names, "```", ""])


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
