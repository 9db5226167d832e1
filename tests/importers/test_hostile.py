"""Hostile files: only clear errors, whatever was changed in a document, and names that break nothing."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.read import read_document
from pytest_threatmodel.model.element import Element
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.labels import escape
from tests.artifacts.snapshots import HOSTILE_NAMES
from tests.importers.files import DATA
from tests.importers.files import imported
from tests.importers.files import write_json

CLINIC: dict[str, Any] = read_document(DATA / "clinic.otm.yaml")
#: The table spells them as Python source does.
NAMES = [name.encode("latin-1", "backslashreplace").decode("unicode_escape") for name in HOSTILE_NAMES]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in items for place in places(each, (*path, key)))]


PLACES = places(CLINIC)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """The document with some values gone, swapped with others of it, or replaced by junk."""
    document: dict[str, Any] = copy.deepcopy(CLINIC)
    for path in draw(st.lists(st.sampled_from(PLACES[1:]), min_size=1, max_size=3)):
        try:
            holder = at(document, path[:-1])
            how = draw(st.sampled_from(("gone", "junk", "other", "twice")))
            if how == "gone":
                del holder[path[-1]]
            elif how == "twice" and isinstance(holder, list):
                holder.append(copy.deepcopy(holder[path[-1]]))
            else:
                other = copy.deepcopy(at(CLINIC, draw(st.sampled_from(PLACES))))
                holder[path[-1]] = draw(JUNK) if how == "junk" else other
        except (LookupError, TypeError):  # an earlier change took the place away
            continue
    return document


def outcome(content: bytes, name: str) -> tuple[ModelError | None, list[Element]]:
    """The error that a file gives, or the elements that it becomes; any other exception is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return None, imported(path).elements
        except ModelError as error:
            return error, []


@given(mutated())
def test_changed_documents_are_models_or_clear_errors(document: dict[str, Any]) -> None:
    error, elements = outcome(json.dumps(document).encode(), "model.json")
    assert all(element.imported_from.startswith("model.json: /") for element in elements)
    if isinstance(error, ImportFault):
        assert str(error).startswith("model.json")
        assert len(str(error)) < 1000


@given(st.data())
def test_changed_texts_of_yaml_are_models_or_clear_errors(data: st.DataObject) -> None:
    text = (DATA / "clinic.otm.yaml").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    text = text[:start] + data.draw(st.text(st.sampled_from("&*!|>%@`{}[]:,-#?<\t\n \"'a1~\0\ufeff"))) + text[end:]
    error, elements = outcome(text.encode(), "model.yaml")
    assert elements or str(error)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_clear_error(content: bytes) -> None:
    error, _ = outcome(content, "model.any")
    assert isinstance(error, ImportFault)
    assert escape(str(error)) == str(error)
    assert str(error).startswith("model.any")


@pytest.mark.parametrize("name", [*NAMES, "x" * 10_000, "word " * 2_000], ids=range(len(NAMES) + 2))
def test_hostile_names_are_labels_on_one_line(tmp_path: Path, name: str) -> None:
    """As ids, too; what is blank takes the id."""
    document = json.loads(json.dumps(CLINIC).replace("Patient portal", "@NAME@"))
    document = _named(document, name)
    if name.strip():
        document["threats"][1]["id"] = document["components"][1]["threats"][1]["threat"] = name
        document["trustZones"][0]["id"] = document["components"][2]["parent"]["trustZone"] = name
        document["components"][4]["parent"]["trustZone"] = name
    model = imported(write_json(tmp_path, document))
    label = escape(" ".join(name.split())) or "portal"
    assert label in model.labels()
    assert model[label].kind() == "Server"
    assert model.imported is not None
    told = [*model.imported.notices, *(threat.title for threat in model.imported.threats)]
    assert all(escape(line) == line and len(line) <= 300 for line in told)


def _named(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _named(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each, name) for each in value]
    return value.replace("@NAME@", name or "x") if isinstance(value, str) else value


def test_a_large_document_within_the_limits_is_read(tmp_path: Path) -> None:
    """Five thousand components, each inside a zone, and as many flows."""
    zone = {"id": "z", "name": "Z", "risk": {"trustRating": 1}}
    parts = [{"id": f"c{n}", "name": f"C{n}", "type": "process", "parent": {"trustZone": "z"}} for n in range(5000)]
    flows = [
        {"id": f"f{n}", "name": f"F{n}", "source": f"c{n}", "destination": f"c{(n + 1) % 5000}"} for n in range(5000)
    ]
    document = {
        "otmVersion": "0.2.0",
        "project": {"name": "Large", "id": "l"},
        "trustZones": [zone],
        "components": parts,
        "dataflows": flows,
    }
    model = imported(write_json(tmp_path, document))
    assert len(model.elements) == 10_001


def test_long_ids_that_are_nearly_the_same_cost_no_time(tmp_path: Path) -> None:
    """Looking for the nearest of them would take hours."""
    ids = [f"{'ab' * 5000}{number}" for number in range(300)]
    document = copy.deepcopy(CLINIC)
    document["trustZones"] += [{"id": id_, "name": "Z", "risk": {"trustRating": 1}} for id_ in ids]
    document["components"][0]["parent"] = {"trustZone": "ab" * 5000}
    with pytest.raises(ImportFault, match="there is no trustZone with the id 'abab"):
        imported(write_json(tmp_path, document))


def test_a_key_that_stands_twice_among_many_costs_no_time(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text("{" + ",".join(f'"{number}":0' for number in range(200_000)) + ',"199999":0}', encoding="utf-8")
    with pytest.raises(ImportFault, match="the key '199999' stands twice"):
        imported(path)
