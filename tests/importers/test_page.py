"""The page on imports tells the truth: formats, types, limits and states are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from pytest_threatmodel.hookspecs import pytest_threatmodel_load
from pytest_threatmodel.importers import formats
from pytest_threatmodel.importers import read
from pytest_threatmodel.importers import yaml_reader
from pytest_threatmodel.importers.otm_types import kind_of
from pytest_threatmodel.importers.states import state
from pytest_threatmodel.importers.threagile_risks import CATEGORIES
from pytest_threatmodel.importers.threagile_words import PROTOCOLS
from pytest_threatmodel.model.kinds import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "imports.md").read_text(encoding="utf-8")


def rows(head: str) -> list[list[str]]:
    """The rows of the table with this head, by cells."""
    lines = PAGE.partition(f"{head}\n")[2].splitlines()[1:]
    table = lines[: next(number for number, line in enumerate([*lines, ""]) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_type_is_of_the_kind_that_the_page_says() -> None:
    listed = {kind.strip("`"): re.findall(r"`(.+?)`", types) for kind, types in rows("| kind | types |")}
    assert set(listed) == {kind.__name__ for kind in KINDS} - {"Data", "Dataflow"}
    assert all(kind_of(type_) == kind for kind, types in listed.items() for type_ in types)


def test_every_format_is_on_the_page() -> None:
    titles = [row[0] for row in rows("| format | versions | written by |")]
    for importer in formats.IMPORTERS:
        assert any(importer.title.startswith(re.sub(r"\[(.+)\]\(.+\)", r"\1", title)) for title in titles)


def test_states_become_what_the_page_says() -> None:
    found = {
        row[1].partition(":")[0]: row[0].removesuffix(" ...").split(", ")
        for row in rows("| state in the file | becomes |")
    }
    assert {state(word) for word in found["accepted"]} == {"accepted"}
    assert {state(word) for word in found["excluded"]} == {"excluded"}
    assert {state(word) for word in found["nothing"] if word != "anything else"} <= {"open", None}


def test_limits_are_those_of_the_page() -> None:
    text = " ".join(PAGE.split())
    assert f"larger than {read.MOST_BYTES >> 20} MB (YAML: {yaml_reader.MOST_BYTES >> 20} MB)" in text
    assert f"more than {read.MOST_NODES:,} parts" in text
    assert f"deeper than {read.MOST_DEPTH} levels" in text


def test_the_example_of_the_hook_is_that_of_its_documentation() -> None:
    example = dedent((pytest_threatmodel_load.__doc__ or "").partition("For example:\n")[2])
    assert " ".join(example.split()) in " ".join(PAGE.split())


def test_protocols_and_weaknesses_of_threagile_are_those_of_the_tables() -> None:
    protocols = {word: ours.strip("`") for words, ours in rows("| protocol there | here |") for word in ticked(words)}
    assert protocols == PROTOCOLS
    weaknesses = {word: int(number) for number, words in rows("| CWE | categories |") for word in ticked(words)}
    assert weaknesses == {name: category.cwe for name, category in CATEGORIES.items()}


def test_statuses_of_threagile_become_what_the_page_says() -> None:
    found = {row[1]: ticked(row[0]) for row in rows("| status | becomes |")}
    assert {state(word) for word in found["accepted"]} == {"accepted"}
    assert {state(word) for word in found["nothing"]} == {"open"}


def ticked(cell: str) -> list[str]:
    """The words of a cell that are code."""
    return re.findall(r"`(.+?)`", cell)
