"""The formats there are: the built-in ones, and those that installed distributions bring."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Final

from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Group
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.source import output_name
from pytest_threatmodel.model.entry_points import offered
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.model.labels import escape
from pytest_threatmodel.snapshot.shape import Snapshot

Render = Callable[[Snapshot, Request], str | bytes]

#: The group of entry points by which a distribution offers formats; each is a function that gives them.
ENTRY_POINTS: Final = "pytest_threatmodel.formats"


class FormatError(Exception):
    """A format is asked for or offered in a way that cannot be; the message is for people."""


def _late(module: str, function: str) -> Render:
    """A function of a module that is imported when something is rendered, and not before."""

    def render(snapshot: Snapshot, request: Request) -> str | bytes:
        made: str | bytes = getattr(import_module(f"pytest_threatmodel.artifacts.{module}"), function)(
            snapshot, request
        )
        return made

    return render


def builtin() -> list[Format]:
    """The formats of this package."""
    return [
        Format("svg", "dfd", ".dfd.svg", "data-flow diagram", _late("dfd.render", "svg"), explained=False),
        Format("png", "dfd", ".dfd.png", "data-flow diagram", _late("dfd.render", "png"), explained=False),
        Format("pdf", "dfd", ".dfd.pdf", "data-flow diagram", _late("dfd.render", "pdf"), explained=False),
        Format("dot", "dfd", ".dfd.dot", "data-flow diagram", _late("dfd.render", "dot"), explained=False),
        Format("svg", "seq", ".seq.svg", "sequence diagram", _late("sequence.render", "svg"), explained=False),
        Format("png", "seq", ".seq.png", "sequence diagram", _late("sequence.render", "png"), explained=False),
        Format("puml", "seq", ".seq.puml", "sequence diagram", _late("sequence.render", "puml"), explained=False),
        Format("mmd", "seq", ".seq.mmd", "sequence diagram", _late("sequence.render", "mmd"), explained=False),
        Format("html", "report", ".html", "HTML report", _late("html.page", "render"), redacts=True),
        Format("md", "report", ".md", "Markdown report", _late("markdown", "full"), redacts=True),
        Format("summary", "report", ".summary.md", "Markdown summary", _late("markdown", "summary"), redacts=True),
        Format("json", "report", ".json", "JSON report", _late("json_report", "render"), redacts=True),
        Format("sarif", "report", ".sarif", "SARIF report", _late("sarif", "render")),
        Format("csv", "report", ".csv", "CSV report", _late("csv_report", "render")),
        Format("gitlab", "report", ".gl-code-quality.json", "GitLab code quality report", _late("gitlab", "render")),
        Format("defectdojo", "report", ".defectdojo.json", "DefectDojo findings", _late("defectdojo", "render")),
        Format("otm", "report", ".otm.json", "Open Threat Model", _late("otm", "render"), explained=False),
        Format("audit", "report", ".audit.html", "audit report", _late("audit.page", "audit_html")),
        Format("matrix", "report", ".matrix.csv", "requirements matrix", _late("audit.tables", "matrix_csv")),
        Format(
            "decisions",
            "report",
            ".decisions.csv",
            "decision log",
            _late("audit.tables", "decisions_csv"),
            explained=False,
        ),
    ]


def is_template(name: str) -> bool:
    """Whether a report is asked for by the path of a template: it has a dot or a slash, names of formats have none.

    Args:
        name: as it was asked for.
    """
    return any(char in name for char in (".", "/", os.sep))


def template(path: Path, *, must_exist: bool = True) -> Format:
    """The format that a template of the user's own makes.

    `report.md.j2` makes files that end with `.report.md`, `advanced_template.md` such with `.advanced_template.md`.

    Args:
        path: of the template.
        must_exist: look whether it is there.

    Raises:
        FormatError: it is not, or its name cannot be part of the names of files.
    """
    if must_exist and not path.is_file():
        raise FormatError(_no_template(path))
    name = output_name(path.name)
    if escape(name) != name:
        raise FormatError(f"template {escape(str(path))!r}: a control character in its name")

    def render(snapshot: Snapshot, request: Request) -> str:
        from pytest_threatmodel.artifacts.templates.render import render_file

        return render_file(path, snapshot, request)

    return Format(str(path), "report", f".{name}", f"report by {path.name}", render)


def _no_template(path: Path) -> str:
    if path.exists():
        return f"template {str(path)!r} is no file"
    names = sorted(each.name for each in path.parent.iterdir()) if path.parent.is_dir() else []
    hint = did_you_mean(path.name, names)
    text = f"no template {str(path)!r}"
    return text if hint is None else f"{text}; {hint}"


def available() -> list[Format]:
    """All formats that a script without pytest can write.

    Raises:
        FormatError: what a distribution offers is wrong, or two formats are twins.
    """
    return without_twins([*builtin(), *installed()])


def installed() -> list[Format]:
    """The formats of other distributions, from their entry points.

    Raises:
        FormatError: an entry point cannot be loaded, or gives something else than formats.
    """
    return [each for where, given in offered(ENTRY_POINTS, FormatError) for each in checked(given, where)]


def checked(given: object, where: str) -> list[Format]:
    """The formats that somebody offers: one, several, or None for none.

    Raises:
        FormatError: something else is among them.
    """
    if given is None:
        return []
    formats: list[Format] = []
    for each in given if isinstance(given, Iterable) else [given]:
        if not isinstance(each, Format):
            raise FormatError(f"{where}: expected formats, got {each!r}")
        formats.append(each)
    return formats


def without_twins(formats: list[Format]) -> list[Format]:
    """The formats, if no two have the same name or would write the same file.

    Raises:
        FormatError: two do.
    """
    seen: dict[tuple[str, str], Format] = {}
    for each in formats:
        # File systems may take two names that differ in case for one.
        for key in ((each.group, each.name), ("", each.suffix.casefold())):
            other = seen.setdefault(key, each)
            if other is not each:
                raise FormatError(f"two formats {key[1]!r}: {other.title} and {each.title}")
    return formats


def choose(formats: list[Format], group: Group, names: Iterable[str]) -> list[Format]:
    """The formats of these names, each once.

    Raises:
        FormatError: there is no such format; lists those that there are.
    """
    known = {each.name: each for each in formats if each.group == group}
    chosen: dict[str, Format] = {}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            text = f"unknown format {name!r}, expected {', '.join(known)}"
            raise FormatError(text if hint is None else f"{text}; {hint}")
        chosen[name] = known[name]
    return list(chosen.values())
