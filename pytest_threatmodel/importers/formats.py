"""The formats that can be imported, found by what a file holds and not by its name."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from typing import Final

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.importers.read import read_document
from pytest_threatmodel.model.entry_points import offered
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import shown

Document = Mapping[str, Any]

#: The group of entry points by which a distribution reads other formats; each is a function of a path that gives what
#: it read, or None where the file is not of its format.
ENTRY_POINTS: Final = "pytest_threatmodel.importers"


@dataclass(frozen=True, slots=True)
class Importer:
    """A format that can be imported.

    Args:
        name: short, in lower case.
        title: what people call it.
        recognises: whether a document is of this format, of whatever version.
        parse: reads the document; raises ImportFault where it cannot.
    """

    name: str
    title: str
    recognises: Callable[[Document], bool]
    parse: Callable[[Document, Path], Parsed]


def _late(module: str) -> Callable[[Document, Path], Parsed]:
    """The `parse` of a module that is imported when a file of its format is there, and not before."""

    def parse(document: Document, path: Path) -> Parsed:
        parsed: Parsed = import_module(f"pytest_threatmodel.importers.{module}").parse(document, path)
        return parsed

    return parse


def _is_threat_dragon(document: Document) -> bool:
    return "summary" in document and "detail" in document


def _is_threagile(document: Document) -> bool:
    return "threagile_version" in document or "technical_assets" in document


def _is_pytm(document: Document) -> bool:
    return any(isinstance(document.get(key), list) for key in ("elements", "flows", "boundaries"))


#: The built-in formats; a document is of the first that recognises it.
IMPORTERS: Final = (
    Importer("otm", "Open Threat Model 0.2", lambda document: "otmVersion" in document, _late("otm")),
    Importer("threat-dragon", "Threat Dragon 1 and 2", _is_threat_dragon, _late("threat_dragon")),
    Importer("threagile", "Threagile 0.9 and 1.0", _is_threagile, _late("threagile")),
    Importer("pytm", "pytm's JSON", _is_pytm, _late("pytm_json")),
)


def read_model(path: Path) -> Parsed:
    """Read a file of another tool: by the importers of other distributions first, then by the built-in ones.

    Args:
        path: the file.

    Raises:
        ImportFault: the file is damaged, or of no known format.
        ModelError: an importer of another distribution fails.
    """
    for where, given in offered(ENTRY_POINTS, ModelError, path):
        if given is not None:
            return checked(given, where)
    return _builtin(path)


def _builtin(path: Path) -> Parsed:
    document = read_document(path)
    for importer in IMPORTERS:
        if importer.recognises(document):
            return importer.parse(document, path)
    known = ", ".join(importer.title for importer in IMPORTERS)
    seen = ", ".join(map(shown, list(document)[:8])) or "nothing"
    raise ImportFault(path, f"is of no known format, expected one of: {known}; at its top stand: {seen}")


def checked(parsed: object, where: str) -> Parsed:
    """What an importer of somebody else gave.

    Raises:
        ModelError: it is something else.
    """
    if isinstance(parsed, Parsed):
        return parsed
    raise ModelError(f"{where}: expected pytest_threatmodel.importers.parsed.Parsed or None, got {shown(parsed)}")
