"""Files for tests of importers: written, read, and made into models."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from pytest_threatmodel.importers.build import build
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.registry import Load
from pytest_threatmodel.model.registry import loading

DATA = Path(__file__).resolve().parents[1] / "data" / "importers"

#: The smallest document of OTM with something in it.
SMALL: dict[str, Any] = {
    "otmVersion": "0.2.0",
    "project": {"name": "Small", "id": "small"},
    "assets": [{"id": "note", "name": "Note", "risk": {"confidentiality": 50, "integrity": 0, "availability": 0}}],
    "trustZones": [{"id": "zone", "name": "Zone", "risk": {"trustRating": 10}}],
    "components": [
        {"id": "web", "name": "Web", "type": "web-service", "parent": {"trustZone": "zone"}},
        {"id": "db", "name": "Store", "type": "database", "parent": {"trustZone": "zone"}},
    ],
    "dataflows": [{"id": "save", "name": "Save", "source": "web", "destination": "db", "assets": ["note"]}],
    "threats": [{"id": "t", "name": "Tampering", "cwes": ["CWE-79"], "risk": {"likelihood": 1, "impact": 1}}],
}


def small(**changes: Any) -> dict[str, Any]:
    """The small document with other values at its top."""
    document: dict[str, Any] = json.loads(json.dumps({**SMALL, **changes}))
    return document


def write_json(folder: Path, document: object) -> Path:
    """A document as a file."""
    path = folder / "model.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def built(parsed: Parsed, file: Path = Path("model.json")) -> Model:
    """The model that an importer's parts become, checked."""
    with loading(Load("threatmodel_sample.py")):
        model = Model(parsed.name, description=parsed.description, **parsed.values)
        object.__setattr__(model, "imported", build(parsed, file))
        model.check()
        return model


def imported(path: Path) -> Model:
    """The model that a file becomes, checked."""
    return built(read_model(path), path)


def imported_text(text: str) -> Model:
    """The model that the text of a file becomes, checked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        path.write_text(text, encoding="utf-8")
        return imported(path)
