"""Names of artifacts: safe, unique, and readable where they can be."""

from __future__ import annotations

from pathlib import Path
from pathlib import PurePosixPath
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.names import stems


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("threatmodel_shop.py", "threatmodel_shop"),
        ("services/shop/threatmodel_web.py", "services/shop/threatmodel_web"),
        ("modèles/threatmodel_été.py", "modèles/threatmodel_été"),
        ("tm.txt", "tm.txt"),
        ("../other/tm.py", "__up__/other/tm"),
        ("/etc/tm.py", "etc/tm"),
        ("index.py", "index.py"),
        ("a<b>|?*.py", "a%3Cb%3E%7C%3F%2A"),
        ("line\nbreak.py", "line%0Abreak"),
        ("100%.py", "100%25"),
        ("dots. . ./tm.py", "dots%2E%20%2E%20%2E/tm"),
    ],
)
def test_stem_is_the_path_made_safe(file: str, stem: str) -> None:
    assert stems([file]) == {file: stem}


def test_two_models_never_share_a_name() -> None:
    """Not even on a file system that takes upper and lower case for the same, nor with the page that links them."""
    files = ["tm.py", "TM.py", "tm", "Index.py", "a/index.py", "Tm"]
    found = stems(files)
    assert len({stem.casefold() for stem in found.values()} | {"index"}) == len(files) + 1


def test_a_long_name_is_cut_and_stays_unique() -> None:
    long = ["x" * 240 + "a.py", "x" * 240 + "b.py", "é" * 120 + ".py"]
    found = stems(long)
    assert len(set(found.values())) == 3
    assert all(len(stem.encode()) <= 190 for stem in found.values())


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6, unique=True))
def test_names_stay_in_their_folder_and_apart(files: list[str]) -> None:
    """Whatever the paths are, every stem is relative on every system, goes nowhere up, and is unique."""
    found = stems(files)
    assert len({stem.casefold() for stem in found.values()}) == len(files)
    for stem in found.values():
        assert stem
        assert ".." not in PurePosixPath(stem).parts
        assert ".." not in PureWindowsPath(stem).parts
        assert not PurePosixPath(stem).is_absolute()
        assert not PureWindowsPath(stem).drive
        assert "\0" not in stem
        stem.encode()
        assert Path("folder").resolve() in (Path("folder") / stem).resolve().parents
