"""Versions of packs: compared as numbers, with their days, and the version of the shipped library that is asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pytest_threatmodel.library import files
from pytest_threatmodel.library import load as load_module
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.releases import arrival
from pytest_threatmodel.library.releases import day_of
from pytest_threatmodel.library.releases import numbers
from pytest_threatmodel.library.releases import shipped_releases
from tests.library.packs import document
from tests.library.packs import threat
from tests.library.packs import write

RELEASES = (("1.0", date(2026, 1, 1)), ("1.2", date(2026, 3, 1)), ("1.10", date(2026, 9, 1)))


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped pack whose threats came in three versions of the library."""
    folder = tmp_path / "threats"
    folder.mkdir()
    threats = [threat(id=f"W{number}", since=since) for number, since in enumerate(("1.0", "1.2", "1.10"))]
    write(folder, document(threats, version="1.10"))
    monkeypatch.setattr(files, "_shipped_folder", lambda: folder)
    monkeypatch.setattr(load_module, "shipped_releases", lambda: RELEASES)
    return folder


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.10", (1, 10)),
        ("1.0", (1,)),
        ("1", (1,)),
        ("0.0", (0,)),
        ("1.2-beta", (1,)),
        ("", ()),
        ("x", ()),
        ("1." + "9" * 5000, (1,)),
        ("\u0661.\u0662", ()),
    ],
)
def test_versions_are_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected


def test_versions_and_firsts_of_shipped_packs_are_in_the_table() -> None:
    """The shipped library has one version, the same for all its packs."""
    known = {version for version, _ in shipped_releases()}
    library = load_library()
    assert {pack.version for pack in library.packs} <= known
    assert len({pack.version for pack in library.packs}) == 1
    assert {each.since for each in library} <= known


def test_no_id_of_a_shipped_threat_is_used_again() -> None:
    library = load_library()
    replaced = {old for each in library for old in each.replaces}
    assert not replaced & {each.id for each in library}


def test_the_library_of_a_version_lacks_what_came_later(versions: Path) -> None:
    for version, expected in (("1.0", ["W0"]), ("1.2", ["W0", "W1"]), ("1.10", ["W0", "W1", "W2"])):
        assert [each.id for each in load_library(version=version)] == expected
    assert [each.id for each in load_library()] == ["W0", "W1", "W2"]


def test_packs_of_others_have_versions_of_their_own(versions: Path, tmp_path: Path) -> None:
    other = write(tmp_path, document([threat(id="X1", since="7.0")], name="other", version="7.0"), "other.toml")
    assert "X1" in load_library(extra=[other], version="1.0")


@pytest.mark.parametrize(
    ("version", "hint"),
    [("1.20", "; did you mean '1.2'?"), ("latest", ""), ("1.", "; did you mean '1.2'?"), ("9" * 5000, "")],
)
def test_an_unknown_version_names_those_that_there_are(versions: Path, version: str, hint: str) -> None:
    with pytest.raises(LibraryError, match=r"expected 1\.0, 1\.2 or 1\.10") as caught:
        load_library(version=version)
    assert str(caught.value).endswith(f"1.10{hint}")


def test_a_threat_arrived_on_the_day_of_its_version(versions: Path) -> None:
    library = load_library()
    assert [library.arrived(each) for each in library] == [None, date(2026, 3, 1), date(2026, 9, 1)]
    assert library.released(library["W0"]) == date(2026, 9, 1)
    assert library.bound_to(library.vocabulary).arrived(library["W1"]) == date(2026, 3, 1)


def test_what_somebody_asked_for_by_its_version_is_not_new(versions: Path) -> None:
    library = load_library(version="1.10")
    assert [library.arrived(each) for each in library] == [None, None, None]


def test_what_no_table_knows_never_arrived() -> None:
    one = load_library().threats[0]
    assert arrival(one, ()) is None
    assert day_of("2.0", RELEASES) is None
