"""Packs in TOML: what is read, and what each mistake says."""

from __future__ import annotations

import itertools
import pickle
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Example
from pytest_threatmodel.model.vocabulary import DeclaredField
from tests.library.packs import FIELD
from tests.library.packs import HEADER
from tests.library.packs import THREAT
from tests.library.packs import document
from tests.library.packs import field
from tests.library.packs import threat
from tests.library.packs import toml
from tests.library.packs import write

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


LINDDUN_TYPES = (
    "expected linking, identifying, non-repudiation, detecting, data disclosure, "
    "unawareness and unintervenability or non-compliance"
)


def refused(folder: Path, text: str | bytes) -> PackError:
    """The error for a pack."""
    with pytest.raises(PackError) as caught:
        read_pack(write(folder, text), shown_as="web.toml")
    return caught.value


@pytest.mark.parametrize("day", ["2026-11-24", '"2026-11-24"'])
def test_a_pack_may_say_when_its_versions_were_released(tmp_path: Path, day: str) -> None:
    """They are in the order of their numbers."""
    releases = f'releases = {{ "1.10" = {day}, "1.9" = 2026-01-02, 1.0 = 2025-01-02 }}'
    text = document([threat()]).replace("[pack]", f"[pack]\n{releases}", 1).replace("1.0 =", '"1.0" =')
    assert read_pack(write(tmp_path, text)).releases == (
        ("1.0", date(2025, 1, 2)),
        ("1.9", date(2026, 1, 2)),
        ("1.10", date(2026, 11, 24)),
    )
    assert read_pack(write(tmp_path, document([threat()]))).releases == ()


@pytest.mark.parametrize(
    "written", ['"2026-02-30"', '"20261124"', '"soon"', "2026", "2026-11-24T10:00:00", "true", "[]"]
)
def test_a_release_that_is_no_day_is_refused(tmp_path: Path, written: str) -> None:
    text = document([threat()]).replace("[pack]", f'[pack]\nreleases = {{ "1.0" = {written} }}', 1)
    assert "pack, releases, 1.0: expected a date, YYYY-MM-DD, got " in str(refused(tmp_path, text))


@pytest.mark.parametrize(
    ("releases", "since", "message"),
    [
        ("2026-11-24", "1.0", "expected a table from version to day, got a date or time"),
        ('{ "first" = 2026-01-01 }', "", "'first': expected a version, numbers with dots between"),
        ('{ "1.0" = 2026-01-01, "1.00" = 2026-01-01 }', "1.0", "'1.00': is the same version as '1.0'"),
        ('{ "1.1" = 2026-01-01 }', "1.1", "pack, version: '1.0' is not among the releases: 1.1"),
        ('{ "1.0" = 2026-01-01 }', "1.01", "threat WEB01, since: '1.01' is not among the pack's releases: 1.0"),
        ('{ "1.0" = 2026-01-01 }', "1.0", ""),
        ('{ "1" = 2026-01-01 }', "1.0.0", ""),
    ],
)
def test_versions_of_a_pack_are_checked(tmp_path: Path, releases: str, since: str, message: str) -> None:
    text = document([threat(since=since or None)]).replace("[pack]", f"[pack]\nreleases = {releases}", 1)
    if message:
        assert message in str(refused(tmp_path, text))
    else:
        assert read_pack(write(tmp_path, text)).releases


def test_a_pack_is_read_whole(tmp_path: Path) -> None:
    full = threat(
        since="1.0",
        likelihood="likely",
        adjust=[{"when": "target.inScope", "severity": "Very High", "why": "personal data"}],
        stride=["spoofing", "Tampering"],
        cwe=[352],
        capec=[62, 63],
        rationale="Everybody meets it.",
        linddun=["Non-Compliance"],
        attack=["T1552.005", "AML.T0051"],
        owasp=["A01:2025"],
        asvs=["v5.0.0-1.2.5"],
        references=["https://example.org/"],
        example="A story.",
        changed="1.1: narrower",
        replaces=["OLD1"],
    )
    path = write(tmp_path, document([full, threat(id="WEB02")], [field()]))
    pack = read_pack(path, shown_as="web.toml")
    assert (pack.name, pack.title, pack.version, pack.origin) == (*HEADER.values(), "web.toml")
    assert pack.fields == (DeclaredField("rendersMarkdownTables", ("Server",), "bool", "fact", "Whether it does."),)
    first, second = pack.threats
    assert (first.id, first.pack, first.targets, first.severity) == ("WEB01", "web", ("Server",), "high")
    assert (first.likelihood, first.stride) == ("likely", ("spoofing", "tampering"))
    assert first.adjust == (Adjust("target.inScope", "critical", "personal data"),)
    assert (first.cwe, first.capec) == ((352,), (62, 63))
    assert (first.rationale, first.linddun) == ("Everybody meets it.", ("non-compliance",))
    assert first.attack == ("T1552.005", "AML.T0051")
    assert (first.owasp, first.asvs) == (("A01:2025",), ("v5.0.0-1.2.5",))
    assert first.references == ("https://example.org/",)
    assert (first.example, first.since, first.changed) == ("A story.", "1.0", "1.1: narrower")
    assert first.replaces == ("OLD1",)
    assert first.vulnerable == (Example("Server", {"usesCache": True}),)
    assert first.safe[0].values["controls"] == {"isHardened": True}
    assert not first.lenient
    assert (second.likelihood, second.adjust, second.cwe) == ("", (), ())


def test_origins_name_file_and_line(tmp_path: Path) -> None:
    text = document([threat(), threat(id="WEB02")])
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line == "[[threat]]"]
    pack = read_pack(write(tmp_path, text), shown_as="web.toml")
    assert [(made.origin, made.line) for made in pack.threats] == [(f"web.toml:{line}", line) for line in lines]


def test_origins_name_the_threat_where_the_line_is_uncertain(tmp_path: Path) -> None:
    text = f"pack = {toml(HEADER)}\nthreat = [{toml(THREAT)}]\n"
    (made,) = read_pack(write(tmp_path, text), shown_as="web.toml").threats
    assert (made.origin, made.line) == ("web.toml, threat WEB01", None)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read_pack(write(tmp_path, b"\xef\xbb\xbf" + document([threat()]).encode())).name == "web"


def test_a_pack_may_only_declare_fields(tmp_path: Path) -> None:
    assert not read_pack(write(tmp_path, document([], [field()]))).threats


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'web.toml: pack: missing, and it is required; begin with [pack] and name = "..."'),
        (
            "name = 3 +",
            "web.toml:1: column 10: not TOML: Expected newline or end of document after a statement",
        ),
        ("a = [\n", "web.toml:2: not TOML: Invalid value"),
        (b"[pack]\nname = '\xff'", "web.toml:2: not UTF-8: byte 0xff; save the file as UTF-8"),
        (b"#" * 5_000_001, "web.toml: too large: files are read up to 5,000,000 bytes"),
        ("a = " + "[" * 100_000, "web.toml: nested too deeply"),
        ("a = " + "9" * 5000, "web.toml: not TOML: a number in it is too long"),
        ("pack = 3", "web.toml: pack: expected one table, got 3; write [pack]"),
        (document([]), "web.toml: threat: missing, and a pack without threats, fields and overrides is of no use"),
        (
            "[threat]\n" + document([]),
            "web.toml: threat: expected a list of tables, got one table; write [[threat]]",
        ),
        (document([threat()], nmae="x"), "web.toml: pack, nmae: unknown key; did you mean 'name'?"),
        (
            document([threat()], name="a b"),
            "web.toml: pack, name: must be letters, digits, '_', '.', '-', got 'a b'",
        ),
        (document([threat()], version=1.0), 'web.toml: pack, version: expected text, got 1.0; write "1.0"'),
        (
            document([threat()]).replace("[[threat]]", "[[threats]]"),
            "web.toml: threats: unknown table or key; did you mean 'threat'?",
        ),
    ],
    ids=itertools.count(),
)
def test_a_file_that_is_no_pack_says_so(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert str(refused(tmp_path, text)).splitlines()[0] == message


def test_a_file_that_can_not_be_read_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, Path("a\0b")):
        with pytest.raises(PackError, match="can not be read"):
            read_pack(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": None}, "title: missing, and it is required"),
        ({"safe": None}, "safe: missing, and it is required"),
        ({"safe": []}, "safe: must hold at least one example"),
        ({"title": ""}, "title: must not be empty"),
        ({"title": 3}, 'title: expected text, got 3; write "3"'),
        ({"title": "a\nb"}, "title: must be one line"),
        ({"description": "a\x1bb"}, "description: must not hold the control character '\\x1b'"),
        ({"targets": []}, "targets: must name at least one kind"),
        ({"targets": "Server"}, "targets: expected a list of texts, got 'Server'; write ['Server']"),
        ({"targets": ["Sever"]}, "targets: unknown kind 'Sever'; did you mean 'Server'?"),
        ({"targets": ["Controls"]}, "targets: unknown kind 'Controls'"),
        ({"targets": [3]}, "targets[0]: expected a list of texts, got 3 in it"),
        (
            {"severity": "hihg"},
            "severity: unknown severity 'hihg', expected critical, high, medium, low or info; did you mean 'high'?",
        ),
        (
            {"severity": date(2026, 1, 1)},
            "severity: unknown severity a date or time, expected critical, high, medium, low or info",
        ),
        (
            {"stride": ["spofing"]},
            "stride: unknown STRIDE class 'spofing', expected spoofing, tampering, repudiation, "
            "information disclosure, denial of service or elevation of privilege; did you mean 'spoofing'?",
        ),
        ({"cwe": ["CWE-3"]}, "cwe[0]: expected a list of whole numbers from 1, got 'CWE-3' in it"),
        ({"cwe": [True]}, "cwe[0]: expected a list of whole numbers from 1, got true in it"),
        ({"cwe": 3}, "cwe: expected a list of whole numbers from 1, got 3; write [3]"),
        ({"attack": ["1552"]}, "attack: must be like T1552, T1552.005 or AML.T0051, got '1552'"),
        ({"linddun": ["linkin"]}, f"linddun: unknown LINDDUN type 'linkin', {LINDDUN_TYPES}; did you mean 'linking'?"),
        ({"mitigations": "x"}, "mitigations: unknown key; did you mean 'mitigation'?"),
        ({"adjust": {"when": "True"}}, "adjust: expected a list of tables, got a table"),
    ],
)
def test_each_mistake_in_a_threat_says_what_was_expected(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    assert str(refused(tmp_path, document([threat(**changes)]))) == f"web.toml:6: threat WEB01, {message}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "id: missing, and it is required"),
        ("a b", "id: must be letters, digits, '_', '.', '-', at most 100, got 'a b'"),
        ("\x1b", "id: must not hold the control character '\\x1b'"),
    ],
)
def test_a_threat_without_a_usable_id_is_named_by_its_number(tmp_path: Path, name: str | None, message: str) -> None:
    error = refused(tmp_path, document([threat(), threat(id=name)]))
    assert str(error).splitlines()[0] == f"web.toml:17: threat #2, {message}"


def test_a_repeated_id_names_both_places(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat(), threat()]))
    assert str(error) == "web.toml:17: threat WEB01, id: repeated: also the id at web.toml:6"


def test_a_bad_condition_names_the_column(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat(condition="target.usesCache and (lambda: 1)")]))
    assert str(error).startswith("web.toml:6: threat WEB01, condition, column 23: a lambda")
    assert (error.field, error.column) == ("condition", 23)


def test_a_bad_adjustment_names_its_place(tmp_path: Path) -> None:
    adjust = [{"when": "True", "severity": "low", "why": "x"}, {"when": "lambda: 1", "severity": "hi"}]
    error = refused(tmp_path, document([threat(adjust=adjust)]))
    assert [(problem.where, problem.field) for problem in error.problems] == [
        ("threat WEB01, adjust[1]", "why"),
        ("threat WEB01, adjust[1]", "when"),
        ("threat WEB01, adjust[1]", "severity"),
    ]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ({}, "kind: missing, and it is required"),
        ({"kind": "Sever"}, "kind: unknown value 'Sever', expected "),
        (
            {"kind": "Server", "x": date(2026, 1, 1)},
            "expected texts, numbers, true, false, lists and tables, got a date or time in it",
        ),
    ],
)
def test_examples_are_plain_data_with_a_kind(tmp_path: Path, example: dict[str, Any], message: str) -> None:
    error = refused(tmp_path, document([threat(safe=[example])]))
    assert str(error).startswith(f"web.toml:6: threat WEB01, safe[0]{': ' if 'x' in example else ', '}{message}")


def test_examples_nest_only_so_deep(tmp_path: Path) -> None:
    text = document([threat(safe=None)]) + f"[[threat.safe]]\nkind = 'Server'\n{'.'.join('a' * 13)} = 1\n"
    assert str(refused(tmp_path, text)) == "web.toml:6: threat WEB01, safe[0]: nested more than 12 deep"


@pytest.mark.parametrize("part", ["a", '"a\\"b"', "'a'", "a "])
@pytest.mark.parametrize("form", ["{}.b = 1", "[{}.b]", "[[{}.b]]", "x = {{ {}.b = 1 }}"])
def test_long_dotted_keys_are_refused_before_they_take_all_memory(tmp_path: Path, form: str, part: str) -> None:
    text = "[pack]\n" + form.format(".".join([part] * 200_000))
    assert str(refused(tmp_path, text)) == ("web.toml:2: nested too deeply: a key may have 32 parts with dots between")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat(title=3), threat(id="WEB02", severity="x")], [field(role="fcat")]))
    assert [problem.where for problem in error.problems] == [
        "field rendersMarkdownTables",
        "threat WEB01",
        "threat WEB02",
    ]
    assert len(str(error).splitlines()) == 3


def test_very_many_mistakes_are_counted(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat(id=f"T{index}", severity="x") for index in range(60)]))
    assert len(error.problems) == 60
    assert str(error).splitlines()[-1] == "web.toml: and 10 more"


def test_the_data_of_an_error_are_attributes(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat(severity="hihg")]))
    assert (error.file, error.threat, error.field, error.line) == ("web.toml", "WEB01", "severity", 6)
    assert (error.column, error.hint) == (None, "did you mean 'high'?")
    assert error.message.startswith("unknown severity 'hihg'")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a-b"}, "name: must be a name such as 'rendersMarkdown', got 'a-b'"),
        ({"name": "_x"}, "name: must be a name such as 'rendersMarkdown', got '_x'"),
        ({"name": "inside"}, "name: inside means something else on every element; choose another name"),
        ({"name": "marks"}, "name: marks means something else on every element; choose another name"),
        (
            {"type": "boolean"},
            "type: unknown value 'boolean', expected bool, int, text, Action, Classification, "
            "DatastoreType, Lifetime or TLSVersion; did you mean 'bool'?",
        ),
        (
            {"role": "fcat"},
            "role: unknown value 'fcat', expected fact, control or protection; did you mean 'fact'?",
        ),
        ({"kinds": ["Sever"]}, "kinds: unknown kind 'Sever'; did you mean 'Server'?"),
        ({"description": None}, "description: missing, and it is required"),
        ({"default": 1}, "default: expected a value of type bool, got 1"),
        ({"type": "int", "default": True}, "default: expected a value of type int, got true"),
        ({"type": "int", "default": 2**70}, "default: expected a value of type int, got a huge number"),
        (
            {"type": "Lifetime", "default": "LNG"},
            "default: unknown value 'LNG', expected NONE, UNKNOWN, SHORT, LONG, AUTO, MANUAL or HARDCODED; "
            "did you mean 'LONG'?",
        ),
        (
            {"stronger": True},
            "stronger: a fact protects against nothing; its role would be protection or control",
        ),
        ({"role": "control", "stronger": "higher"}, "stronger: expected true or false, got 'higher'"),
        (
            {"role": "control", "type": "text", "stronger": "higher"},
            "stronger: expected a table from each weaker value to the list of better ones, got 'higher'",
        ),
        (
            {"role": "control", "type": "int", "stronger": "higher"},
            "stronger: expected no such key, as a number has no direction, got 'higher'",
        ),
        ({"role": "control", "type": "TLSVersion", "stronger": 1}, 'stronger: expected "higher", got 1'),
        ({"known": ["a"]}, "known: only a text field has known values"),
        ({"default": True, "kind": "x"}, "kind: unknown key; did you mean 'kinds'?"),
    ],
)
def test_each_mistake_in_a_field_says_what_was_expected(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    error = refused(tmp_path, document([threat()], [field(**changes)]))
    assert len(error.problems) == 1
    assert str(error).partition(", ")[2] == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"name": "usesCache", "type": "int"},
            "Server has it already as a fact of type bool, not as a fact of type int",
        ),
        (
            {"name": "usesCache", "kinds": ["Element"], "role": "protection"},
            "Server has it already as a fact of type bool, not as a protection of type bool",
        ),
        (
            {"name": "isHardened"},
            "Controls has it already as a control of type bool, not as a fact of type bool",
        ),
        (
            {"name": "inputs", "kinds": ["Server"]},
            "Server has it already as a fact of type list of Dataflow, not as a fact of type bool",
        ),
    ],
)
def test_a_field_may_not_contradict_a_kind(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    assert message in str(refused(tmp_path, document([threat()], [field(**changes)])))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "usesCache"}, {}),
        ({"role": "control", "stronger": True, "default": False}, {"stronger": True, "default": False}),
        ({"type": "TLSVersion", "role": "protection", "stronger": "higher"}, {"stronger": "higher"}),
        ({"type": "Lifetime", "default": "LONG"}, {"default": "LONG"}),
        ({"type": "text", "known": ["a", "b"], "default": ""}, {"known": ("a", "b"), "default": ""}),
        ({"type": "text", "role": "protection", "stronger": {"a": ["b"]}}, {"stronger": {"a": ("b",)}}),
        ({"type": "int", "default": 3}, {"default": 3}),
    ],
)
def test_fields_of_every_type_are_read(tmp_path: Path, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    (made,) = read_pack(write(tmp_path, document([], [field(**changes)]))).fields
    assert {key: getattr(made, key) for key in expected} == expected
    assert made.field().name == made.name


def test_a_repeated_field_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, document([threat()], [field(), field(type="int")]))
    assert str(error).endswith("name: repeated: another field of this pack is named 'rendersMarkdownTables'")


scalars = (
    st.none().map(lambda _: "x") | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    scalars | texts | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def tables(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Tables that are nearly right: some values replaced, some keys added."""
    changes = st.dictionaries(st.sampled_from([*good, "adjust", "stride", "default", "stronger", "known"]), values)
    return st.builds(
        lambda base, changed, more: {**base, **changed, **more},
        st.sampled_from([good, {}]),
        changes,
        st.dictionaries(texts, values, max_size=2),
    )


@same_folder
@given(
    header=tables(HEADER),
    fields=st.lists(tables(FIELD), max_size=2),
    threats=st.lists(tables(THREAT), max_size=2),
)
def test_any_table_is_a_pack_or_a_pack_error(
    tmp_path: Path, header: dict[str, Any], fields: list[dict[str, Any]], threats: list[dict[str, Any]]
) -> None:
    """Whatever stands in a TOML file, reading it gives a pack or a `PackError` with a text."""
    whole = {"pack": header, "field": fields, "threat": threats}
    text = "\n".join(f"{key} = {toml(value)}" for key, value in whole.items())
    with suppress(PackError):
        assert read_pack(write(tmp_path, text)).name


@same_folder
@given(values)
def test_any_document_is_a_pack_or_a_pack_error(tmp_path: Path, value: Any) -> None:
    """Whatever the top-level tables are."""
    for key in ("pack", "field", "threat", "other"):
        with pytest.raises(PackError):
            read_pack(write(tmp_path, f"{key} = {toml(value)}"))


@same_folder
@given(st.binary(max_size=200))
def test_any_bytes_are_a_pack_error(tmp_path: Path, raw: bytes) -> None:
    """No bytes make anything but a `PackError`; a pack by chance is out of reach."""
    with pytest.raises(PackError):
        read_pack(write(tmp_path, raw))
