"""The options that print something and leave: list, describe, init, and several at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .models import FLOW_THREAT
from .models import PACK
from .models import write_project

if TYPE_CHECKING:
    from pathlib import Path


def run(pytester: pytest.Pytester, *args: str, pack: str = PACK + FLOW_THREAT) -> pytest.RunResult:
    write_project(pytester, 'Server("Web", usesCache=True)', pack=pack)
    return pytester.runpytest(*args)


# list


def test_the_list_shows_every_threat_in_use(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--threatmodel-list")
    assert result.stdout.lines == [
        "tiny 2.1: Two or three threats (3 threats)",
        "  TT01  high      Cached answers are read",
        "  TT02  low       The system is old",
        "  TF01  medium    Read on the way",
    ]
    assert result.ret == pytest.ExitCode.OK


def test_the_list_has_a_block_for_every_pack(pytester: pytest.Pytester) -> None:
    """The shipped ones first, as they are in a run."""
    result = run(pytester, "--threatmodel-list", "-o", "threatmodel_packs=tiny core")
    heads = [line.split(" ")[0] for line in result.stdout.lines if not line.startswith(" ")]
    assert heads == ["core", "tiny"]
    result.stdout.fnmatch_lines(["  DE01  *  Data flow sniffing"])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("tiny", ["tiny 2.1: Two or three threats (3 threats)", "  TT01", "  TT02", "  TF01"]),
        ("cwe:319", ["tiny 2.1: Two or three threats (2 of 3 threats)", "  TT01", "  TF01"]),
        ("tiny, cwe:319 ,stride:tampering", ["tiny 2.1: Two or three threats (1 of 3 threats)", "  TT01"]),
        ("cwe:1", ["no threat fits"]),
    ],
)
def test_the_list_can_be_filtered(pytester: pytest.Pytester, asked: str, expected: list[str]) -> None:
    result = run(pytester, f"--threatmodel-list={asked}")
    assert result.ret == pytest.ExitCode.OK
    assert len(result.stdout.lines) == len(expected)
    assert all(line.startswith(start) for line, start in zip(result.stdout.lines, expected, strict=True))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("tinny", "unknown threat pack 'tinny'; did you mean 'tiny'?"),
        ("tiny,severty:low", "unknown filter 'severty', expected a pack or one of stride"),
        ("severity:lo", "unknown severity 'lo', expected critical"),
        ("x" * 5000, "unknown threat pack 'xxx"),
    ],
)
def test_a_wrong_filter_is_one_usage_error(pytester: pytest.Pytester, asked: str, told: str) -> None:
    result = run(pytester, f"--threatmodel-list={asked}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"--threatmodel-list: {told}" in result.stderr.str()
    assert len(result.stderr.lines) <= 2


def test_a_path_after_the_list_is_no_filter(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--threatmodel-list", ".")
    assert len(result.stdout.lines) == 4


@pytest.mark.programs
def test_the_threats_of_pytm_are_listed_and_described_where_its_files_meet_them(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytm")
    result = run(pytester, "--threatmodel-list=pytm", "--threatmodel-describe=INP01")
    result.stdout.fnmatch_lines(["pytm*: * threats)", "  INP01 *", "INP01  *"])


# describe


def test_a_threat_is_described_with_all_that_its_pack_says(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--threatmodel-describe=TT01")
    assert result.stdout.lines == [
        "TT01  Cached answers are read",
        "  pack         tiny",
        "  targets      Server",
        "  severity     high",
        "  likelihood   likely",
        "  STRIDE       information disclosure, tampering",
        "  CWE          311, 319",
        "  CAPEC        94",
        "  OWASP        A01:2025, A02:2025",
        "  ASVS         v5.0.0-1.2.5",
        "  condition    target.usesCache and not target.controls.isHardened",
        "  description  What is kept in the cache is read by others.",
        "  mitigation   Harden the server.",
    ]


def test_what_a_pack_does_not_say_is_left_out(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--threatmodel-describe=TT02")
    assert [line.split()[0] for line in result.stdout.lines] == [
        "TT02",
        "pack",
        "targets",
        "severity",
        "condition",
        "description",
        "mitigation",
    ]


def test_circumstances_and_references_of_a_threat_are_described(pytester: pytest.Pytester) -> None:
    more = 'since = "2.0"\nreferences = ["A book", "https://example.org"]\n'
    more += 'adjust = [{ when = "target.usesVPN", severity = "low", why = "a tunnel" }]\nseverity = "high"\n'
    result = run(pytester, "--threatmodel-describe=TT01", pack=PACK.replace('severity = "high"\n', more))
    result.stdout.fnmatch_lines(
        [
            "  pack         tiny (since 2.0)",
            "  adjusted     low when a tunnel",
            "  references   A book, https://example.org",
        ]
    )


def test_a_kind_is_described_with_its_fields(pytester: pytest.Pytester) -> None:
    """Facts before protections, with type, default and sentence; none says the same twice."""
    lines = run(pytester, "--threatmodel-describe=Server").stdout.lines
    assert lines[0] == "Server: A server that answers requests."
    names = [line.split()[0] for line in lines[1:]]
    assert len(set(names)) == len(names)
    assert {"usesCache", "OS", "protocol", "controls", "inBoundary"} <= set(names)
    columns = {line.split()[0]: line for line in lines[1:]}
    assert columns["usesCache"].split()[1:5] == ["fact", "bool", "=", "False"]
    assert columns["protocol"].split()[1:5] == ["protection", "text", "=", "''"]
    assert names.index("usesXMLParser") < names.index("protocol")


@pytest.mark.parametrize("kind", ["Dataflow", "Datastore", "Data", "Boundary", "Controls", "LLM"])
def test_every_kind_can_be_described(pytester: pytest.Pytester, kind: str) -> None:
    result = run(pytester, f"--threatmodel-describe={kind}")
    assert result.stdout.lines[0].startswith(f"{kind}: ")
    assert len(result.stdout.lines) > 5


def test_fields_that_packs_declare_are_described(pytester: pytest.Pytester) -> None:
    field = '\n[[field]]\nname = "rendersTables"\nkinds = ["Server"]\ntype = "bool"\nrole = "fact"\n'
    field += 'description = "It shows tables."\n'
    result = run(pytester, "--threatmodel-describe=Server", pack=PACK + field)
    result.stdout.fnmatch_lines(["  rendersTables *fact *bool = False  It shows tables."])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("TT1", "; did you mean 'TT01'?"),
        ("Servr", "; did you mean 'Server'?"),
        ("dataflow", "; did you mean 'Dataflow'?"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_what_is_neither_kind_nor_threat_is_a_usage_error(pytester: pytest.Pytester, name: str, hint: str) -> None:
    result = run(pytester, f"--threatmodel-describe={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-describe: {name!r} is no kind and no threat{hint}"])


# init


def test_the_first_model_runs(pytester: pytest.Pytester) -> None:
    """With the shipped packs: its own test passes, and something is found, explained by its comments."""
    result = pytester.runpytest("--threatmodel-init=threatmodel_first.py")
    assert result.stdout.lines == ["wrote threatmodel_first.py; run it with: pytest --threatmodel threatmodel_first.py"]
    assert result.ret == pytest.ExitCode.OK
    ran = pytester.runpytest("--threatmodel", "-v", "--strict-markers", "-Werror")
    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["*::test_personal_data_is_encrypted_on_its_way_in PASSED*"])
    ran.assert_outcomes(**{**ran.parseoutcomes(), "errors": 0})


def test_the_decisions_in_the_comments_of_the_first_model_are_right(pytester: pytest.Pytester) -> None:
    """What the reader uncomments works as it stands."""
    pytester.runpytest("--threatmodel-init=threatmodel_first.py")
    path = pytester.path / "threatmodel_first.py"
    text = path.read_text(encoding="utf-8")
    for start in ("from pytest_threatmodel import accept", "save.marks", "pytestmark"):
        assert f"# {start}" in text
        text = text.replace(f"# {start}", start)
    path.write_text(text, encoding="utf-8")
    result = pytester.runpytest("--threatmodel", "-v", "-Werror")
    result.stdout.no_fnmatch_line("*::decisions *")
    result.stdout.fnmatch_lines(["*::DE01?Save account? XFAIL *", "  decisions: * accepted, * excluded"])


def test_the_first_model_is_a_script_too(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--threatmodel-init=threatmodel_first.py")
    done = subprocess.run([sys.executable, "threatmodel_first.py"], capture_output=True, text=True, check=True)
    assert not done.stderr


def test_a_name_without_ending_becomes_a_python_file(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--threatmodel-init=threatmodel_first")
    assert (pytester.path / "threatmodel_first.py").is_file()


def test_a_name_that_would_not_be_collected_is_run_by_naming_it(pytester: pytest.Pytester) -> None:
    pytester.runpytest("--threatmodel-init=first.py").stdout.fnmatch_lines(
        ["*run it with: pytest --threatmodel first.py"]
    )
    pytester.runpytest("--threatmodel", "first.py").stdout.fnmatch_lines(["first.py: My system, *"])


def test_a_file_that_exists_is_kept(pytester: pytest.Pytester) -> None:
    path: Path = pytester.makepyfile(threatmodel_first="kept = True")
    result = pytester.runpytest("--threatmodel-init=threatmodel_first.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --threatmodel-init: *threatmodel_first.py exists already"])
    assert path.read_text(encoding="utf-8") == "kept = True"


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("missing/threatmodel_x.py", "cannot write *threatmodel_x.py: No such file or directory"),
        ("", "expected a file, such as threatmodel_shop.py"),
        (".", "expected a file, such as threatmodel_shop.py"),
    ],
)
def test_a_file_that_cannot_be_written_is_a_usage_error(pytester: pytest.Pytester, target: str, problem: str) -> None:
    result = pytester.runpytest(f"--threatmodel-init={target}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --threatmodel-init: {problem}"])


# All of them


def test_several_are_printed_one_after_the_other(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        "--threatmodel-list",
        "--threatmodel-describe=TT02",
        "--threatmodel-explain=threatmodel_shop.py::TT01[Web]",
    )
    heads = ["tiny 2.1: Two or three threats (3 threats)", "TT02  The system is old", "TT01[[]Web]: vulnerable"]
    result.stdout.fnmatch_lines(heads)


@pytest.mark.parametrize("option", ["--threatmodel-list", "--threatmodel-describe=TT01"])
def test_they_run_no_tests_whatever_else_is_given(pytester: pytest.Pytester, option: str) -> None:
    write_project(pytester, "syntax error here")
    pytester.makepyfile("def test_fails(): assert False")
    result = pytester.runpytest(option, "-v", "--maxfail=1")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*session starts*")


def test_they_start_no_workers(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = run(pytester, "--threatmodel-list", "-n", "2")
    assert result.stdout.lines[0] == "tiny 2.1: Two or three threats (3 threats)"


def test_a_library_that_cannot_be_used_is_a_usage_error_here_too(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--threatmodel-list", "-o", "threatmodel_packs=tinny")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: threat library: unknown threat pack 'tinny'; did you mean 'tiny'?"])
