"""Packs of other distributions, by entry points, in scripts and under pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.installed import checked_packs
from pytest_threatmodel.library.installed import installed_packs
from pytest_threatmodel.library.installed import script_library
from pytest_threatmodel.library.pack import read_pack

if TYPE_CHECKING:
    from pathlib import Path

PACK = """\
[pack]
name = "house"
title = "Rules of the house"
version = "1"

[[field]]
name = "hasDoor"
kinds = ["Server"]
type = "bool"
role = "fact"
description = "It has a door."

[[threat]]
id = "HOUSE1"
title = "Open door"
targets = ["Server"]
condition = "target.hasDoor"
severity = "low"
description = "d"
mitigation = "m"
vulnerable = [{ kind = "Server", hasDoor = true }]
safe = [{ kind = "Server", hasDoor = false }]
"""
MODULE = """\
from pathlib import Path

from pytest_threatmodel.library.pack import read_pack


def packs():
    return read_pack(Path(__file__).with_name("house.toml"))


def wrong():
    return ["no pack"]


def broken():
    raise ValueError("out of order")
"""
MODEL = """\
from pytest_threatmodel import TM
from pytest_threatmodel import Server

tm = TM("Shop")
web = Server("Web", hasDoor=True)
tm.process()
"""


def distribution(folder: Path, function: str = "packs") -> Path:
    """A folder that holds an installed distribution with a pack."""
    info = folder / "house_rules-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: house-rules\nVersion: 1\n", encoding="utf-8")
    entry = f"[pytest_threatmodel.packs]\nhouse = house_rules:{function}\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    (folder / "house_rules.py").write_text(MODULE, encoding="utf-8")
    (folder / "house.toml").write_text(PACK, encoding="utf-8")
    return folder


def test_scripts_and_pytest_both_use_the_packs_of_distributions(tmp_path: Path) -> None:
    """A field that such a pack declares can be stated in the model."""
    (tmp_path / "site").mkdir()
    path = os.pathsep.join(filter(None, (str(distribution(tmp_path / "site")), os.environ.get("PYTHONPATH"))))
    (tmp_path / "threatmodel_shop.py").write_text(MODEL, encoding="utf-8")

    def printed(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "house 1: Rules of the house (1 threat)\n  HOUSE1  low       Open door\n" in printed(
        "threatmodel_shop.py", "--list"
    )
    assert "HOUSE1[Web]" in printed("threatmodel_shop.py", "--json", "-")
    asked = printed("-m", "pytest", "--threatmodel", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert "threatmodel_shop.py::HOUSE1[Web]" in asked


def test_a_pack_whose_examples_do_not_hold_is_refused_by_scripts(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = distribution(tmp_path / "site")
    pack = PACK.replace('"Server", hasDoor = true', '"Server", hasDoor = false')
    (site / "house.toml").write_text(pack, encoding="utf-8")
    (tmp_path / "threatmodel_shop.py").write_text(MODEL, encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    for option in ("--seq", "--list"):
        done = subprocess.run(
            [sys.executable, "threatmodel_shop.py", option],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "HOUSE1" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("wrong", "entry point 'house': expected packs, as of read_pack(), got 'no pack'"),
        ("broken", "entry point 'house': ValueError: out of order"),
        ("none", "entry point 'house': AttributeError: module 'house_rules' has no attribute 'none'"),
    ],
)
def test_what_a_distribution_offers_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, told: str
) -> None:
    monkeypatch.syspath_prepend(str(distribution(tmp_path, function)))
    monkeypatch.delitem(sys.modules, "house_rules", raising=False)
    with pytest.raises(LibraryError) as caught:
        installed_packs()
    assert str(caught.value) == told


def test_one_pack_several_or_none_may_be_offered(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_text(PACK, encoding="utf-8")
    pack = read_pack(file)
    assert checked_packs(None, "x") == []
    assert checked_packs(pack, "x") == checked_packs((pack,), "x") == [pack]


def test_the_library_of_scripts_is_read_once() -> None:
    assert script_library() is script_library()
    assert "core" in [pack.name for pack in script_library().packs]
