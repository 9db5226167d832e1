"""Policies in a run: who may weaken the gate, as failing items and as the exit code."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import TypeAlias
from xml.etree import ElementTree

import pytest

from .models import outcomes
from .models import write_project
from .systems import closing_section

if TYPE_CHECKING:
    from collections.abc import Callable

    Run: TypeAlias = Callable[..., pytest.RunResult]

INI = "threatmodel_policy = policy.toml\n"
POLICY = '[policy]\nname = "acme"\nversion = "1.2"\n'
ACCEPTED = 'web = Server("Web", usesCache=True)\nweb.marks = [accept("TT01", reason="for now")]\n'
ALL_WAYS = pytest.mark.parametrize(
    "way", [(), pytest.param(("-n2",), marks=pytest.mark.workers), ("-p", "no:xdist")], ids=["plain", "n2", "noxdist"]
)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """A run of a model under a policy."""

    def run(policy: str, body: str, *args: str, ini: str = "", conftest: str = "") -> pytest.RunResult:
        if "-n2" in args:
            pytest.importorskip("xdist")
        write_project(pytester, body, ini=INI + ini, conftest=conftest)
        pytester.path.joinpath("policy.toml").write_text(POLICY + policy, encoding="utf-8")
        return pytester.runpytest("--threatmodel", "-v", *args)

    return run


def violations(result: pytest.RunResult) -> list[str]:
    """The sentences in the failure of the policy's item."""
    text = result.stdout.str()
    return [line for line in text.splitlines() if "(policy acme 1.2, " in line and "FAILED" not in line]


REGISTER = '[decisions]\nwhere = "register"\n'
OUTSIDE = (
    'threatmodel_shop.py:5: accept("TT01") decides outside a register, expected an entry there '
    "(policy acme 1.2, decisions.where)"
)


@ALL_WAYS
def test_decisions_outside_a_register_fail_an_item_that_stands_last(run: Run, way: tuple[str, ...]) -> None:
    body = ACCEPTED + "def test_own():\n    pass\n"
    result = run(REGISTER, body, *way)
    words = outcomes(result)
    assert words == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED", "test_own": "PASSED", "policy": "FAILED"}
    assert "-n2" in way or list(words)[-1] == "policy"
    assert violations(result) == [OUTSIDE]
    assert "policy: 1 violation, see threatmodel_shop.py::policy" in closing_section(result)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_model_that_violates_nothing_passes(run: Run) -> None:
    result = run('[decisions]\nowner_from = "critical"\n', ACCEPTED)
    assert outcomes(result)["policy"] == "PASSED"
    assert not any(line.startswith("policy") for line in closing_section(result))
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["threat model policy: acme 1.2"])


@pytest.mark.parametrize(
    "selection",
    [("-k", "TT01"), ("-k", "TT01", "-n2"), ("--deselect", "threatmodel_shop.py::policy"), ("-m", "threat")],
    ids=" ".join,
)
def test_no_selection_makes_a_violation_pass(run: Run, selection: tuple[str, ...]) -> None:
    """Where the item does not run, the exit code tells, and the closing section says why."""
    result = run(REGISTER, ACCEPTED, *selection)
    assert "policy" not in outcomes(result)
    assert "policy: 1 violation, see threatmodel_shop.py::policy" in closing_section(result)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("quiet", [("-q",), ("-q", "--collect-only"), ("-q", "-n2")], ids=" ".join)
def test_a_quiet_run_that_fails_by_its_exit_code_says_why(run: Run, quiet: tuple[str, ...]) -> None:
    result = run(REGISTER, ACCEPTED, "-q", *quiet, "-k", "TT01")
    assert result.stdout.lines.count("policy: 1 violation, see threatmodel_shop.py::policy") == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_junit_has_a_case_for_the_policy(run: Run, pytester: pytest.Pytester) -> None:
    run(REGISTER, ACCEPTED, "--junitxml=junit.xml")
    cases = {case.get("name"): case for case in ElementTree.parse(pytester.path / "junit.xml").iter("testcase")}
    failure = cases["policy"].find("failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == (OUTSIDE, OUTSIDE)


REGISTERED = """
[[decision]]
threat = "TT01"
element = "Web"
status = "open"
owner = "shop team"
until = 2999-01-01
"""


@ALL_WAYS
def test_entries_of_a_register_are_where_decisions_belong(
    run: Run, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    """They answer to the other rules as all decisions do."""
    pytester.path.joinpath("threatmodel-register.toml").write_text(REGISTERED, encoding="utf-8")
    policy = REGISTER + "longest_days = { high = 90 }\n[models]\nrequired = ['shop-*']\n"
    body = 'tm.key = "shop-1"\nServer("Web", usesCache=True)\n'
    result = run(policy, body, *way, ini="threatmodel_register = threatmodel-register.toml\n")
    assert outcomes(result)["TT01[Web]"] == "XFAIL"
    (text,) = violations(result)
    assert "on a finding of high severity for " in text
    assert text.endswith("expected 90 at most (policy acme 1.2, decisions.longest_days)")


def test_a_policy_holds_when_items_are_only_collected(run: Run) -> None:
    result = run(REGISTER, ACCEPTED, "--collect-only")
    result.stdout.fnmatch_lines(["*<PolicyItem policy>", "policy: 1 violation, see threatmodel_shop.py::policy"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@ALL_WAYS
def test_what_a_conftest_decides_is_seen(run: Run, way: tuple[str, ...]) -> None:
    conftest = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.threat_accept("TT01", reason="all of them"))
    """
    result = run(REGISTER, 'Server("Web", usesCache=True)\nServer("Api", usesCache=True)\n', *way, conftest=conftest)
    assert outcomes(result)["TT01[Web]"] == "XFAIL"
    assert len(violations(result)) == 1
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_file_that_skips_itself_does_not_skip_the_policy(run: Run) -> None:
    result = run(REGISTER, ACCEPTED + "pytestmark = [pytest.mark.skip(reason='later')]\n")
    assert outcomes(result)["policy"] == "FAILED"
    assert "pytest.mark.skip decides about the whole file" in violations(result)[1]


SHIPPED_CORE = "the shipped threat pack 'core' is left out by threatmodel_packs (policy acme 1.2, packs.replace)"


@ALL_WAYS
def test_the_first_model_answers_for_the_run(run: Run, pytester: pytest.Pytester, way: tuple[str, ...]) -> None:
    pytester.path.joinpath("threatmodel_more.py").write_text(
        'from pytest_threatmodel import *\nTM("More")\nServer("More")\n', encoding="utf-8"
    )
    policy = '[packs]\nreplace = "forbidden"\nrequired = ["core"]\n[severity]\nfail_on = "low"\n'
    result = run(policy, 'Server("Web")\n', *way, "--threatmodel-fail-on=high")
    text = result.stdout.str()
    assert SHIPPED_CORE in violations(result)
    assert "threat pack 'core' does not count; there are: tiny (policy acme 1.2, packs.required)" in violations(result)
    assert violations(result)[0].startswith("--threatmodel-fail-on=high lets findings of low severity pass")
    assert text.count(SHIPPED_CORE) == 1
    assert sum(line.startswith("policy:") for line in closing_section(result)) == 1


@ALL_WAYS
def test_a_run_without_a_model_fails_by_its_exit_code(
    run: Run, pytester: pytest.Pytester, way: tuple[str, ...]
) -> None:
    pytester.path.joinpath("test_x.py").write_text("def test_x():\n    pass\n", encoding="utf-8")
    result = run('[models]\nrequired = ["threatmodel_shop.py"]\n', "", *way, "--ignore=threatmodel_shop.py")
    result.assert_outcomes(passed=1)
    told = "policy: no model 'threatmodel_shop.py' was collected (policy acme 1.2, models.required)"
    assert told in closing_section(result)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@ALL_WAYS
def test_required_models(run: Run, way: tuple[str, ...]) -> None:
    policy = '[models]\nrequired = ["threatmodel_*.py", "threatmodel_bank.py"]\n'
    result = run(policy, 'Server("Web")\n', *way)
    assert violations(result) == [
        "no model 'threatmodel_bank.py' was collected; did you mean 'threatmodel_shop.py'? "
        "(policy acme 1.2, models.required)"
    ]


def test_a_run_of_the_whole_folder_is_not_narrowed(run: Run) -> None:
    result = run('[models]\nrequired = ["threatmodel_bank.py"]\n', 'Server("Web")\n', ".")
    assert len(violations(result)) == 1


@pytest.mark.parametrize(
    ("narrow", "why"),
    [
        (("threatmodel_shop.py",), "the command line names paths"),
        (("threatmodel_shop.py::TT01[Web]", "-n2"), "the command line names paths"),
        (("--lf",), "--lf runs what failed last"),
    ],
    ids=repr,
)
def test_a_narrowed_run_says_that_it_does_not_look_for_models(run: Run, narrow: tuple[str, ...], why: str) -> None:
    result = run('[models]\nrequired = ["threatmodel_bank.py"]\n', 'Server("Web")\n', *narrow)
    assert f"policy: required models are not looked for, as {why}" in closing_section(result)
    assert result.ret == pytest.ExitCode.OK


def test_a_run_that_starts_in_a_folder_below_is_narrowed(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    run('[models]\nrequired = ["threatmodel_bank.py"]\n', "")
    monkeypatch.chdir(pytester.mkdir("sub"))
    result = pytester.runpytest("--threatmodel")
    told = "policy: required models are not looked for, as pytest was started below the folder of its ini file"
    assert told in closing_section(result)


def test_the_paths_of_the_ini_file_are_the_whole_project(run: Run, pytester: pytest.Pytester) -> None:
    """A model that they leave out is missing."""
    pytester.mkdir("sub")
    policy = '[models]\nrequired = ["threatmodel_shop.py"]\n'
    result = run(policy, "", ini="testpaths = sub\n")
    told = "policy: no model 'threatmodel_shop.py' was collected (policy acme 1.2, models.required)"
    assert told in closing_section(result)


def test_a_required_model_that_cannot_be_loaded_is_an_error_once(run: Run) -> None:
    result = run('[models]\nrequired = ["threatmodel_shop.py"]\n', "raise KeyError('x')\n")
    result.assert_outcomes(errors=1)
    assert "was collected" not in result.stdout.str()


@ALL_WAYS
def test_the_day_and_the_checks_of_decisions_are_not_for_a_run_to_choose(run: Run, way: tuple[str, ...]) -> None:
    policy = '[decisions]\ntoday_option = "forbidden"\nsoften_checks = "forbidden"\n'
    ini = "threatmodel_decision_checks = expired = off\n"
    result = run(policy, 'Server("Web")\n', *way, "--threatmodel-today=2020-01-01", ini=ini)
    assert violations(result) == [
        "--threatmodel-today=2020-01-01 is given, expected the day that it is "
        "(policy acme 1.2, decisions.today_option)",
        "threatmodel_decision_checks: expired = off, expected fail (policy acme 1.2, decisions.soften_checks)",
    ]
    lines = closing_section(result)
    assert "weakened: --threatmodel-today=2020-01-01" in lines
    assert "weakened: threatmodel_decision_checks: expired = off" in lines


def test_several_policies_come_to_the_strictest(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("more").mkdir()
    text = '[policy]\nname = "team"\n[decisions]\nowner_from = "high"\n'
    pytester.path.joinpath("more", "team.toml").write_text(text, encoding="utf-8")
    result = run('[decisions]\nwhere = "anywhere"\n', ACCEPTED, ini="    more/team.toml\n")
    result.stdout.fnmatch_lines(
        ["threat model policy: acme 1.2, team", "*without owner (policy team, decisions.owner_from)"]
    )


@pytest.mark.parametrize(
    ("ini", "told"),
    [
        ("threatmodel_policy = nowhere.toml", "nowhere.toml: can not be read: No such file or directory"),
        ("threatmodel_policy = package:acme", "there is no installed policy 'acme'; installed policies: none"),
        ("threatmodel_policy = wrong.toml", "wrong.toml: severity, fail_on: unknown severity 'hihg'"),
    ],
)
def test_a_policy_that_is_wrong_is_a_usage_error(pytester: pytest.Pytester, ini: str, told: str) -> None:
    write_project(pytester, ACCEPTED, ini=ini)
    pytester.path.joinpath("wrong.toml").write_text(f"{POLICY}[severity]\nfail_on = 'hihg'\n", encoding="utf-8")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: ini setting threatmodel_policy: {told}" in result.stderr.str()


def test_without_threat_models_no_policy_is_read(pytester: pytest.Pytester) -> None:
    write_project(pytester, ini="threatmodel_policy = nowhere.toml")
    pytester.makepyfile(test_x="def test_x(): pass")
    pytester.runpytest("test_x.py").assert_outcomes(passed=1)


WEAK = """
web = Server("Web", usesCache=True, OS="DOS")
web.overrides = [Finding(threat_id="TT01", severity="low")]
Server("Out", inScope=False)
pytestmark = [exclude("TT02", reason="new")]
"""
WEAK_LINES = [
    "  weakened: 1 pair excluded by 1 decision",
    "  weakened: 1 element out of scope, without a reason",
    "  weakened: 1 severity lowered, without a reason",
    "  weakened: 1 undecided finding let pass",
]


@ALL_WAYS
def test_the_closing_section_counts_every_weakening(run: Run, way: tuple[str, ...]) -> None:
    result = run("", WEAK, *way, "-q", "--threatmodel-fail-on=high")
    lines = closing_section(result)
    assert [line for line in lines if line.startswith("  weakened")] == WEAK_LINES
    assert "weakened: --threatmodel-fail-on=high" in lines
    assert not any("left out" in line for line in lines)


@pytest.mark.parametrize(
    ("policy", "more"),
    [('[packs]\nreplace = "forbidden"\n', ()), ("", ("-o", "threatmodel_packs=tiny"))],
    ids=["policy", "command-line"],
)
@ALL_WAYS
def test_packs_that_are_left_out_are_told_where_that_is_no_choice_of_the_project(
    run: Run, way: tuple[str, ...], policy: str, more: tuple[str, ...]
) -> None:
    lines = closing_section(run(policy, 'Server("Web")', *way, *more))
    assert any(re.search(r"^weakened: \d+ shipped threat packs? left out$", line) for line in lines)


def test_details_of_weakenings_are_named_when_asked_for(run: Run) -> None:
    lines = closing_section(run("", WEAK + 'for n in range(25):\n    Server(f"S{n}", inScope=False)\n'))
    start = lines.index("  weakened: 1 pair excluded by 1 decision")
    assert lines[start + 1] == '    threatmodel_shop.py:7: exclude("TT02"): new'
    assert lines[start + 2 : start + 4] == [
        "  weakened: 26 elements out of scope, without a reason",
        '    threatmodel_shop.py:6: Server "Out"',
    ]
    assert lines[start + 23] == "    and 6 more"


def test_reports_name_violations_and_weakenings(run: Run, pytester: pytest.Pytester) -> None:
    policy = '[models]\nout_of_scope = "with-reason"\n'
    run(policy, WEAK, "--threatmodel-report=json,html,md,audit", "--threatmodel-exclude=TT02")
    folder = pytester.path / "threatmodel-artifacts"
    made = json.loads(folder.joinpath("threatmodel_shop.json").read_text(encoding="utf-8"))
    assert made["problems"] == [
        'threatmodel_shop.py:6: Server "Out" is out of scope without a reason, expected scopeReason="..." '
        "(policy acme 1.2, models.out_of_scope)"
    ]
    at = {"file": "threatmodel_shop.py"}
    assert made["weakenings"][:3] == [
        {"sort": "excluded", "what": 'exclude("TT02")', "reason": "new", "pairs": 1, **at, "line": 7},
        {"sort": "out of scope", "what": 'Server "Out"', "reason": "", "pairs": 0, **at, "line": 6},
        {"sort": "lowered", "what": "TT01[Web] from high to low", "reason": "", "pairs": 1, **at, "line": 5},
    ]
    option = {
        "sort": "deselected",
        "what": "--threatmodel-exclude=TT02",
        "reason": "",
        "pairs": 1,
        "file": "",
        "line": 0,
    }
    assert option in made["weakenings"]
    for name in ("threatmodel_shop.html", "threatmodel_shop.md", "threatmodel_shop.audit.html"):
        text = folder.joinpath(name).read_text(encoding="utf-8")
        assert "What weakens the gate" in text
        assert "from high to low (1 pair), no reason given" in text


def test_another_day_can_be_forbidden(run: Run) -> None:
    body = 'web = Server("Web", usesCache=True)\nweb.marks = [accept("TT01", reason="for now", until="2026-01-01")]\n'
    result = run('[decisions]\ntoday_option = "forbidden"\n', body, "--threatmodel-today=2025-12-31")
    assert violations(result) == [
        "--threatmodel-today=2025-12-31 is given, expected the day that it is (policy acme 1.2, decisions.today_option)"
    ]
    assert outcomes(run("", body, "--threatmodel-today=2025-12-31"))["policy"] == "PASSED"
