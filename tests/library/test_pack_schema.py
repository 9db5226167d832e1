"""The JSON schema of packs: kept as the reader is, right about the shipped packs, and as strict as the reader."""

from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.override import CHANGEABLE
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.pack_schema import schema
from pytest_threatmodel.library.pack_schema import text
from tests.library.packs import FIELD
from tests.library.packs import HEADER
from tests.library.packs import THREAT
from tests.library.packs import toml

FILE = Path(__file__).parents[2] / "docs" / "reference" / "pack.schema.json"
VALIDATOR = Draft202012Validator(schema())
#: A pack that uses every key.
WHOLE: dict[str, Any] = {
    "pack": {**HEADER, "releases": {"1.0": date(2026, 1, 2)}, "extends": ["core"]},
    "field": [
        {**FIELD, "type": "text", "role": "protection", "default": "a", "stronger": {"a": ["b"]}, "known": ["a"]}
    ],
    "threat": [
        {
            **THREAT,
            "since": "1.0",
            "likelihood": "likely",
            "rationale": "So it is.",
            "adjust": [{"when": "target.inScope", "severity": "low", "why": "so"}],
            "stride": ["spoofing"],
            "linddun": ["linking"],
            "cwe": [79],
            "capec": [62],
            "attack": ["T1552.005"],
            "owasp": ["A01:2025"],
            "asvs": ["v5.0.0-1.2.5"],
            "references": ["https://example.org"],
            "example": "A story.",
            "changed": "Nothing.",
            "replaces": ["WEB00"],
        }
    ],
    "override": [{"threat": "DE01", "reason": "so", "severity": "low"}],
}


def plain(value: Any) -> Any:
    """A document as a checker of TOML sees it: dates are text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def schema_takes(document: Any) -> bool:
    return VALIDATOR.is_valid(plain(document))


def reader_takes(document: Any, folder: Path) -> bool:
    path = folder / "pack.toml"
    path.write_text("".join(f"{json.dumps(key)} = {toml(each)}\n" for key, each in document.items()), encoding="utf-8")
    try:
        read_pack(path)
    except PackError:
        return False
    return True


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that is in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([way] if way else []), *(place for key, each in inner for place in places(each, (*way, key)))]


def spoilt(way: tuple[Any, ...], value: Any) -> Any:
    """The whole pack with another value at a place, or with nothing there."""
    document = deepcopy(WHOLE)
    *outer, last = way
    holder: Any = document
    for key in outer:
        holder = holder[key]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return document


def test_the_file_is_what_the_reader_says() -> None:
    """`python -m pytest_threatmodel.library.pack_schema docs/reference/pack.schema.json` writes it."""
    assert FILE.read_text(encoding="utf-8") == text()
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", shipped_files())
def test_shipped_packs_fit(name: str) -> None:
    document = tomllib.loads(shipped_files()[name].read_text(encoding="utf-8"))
    assert [error.message for error in VALIDATOR.iter_errors(plain(document))] == []


def test_a_pack_of_every_key_fits_and_is_read(tmp_path: Path) -> None:
    assert schema_takes(WHOLE)
    assert reader_takes(WHOLE, tmp_path)
    assert WHOLE["threat"][0].keys() == {"id", *CHANGEABLE}


@pytest.mark.parametrize("way", places(WHOLE), ids=lambda way: ".".join(map(str, way)))
def test_what_may_be_missing_is_the_same_to_both(way: tuple[Any, ...], tmp_path: Path) -> None:
    document = spoilt(way, None)
    # Only the reader knows which versions and fields the rest speaks of.
    if way[:2] in (("pack", "version"), ("pack", "releases")) or way[-1] == "isHardened":
        return
    assert schema_takes(document) is reader_takes(document, tmp_path) or "vulnerable" in way or "safe" in way


WRONG = st.one_of(
    st.just(True),
    st.just(1.5),
    st.just(0),
    st.just(-7),
    st.just(""),
    st.just("  "),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just([1.5]),
    st.just(["no such word"]),
    st.just({"no such key": 1}),
    st.text("abXY01_-.:", max_size=5),
)


@settings(max_examples=250, deadline=None)
@given(way=st.sampled_from(places(WHOLE)), value=WRONG)
def test_what_the_schema_refuses_the_reader_refuses(
    tmp_path_factory: pytest.TempPathFactory, way: tuple[Any, ...], value: Any
) -> None:
    document = spoilt(way, value)
    if not schema_takes(document):
        assert not reader_takes(document, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("pack", "name"), "a b"),
        (("pack", "titel"), "x"),
        (("pack", "releases"), {"first": date(2026, 1, 2)}),
        (("pack", "extends"), []),
        (("threat", 0, "severity"), "hgh"),
        (("threat", 0, "cwe"), ["79"]),
        (("threat", 0, "attack"), ["1552"]),
        (("threat", 0, "targets"), ["Servr"]),
        (("threat", 0, "safe"), []),
        (("threat", 0, "vulnerable"), [{"usesCache": True}]),
        (("threat", 0, "adjust", 0, "wen"), "x"),
        (("threat", 0, "mitigations"), "x"),
        (("field", 0, "role"), "control?"),
        (("override", 0, "id"), "X1"),
        (("override", 0, "severity"), None),
        (("override", 0, "reason"), None),
        (("threads",), []),
        (("pack",), None),
    ],
    ids=str,
)
def test_mistakes_that_people_make_are_refused_by_both(way: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    document = spoilt(way, value)
    assert not schema_takes(document)
    assert not reader_takes(document, tmp_path)
