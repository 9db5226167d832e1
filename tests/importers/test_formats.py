"""Which importer reads a file, and what other distributions bring."""

from __future__ import annotations

from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.importers import formats
from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.formats import read_model
from pytest_threatmodel.importers.parsed import Parsed
from pytest_threatmodel.model.errors import ModelError
from tests.importers.files import SMALL
from tests.importers.files import write_json


@pytest.mark.parametrize(
    ("document", "seen"),
    [({"version": "2.0", "summary": {}}, "'version', 'summary'"), ({}, "nothing"), ({"a\n" * 90: 1}, "a\\na\\na")],
)
def test_an_unknown_format_is_an_error_that_lists_those_that_are_known(
    tmp_path: Path, document: dict[str, Any], seen: str
) -> None:
    with pytest.raises(ImportFault) as caught:
        read_model(write_json(tmp_path, document))
    assert "model.json: is of no known format, expected one of: Open Threat Model 0.2" in str(caught.value)
    assert seen in str(caught.value)


def read_by_entry_point(path: Path) -> object:
    """What the entry point of these tests gives."""
    text = path.read_text(encoding="utf-8")
    if "fails" in text:
        raise RuntimeError("no such day")
    return {"a": None, "b": Parsed("From elsewhere")}.get(text, text)


@pytest.fixture
def _entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("own", f"{__name__}:read_by_entry_point", formats.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [point] if group == formats.ENTRY_POINTS else [])


@pytest.mark.usefixtures("_entry_point")
def test_importers_of_other_distributions_come_first(tmp_path: Path) -> None:
    path = tmp_path / "model.own"
    path.write_text("b", encoding="utf-8")
    assert read_model(path) == Parsed("From elsewhere")
    path.write_text("fails", encoding="utf-8")
    with pytest.raises(ModelError, match="entry point 'own': RuntimeError: no such day"):
        read_model(path)
    path.write_text("other", encoding="utf-8")
    with pytest.raises(ModelError, match=r"entry point 'own': expected pytest_threatmodel.importers.parsed.Parsed or"):
        read_model(path)


@pytest.mark.usefixtures("_entry_point")
def test_what_others_do_not_know_is_read_by_the_built_in_importers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.read_by_entry_point", lambda path: None)
    assert read_model(write_json(tmp_path, SMALL)).name == "Small"
