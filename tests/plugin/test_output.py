"""What the terminal shows: the whole visible output of a small model, and each part of it."""

from __future__ import annotations

import json
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from .models import FLOW_THREAT
from .models import PACK
from .models import timeless
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

#: A finding, an exclusion, a pair that passes, an accepted finding, and a test.
MODEL = """
web = Server("Web", usesCache=True)
old = Server("Old", OS="DOS", usesCache=False)
out = Server("Out", usesCache=True, inScope=False)
old.marks = accept("TT02", reason="it is in a museum", owner="Ada")
pytestmark = exclude("TT02", element="Web", reason="no disk")

def test_ordinary(threatmodel):
    assert threatmodel["Web"].usesCache
"""
FAILURE = """\
=================================== FAILURES ===================================
__________________________________ TT01[Web] ___________________________________
High  Cached answers are read                             STRIDE information disclosure, tampering, CWE-311, CWE-319
on    Server "Web"                                        threatmodel_shop.py:4
why   target.usesCache                                    True, stated in line 4
      and not target.controls.isHardened                  False, never stated
fix   controls.isHardened = True
      if untrue, correct: usesCache = False
      or decide: accept("TT01", reason=..., owner=..., until=...,
                        facts={"usesCache": True, "controls.isHardened": False})
"""
CLOSING = """\
================================= threat model =================================
threatmodel_shop.py: Shop, 3 elements (1 out of scope), 4 pairs: 2 vulnerable, 1 undetermined, 1 not-applicable
  findings: 1 high
  decisions: 1 accepted, 1 excluded
  not bound to facts: 1 decision
  weakened: 1 pair excluded by 1 decision
  weakened: 1 element out of scope, without a reason
  what would close most:
    "Web": controls.isHardened = True closes 1 high finding
  threatmodel_shop.py:7: accept("TT02") has no end: state until
"""
#: What `-v` shows besides: line -> the lines under it.
DETAILS = {
    "not bound to facts: 1 decision\n": '    threatmodel_shop.py:7: accept("TT02")\n',
    "excluded by 1 decision\n": "    threatmodel_shop.py:8: exclude(\"TT02\", element='Web'): no disk\n",
    "without a reason\n": '    threatmodel_shop.py:6: Server "Out"\n',
}
SUMMARY = """\
=========================== short test summary info ============================
FAILED threatmodel_shop.py::TT01[Web] - High: Cached answers are read (usesCa...
"""
COUNTS = "1 failed, 2 passed, 1 skipped, 1 xfailed in TIME"
DOTS = """\
collected 5 items

threatmodel_shop.py Fs.x.                                                [100%]

"""
NAMES = """\
collecting ... collected 5 items

threatmodel_shop.py::TT01[Web] FAILED                                    [ 20%]
threatmodel_shop.py::TT02[Web] SKIPPED (no disk)                         [ 40%]
threatmodel_shop.py::TT01[Old] PASSED                                    [ 60%]
threatmodel_shop.py::TT02[Old] XFAIL (it is in a museum (owner Ada))     [ 80%]
threatmodel_shop.py::test_ordinary PASSED                                [100%]

"""


def from_collection_on(result: pytest.RunResult) -> str:
    """The output without the header, which names versions and paths."""
    text = timeless(result)
    return text[text.index("collect") :]


def run(pytester: pytest.Pytester, *args: str, body: str = MODEL) -> pytest.RunResult:
    write_project(pytester, body)
    return pytester.runpytest("--threatmodel", *args)


def section(result: pytest.RunResult, title: str = "threat model") -> list[str]:
    """The lines of one section of the output."""
    lines = result.stdout.lines
    start = next(number for number, line in enumerate(lines) if line.strip("= ") == title) + 1
    end = next(number for number in range(start, len(lines)) if lines[number].startswith(("=", "!")))
    return lines[start : end - 1] if lines[end - 1] == "" else lines[start:end]


# The whole output


def test_quiet_output_has_nothing_that_pytest_would_not_print(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-q")
    dots = "Fs.x.                                                                    [100%]\n"
    assert timeless(result) == f"{dots}{FAILURE}{SUMMARY}{COUNTS}"


def test_default_output(pytester: pytest.Pytester) -> None:
    result = run(pytester)
    assert from_collection_on(result) == f"{DOTS}{FAILURE}{CLOSING}{SUMMARY}== {COUNTS} =="


@pytest.mark.parametrize("verbosity", ["-v", "-vv"])
def test_verbose_output(pytester: pytest.Pytester, verbosity: str) -> None:
    """The short summary is cut to the width of the terminal up to -v."""
    result = run(pytester, verbosity)
    rest = "(usesCache True, controls.isHardened False)"
    summary = SUMMARY.replace("(usesCa...", rest) if verbosity == "-vv" else SUMMARY
    closing = CLOSING
    for line, details in DETAILS.items():
        closing = closing.replace(line, f"{line}{details}")
    assert from_collection_on(result) == f"{NAMES}{FAILURE}{closing}{summary}== {COUNTS} =="


def test_output_on_workers_has_the_same_sections(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = run(pytester, "-n", "2")
    assert section(result) == CLOSING.splitlines()[1:]
    failures = [line for line in section(result, "FAILURES") if not line.startswith("[gw")]
    assert failures == FAILURE.splitlines()[1:]
    result.stdout.fnmatch_lines(["threat models: 2 threats from tiny 2.1", *SUMMARY.splitlines()[1:]])


def test_a_run_without_findings_shows_no_failures(pytester: pytest.Pytester) -> None:
    result = run(pytester, body='Server("Web")')
    assert from_collection_on(result) == dedent("""\
        collected 2 items

        threatmodel_shop.py ..                                                   [100%]
        ================================= threat model =================================
        threatmodel_shop.py: Shop, 1 element, 2 pairs: 2 undetermined
          findings: none
          never stated, and how many threats it would settle:
            Web: usesCache 1, OS 1, for 2 undetermined pairs

        == 2 passed in TIME ==""")


def test_quiet_output_without_findings_is_two_lines(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-q", body='Server("Web")')
    assert timeless(result) == f"..{' ' * 71}[100%]\n2 passed in TIME"


# Options of pytest that change the output


def test_without_tracebacks_the_summary_still_tells_what_was_found(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--tb=no")
    result.stdout.no_fnmatch_line("*FAILURES*")
    result.stdout.fnmatch_lines([*CLOSING.splitlines(), *SUMMARY.splitlines()])


def test_short_tracebacks_are_the_same_text(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--tb=short")
    assert from_collection_on(result) == f"{DOTS}{FAILURE}{CLOSING}{SUMMARY}== {COUNTS} =="


def test_one_line_tracebacks_are_one_line_with_file_and_line(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--tb=line")
    place = f"{pytester.path / 'threatmodel_shop.py'}:4"
    assert f"{place}: High: Cached answers are read (usesCache True, controls.isHardened False)" in result.stdout.lines
    result.stdout.no_fnmatch_line("fix *")


def test_full_traces_show_no_frames_of_the_plugin(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--full-trace")
    result.stdout.no_fnmatch_line("*.py:*: in *")
    result.stdout.no_fnmatch_line("*ThreatFinding*")


def test_everything_can_be_listed_in_the_summary(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-rA")
    assert section(result, "short test summary info") == [
        "PASSED threatmodel_shop.py::TT01[Old]",
        "PASSED threatmodel_shop.py::test_ordinary",
        "SKIPPED [1] threatmodel_shop.py: no disk",
        "XFAIL threatmodel_shop.py::TT02[Old] - it is in a museum (owner Ada)",
        "FAILED threatmodel_shop.py::TT01[Web] - High: Cached answers are read (usesCa...",
    ]


@pytest.mark.skipif(pytest.version_tuple < (8, 4), reason="--xfail-tb came with pytest 8.2, its place moved in 8.4")
def test_accepted_findings_explain_themselves_when_asked(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--xfail-tb")
    assert section(result, "XFAILURES") == [
        "__________________________________ TT02[Old] ___________________________________",
        "Low   The system is old",
        'on    Server "Old"                                        threatmodel_shop.py:5',
        "why   target.OS == 'DOS'                                  'DOS', stated in line 5",
        "      and not target.controls.isHardened                  False, never stated",
        "fix   controls.isHardened = True",
        "      if untrue, correct: OS = ''",
        '      or decide: accept("TT02", reason=..., owner=..., until=...,',
        '                        facts={"OS": "DOS", "controls.isHardened": False})',
    ]


def test_the_header_can_be_left_out(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--no-header")
    result.stdout.no_fnmatch_line("*threat models:*")
    assert from_collection_on(result) == f"{DOTS}{FAILURE}{CLOSING}{SUMMARY}== {COUNTS} =="


def test_the_failures_can_be_left_out(pytester: pytest.Pytester) -> None:
    """Newer versions of pytest let the sections of plugins stand then."""
    result = run(pytester, "--no-summary")
    result.stdout.no_fnmatch_line("*FAILURES*")
    result.stdout.no_fnmatch_line("FAILED *")


def test_colours_are_those_of_pytest(pytester: pytest.Pytester) -> None:
    """The title of the closing section is blue, its text plain."""
    result = run(pytester, "--color=yes")
    text = result.stdout.str()
    assert "\x1b[34m================================= threat model =================================\x1b[0m" in text
    assert "\n  findings: 1 high\n" in text
    assert "\x1b" not in run(pytester, "--color=no").stdout.str()


def test_durations_show_nothing_of_pairs_that_take_no_time(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--durations=5")
    result.stdout.fnmatch_lines(["*slowest 5 durations*"])
    assert section(result) == CLOSING.splitlines()[1:]
    result.assert_outcomes(failed=1, passed=2, skipped=1, xfailed=1)


# The header


def test_the_header_names_packs_and_counts_threats(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-o", "threatmodel_packs=tiny core")
    result.stdout.re_match_lines([r"threat models: \d+ threats from core \S+, tiny 2\.1"])


def test_the_header_says_a_version_once_for_the_packs_that_share_it(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-o", "threatmodel_packs=web core")
    result.stdout.re_match_lines([r"threat models: \d+ threats from core, web \d\S+$"])


def test_there_is_neither_header_nor_section_while_the_plugin_is_off(pytester: pytest.Pytester) -> None:
    write_project(pytester, MODEL)
    pytester.makepyfile("def test_passes(): pass")
    result = pytester.runpytest("-vv")
    result.stdout.no_fnmatch_line("*threat model*")
    result.assert_outcomes(passed=1)


# The failure text


def test_the_failure_names_flows_values_and_where_they_were_written(pytester: pytest.Pytester) -> None:
    """The text of the contract, in its columns."""
    body = """
    user, web = Actor("User"), Server("Web Server")
    order = Dataflow(user, web, "Place order", protocol="HTTP", dstPort=80)
    """
    write_project(pytester, body, pack=PACK + FLOW_THREAT)
    result = pytester.runpytest("--threatmodel")
    assert section(result, "FAILURES") == [
        "______________________________ TF01[Place order] _______________________________",
        "Medium  Read on the way                                   STRIDE information disclosure, CWE-319",
        'on    Dataflow "Place order" (User -> Web Server)         threatmodel_shop.py:5',
        "why   target.protocol == 'HTTP'                           'HTTP', stated in line 5",
        "      and not target.controls.isEncrypted                 False, never stated",
        "fix   controls.isEncrypted = True, or protocol = 'HTTPS'",
        '      or decide: accept("TF01", reason=..., owner=..., until=...,',
        '                        facts={"protocol": "HTTP", "controls.isEncrypted": False})',
    ]


def test_a_lapsed_decision_leads_the_failure_and_its_summary(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=True).marks = accept("TT01", reason="known", until="2020-01-01")'
    result = run(pytester, "-vv", body=body)
    assert section(result, "FAILURES")[1:3] == ["the acceptance expired on 2020-01-01", FAILURE.splitlines()[2]]
    result.stdout.fnmatch_lines(
        ["FAILED *TT01?Web? - the acceptance expired on 2020-01-01: High: Cached answers are read (usesCache True, *)"]
    )


def test_wild_names_are_shown_escaped(pytester: pytest.Pytester) -> None:
    """A name cannot clear the terminal, nor forge lines."""
    body = 'Server("a\\x1b[2Jb\\nFAILED c\\u202e", usesCache=True)'
    write_project(pytester, body)
    result = pytester.runpytest("--threatmodel", "-vv")
    text = result.stdout.str()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"TT01[a\x1b[2Jb\nFAILED c\u202e] FAILED" in text
    assert r'on    Server "a\x1b[2Jb\nFAILED c\u202e"' in text


def test_wild_reasons_are_shown_escaped(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=True).marks = accept("TT01", reason="a\\x1b[2Jb\\nFAILED c", owner="\\u202e")'
    result = run(pytester, "-v", "-rx", body=body)
    assert "\x1b" not in result.stdout.str()
    assert r"XFAIL threatmodel_shop.py::TT01[Web] - a\x1b[2Jb\nFAILED c (owner \u202e)" in result.stdout.lines


# The closing section


def test_the_closing_section_has_lines_for_every_model(run_ways: Run, pytester: pytest.Pytester) -> None:
    """With what ends soon, and with what was deselected."""
    today = datetime.now(UTC).date()
    days = [today + timedelta(1), today + timedelta(28), today + timedelta(31), today - timedelta(1)]
    body = "".join(
        f'Server("{number}", usesCache=True).marks = accept("TT01", reason="known", owner="Ada", until="{day}")\n'
        for number, day in enumerate(days)
    )
    write_project(pytester, body)
    other = 'from pytest_threatmodel import TM, Server\nTM("Other\\nsystem")\nServer("Solo", usesCache=False)\n'
    pytester.path.joinpath("threatmodel_other.py").write_text(other, encoding="utf-8")
    assert section(run_ways("--threatmodel-exclude=TT02")) == [
        r"threatmodel_other.py: Other\nsystem, 1 element, 2 pairs: 1 undetermined, 1 not-applicable",
        "  findings: none",
        "  never stated, and how many threats it would settle:",
        "    Solo: OS 1, for 1 undetermined pair",
        "threatmodel_shop.py: Shop, 4 elements, 8 pairs: 4 vulnerable, 4 undetermined",
        "  findings: 1 high",
        "  decisions: 3 accepted, 1 expired",
        "  not bound to facts: 4 decisions",
        "  what would close most:",
        '    "3": controls.isHardened = True closes 1 high finding',
        "  never stated, and how many threats it would settle:",
        *(f"    {number}: OS 1, for 1 undetermined pair" for number in range(4)),
        f'  threatmodel_shop.py:4: accept("TT01") ends on {days[0]}, in 1 day; its owner is Ada',
        f'  threatmodel_shop.py:5: accept("TT01") ends on {days[1]}, in 28 days; its owner is Ada',
        "5 pairs deselected by --threatmodel-exclude",
    ]


def test_findings_are_counted_by_severity_the_worst_first(pytester: pytest.Pytester) -> None:
    """Softened findings are findings; decided ones are counted as decisions."""
    body = 'Server("A", OS="DOS", usesCache=True)\nServer("B", usesCache=True)\n'
    body += 'Server("C", OS="DOS").marks = accept("TT02", reason="known", owner="Ada", until="2020-01-01")'
    result = run(pytester, "--threatmodel-fail-on=high", "--threatmodel-fixes=0", body=body)
    assert section(result)[1:] == [
        "  findings: 2 high, 2 low",
        "  decisions: 1 expired",
        "  not bound to facts: 1 decision",
        "  weakened: 1 undecided finding let pass",
        "  never stated, and how many threats it would settle:",
        "    B: OS 1, for 1 undetermined pair",
        "    C: usesCache 1, for 1 undetermined pair",
        "weakened: --threatmodel-fail-on=high",
    ]


def test_rules_of_pytm_that_can_never_fire_are_named(pytester: pytest.Pytester) -> None:
    threat = {"SID": "X01", "target": ["Server"], "description": "Old", "details": "", "severity": "High"}
    threat |= {"mitigations": "", "condition": "target.isMadeOfCheese is True", "example": "", "references": ""}
    write_project(pytester, MODEL, ini="threatmodel_threats = old.json\n")
    pytester.path.joinpath("old.json").write_text(json.dumps([threat]), encoding="utf-8")
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(["  *old.json: X01 can never fire: no kind has isMadeOfCheese"])


def test_a_run_without_a_model_says_so(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_passes(): pass")
    result = pytester.runpytest("--threatmodel")
    assert section(result) == [
        "no model collected: model files are named threatmodel_*.py, or as ini threatmodel_files says"
    ]
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_a_model_that_could_not_be_loaded_is_named_once(run_ways: Run, pytester: pytest.Pytester) -> None:
    """It is no missing model: the file is there, under the right name."""
    write_project(pytester, 'Server("Web", usesCaches=True)')
    result = run_ways("--threatmodel")
    assert section(result) == ["threatmodel_shop.py: could not be loaded"]


def test_a_model_without_pairs_is_shown(pytester: pytest.Pytester) -> None:
    result = run(pytester, body='Actor("User")')
    assert section(result) == ["threatmodel_shop.py: Shop, 1 element, 0 pairs: none", "  findings: none"]


def test_very_verbose_runs_say_who_asked_for_the_standard_protocol(pytester: pytest.Pytester) -> None:
    result = run(pytester, "-vv", "--setup-show")
    result.stdout.fnmatch_lines(["standard protocol for pairs: option setupshow"])


# Help


OPTIONS = """\
threat models:
  --threatmodel         Collect threat models; every other option of this group
                        implies it (ini: threatmodel; default: off)
  --no-threatmodel      Do not collect threat models, whatever the ini file says
  --threatmodel-exclude=IDS
                        Deselect the pairs of these threats: ids or patterns,
                        separated by commas (ini: threatmodel_exclude; default:
                        none)
  --threatmodel-stale-days=DAYS
                        Elements fail whose sourceFiles changed more than so
                        many days after the model file (ini:
                        threatmodel_stale_days; default: not looked at)
  --threatmodel-list=[FILTER]
                        Print the threats of the library and leave: all, those
                        of a pack, or those that fit stride:, linddun:, cwe:,
                        capec:, attack:, owasp:, severity:, kind: or id:, or
                        several of these with commas between
  --threatmodel-describe=KIND_OR_ID
                        Print the fields of a kind of element, or all about a
                        threat, and leave
  --threatmodel-explain=NODEID
                        Print why a pair has its verdict, green ones too, and
                        leave
  --threatmodel-init=FILE
                        Write a commented first model that runs, and leave
"""
SETTINGS = """\
  threatmodel (bool):   Collect threat models in every run (default: false)
  threatmodel_files (args):
                        Patterns of model files; file.py::function calls a
                        function that makes the model (default:
                        threatmodel_*.py)
  threatmodel_threats (paths):
                        Threat files or folders of them (TOML, or pytm's JSON)
  threatmodel_packs (args):
                        The threat packs to use, by name (default: all)
  threatmodel_library (string):
                        The version of the shipped packs, such as 1.0; threats
                        that came later are left out (default: the latest)
  threatmodel_pytm_threats (string):
                        What files that import pytm meet: pytm, its own threats
                        as installed, or packs (default: pytm)
  threatmodel_required (bool):
                        A run that collects no model fails (default: false)
  threatmodel_strict (bool):
                        What pytm takes without a word, such as unknown
                        attributes, is an error in its files (default: false)
  threatmodel_exclude (args):
                        As --threatmodel-exclude
  threatmodel_stale_days (string):
                        As --threatmodel-stale-days
"""
SELFTEST_OPTIONS = """\
  --threatmodel-selftest
                        Test the threats of the library, or of the packs named
                        on the command line: one test for each threat
  --threatmodel-lint    Name the threats that never or always fire on the
                        models, and the facts that no element states
"""
REGISTER_OPTION = """\
  --threatmodel-register={read,update,force-update}
                        update: write every undecided finding into the register
                        as open, and close what is settled; force-update: also
                        where CI is set (default: read)
"""
NEW_RULES_SETTING = """\
  threatmodel_new_rules_grace (string):
                        Days after the release of a new threat until its
                        undecided findings fail, 0 for none (default: 30)
"""
REGISTER_SETTINGS = """\
  threatmodel_register_days (linelist):
                        Days in which new findings are to be fixed, a line a
                        severity (default: critical=30, high=45, medium=60,
                        low=90, info=90)
  threatmodel_register_owner (string):
                        Who answers for findings that
                        --threatmodel-register=update adds (default: the owner
                        of the model file by CODEOWNERS)
"""


def test_help_lists_every_option_and_setting_with_its_default(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest("--help").stdout.str()
    assert OPTIONS in text
    assert SETTINGS in text
    assert SELFTEST_OPTIONS in text
    assert REGISTER_OPTION in text
    assert REGISTER_SETTINGS in text
    assert NEW_RULES_SETTING in text
