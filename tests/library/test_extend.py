"""Packs that extend others and override single keys of their threats."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from pytest_threatmodel.analysis.examples import failing_examples
from pytest_threatmodel.library import files
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.extend import extended
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.threat import Pack
from tests.library.packs import document
from tests.library.packs import threat
from tests.library.packs import write

REASON = "we handle payments"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one shipped pack, `web`, of WEB01 and WEB02."""
    folder = tmp_path / "threats"
    folder.mkdir()
    write(folder, document([threat(), threat(id="WEB02")]))
    monkeypatch.setattr(files, "_shipped_folder", lambda: folder)
    return folder


def override(threat: str = "WEB01", reason: str = REASON, **keys: Any) -> dict[str, Any]:
    return {"threat": threat, "reason": reason, **(keys or {"severity": "critical"})}


def own(folder: Path, *overrides: dict[str, Any], name: str = "acme", extends: Any = ("web",), **rest: Any) -> Path:
    """A pack of the user's with overrides."""
    header = {"extends": list(extends), **rest} if extends is not None else rest
    text = document(rest.pop("threats", []), overrides=list(overrides), name=name, **header)
    return write(folder, text, f"{name}.toml")


def refused(*extra: Path, select: list[str] | None = None) -> str:
    with pytest.raises(LibraryError) as caught:
        load_library(select, extra)
    return str(caught.value)


def test_an_override_changes_one_key_and_nothing_else(shipped: Path, tmp_path: Path) -> None:
    plain, library = load_library(), load_library(extra=[own(tmp_path, override())])
    assert [each.id for each in library] == ["WEB01", "WEB02"]
    assert (library["WEB01"].severity, library["WEB01"].pack) == ("critical", "web")
    assert library["WEB01"].condition == plain["WEB01"].condition
    assert library["WEB02"] == plain["WEB02"]
    (told,) = library["WEB01"].overridden
    assert (told.key, told.before, told.after, told.reason, told.pack) == (
        "severity",
        "high",
        "critical",
        REASON,
        "acme",
    )
    assert told.place == f"{tmp_path / 'acme.toml'}:7"


def test_every_key_but_the_id_can_be_overridden(shipped: Path, tmp_path: Path) -> None:
    keys: dict[str, Any] = {
        "title": "Other",
        "likelihood": "likely",
        "stride": ["spoofing"],
        "linddun": ["linking"],
        "cwe": [1, 2],
        "attack": ["T1552"],
        "adjust": [{"when": "target.inScope", "severity": "low", "why": "so"}],
        "vulnerable": [{"kind": "Server", "name": "x", "usesCache": True}],
    }
    made = load_library(extra=[own(tmp_path, override(**keys))])["WEB01"]
    assert {each.key: (each.before, each.after) for each in made.overridden} == {
        "title": ("Something is read", "Other"),
        "likelihood": ("", "likely"),
        "stride": ("", "spoofing"),
        "linddun": ("", "linking"),
        "cwe": ("", "1, 2"),
        "attack": ("", "T1552"),
        "adjust": ("", "low when target.inScope"),
        "vulnerable": ("1 example", "1 example"),
    }
    assert (made.title, made.cwe) == ("Other", (1, 2))


def test_what_an_override_repeats_is_no_change(shipped: Path, tmp_path: Path) -> None:
    library = load_library(extra=[own(tmp_path, override(severity="high"))])
    assert library["WEB01"].overridden == ()


def test_a_changed_condition_counts_and_the_examples_must_hold(shipped: Path, tmp_path: Path) -> None:
    library = load_library(extra=[own(tmp_path, override(condition="target.usesCache"))])
    assert library["WEB01"].condition == "target.usesCache"
    (broken,) = failing_examples(library, library.packs)
    assert "threat WEB01, safe example 1 (Server): the condition is True, expected False" in broken


def test_a_changed_condition_is_bound_and_blamed_where_it_stands(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, override(condition="target.usesCach"))
    with pytest.raises(PackError) as caught:
        load_library(extra=[path])
    assert str(caught.value).startswith(f"{path}:7: override WEB01, condition, column ")
    assert str(caught.value).endswith("unknown attribute 'usesCach' of Server; did you mean 'usesCache'?")


def test_changed_targets_are_blamed_where_the_condition_does_not_fit_them(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, override(targets=["Datastore"]))
    assert refused(path).startswith(f"{path}:7: override WEB01, condition, column 8: unknown attribute 'usesCache'")


def test_overrides_reach_over_packs_between(shipped: Path, tmp_path: Path) -> None:
    between = own(tmp_path, override("WEB02"), name="between")
    library = load_library(extra=[own(tmp_path, override(), extends=["between"]), between])
    assert [each.severity for each in library] == ["critical", "critical"]
    assert [each.overridden[0].pack for each in library] == ["acme", "between"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (override("WEB03"), "override of 'WEB03': no such threat in web; did you mean 'WEB02'?"),
        (override("zzz"), "override of 'zzz': no such threat in web"),
        ({"reason": REASON, "severity": "low"}, "override #1, threat: missing, and it is required"),
        ({"threat": "WEB01", "severity": "low"}, "override WEB01, reason: missing, and it is required"),
        (override(reason=""), "override WEB01, reason: must not be empty"),
        ({"threat": "WEB01", "reason": REASON}, "override WEB01: changes nothing; state a key of the threat"),
        (override(id="WEB09"), 'override WEB01, id: a threat keeps its id; name it by threat = "..."'),
        (override(severty="low"), "override WEB01, severty: unknown key; did you mean 'severity'?"),
        (override(severity="hgh"), "override WEB01, severity: unknown severity 'hgh', expected"),
        (override(condition="target."), "override WEB01, condition, column"),
        (override(targets=[]), "override WEB01, targets: must "),
        (override(vulnerable=[]), "override WEB01, vulnerable: must "),
    ],
)
def test_a_wrong_override_says_what_was_expected(
    shipped: Path, tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    assert message in refused(own(tmp_path, changed))


def test_an_override_of_a_pack_that_is_not_extended_names_it(shipped: Path, tmp_path: Path) -> None:
    write(shipped, document([threat(id="API1")], name="api"), "api.toml")
    message = refused(own(tmp_path, override("API1")))
    assert "override of 'API1', which is of pack api, and pack acme does not extend that" in message
    assert message.endswith('write extends = ["api"]')


def test_overrides_need_packs_to_extend(shipped: Path, tmp_path: Path) -> None:
    assert "pack, extends: missing, and overrides need it" in refused(own(tmp_path, override(), extends=None))


def test_an_extended_pack_that_is_missing_is_named_with_the_nearest(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, override(), extends=["wbe"])
    assert refused(path) == f"{path}: pack acme extends 'wbe', and there is no such pack; did you mean 'web'?"


def test_an_extended_pack_that_is_not_selected_says_how_to_select_it(shipped: Path, tmp_path: Path) -> None:
    write(shipped, document([threat(id="API1")], name="api"), "api.toml")
    message = refused(own(tmp_path, override()), select=["api"])
    assert message.endswith("extends 'web', which threatmodel_packs leaves out; add web to threatmodel_packs")


def test_packs_that_extend_each_other_are_named_with_the_way(shipped: Path, tmp_path: Path) -> None:
    first = own(tmp_path, override(), name="first", extends=["second"])
    second = own(tmp_path, override("WEB02"), name="second", extends=["web", "first"])
    assert refused(first, second).endswith("packs extend each other in a circle: first -> second -> first")
    alone = own(tmp_path, override(), name="alone", extends=["alone"])
    assert refused(alone).endswith("in a circle: alone -> alone")


def test_two_packs_may_not_override_one_key_of_one_threat(shipped: Path, tmp_path: Path) -> None:
    first = own(tmp_path, override(severity="low"), name="first")
    second = own(tmp_path, override(severity="critical"), name="second")
    assert f"severity of threat WEB01 is overridden twice: {first}:7 and {second}:7" in refused(first, second)
    third = own(tmp_path, override(likelihood="likely"), name="third")
    assert len(load_library(extra=[first, third])["WEB01"].overridden) == 2


def test_one_pack_may_not_override_a_key_twice(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, override(), override())
    assert f"severity: repeated: also overridden at {path}:7" in refused(path)


def test_one_id_in_two_packs_names_both_places(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, extends=None, threats=[threat()])
    assert f"threat id WEB01 stands twice: threats/web.toml:6 and {path}:6" in refused(path)


def test_two_packs_of_one_name_name_both_files(shipped: Path, tmp_path: Path) -> None:
    path = own(tmp_path, extends=None, threats=[threat(id="X1")], name="web")
    assert refused(path) == f"two threat packs are named 'web': threats/web.toml and {path}"


def test_packs_of_elsewhere_are_no_mistake_where_only_some_are_here() -> None:
    pack = Pack(name="acme", title="Acme", extends=("web",), overrides=())
    assert extended([pack], partial=True) == [pack]


def test_large_packs_take_time_in_proportion(tmp_path: Path) -> None:
    """Of 10,000 threats, all overridden; from 1,000 on it would take a hundred times as long if it were squared."""

    def spent(count: int) -> float:
        ids = [f"T{number}" for number in range(count)]
        many = write(tmp_path, document([threat(id=each) for each in ids], name="many"), "many.toml")
        changes = [override(each, severity="low") for each in ids]
        acme = write(tmp_path, document([], overrides=changes, name="acme", extends=["many"]), "acme.toml")
        start = perf_counter()
        library = Library(extended([read_pack(many), read_pack(acme)])).resolve()
        assert library[ids[-1]].severity == "low"
        return perf_counter() - start

    assert spent(10_000) < 30 * spent(1_000)
