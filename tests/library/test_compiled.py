"""Packs in compiled form: the same as their files say, and never trusted where they may say something else."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pytest_threatmodel.library import compiled
from pytest_threatmodel.library.compiled import NAME
from pytest_threatmodel.library.compiled import compiled_packs
from pytest_threatmodel.library.compiled import compiled_text
from pytest_threatmodel.library.encoded import decode
from pytest_threatmodel.library.encoded import encode
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.load import read_shipped
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.write_compiled import write_compiled
from tests.library.packs import document
from tests.library.packs import field
from tests.library.packs import threat
from tests.library.packs import write

TABLE = field(
    name="usesCipher", type="text", role="protection", known=["DES", "AES"], stronger={"DES": ["AES"]}, default="DES"
)


@pytest.fixture
def pack_file(tmp_path: Path) -> Path:
    """A pack beside its compiled form."""
    adjust = [{"when": "target.inScope", "severity": "low", "why": "so"}]
    nested = {"kind": "Server", "usesCache": True, "inputs": [{"protocol": "HTTP", "source": {"kind": "Actor"}}]}
    text = document(
        [threat(adjust=adjust, vulnerable=[nested], cwe=[1, 2])], [TABLE], releases={"1.0": date(2026, 1, 2)}
    )
    path = write(tmp_path, text)
    tmp_path.joinpath(NAME).write_text(compiled_text({path: read_pack(path)}), encoding="utf-8")
    return path


def resealed(path: Path, **changes: Any) -> None:
    """Change the compiled form and seal it anew, as somebody would who knows how."""
    file = path.with_name(NAME)
    body = json.dumps(json.loads(file.read_text(encoding="utf-8").partition("\n")[2]) | changes)
    file.write_text(f"{sha256(body.encode()).hexdigest()}\n{body}\n", encoding="utf-8")


def test_what_is_compiled_is_what_the_file_says(pack_file: Path) -> None:
    assert compiled_packs([pack_file]) == {pack_file: read_pack(pack_file)}


def test_the_shipped_packs_are_the_same_in_compiled_form(tmp_path: Path) -> None:
    write_compiled(tmp_path)
    files = [tmp_path / path.name for path in shipped_files().values()]
    for source, copy in zip(shipped_files().values(), files, strict=True):
        copy.write_bytes(source.read_bytes())
    assert list(compiled_packs(files).values()) == [read_shipped(path) for path in shipped_files().values()]


def test_without_a_compiled_form_there_is_nothing(pack_file: Path) -> None:
    pack_file.with_name(NAME).unlink()
    assert compiled_packs([pack_file]) == {}
    assert compiled_packs([]) == {}


def test_a_pack_that_has_changed_since_is_not_taken(pack_file: Path) -> None:
    pack_file.write_text(pack_file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert compiled_packs([pack_file]) == {}


def test_what_other_code_has_written_is_not_taken(pack_file: Path) -> None:
    resealed(pack_file, by="0" * 64)
    assert compiled_packs([pack_file]) == {}


def test_a_change_of_the_code_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("model", "library"):
        tmp_path.joinpath(room).mkdir()
        tmp_path.joinpath(room, "a.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    before = compiled._code()
    tmp_path.joinpath("library", "a.py").write_text("x = 2\n", encoding="utf-8")
    assert compiled._code() != before


def test_every_damaged_byte_is_noticed(pack_file: Path) -> None:
    file = pack_file.with_name(NAME)
    whole = file.read_bytes()
    for position in range(0, len(whole) - 1, 37):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert compiled_packs([pack_file]) == {}
    for size in range(0, len(whole) - 1, 101):
        file.write_bytes(whole[:size])
        assert compiled_packs([pack_file]) == {}


@pytest.mark.parametrize(
    "packs",
    [None, [], "x", {"web.toml": None}, {"web.toml": {}}, {"web.toml": []}, {"other.toml": {}}],
)
def test_entries_of_another_shape_are_not_taken(pack_file: Path, packs: Any) -> None:
    resealed(pack_file, packs=packs)
    assert compiled_packs([pack_file]) == {}


@pytest.mark.parametrize(
    "pack",
    [
        {"is": "Pack"},
        {"is": "Popen", "with": {"args": "true"}},
        {"is": "Pack", "with": {"nome": "web"}},
        {"is": "Pack", "with": []},
        {"is": "day", "with": "soon"},
        {"with": {}},
    ],
)
def test_values_of_another_sort_are_not_taken(pack_file: Path, pack: Any) -> None:
    digest = sha256(pack_file.read_bytes()).hexdigest()
    resealed(pack_file, packs={"web.toml": {"of": digest, "pack": pack}})
    assert compiled_packs([pack_file]) == {}


def test_what_is_no_pack_is_not_taken(pack_file: Path) -> None:
    digest = sha256(pack_file.read_bytes()).hexdigest()
    resealed(pack_file, packs={"web.toml": {"of": digest, "pack": "web"}})
    assert compiled_packs([pack_file]) == {}


@pytest.mark.parametrize(
    "value", [None, True, 3, "a", (), (1, ("b",)), [1, [2]], {"a": (1,), "is": [2]}, date(2026, 1, 2)]
)
def test_values_come_back_as_they_were(value: Any) -> None:
    there_and_back = decode(json.loads(json.dumps(encode(value))))
    assert there_and_back == value
    assert type(there_and_back) is type(value)


def test_a_pack_of_defaults_comes_back_as_it_was() -> None:
    assert decode(encode(Pack(name="a", title="b"))) == Pack(name="a", title="b")
