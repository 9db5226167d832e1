"""The library: which packs count, in which order, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_threatmodel.library import files
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.model.fields import fact
from pytest_threatmodel.model.kinds import Server
from pytest_threatmodel.model.vocabulary import DeclaredField
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.library.packs import document
from tests.library.packs import field
from tests.library.packs import threat
from tests.library.packs import write


def made(id: str, condition: str = "target.inScope", **values: object) -> Threat:
    """A threat as a plugin builds it."""
    plain = {"pack": "own", "title": "t", "targets": ("Server",), "severity": "low", **values}
    return Threat(id=id, condition=condition, **plain)  # type: ignore[arg-type]  # given by name


def pack(*threats: Threat, name: str = "own", fields: tuple[DeclaredField, ...] = ()) -> Pack:
    """A pack as a plugin builds it."""
    return Pack(name=name, title=name, threats=threats, fields=fields, origin=f"{name}.toml")


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three shipped packs, each with one threat."""
    folder = tmp_path / "threats"
    folder.mkdir()
    for name in ("zoo", "api", "core"):
        write(folder, document([threat(id=f"{name.upper()}1")], name=name), f"{name}.toml")
    monkeypatch.setattr(files, "_shipped_folder", lambda: folder)
    return folder


def ids(library: Library) -> list[str]:
    return [one.id for one in library.threats]


def test_core_comes_first_then_the_others_by_name(shipped: Path) -> None:
    library = load_library()
    assert ids(library) == ["CORE1", "API1", "ZOO1"]
    assert [one.name for one in library.packs] == ["core", "api", "zoo"]
    assert library["API1"].origin == "threats/api.toml:6"


def test_selection_keeps_the_documented_order(shipped: Path) -> None:
    assert ids(load_library(["zoo", "core"])) == ["CORE1", "ZOO1"]
    assert ids(load_library([])) == []


def test_an_unknown_pack_is_refused_with_the_nearest(shipped: Path) -> None:
    with pytest.raises(LibraryError) as caught:
        load_library(["coer"])
    assert str(caught.value) == "unknown threat pack 'coer'; did you mean 'core'?"
    with pytest.raises(LibraryError, match="unknown threat pack 'x'; there are: core, api, zoo"):
        load_library(["x"])


def test_packs_of_plugins_come_after_the_shipped_ones_and_are_selected_alike(shipped: Path) -> None:
    own = pack(made("OWN1"))
    assert ids(load_library(plugin_packs=[own])) == ["CORE1", "API1", "ZOO1", "OWN1"]
    assert ids(load_library(["own"], plugin_packs=[own])) == ["OWN1"]
    assert ids(load_library(["api"], plugin_packs=[own])) == ["API1"]


def test_two_packs_of_one_name_are_refused(shipped: Path) -> None:
    with pytest.raises(LibraryError, match="two threat packs are named 'core'"):
        load_library(plugin_packs=[pack(made("OWN1"), name="core")])


def test_extra_files_always_count_and_come_last(shipped: Path, tmp_path: Path) -> None:
    one = write(tmp_path, document([threat(id="X1")], name="x"), "x.toml")
    folder = tmp_path / "more"
    folder.mkdir()
    write(folder, json.dumps([{"SID": "J1", "target": "Server"}]), "b.json")
    write(folder, document([threat(id="T1")], name="t"), "a.toml")
    write(folder, "nothing", "notes.txt")
    assert ids(load_library(["api"], [one, folder])) == ["API1", "X1", "T1", "J1"]
    assert ids(load_library([], [folder, folder / "b.json"])) == ["T1", "J1"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xx.toml", "no such file of threats: '{}/xx.toml'; did you mean 'x.toml'?"),
        ("notes.txt", "'{}/notes.txt' is no file of threats, expected .toml or .json"),
        ("empty", "'{}/empty' holds no file of threats, expected .toml or .json"),
    ],
)
def test_extra_files_that_are_none_are_refused(shipped: Path, tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, "", "x.toml")
    write(tmp_path, "", "notes.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(LibraryError) as caught:
        load_library(extra=[tmp_path / name])
    assert str(caught.value) == message.format(tmp_path)


def test_a_repeated_id_names_both_places(shipped: Path, tmp_path: Path) -> None:
    extra = write(tmp_path, document([threat(id="API1")], name="x"), "x.toml")
    with pytest.raises(LibraryError) as caught:
        load_library(extra=[extra])
    assert str(caught.value) == (
        f"threat id API1 stands twice: threats/api.toml:6 and {extra}:6; "
        "rename one of them, or select other packs (threatmodel_packs)"
    )
    assert caught.value.places == ("threats/api.toml:6", f"{extra}:6")


def test_threats_are_found_by_id() -> None:
    library = Library([pack(made("DE01"), made("DE02"))])
    assert library["DE02"].id == "DE02"
    assert "DE01" in library
    assert "DE03" not in library
    assert [one.id for one in library] == ["DE01", "DE02"]
    assert len(library) == 2
    with pytest.raises(LookupError) as caught:
        library["DE2"]
    assert str(caught.value) == "unknown threat 'DE2'; did you mean 'DE02'?"


def test_threats_are_found_by_kind() -> None:
    library = Library([pack(made("A"), made("B", targets=("Asset",)), made("C", targets=("Data",)))])
    assert [one.id for one in library.for_kind("Server")] == ["A", "B"]


def test_conditions_are_bound_once() -> None:
    library = Library([pack(made("A", "target.usesCache"))]).resolve()
    assert library.condition("A") is library.condition("A")
    assert library.condition("A").reads == ("usesCache",)


def test_adjustments_are_bound_as_well() -> None:
    adjust = Adjust("target.controls.isHardened", "info", "hardened")
    library = Library([pack(made("A", adjust=(adjust,)))]).resolve()
    ((condition, found),) = library.adjustments("A")
    assert found is adjust
    assert condition.reads == ("controls.isHardened",)


def test_an_attribute_that_nobody_has_is_refused_with_the_nearest(shipped: Path) -> None:
    write(shipped, document([threat(id="API1", condition="target.usesCahce")], name="api"), "api.toml")
    with pytest.raises(PackError) as caught:
        load_library()
    assert str(caught.value).startswith("threats/api.toml:6: threat API1, condition, column 8: ")
    assert str(caught.value).endswith("did you mean 'usesCache'?")
    assert (caught.value.threat, caught.value.column) == ("API1", 8)


def test_every_condition_of_a_pack_that_can_not_be_bound_is_named() -> None:
    adjust = Adjust("target.nobodyHasThis", "info", "x")
    library = Library([pack(made("A", "target.nobodyHasThis"), made("B", adjust=(adjust,)))])
    with pytest.raises(PackError) as caught:
        library.resolve()
    assert [(one.where, one.field) for one in caught.value.problems] == [
        ("threat A", "condition"),
        ("threat B", "adjust[0], when"),
    ]


def test_pytm_conditions_may_read_what_nobody_has(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps([{"SID": "J1", "condition": "target.nobodyHasThis is True"}]), "j.json")
    assert ids(load_library([], [path])) == ["J1"]


def test_the_fields_of_all_packs_are_in_the_vocabulary() -> None:
    one = DeclaredField("hasDoor", ("Server",), "bool", "fact", "d")
    two = DeclaredField("hasDoor", ("Process",), "bool", "fact", "other words")
    lock = DeclaredField("hasLock", ("Server",), "bool", "control", "d")
    library = Library([pack(fields=(one, lock)), pack(name="b", fields=(two,))])
    assert library.fields[0].kinds == ("Server", "Process")
    assert "hasDoor" in library.vocabulary.kinds["Process"].fields
    assert "hasLock" in library.vocabulary.kinds["Controls"].fields
    assert "hasDoor" not in standard_vocabulary().kinds["Server"].fields


def test_packs_that_declare_a_field_differently_are_refused() -> None:
    one = DeclaredField("hasDoor", ("Server",), "bool", "fact", "d")
    two = DeclaredField("hasDoor", ("Server",), "int", "fact", "d")
    with pytest.raises(LibraryError) as caught:
        Library([pack(fields=(one,)), pack(name="b", fields=(two,))])
    assert str(caught.value) == (
        "field hasDoor is declared differently in own.toml and in b.toml; "
        "type, role, default, stronger and known must be the same"
    )


def test_a_condition_may_read_a_field_that_its_pack_declares(tmp_path: Path) -> None:
    own = document([threat(id="X1", condition="target.rendersMarkdownTables")], [field()], name="x")
    library = load_library([], [write(tmp_path, own, "x.toml")])
    assert library.condition("X1").reads == ("rendersMarkdownTables",)


def test_a_model_adds_its_own_kinds() -> None:
    class Gateway(Server):
        """A server of a user's own kind."""

        hasDoor: bool = fact(default=False)

    vocabulary = standard_vocabulary().with_kinds([Gateway])
    library = Library([pack(made("A", "target.hasDoor", targets=("Server",)))])
    with pytest.raises(PackError):
        library.resolve()
    assert library.bound_to(vocabulary).condition("A").reads == ("hasDoor",)


def test_plugins_can_not_bring_ids_and_kinds_that_no_file_may_have() -> None:
    with pytest.raises(LibraryError, match="'a b' can not be the id of a threat"):
        Library([pack(made("a b"))])
    with pytest.raises(PackError, match="threat A, targets: unknown kind 'Sever'"):
        Library([pack(made("A", targets=("Sever",)))])
    with pytest.raises(PackError, match="threat A, targets: must name at least one kind"):
        Library([pack(made("A", targets=()))])


def test_shipped_packs_are_named_as_their_files() -> None:
    names = list(files.shipped_files())
    assert names[0] == "core"
    assert [one.name for one in load_library().packs] == names


def test_an_installation_without_packs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_shipped_folder", lambda: tmp_path)
    with pytest.raises(LibraryError, match="install pytest-threatmodel again"):
        load_library()


def test_the_folder_beside_the_package_serves_where_no_package_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> Path:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.resources.files", missing)
    folder = Path(files.__file__).parents[2] / "threats"
    assert files._shipped_folder() == folder
