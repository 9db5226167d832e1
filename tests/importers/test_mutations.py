"""Files with something wrong in them: a model comes out, or one clear error that names the file; nothing else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.read import read_document
from pytest_threatmodel.model.errors import ModelError
from tests.importers.loaded import FILES
from tests.importers.loaded import decisions_of
from tests.importers.loaded import model_of

#: Each example is a whole model with its verdicts: half as many as elsewhere.
same_folder = settings(
    max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = ["threat-dragon-1.json", "threat-dragon-2.json", "pytm.json", "pytm-written.json", "threagile-0.yaml"]
HOSTILE = [
    "",
    " ",
    "\x00\x1b[31m",
    "\u202eevil",
    "\ud800",
    "a::b[c]",
    "<script>",
    "x" * 5000,
    "../../etc",
    "#2",
    "💥",
    "*",
    "@",
    ">",
    "->",
]
ODD: list[Any] = [None, True, False, 0, -1, 10**30, 1e300, [], {}, [[]], [None], {"": {}}, *HOSTILE]


def document_of(name: str) -> dict[str, Any]:
    if name.endswith(".yaml"):
        pytest.importorskip("yaml", reason="PyYAML is not installed")
    return read_document(FILES / name)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with a key of it."""
    found: list[tuple[Any, Any]] = []
    open_ = [value]
    while open_:
        holder = open_.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        found += [(holder, key) for key in keys]
        open_ += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    return found


def drawn(data: st.DataObject, all_spots: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    """One of them; by its number, since hypothesis writes out what it draws."""
    return all_spots[data.draw(st.integers(0, len(all_spots) - 1))]


def try_to_load(folder: Path, document: Any) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    try:
        tm = model_of(file)
    except ModelError as error:
        lines = str(error).split("\n")
        assert all(line.isprintable() for line in lines), "what a file holds reaches no terminal as it is"
        return
    for line in decisions_of(tm).notices:
        assert line.isprintable()
        assert len(line) < 12_000


@pytest.mark.parametrize("name", NAMES)
@same_folder
@given(data=st.data())
def test_one_value_is_another(tmp_path: Path, name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(document_of(name))
    holder, key = drawn(data, spots(document))
    holder[key] = copy.deepcopy(data.draw(st.sampled_from(ODD), label="what"))
    try_to_load(tmp_path, document)


@pytest.mark.parametrize("name", NAMES)
@same_folder
@given(data=st.data())
def test_values_change_places_and_go_missing(tmp_path: Path, name: str, data: st.DataObject) -> None:
    document = copy.deepcopy(document_of(name))
    for _ in range(3):
        all_spots = spots(document)
        if not all_spots:
            break
        (left, left_key), (right, right_key) = drawn(data, all_spots), drawn(data, all_spots)
        if data.draw(st.booleans()):
            left[left_key] = copy.deepcopy(right[right_key])
        else:
            del left[left_key]
    try_to_load(tmp_path, document)


@pytest.mark.parametrize("name", NAMES)
@same_folder
@given(share=st.floats(0, 0.999))
@example(share=0.0)
def test_a_cut_off_file_is_named(tmp_path: Path, name: str, share: float) -> None:
    text = json.dumps(document_of(name))
    file = tmp_path / "model.json"
    file.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(ImportFault, match=r"^model\.json"):
        model_of(file)


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.strip()])
def test_hostile_names_are_only_names(tmp_path: Path, hostile: str) -> None:
    document = document_of("threat-dragon-2.json")
    document["detail"]["diagrams"][0]["cells"][4]["data"]["name"] = hostile
    file = tmp_path / "model.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert any(element.name == " ".join(hostile.split()) for element in model_of(file).elements)
