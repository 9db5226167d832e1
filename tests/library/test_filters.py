"""Filters of a library, by what threats say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.filters import names_pack
from pytest_threatmodel.library.filters import read_filter
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pack import read_pack
from tests.library.packs import document
from tests.library.packs import threat
from tests.library.packs import write


@pytest.fixture
def library(tmp_path: Path) -> Library:
    first = threat(
        id="WEB01", stride=["spoofing"], cwe=[79], attack=["T1552.005"], owasp=["A01:2025"], linddun=["linking"]
    )
    second = threat(id="WEB02", severity="low", capec=[62, 79], attack=["T1552"], owasp=["A01:2021", "A02:2025"])
    plain = {"vulnerable": [{"kind": "Dataflow", "isResponse": True}], "safe": [{"kind": "Dataflow"}]}
    third = threat(id="LLM01", cwe=[79], targets=["Dataflow"], condition="target.isResponse", **plain)
    web = write(tmp_path, document([first, second]))
    llm = write(tmp_path, document([third], name="llm"), "llm.toml")
    return Library([read_pack(web), read_pack(llm)])


def ids(text: str, library: Library) -> list[str]:
    fits = read_filter(text, library)
    return [each.id for each in library if fits(each)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", ["WEB01", "WEB02"]),
        ("llm", ["LLM01"]),
        ("stride:spoofing", ["WEB01"]),
        ("linddun:linking", ["WEB01"]),
        ("cwe:79", ["WEB01", "LLM01"]),
        ("cwe:CWE-079", ["WEB01", "LLM01"]),
        ("capec:79", ["WEB02"]),
        ("cwe:7", []),
        ("attack:T1552", ["WEB01", "WEB02"]),
        ("attack:t1552.005", ["WEB01"]),
        ("attack:T1552.00", None),
        ("owasp:A01:2025", ["WEB01"]),
        ("owasp:a01", ["WEB01", "WEB02"]),
        ("severity:Very High", []),
        ("severity:low", ["WEB02"]),
        ("kind:Server", ["WEB01", "WEB02"]),
        ("kind:Dataflow", ["LLM01"]),
        ("id:WEB*", ["WEB01", "WEB02"]),
        ("id:LLM01", ["LLM01"]),
        ("web,cwe:79", ["WEB01"]),
        (" web , cwe:79 ,", ["WEB01"]),
        ("web,llm", []),
        ("", ["WEB01", "WEB02", "LLM01"]),
    ],
)
def test_a_filter_lets_through_what_fits_all_its_parts(text: str, expected: list[str] | None, library: Library) -> None:
    if expected is None:
        with pytest.raises(LibraryError):
            ids(text, library)
    else:
        assert ids(text, library) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wbe", "unknown threat pack 'wbe'; did you mean 'web'?"),
        ("zzz", "unknown threat pack 'zzz'; there are: web, llm"),
        ("strid:spoofing", "; did you mean 'stride'?"),
        ("stride:spofing", "; did you mean 'spoofing'?"),
        ("linddun:link", "unknown LINDDUN type 'link', expected linking"),
        ("cwe:x", "'x' is no number of CWE, expected one such as 79"),
        ("cwe:CAPEC-79", "'CAPEC-79' is no number of CWE"),
        ("cwe:" + "9" * 5000, "is no number of CWE"),
        ("cwe:", "'' is no number of CWE"),
        ("attack:1552", "'1552' is no technique, expected one such as T1552, T1552.005 or AML.T0051"),
        ("owasp:A09", "no threat has the OWASP item 'A09'"),
        ("owasp:A01:2024", "no threat has the OWASP item 'A01:2024'; did you mean 'A01:202"),
        ("kind:Sever", "unknown kind 'Sever'; did you mean 'Server'?"),
        ("id:WEB9*", "no threat has the id 'WEB9*'"),
        ("id:WEB0", "; did you mean 'WEB0"),
    ],
)
def test_a_wrong_part_names_the_nearest_right_one(text: str, message: str, library: Library) -> None:
    with pytest.raises(LibraryError) as caught:
        read_filter(f"web,{text}", library)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_pack_may_be_one_part_of_several() -> None:
    assert names_pack("cwe:79, pytm", "pytm")
    assert not names_pack("id:pytm", "pytm")
