"""pytm's own threats are read from where pytm is installed, without its code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.pytm_library import PytmThreats
from tests.library.packs import install_pytm

THREAT = {"SID": "INP05", "target": "Server", "description": "Injection", "condition": "target.inScope"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, in which pytm may be installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_the_installed_threats_are_the_whole_library(site: Path) -> None:
    """None of ours stands beside them, and messages name pytm's version."""
    install_pytm(site, [THREAT])
    library = PytmThreats().whole
    assert [threat.id for threat in library] == ["INP05"]
    assert library["INP05"].lenient
    assert library["INP05"].pack == "pytm"
    assert library["INP05"].origin == "pytm 9.8.7, threats.json, threat INP05"


def test_files_that_the_user_names_come_after_them(site: Path, tmp_path: Path) -> None:
    install_pytm(site, [THREAT])
    own = tmp_path / "own.json"
    own.write_text(json.dumps([{**THREAT, "SID": "OWN1"}]), encoding="utf-8")
    assert [threat.id for threat in PytmThreats([own]).whole] == ["INP05", "OWN1"]


def test_beside_a_threat_file_of_the_model_stand_only_the_users(site: Path, tmp_path: Path) -> None:
    """Then pytm need not be installed."""
    own = tmp_path / "own.json"
    own.write_text(json.dumps([{**THREAT, "SID": "OWN1"}]), encoding="utf-8")
    assert [threat.id for threat in PytmThreats([own]).beside] == ["OWN1"]
    assert not list(PytmThreats().beside)


def test_without_pytm_the_error_names_both_ways_out(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(site)])
    with pytest.raises(LibraryError, match="not installed") as caught:
        _ = PytmThreats().whole
    assert "pip install pytest-threatmodel[pytm]" in str(caught.value)
    assert "threatmodel_pytm_threats = packs" in str(caught.value)


def test_a_pytm_without_its_threats_is_an_error(site: Path) -> None:
    install_pytm(site, None)
    with pytest.raises(LibraryError, match=r"pytm 9.8.7 is installed without its threats, pytm/threatlib"):
        _ = PytmThreats().whole


def test_threats_that_cannot_be_read_are_an_error_that_names_them(site: Path) -> None:
    install_pytm(site, {"no": "list"})
    with pytest.raises(PackError, match=r"pytm 9.8.7, threats.json: expected a list of threats"):
        _ = PytmThreats().whole
