"""Which entries of a register count for which model."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.decisions.register import BadEntry
from pytest_threatmodel.decisions.register import Entry
from pytest_threatmodel.decisions.register import Register
from pytest_threatmodel.decisions.register import RegisterFile
from tests.decisions.made import accepted


def register(folder: Path, *models: str) -> Register:
    entries = tuple(Entry(accepted("DE01"), model, number) for number, model in enumerate(models))
    return Register([RegisterFile(folder / "register.toml", folder, entries)])


def counting(found: Register, path: Path, key: str = "") -> list[str]:
    return [entry.model for _, entry in found.for_model(path, key)]


def test_an_entry_names_a_model_by_key_or_path_or_pattern_or_means_all(tmp_path: Path) -> None:
    models = ["b/threatmodel_a.py", "shop", "", "b/*", "sh*", "threatmodel_a.py", "bank", "s[h]op"]
    found = register(tmp_path, *models)
    path = tmp_path / "b" / "threatmodel_a.py"
    assert counting(found, path, "shop") == ["b/threatmodel_a.py", "shop", "", "b/*", "sh*", "s[h]op"]
    assert counting(found, path) == ["b/threatmodel_a.py", "", "b/*"]


def test_a_register_counts_in_its_folder_and_below_only(tmp_path: Path) -> None:
    found = register(tmp_path / "b", "")
    assert counting(found, tmp_path / "b" / "c" / "threatmodel_a.py") == [""]
    assert counting(found, tmp_path / "threatmodel_a.py") == []
    assert counting(found, tmp_path / "bc" / "threatmodel_a.py") == []


@pytest.mark.parametrize(("model", "alone"), [("shop", True), ("threatmodel_a.py", True), ("", False), ("sh*", False)])
def test_an_entry_is_about_one_model_where_it_names_it(tmp_path: Path, model: str, alone: bool) -> None:
    ((file, entry),) = register(tmp_path, model).for_model(tmp_path / "threatmodel_a.py", "shop")
    assert entry.names_model(file.relative(tmp_path / "threatmodel_a.py"), "shop") is alone


def test_what_is_wrong_is_told_to_the_models_that_it_concerns_and_not_without_end(tmp_path: Path) -> None:
    bad = [BadEntry("shop", (f"line {number}",)) for number in range(60)] + [BadEntry("bank", ("no",))]
    found = Register([RegisterFile(tmp_path / "register.toml", tmp_path, bad=tuple(bad))])
    told = found.problems(tmp_path / "threatmodel_a.py", "shop")
    assert (len(told), told[0], told[-1]) == (51, "line 0", "register.toml: 10 more of these")
    assert found.problems(tmp_path / "threatmodel_a.py", "") == []
