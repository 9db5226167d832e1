"""Reading files as data: what they hold, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pytest_threatmodel.importers import yaml_reader
from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.importers.read import MOST_BYTES
from pytest_threatmodel.importers.read import MOST_NODES
from pytest_threatmodel.importers.read import read_document


def write(folder: Path, content: str | bytes, name: str = "model.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fault(path: Path) -> str:
    with pytest.raises(ImportFault) as caught:
        read_document(path)
    return str(caught.value)


def test_json_and_yaml_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    """Whatever the file is called; a byte order mark does not matter."""
    assert read_document(write(tmp_path, '\ufeff {"a": [1, "x", null, true]}', "model.txt")) == {
        "a": [1, "x", None, True]
    }
    assert read_document(write(tmp_path, "\ufeffa:\n  - 1\n  - x\n", "model.json")) == {"a": [1, "x"]}
    assert read_document(write(tmp_path, "{a: [1, x]}", "model.yml")) == {"a": [1, "x"]}


def test_scalars_of_yaml_are_those_of_its_version_1_2(tmp_path: Path) -> None:
    """In version 1.1 `no` is False, `1:30` is 90, `010` is 8, and a date is no text."""
    text = "[no, on, 1:30, 010, 2026-11-24, true, ~, 1.5, -7, 1e3, '5', 1_000, null, 0x1F]"
    found = read_document(write(tmp_path, f"all: {text}", "model.yaml"))["all"]
    assert found == [
        *("no", "on", "1:30", "010", "2026-11-24"),
        *(True, None, 1.5, -7, 1000.0, "5", "1_000", None, "0x1F"),
    ]


def test_keys_of_yaml_are_text_as_written(tmp_path: Path) -> None:
    assert read_document(write(tmp_path, "404: a\ntrue: b\n1.0: c\n", "m.yaml")) == {
        "404": "a",
        "true": "b",
        "1.0": "c",
    }


def test_merged_mappings_give_way_to_own_keys(tmp_path: Path) -> None:
    text = "base: &base {a: 1, b: 2}\nown: {<<: *base, b: 3}\n"
    assert read_document(write(tmp_path, text, "m.yaml"))["own"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "model.json: is empty"),
        (b" \n\t", "is empty"),
        (b'{"a": 1,\n "b": [1, 2', "model.json, line 2, column 12: is damaged, or no JSON"),
        (b'{"a": 1}}', "line 1, column 9"),
        (b'{"a": "\xff"}', "model.json, line 1, byte 8: is not UTF-8"),
        (b"a: 1\nb: \xe4\n", "line 2, byte 4: is not UTF-8"),
        (b'[{"a": 1}]', "a mapping was expected, the file holds a list"),
        (b"just a line", "a mapping was expected, the file holds only 'just a line'"),
        (b'{"a": {"k": 1, "k": 2}}', "the key 'k' stands twice in one mapping"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": -Infinity}', "-Infinity is no number of JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "holds a number that is too long"),
        (b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}", "is nested too deeply, expected at most 64 levels"),
        (b'{"a": ' + b"[" * 200_000, "is nested too deeply, expected at most 64 levels"),
        (b'{"a": [' + b"0," * MOST_NODES + b"0]}", f"has too many parts, expected at most {MOST_NODES}"),
        (b'{"a": [' + b"[]," * 3_000_000 + b"0]}", f"has too many parts, expected at most {MOST_NODES}"),
        (b" " * (MOST_BYTES + 1), "is too large, expected at most 16 MB"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_refused_in_json(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in fault(write(tmp_path, content))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
MERGES = "a: &a {k0: 1, k1: 1, k2: 1, k3: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 10)}]}}\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: [1, 2\nb: 3", "model.yaml, line 2, column 2: is damaged, or no YAML"),
        ("a: 1\n\tb: 2", "line 2, column 1"),
        ("a: 1\n---\nb: 2", "is damaged, or no YAML"),
        ("a: 1\na: 2", "line 2, column 1: is damaged, or no YAML: the key 'a' stands twice in one mapping"),
        ("a: {b: 1, b: 2}", "the key 'b' stands twice"),
        ("? [1, 2]\n: 3", "keys must be text"),
        ("a: *nowhere", "undefined alias"),
        ("a: &a [*a]", "the alias 'a' stands inside of what it repeats"),
        (BOMB, "has too many parts, expected at most 500000, those that aliases repeat included"),
        (MERGES, "has too many parts"),
        ("a: " + "[" * 500, "is nested too deeply"),
        ("\n".join("  " * depth + "a:" for depth in range(80)), "is nested too deeply"),
        ("a: !!python/object/apply:os.system ['echo']", "could not determine a constructor"),
        ("a: !!python/name:os.system", "could not determine a constructor"),
        ("a: !!set {b, c}", "could not determine a constructor"),
        ("a: !!binary aGk=", "could not determine a constructor"),
        ("a: !!timestamp 2026-11-24", "could not determine a constructor"),
        ("a: !own {b: c}", "could not determine a constructor"),
        ("a: !!int word", "a value that is not of the type of its tag"),
        ("a: !!int ''", "a value that is not of the type of its tag"),
        ("a: !!bool word", "a value that is not of the type of its tag"),
        ("a: " + "9" * 5000, "holds a number that is too long"),
        ("a: \x00", "is damaged, or no YAML"),
        ("a: " + "x" * yaml_reader.MOST_BYTES, "is too large, expected at most 4 MB"),
        ("<<: 5", "is damaged, or no YAML"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_refused_in_yaml(tmp_path: Path, content: str, told: str) -> None:
    assert told in fault(write(tmp_path, content, "model.yaml"))


def test_without_pyyaml_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON is read without it."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert fault(write(tmp_path, "a: 1", "model.yaml")) == (
        'model.yaml: is YAML, which needs PyYAML; install it with: pip install "pytest-threatmodel[yaml]"'
    )
    assert read_document(write(tmp_path, '{"a": 1}')) == {"a": 1}


def test_the_reader_without_its_c_part_refuses_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read_document(write(tmp_path, "a: &a {b: no}\nc: *a", "m.yaml")) == {"a": {"b": "no"}, "c": {"b": "no"}}
    assert "has too many parts" in fault(write(tmp_path, BOMB, "m.yaml"))
    assert "is nested too deeply" in fault(write(tmp_path, "a: " + "[" * 500, "m.yaml"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.json").startswith("none.json: cannot be read: No such file or directory")
    assert "cannot be read" in fault(tmp_path)
    assert "cannot be read" in fault(tmp_path / "a\0b")


def test_a_file_of_50_mb_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    with path.open("wb") as stream:
        stream.write(b'{"otmVersion": "0.2.0", "x": "')
        stream.truncate(50 * 1024 * 1024)
    assert fault(path) == "model.json: is too large, expected at most 16 MB"


def test_every_cut_of_a_document_is_an_error_or_the_document(tmp_path: Path) -> None:
    text = json.dumps({"a": [1, {"b": "ümläut"}], "c": None}, ensure_ascii=False).encode()
    for length in range(len(text)):
        assert "model.json" in fault(write(tmp_path, text[:length]))
