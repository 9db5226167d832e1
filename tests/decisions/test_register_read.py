"""Reading registers: what they say, where it stands, and what is said of a wrong one."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_threatmodel.decisions.register import RegisterFile
from pytest_threatmodel.decisions.register_entry import CLOSED_KEYS
from pytest_threatmodel.decisions.register_entry import KEYS
from pytest_threatmodel.decisions.register_read import TABLES
from pytest_threatmodel.decisions.register_read import RegisterError
from pytest_threatmodel.decisions.register_read import header_lines
from pytest_threatmodel.decisions.register_read import read_register

ENTRY = """
[[decision]]
threat = "DE01"
element = "Place order"
status = "accepted"
reason = "loopback only"
"""
WHOLE = """
[[decision]]
threat = ["DE01", "AA*"]
element = "Place order"
model = "shop"
status = "open"
owner = "shop team"
ticket = "SEC-12"
since = 2026-11-24
until = "2027-06-30"
severity = "high"
sensitivity = "SECRET"
condition = "3f9a0c1d2e4b"
facts = { protocol = "HTTP", "controls.isEncrypted" = false }

[[closed]]
threat = "DE01"
element = "Insert order"
status = "transferred"
reason = '''insured
by others'''
closed = 2026-12-01
why = "mitigated"
"""


def read(folder: Path, text: str | bytes, name: str = "register.toml") -> RegisterFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return read_register(path, name)


def fits(text: str, expected: str) -> bool:
    """Whether the text is the expected one; a star stands for anything, brackets for themselves."""
    return fnmatchcase(text, expected.replace("[", "[[]"))


def problems(folder: Path, text: str) -> list[str]:
    return [line for bad in read(folder, text).bad for line in bad.problems]


def test_an_entry_says_all_that_a_decision_can_say(tmp_path: Path) -> None:
    register = read(tmp_path, WHOLE)
    assert register.folder == tmp_path
    (entry,) = register.entries
    decision = entry.decision
    assert (entry.model, entry.number) == ("shop", 0)
    assert decision.threats == ("DE01", "AA*")
    assert (decision.element, decision.status, decision.reason) == ("Place order", "open", "")
    assert (decision.owner, decision.ticket) == ("shop team", "SEC-12")
    assert (decision.since, decision.until) == (date(2026, 11, 24), date(2027, 6, 30))
    assert (decision.severity, decision.sensitivity, decision.condition) == ("high", "SECRET", "3f9a0c1d2e4b")
    assert decision.facts == {"protocol": "HTTP", "controls.isEncrypted": False}
    assert (decision.source, str(decision.place)) == ("register", "register.toml:2")
    assert decision.spelled == "entry DE01, AA*[Place order]"


def test_closed_entries_are_kept_apart(tmp_path: Path) -> None:
    (closed,) = read(tmp_path, WHOLE).closed
    assert (closed.closed, closed.why) == (date(2026, 12, 1), "mitigated")
    assert closed.entry.decision.reason == "insured by others"
    assert closed.entry.decision.place.line == 16


def test_an_empty_register_decides_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n").entries == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[decision]\n", "register.toml:1: column *: not TOML: *"),
        (b"a = '\xff'", "register.toml:1: not UTF-8: byte 0xff; save the file as UTF-8"),
        (b"#" * 20_000_001, "register.toml: too large: files are read up to 20,000,000 bytes"),
        ("a = " + "[" * 100_000, "register.toml: nested too deeply"),
        (
            "[[decisions]]\nthreat = 'DE01'",
            "register.toml: unknown table or key decisions, expected [[decision]] or [[closed]]; "
            "did you mean 'decision'?",
        ),
        ("[decision]\nthreat = 'DE01'", "register.toml: decision is a table, expected tables: [[decision]]"),
        ("decision = [1]", "register.toml: decision is a list, expected tables: [[decision]]"),
        ("decision = [{}]", "register.toml: each decision needs a header of its own: [[decision]]"),
    ],
)
def test_what_is_no_register_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(RegisterError) as caught:
        read(tmp_path, text)
    assert fits(str(caught.value), message)


def test_a_register_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    read(tmp_path, ENTRY, "threatmodel-register.toml")
    with pytest.raises(RegisterError) as caught:
        read_register(tmp_path / "threatmodel-registr.toml", "threatmodel-registr.toml")
    assert str(caught.value) == (
        "threatmodel-registr.toml: can not be read: No such file or directory; "
        "did you mean 'threatmodel-register.toml'?"
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('staus = "open"', "staus: unknown key; did you mean 'status'?"),
        ('closed = "2026-12-01"', "closed: unknown key"),
        ("owner = 3", 'owner: expected text, got 3; write "3"'),
        ('ticket = ""', "ticket: must not be empty"),
        ('owner = "a\\u0007b"', "owner: must not hold the control character '\\x07'"),
        ("model = []", "model: expected a name or a pattern in quotes, got a list"),
        ('model = " "', "model: must not be empty"),
        ("until = 2027-06-31T10:00:00", None),
        ("until = 2027-06-30T10:00:00", "until: a date or time is no date, expected one like 2027-06-30"),
        ('until = "2027-06-31"', "until: '2027-06-31' is no date, expected one like 2027-06-30"),
        ('until = "soon"', "until: 'soon' is no date, expected one like 2027-06-30"),
        ("since = 2027", "since: 2027 is no date, expected one like 2027-06-30"),
        ("since = 2027-02-01\nuntil = 2027-01-01", "until: 2027-01-01 is before since, 2027-02-01"),
        ('severity = "hihg"', "severity: unknown severity 'hihg'*; did you mean 'high'?"),
        ('sensitivity = "SECRETS"', "sensitivity: unknown value 'SECRETS', expected *; did you mean 'SECRET'?"),
        ('condition = "target.x"', "condition: expected the digest that update wrote, got 'target.x'"),
        ("facts = 3", "facts: expected a table of field and value, got 3"),
        (
            "facts = { controls.isEncrypted = false }",
            'facts: controls is a table, expected a value; write a dotted name in quotes: "controls.isEncrypted"',
        ),
        ("facts = { port = 1.5 }", "facts: port is 1.5, expected text of one line, a whole number, true or false"),
        (
            f"facts = {{ port = 0x{'f' * 5000} }}",
            "facts: port is a huge number, expected text of one line, a whole number, true or false",
        ),
    ],
)
def test_a_wrong_key_is_told_with_its_line(tmp_path: Path, line: str, problem: str | None) -> None:
    if problem is None:
        with pytest.raises(RegisterError, match="not TOML"):
            read(tmp_path, ENTRY + line)
        return
    (told,) = problems(tmp_path, ENTRY + line)
    assert fits(told, f"register.toml:2: decision #1, {problem}")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"accepted"',
            '"acepted"',
            "status: unknown value 'acepted', expected accepted, *open; did you mean 'accepted'?",
        ),
        ('"accepted"', "1", "status: expected text, got 1; *"),
        ('status = "accepted"\n', "", "status: missing, and it is required"),
        ('reason = "loopback only"\n', "", "reason: missing, and it is required but for open"),
        ('"accepted"', '"open"', "until: missing: what is open needs a day until which it is fixed"),
        ('threat = "DE01"\n', "", "threat: missing, and it is required"),
        ('"DE01"', "[]", "threat: must name at least one threat"),
        ('"DE01"', '["DE01", 2]', "threat[1]: expected a name or a pattern in quotes, got 2"),
        ('element = "Place order"\n', "", "element: missing, and it is required"),
        ('"Place order"', f'"{"*a" * 17}"', "element: too many wildcards in *: 16 at most"),
        ('"Place order"', f'"{"a" * 4001}"', "element: too long: 4,000 characters at most"),
        ('"loopback only"', f'"{"a" * 4001}"', "reason: too long: 4,000 characters at most"),
    ],
)
def test_a_wrong_or_missing_term_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (told,) = problems(tmp_path, ENTRY.replace(old, new))
    assert fits(told, f"register.toml:2: decision #1, {problem}")


def test_a_wrong_entry_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    register = read(tmp_path, ENTRY + ENTRY.replace("accepted", "x") + ENTRY)
    assert [entry.number for entry in register.entries] == [0, 2]
    assert [bad.model for bad in register.bad] == [""]


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        ("threatmodel_shpo.py", "; did you mean 'threatmodel_shop.py'?"),
        ("./threatmodel_shop.py", "; did you mean 'threatmodel_shop.py'?"),
        ("../threatmodel_other.py", ""),
        (f"{'a' * 3000}.py", ""),
    ],
)
def test_a_model_file_that_is_not_there_is_an_error_of_the_folder(tmp_path: Path, model: str, hint: str) -> None:
    tmp_path.joinpath("threatmodel_shop.py").touch()
    (bad,) = read(tmp_path, ENTRY + f'model = "{model}"').bad
    assert bad.model == ""
    assert fits(bad.problems[0], f"*: no such model file in the register's folder or below: '*{hint}")


def test_a_model_that_is_named_by_key_may_be_loaded_another_time(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY + 'model = "shop"').bad == ()


HIDING = """a = '''
[[decision]]
''' # [[decision]]
b = "\\"[[decision]]" # "
c = \"\"\"\\\"\"\"
[[decision]]
\"\"\"\"\"
d = 'a # b'
  [[ "decision" ]] # '''
e = [["closed"],
]
[[closed]]
"""


def test_headers_are_found_outside_strings_and_comments() -> None:
    assert header_lines(HIDING) == {"decision": [9], "closed": [12]}


@given(st.one_of(st.text(max_size=60), st.text("[]decison=\"'#\n {}.*-", max_size=60)))
def test_no_text_raises_anything_but_that_the_register_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    _read_or_refuse(tmp_path_factory.getbasetemp(), text)


VALUES = st.recursive(
    st.one_of(
        st.integers().map(str),
        st.sampled_from(
            ["true", "1.5", "nan", "2027-01-01", "2027-01-01T10:00:00Z", "10:00:00", '""', '"*"', '"a.py"']
        ),
        st.text("ab*[]?/.- ", max_size=8).map('"{}"'.format),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]"), inner.map("{{ a = {} }}".format)
    ),
    max_leaves=4,
)


@given(st.sampled_from(TABLES), st.dictionaries(st.sampled_from([*KEYS, *CLOSED_KEYS, "x"]), VALUES))
def test_no_value_raises_anything_but_that_the_register_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, table: str, values: dict[str, str]
) -> None:
    lines = (f"{key} = {value}\n" for key, value in values.items())
    _read_or_refuse(tmp_path_factory.getbasetemp(), f"[[{table}]]\n{''.join(lines)}")


def _read_or_refuse(folder: Path, text: str) -> None:
    try:
        register = read(folder, text)
    except RegisterError:
        return
    assert all(line.startswith("register.toml:") for bad in register.bad for line in bad.problems)
