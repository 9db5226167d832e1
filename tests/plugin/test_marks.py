"""Marks on pairs: the threat mark for `-m`, pytest's own marks on elements and files, marks that a conftest adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import FLOW_THREAT
from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]

MODEL = """
user, web, api = Actor("User"), Server("Web Server", usesCache=True), Server("API")
ask = Dataflow(user, web, "Ask", protocol="HTTP")

def test_ordinary(threatmodel):
    assert threatmodel.elements
"""
WEB = ["TT01[Web Server]", "TT02[Web Server]"]
API = ["TT01[API]", "TT02[API]"]
FLOW = ["TF01[Ask]"]


# Selection by -m


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ("threat", [*WEB, *API, *FLOW]),
        ("not threat", ["test_ordinary"]),
        ('threat(severity="high")', ["TT01[Web Server]", "TT01[API]"]),
        ('threat(element="Web Server")', WEB),
        ('threat(kind="Dataflow")', FLOW),
        ('threat(id="TT02")', ["TT02[Web Server]", "TT02[API]"]),
        ('threat(pack="tiny")', [*WEB, *API, *FLOW]),
        ('threat(pack="core")', []),
        ('threat(stride="tampering")', ["TT01[Web Server]", "TT01[API]"]),
        ('threat(stride="information disclosure")', ["TT01[Web Server]", "TT01[API]", *FLOW]),
        ("threat(cwe=311)", ["TT01[Web Server]", "TT01[API]"]),
        ("threat(cwe=319)", ["TT01[Web Server]", "TT01[API]", *FLOW]),
        ('threat(stride="tampering", cwe=319)', ["TT01[Web Server]", "TT01[API]"]),
        ("threat(stride=None)", ["TT02[Web Server]", "TT02[API]"]),
        ('threat(severity="high", element="API") or threat(kind="Dataflow")', ["TT01[API]", *FLOW]),
        ('threat and not threat(severity="high")', ["TT02[Web Server]", "TT02[API]", *FLOW]),
    ],
)
def test_pairs_are_selected_by_mark(pytester: pytest.Pytester, expression: str, chosen: list[str]) -> None:
    """Every combination of a threat's STRIDE classes and weaknesses counts."""
    write_project(pytester, MODEL, pack=PACK + FLOW_THREAT)
    result = pytester.runpytest("--threatmodel", "-v", "-m", expression)
    assert sorted(outcomes(result)) == sorted(chosen)


def test_labels_that_are_escaped_are_selected_as_shown(pytester: pytest.Pytester) -> None:
    write_project(pytester, 'Server("a\\tb")')
    result = pytester.runpytest("--threatmodel", "-v", "-m", r'threat(element="a\\tb")')
    assert not outcomes(result)  # pytest's expressions take no backslashes
    chosen = pytester.runpytest("--threatmodel", "-v", r"threatmodel_shop.py::TT01[a\tb]")
    assert outcomes(chosen) == {r"TT01[a\tb]": "PASSED"}


def test_the_mark_holds_plain_values_only(pytester: pytest.Pytester) -> None:
    """-m compares with ==: lists and enumerations would never match."""
    conftest = """
    def pytest_collection_modifyitems(items):
        for item in items:
            for mark in item.iter_markers("threat"):
                assert not mark.args
                print(item.name, mark.kwargs)
                assert all(type(value) in (str, int, type(None)) for value in mark.kwargs.values())
    """
    write_project(pytester, 'Server("Web")', conftest=conftest)
    result = pytester.runpytest("--threatmodel", "-s")
    result.assert_outcomes(passed=2)
    kwargs = {"element": "Web", "kind": "Server", "severity": "high", "stride": "tampering", "cwe": 319, "pack": "tiny"}
    result.stdout.fnmatch_lines([f"TT01[[]Web] { ({'id': 'TT01', **kwargs}) }"])
    assert sum("TT01[Web]" in line for line in result.stdout.lines) == 4


# pytest's own marks


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("web.marks = [pytest.mark.skip(reason='later')]", ("SKIPPED", "SKIPPED", "FAILED")),
        ("web.marks = pytest.mark.skip", ("SKIPPED", "SKIPPED", "FAILED")),
        ("web.marks = [pytest.mark.skipif(True, reason='later')]", ("SKIPPED", "SKIPPED", "FAILED")),
        ("web.marks = [pytest.mark.skipif(False, reason='later')]", ("FAILED", "PASSED", "FAILED")),
        ("web.marks = [pytest.mark.xfail(reason='later')]", ("XFAIL", "PASSED", "FAILED")),
        ("web.marks = [pytest.mark.xfail(reason='later', strict=True)]", ("XFAIL", "PASSED", "FAILED")),
        ("web.marks = [pytest.mark.xfail(False, reason='later')]", ("FAILED", "PASSED", "FAILED")),
        ("web.marks = [pytest.mark.xfail(reason='later', raises=ValueError)]", ("FAILED", "PASSED", "FAILED")),
        ("web.marks = [pytest.mark.xfail(reason='later', run=False)]", ("XFAIL", "PASSED", "FAILED")),
        ("pytestmark = [pytest.mark.skip(reason='later')]", ("SKIPPED", "SKIPPED", "SKIPPED")),
        ("pytestmark = pytest.mark.xfail(reason='later')", ("XFAIL", "PASSED", "XFAIL")),
        ("pytestmark = [pytest.mark.xfail(reason='later', strict=True)]", ("XFAIL", "PASSED", "XFAIL")),
        ("pytestmark = (pytest.mark.xfail(reason='later'),)", ("XFAIL", "PASSED", "XFAIL")),
    ],
)
@pytest.mark.parametrize("ini", ["", "xfail_strict = true\n"], ids=["lenient", "strict"])
def test_marks_of_pytest_work_on_elements_and_on_the_file(
    pytester: pytest.Pytester, ini: str, mark: str, expected: tuple[str, str, str]
) -> None:
    """An xfail counts for findings only: a pair that passes is no XPASS, whatever strict says."""
    body = f'web = Server("Web", usesCache=True)\napi = Server("API", usesCache=True)\n{mark}'
    write_project(pytester, body, ini=ini)
    outcome = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert (outcome["TT01[Web]"], outcome["TT02[Web]"], outcome["TT01[API]"]) == expected


def test_an_xfail_on_the_file_counts_for_its_tests_as_everywhere(pytester: pytest.Pytester) -> None:
    body = """
    Server("Web")
    pytestmark = pytest.mark.xfail(reason="later", strict=True)

    def test_passes():
        pass
    """
    write_project(pytester, body)
    outcome = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert outcome == {"TT01[Web]": "PASSED", "TT02[Web]": "PASSED", "test_passes": "FAILED"}


def test_marks_of_other_plugins_select_pairs(pytester: pytest.Pytester) -> None:
    body = 'Server("Web").marks = [pytest.mark.slow]\nServer("API")'
    write_project(pytester, body, ini="markers = slow: takes long\naddopts = --strict-markers\n")
    result = pytester.runpytest("--threatmodel", "-v", "-m", "slow")
    assert outcomes(result) == {"TT01[Web]": "PASSED", "TT02[Web]": "PASSED"}
    write_project(pytester, f"{body}\npytestmark = pytest.mark.slow", ini="markers = slow: takes long\n")
    assert len(outcomes(pytester.runpytest("--threatmodel", "-v", "-m", "slow"))) == 4


def test_fixtures_named_on_the_file_do_not_disturb_pairs(pytester: pytest.Pytester) -> None:
    body = """
    Server("Web")
    pytestmark = pytest.mark.usefixtures("tmp_path")

    def test_passes():
        pass
    """
    write_project(pytester, body)
    pytester.runpytest("--threatmodel").assert_outcomes(passed=3)


@pytest.mark.parametrize("marks", ["pytestmark", "web.marks"])
def test_decisions_and_marks_of_pytest_meet(pytester: pytest.Pytester, marks: str) -> None:
    body = 'web = Server("Web", usesCache=True)\n'
    body += f'{marks} = [accept("TT01", reason="known"), pytest.mark.skipif(False, reason="never")]'
    write_project(pytester, body)
    outcome = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert outcome == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED"}


# Marks that a conftest adds


ADDING = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if item.name in ("TT01[Web]", "TT01[API]"):
            item.add_marker({mark})
"""


@pytest.mark.parametrize(
    ("mark", "web", "api"),
    [
        ("pytest.mark.skip(reason='added')", "SKIPPED", "SKIPPED"),
        ("pytest.mark.xfail(reason='added')", "XFAIL", "PASSED"),
        ("pytest.mark.xfail(reason='added', strict=True)", "XFAIL", "PASSED"),
        ("pytest.mark.threat_accept('TT01', reason='added')", "XFAIL", "PASSED"),
        ("pytest.mark.threat_accept('TT*', element='W*', reason='added')", "XFAIL", "PASSED"),
        ("pytest.mark.threat_accept('TT02', reason='added')", "FAILED", "PASSED"),
        ("pytest.mark.threat_accept('TT01', reason='added', until='2020-01-01')", "FAILED", "PASSED"),
        ("pytest.mark.threat_accept('TT01', reason='added', facts={'usesVPN': True})", "FAILED", "PASSED"),
        ("pytest.mark.threat_exclude('TT01', reason='added')", "SKIPPED", "SKIPPED"),
        ("pytest.mark.threat_exclude('TT01', element='Web', reason='added')", "SKIPPED", "PASSED"),
    ],
)
def test_a_conftest_adds_marks(pytester: pytest.Pytester, mark: str, web: str, api: str) -> None:
    body = 'Server("Web", usesCache=True)\nServer("API", usesCache=False)\nServer("Last")'
    write_project(pytester, body, conftest=ADDING.format(mark=mark), ini="xfail_strict = true\n")
    outcome = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert (outcome["TT01[Web]"], outcome["TT01[API]"]) == (web, api)
    assert len(outcome) == 6


def test_added_decisions_reach_the_closing_section_and_every_worker(run_ways: Run, pytester: pytest.Pytester) -> None:
    mark = "pytest.mark.threat_accept('TT01', reason='added')"
    write_project(pytester, 'Server("Web", usesCache=True)', conftest=ADDING.format(mark=mark))
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == {"TT01[Web]": "XFAIL", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(["  findings: none", "  decisions: 1 accepted"])


def test_a_decision_that_is_added_wrongly_fails_its_pair(pytester: pytest.Pytester) -> None:
    mark = "pytest.mark.threat_accept('TT01')"
    write_project(pytester, 'Server("Web", usesCache=True)', conftest=ADDING.format(mark=mark))
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    result.stdout.fnmatch_lines(['threatmodel_shop.py:4: accept("TT01") gives no reason, expected reason="..."'])


def test_an_added_exclusion_comes_before_what_the_file_decided(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=True).marks = accept("TT01", reason="known")'
    mark = "pytest.mark.threat_exclude('TT01', reason='added')"
    write_project(pytester, body, conftest=ADDING.format(mark=mark))
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "SKIPPED"


def test_an_added_acceptance_that_expired_replaces_what_the_file_decided(pytester: pytest.Pytester) -> None:
    body = 'Server("Web", usesCache=True).marks = accept("TT01", reason="known")'
    mark = "pytest.mark.threat_accept('TT01', reason='added', until='2020-01-01')"
    write_project(pytester, body, conftest=ADDING.format(mark=mark))
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["TT01[Web]"] == "FAILED"


# Strictness


STRICT = [
    "addopts = --strict-markers --strict-config\n",
    "xfail_strict = true\nfilterwarnings = error\naddopts = --strict-markers --strict-config\n",
    pytest.param(
        "strict = true\nfilterwarnings = error\n",
        marks=pytest.mark.skipif(pytest.version_tuple < (9,), reason="strict came with pytest 9"),
    ),
]


@pytest.mark.parametrize("ini", STRICT, ids=["markers", "xfail", "strict"])
@pytest.mark.parametrize("option", ["--threatmodel", "--no-threatmodel"])
def test_strict_projects_know_every_mark_and_setting(pytester: pytest.Pytester, ini: str, option: str) -> None:
    """Also when the plugin is off, where marks of test functions stay."""
    body = """
    web = Server("Web", usesCache=True)
    web.marks = [pytest.mark.threat_accept("TT01", reason="known"), pytest.mark.threat_exclude("TT02", reason="no")]
    """
    settings = "threatmodel_files = threatmodel_*.py\nthreatmodel_required = false\nthreatmodel_exclude =\n"
    write_project(pytester, body, ini=ini + settings)
    pytester.makepyfile("""
        import pytest

        @pytest.mark.threat_accept("TT01", reason="x")
        @pytest.mark.threat_exclude("TT01", reason="x")
        @pytest.mark.threat(id="TT01")
        def test_marked():
            pass
    """)
    result = pytester.runpytest(option)
    on = option == "--threatmodel"
    result.assert_outcomes(passed=1, xfailed=int(on), skipped=int(on))


def test_marks_are_listed_with_their_arguments(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--markers")
    result.stdout.fnmatch_lines(
        [
            "@pytest.mark.threat(id, element, kind, severity, stride, cwe, pack): *",
            "@pytest.mark.threat_accept(*threats, element='*', reason, owner, until, ticket, facts): *",
            "@pytest.mark.threat_exclude(*threats, element='*', reason): *",
        ]
    )
