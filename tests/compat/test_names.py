"""The table of pytm's names: what it says of a name is so."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pytest_threatmodel.compat.model import PytmTM
from pytest_threatmodel.compat.names import NAMES
from pytest_threatmodel.compat.names import NEVER
from pytest_threatmodel.compat.names import STARRED
from pytest_threatmodel.compat.namespace import missing
from pytest_threatmodel.compat.namespace import namespace
from pytest_threatmodel.compat.pytm_file import PytmFile
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.model.kinds import KINDS
from pytest_threatmodel.model.registry import Load

#: Attributes of the model that stand with its fields, and not in this table.
ON_MODELS = {each.name.partition(".")[2]: each for each in NAMES if each.name.startswith("TM.")}
ON_ELEMENTS = [each for each in NAMES if "." in each.name and not each.name.startswith("TM.")]
WORDS = {"works": "works", "differs": "differs", "nothing": "does nothing", "absent": "absent"}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "coming_from_pytm.md"
PLAIN = {each.name: each for each in NAMES if "." not in each.name}


@pytest.fixture
def given() -> dict[str, object]:
    return namespace(PytmFile(Load("tm.py"), Library([])))


def test_every_name_stands_once() -> None:
    assert [name for name, count in Counter(each.name for each in NAMES).items() if count > 1] == []


def test_the_names_that_work_are_there_and_no_others(given: dict[str, object]) -> None:
    assert set(given) == {name for name, each in PLAIN.items() if each.status != "absent"}


def test_what_is_starred_is_in_the_table() -> None:
    assert set(STARRED) <= set(PLAIN)


def test_models_have_what_the_table_says() -> None:
    there = {name for name, each in ON_MODELS.items() if each.status != "absent" and name != "colormap"}
    assert {name for name in there if not hasattr(PytmTM, name) and not name.startswith("_")} == set()
    assert {name for name in there if name.startswith("_") and name not in vars(PytmTM)} == set()


def test_elements_have_what_the_table_says() -> None:
    kinds = {kind.__name__: kind for kind in KINDS}
    for each in ON_ELEMENTS:
        kind, _, name = each.name.partition(".")
        assert hasattr(kinds[kind], name) is (each.status != "absent" and name != "findings"), each.name


def test_the_page_has_the_same_table() -> None:
    rows = [f"| `{each.name}` | {WORDS[each.status]} | {each.remark} |".replace("|  |", "| |") for each in NAMES]
    table = PAGE.read_text(encoding="utf-8").partition("## Every name")[2]
    assert re.findall(r"^\| `.*\|$", table, re.MULTILINE) == rows


def test_what_differs_or_is_absent_says_how() -> None:
    assert [each.name for each in NAMES if each.status in ("differs", "absent", "nothing") and not each.remark] == []


def test_names_that_never_were_are_in_no_version() -> None:
    assert set(NEVER) & set(PLAIN) == set()


def test_a_missing_name_is_explained() -> None:
    assert missing("pytm", "DataSet") == "pytm has no name 'DataSet' here: `data` is a tuple here"
    assert missing("pytm", "qqqq") == "pytm has no name 'qqqq'"
