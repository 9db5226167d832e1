"""pytm's own threats are read from where pytm is installed, without its code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.pytm_library import pytm_library

THREAT = {"SID": "INP05", "target": "Server", "description": "Injection", "condition": "target.inScope"}


def install(folder: Path, threats: Any, version: str = "9.8.7") -> None:
    """A pytm whose code must not run."""
    package = folder / "pytm"
    (package / "threatlib").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('code of pytm was run')\n", encoding="utf-8")
    if threats is not None:
        (package / "threatlib" / "threats.json").write_text(json.dumps(threats), encoding="utf-8")
    metadata = folder / f"pytm-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pytm\nVersion: {version}\n", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, in which pytm may be installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_the_installed_threats_are_the_whole_library(site: Path) -> None:
    """None of ours stands beside them, and messages name pytm's version."""
    install(site, [THREAT])
    library = pytm_library()
    assert [threat.id for threat in library] == ["INP05"]
    assert library["INP05"].lenient
    assert library["INP05"].origin == "pytm 9.8.7, threats.json, threat INP05"


def test_files_that_the_user_names_come_after_them(site: Path, tmp_path: Path) -> None:
    install(site, [THREAT])
    own = tmp_path / "own.json"
    own.write_text(json.dumps([{**THREAT, "SID": "OWN1"}]), encoding="utf-8")
    assert [threat.id for threat in pytm_library([own])] == ["INP05", "OWN1"]


def test_without_pytm_the_error_names_both_ways_out(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(site)])
    with pytest.raises(LibraryError, match="not installed") as caught:
        pytm_library()
    assert "pip install pytest-threatmodel[pytm]" in str(caught.value)
    assert "threatmodel_pytm_threats = packs" in str(caught.value)


def test_a_pytm_without_its_threats_is_an_error(site: Path) -> None:
    install(site, None)
    with pytest.raises(LibraryError, match=r"pytm 9.8.7 is installed without its threats, pytm/threatlib"):
        pytm_library()


def test_threats_that_cannot_be_read_are_an_error_that_names_them(site: Path) -> None:
    install(site, {"no": "list"})
    with pytest.raises(PackError, match=r"pytm 9.8.7, threats.json: expected a list of threats"):
        pytm_library()
