"""The options of a script, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from pytest_threatmodel.cli.arguments import Arguments
from pytest_threatmodel.cli.arguments import parse
from pytest_threatmodel.cli.errors import MISUSE
from pytest_threatmodel.cli.errors import ScriptError

NOTHING = Arguments(
    debug=False,
    dfd=False,
    seq=False,
    json=None,
    reports=(),
    describe=(),
    list_elements=False,
    list=False,
    stale_days=None,
    exclude=(),
    colormap=False,
    levels=None,
)
USAGE = (
    "usage: tm.py [-h] [--debug] [--dfd] [--report FILE] [--exclude IDS] [--seq] [--list] [--describe KIND] "
    "[--list-elements] [--json FILE] [--colormap] [--levels N [N ...]] [--stale_days N] "
)


def test_nothing_is_asked_for() -> None:
    assert parse("tm.py", []) == NOTHING


def test_every_option_of_pytm_is_there() -> None:
    given = (
        "--debug --dfd --report a.md --exclude A1,B2 --seq --list --describe Server --list-elements --json - --colormap"
    )
    assert parse("tm.py", [*given.split(), "--levels", "0", "1", "--stale_days", "30"]) == Arguments(
        debug=True,
        dfd=True,
        seq=True,
        json="-",
        reports=("a.md",),
        describe=("Server",),
        list_elements=True,
        list=True,
        stale_days=30,
        exclude=("A1", "B2"),
        colormap=True,
        levels=frozenset({0, 1}),
    )


@pytest.mark.parametrize("words", [["--levels", "0,1"], ["--levels", "0", "1"], ["--levels=0,1"], ["--levels", "0, 1"]])
def test_levels_are_separated_by_commas_or_blanks(words: list[str]) -> None:
    assert parse("tm.py", words).levels == frozenset({0, 1})


def test_names_are_separated_or_given_one_by_one() -> None:
    given = parse(
        "tm.py", ["--describe", "Server,Data", "--describe", "LLM Agent", "--exclude", "A1, B*", "--exclude=C3"]
    )
    assert given.describe == ("Server", "Data", "LLM", "Agent")
    assert given.exclude == ("A1", "B*", "C3")
    assert parse("tm.py", ["--report", "a, b.md", "--report", "c"]).reports == ("a, b.md", "c")


def test_days_are_spelled_either_way() -> None:
    assert parse("tm.py", ["--stale-days", "0"]).stale_days == parse("tm.py", ["--stale_days=0"]).stale_days == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--report", "--report expects a template file, or the name of a format such as md"),
        ("--report --dfd", "--report expects a template file, or the name of a format such as md"),
        ("--json", "--json expects a file, or - for the terminal"),
        ("--exclude", "--exclude expects threat ids or patterns, separated by commas"),
        ("--describe", "--describe expects a kind of element or a threat, such as Server"),
        ("--levels", "--levels expects whole numbers"),
        ("--levels one", "--levels: 'one', expected whole numbers"),
        ("--levels 1 x", "--levels: '1 x', expected whole numbers"),
        ("--levels ,", "--levels: ',', expected whole numbers"),
        ("--stale_days", "--stale_days expects a whole number of days"),
        ("--stale-days", "--stale_days expects a whole number of days"),
        ("--stale_days -3", "--stale_days: '-3', expected a whole number of days"),
        ("--stale_days soon", "--stale_days: 'soon', expected a whole number of days"),
        ("--dfd=x", "--dfd: ignored explicit argument 'x'"),
        ("--repot x", "unknown option '--repot'; did you mean '--report'?"),
        ("--dfdd", "unknown option '--dfdd'; did you mean '--dfd'?"),
        ("--xyzzy=3", "unknown option '--xyzzy'; -h lists them"),
        ("dfd", "unexpected 'dfd': options begin with --"),
    ],
)
def test_a_mistake_is_told_in_one_line(words: str, told: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse("tm.py", words.split())
    assert str(caught.value) == told
    assert caught.value.status == MISUSE


def test_help_begins_with_the_form_of_the_call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse("tm.py", ["-h"])
    assert caught.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith(USAGE)
    assert "in this order: --seq, --dfd, --json, --report," in text
