"""What each option prints, what mistakes come to, and that real programs read it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.scripts import SCRIPT
from tests.cli.scripts import SHOP
from tests.cli.scripts import Ended
from tests.cli.scripts import pipe
from tests.cli.scripts import run
from tests.cli.scripts import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Call = Callable[..., Ended]

EVERYTHING = (
    "--stale_days=3",
    "--list",
    "--list-elements",
    "--describe=LLM",
    "--report=plain",
    "--json=-",
    "--dfd",
    "--seq",
)
TEMPLATE = "# {tm.name}\n{findings:repeat:* {{item.id}} {{item.target}}\n}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("shop"))
    (folder / "report.md").write_text(TEMPLATE, encoding="utf-8")
    (folder / "plain").write_text("{tm.name} as it is", encoding="utf-8")
    (folder / "broken.j2").write_text("one\n{% if %}\n", encoding="utf-8")
    return folder


def fine(done: Ended) -> str:
    """The output of a script that had nothing to complain about."""
    assert (done.status, done.err) == (0, "")
    return done.out


def test_without_an_option_the_model_is_checked(shop: Path) -> None:
    assert fine(run(shop)) == (
        'TM "Shop": 6 elements, no problem in the model.\n'
        "Find the threats with: pytest --threatmodel threatmodel_shop.py\n"
    )


def test_dot_draws_the_data_flow_diagram(shop: Path) -> None:
    drawn = pipe(shop, ["--dfd"], ["dot", "-Tsvg"]).decode("utf-8")
    assert "Web Server" in drawn
    assert "Place order" in drawn
    assert pipe(shop, ["--dfd", "--colormap"], ["dot", "-Tpng"]).startswith(b"\x89PNG")


def test_colours_tell_findings_only_when_asked_for(call: Call, shop: Path) -> None:
    plain, coloured = fine(call(shop, "--dfd")), fine(call(shop, "--dfd", "--colormap"))
    assert "finding" not in plain
    assert "worst high" in coloured


def test_plantuml_draws_the_sequence_diagram(shop: Path) -> None:
    drawn = pipe(shop, ["--seq"], ["plantuml", "-charset", "UTF-8", "-pipe", "-tsvg"]).decode("utf-8")
    assert "Web Server" in drawn
    assert "Syntax Error" not in drawn


def test_levels_leave_elements_out_of_diagrams(call: Call, shop: Path) -> None:
    assert "SQL Database" in fine(call(shop, "--seq", "--levels", "0", "1"))
    assert "SQL Database" not in fine(call(shop, "--seq", "--levels", "0"))


def test_a_template_is_printed_filled(call: Call, shop: Path) -> None:
    printed = pipe(shop, ["--report", "report.md"], ["cat"]).decode("utf-8")
    assert printed.startswith("# Shop\n* ")
    assert "Web Server" in printed
    assert fine(call(shop, "--report", "plain")) == "Shop as it is\n"


def test_a_report_format_is_printed(call: Call, shop: Path) -> None:
    assert fine(call(shop, "--report", "md")).startswith("# Threat model `Shop`\n")
    both = fine(call(shop, "--report", "summary,csv"))
    assert both.index("Shop") < both.index("Web Server")


def test_the_json_report_says_what_tests_would_come_to(shop: Path, tmp_path: Path) -> None:
    """Findings do not change the exit status, and the model's decisions and the file's marks hold."""
    file = tmp_path / "new" / "shop.json"
    assert fine(run(shop, "--json", str(file))) == ""
    report = json.loads(file.read_text(encoding="utf-8"))
    printed = json.loads(fine(run(shop, "--json", "-")))
    assert [{**each, "run": None} for each in (report, printed)] == [{**report, "run": None}] * 2
    outcomes = {pair["id"]: (pair["judged"], pair["outcome"]) for pair in report["pairs"]}
    assert outcomes["DE01[Insert order]"] == ("xfailed", "xfailed")
    assert outcomes["HA01[Web Server]"] == ("skipped", "skipped")
    assert outcomes["DE01[Place order]"] == ("failed", "failed")
    assert report["model"]["nodeid"] == report["model"]["file"] == "threatmodel_shop.py"
    assert report["problems"] == []


def test_threats_can_be_left_out(call: Call, shop: Path) -> None:
    report = json.loads(fine(call(shop, "--json", "-", "--exclude", "DE01,AA*")))
    kept = {pair["threat"] for pair in report["pairs"]}
    assert kept == {threat["id"] for threat in report["threats"]}
    assert "DE02" in kept or "DO01" in kept
    assert not [threat for threat in kept if threat == "DE01" or threat.startswith("AA")]


def test_threats_kinds_and_fields_are_listed(call: Call, shop: Path) -> None:
    listed = fine(call(shop, "--list")).splitlines()
    assert re.fullmatch(r"core 1\.0: Core threats \(\d+ threats\)", listed[0])
    assert any(line.split()[:2] == ["AA04", "high"] for line in listed)
    kinds = dict(line.split(maxsplit=1) for line in fine(call(shop, "--list-elements")).splitlines())
    assert kinds["Server"] == "A server that answers requests."
    described = fine(call(shop, "--describe", "Server,TM", "--describe", "AA04")).splitlines()
    assert [line for line in described if not line.startswith(" ")] == [
        "Server: A server that answers requests.",
        "TM: The system as a whole.",
        "AA04  Authorization bypass",
    ]


def test_several_options_print_in_the_order_of_the_help(call: Call, shop: Path) -> None:
    """Whatever their order in the call."""
    printed = fine(call(shop, *EVERYTHING))
    starts = [
        "@startuml",
        "digraph",
        '{\n"version"',
        "Shop as it is",
        "LLM: ",
        "Element ",
        "core 1.0",
        "1 of 1 elements",
    ]
    found = [printed.index(f"\n{start}") if number else printed.index(start) for number, start in enumerate(starts)]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--report", "--report expects a template file, or the name of a format such as md"),
        ("--report ./reprot.md", "--report: no template 'reprot.md'; did you mean 'report.md'?"),
        ("--report out.json", "--report: no template 'out.json'; the format is asked for by --report json"),
        ("--report jsn", "--report: unknown format 'jsn', expected *; did you mean 'json'?"),
        ("--report ,", "--report: unknown format ',', expected *"),
        ("--report /", "--report: template '/' is no file"),
        ("--describe Servr", "--describe: 'Servr' is no kind and no threat; did you mean 'Server'?"),
        ("--exclude AA040 --dfd", "--exclude: unknown threat 'AA040'; did you mean 'AA04'?"),
        ("--json /", "--json: '/' is no file"),
        ("--json /proc/none/x", "--json: cannot write '/proc/none/x': No such file or directory"),
        ("--dfdd", "unknown option '--dfdd'; did you mean '--dfd'?"),
        ("--list --seq --describe Servr", "--describe: 'Servr' is no kind and no threat; did you mean 'Server'?"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_printed(call: Call, shop: Path, words: str, told: str) -> None:
    done = call(shop, *words.split())
    assert (done.status, done.out) == (2, "")
    before, _, after = f"threatmodel_shop.py: error: {told}\n".partition("*")
    assert done.err.startswith(before)
    assert done.err.endswith(after)
    assert done.err.count("\n") == 1


def test_a_template_with_a_mistake_names_the_line_and_debug_shows_where(call: Call, shop: Path) -> None:
    done = call(shop, "--report", "broken.j2")
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("threatmodel_shop.py: error: report by broken.j2: template broken.j2, line 2: ")
    more = call(shop, "--report", "broken.j2", "--debug")
    assert (more.status, more.out) == (1, "")
    assert f"debug: model {shop / 'threatmodel_shop.py'}, root {shop}\n" in more.err
    assert "Traceback (most recent call last):" in more.err
    assert more.err.endswith(done.err)


def test_a_wrong_model_is_told_with_every_complaint(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT.replace('"Web Server"', '" "').replace('"Shop"', '""'))
    for words in ([], ["--dfd"], ["--json", "-"]):
        done = run(tmp_path, *words)
        assert (done.status, done.out) == (1, "")
        assert done.err == (
            'TM "": an element of kind Server has an empty name (threatmodel_shop.py:13)\n'
            "the model has no name (threatmodel_shop.py:10)\n"
        )


def test_lists_need_no_right_model(tmp_path: Path) -> None:
    write(tmp_path, SCRIPT.replace('"Shop"', '""'))
    assert fine(run(tmp_path, "--list")).startswith("core 1.0")


def test_wrong_decisions_are_told_beside_the_output(call: Call, tmp_path: Path) -> None:
    write(
        tmp_path,
        SCRIPT.replace('"DE01"', '"DE0l"').replace("query.marks = [", 'query.marks = [exclude("ZZ*", reason="?"), '),
    )
    done = call(tmp_path, "--seq")
    assert done.status == 0
    assert done.out.startswith("@startuml")
    first, second = done.err.splitlines()
    assert first.startswith("threatmodel_shop.py:18: ")
    assert "DE0l" in first
    assert "ZZ*" in second
    assert call(tmp_path).err == done.err
    assert call(tmp_path, "--list").err == ""


RULES = """
[pack]
name = "own"
title = "Own rules"
version = "1"

[[threat]]
id = "OWN01"
title = "Own threat"
targets = ["Server"]
condition = "target.OS == 'DOS'"
severity = "low"
description = "d"
mitigation = "m"
vulnerable = [{ kind = "Server", OS = "DOS" }]
safe = [{ kind = "Server", OS = "Linux" }]
"""


def test_the_models_own_threats_are_listed_described_and_met(call: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULES, encoding="utf-8")
    write(tmp_path, SCRIPT.replace('database")', 'database", threatsFile="own.toml")'))
    printed = fine(call(tmp_path, "--list", "--describe", "OWN01", "--json", "-"))
    assert "OWN01  low       Own threat" in printed
    assert "OWN01  Own threat" in printed
    assert '"OWN01[Web Server]"' in printed


def test_a_rule_that_fails_is_told(call: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULES, encoding="utf-8")
    odd = (
        "class Odd(str):\n    def __hash__(self):\n        raise ValueError('cannot be compared')\nweb.OS = Odd('?')\n"
    )
    write(tmp_path, SHOP.replace('database")', 'database", threatsFile="own.toml")') + odd + "tm.process()\n")
    done = call(tmp_path, "--seq")
    assert done.status == 0
    assert done.err == "rule error: OWN01[Web Server]: ValueError: cannot be compared\n"


def test_a_broken_threat_file_is_told(call: Call, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULES.replace("target.OS", "target.SO"), encoding="utf-8")
    write(tmp_path, SCRIPT.replace('database")', 'database", threatsFile="own.toml")'))
    done = call(tmp_path, "--list")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("threatmodel_shop.py: threat library: ")
    assert "SO" in done.err
    assert "Traceback" not in done.err


def test_code_that_moved_on_is_told(call: Call, shop: Path) -> None:
    assert fine(call(shop, "--stale_days", "0")) == (
        "1 of 1 elements with sourceFiles are up to date: no code changed after threatmodel_shop.py.\n"
    )
