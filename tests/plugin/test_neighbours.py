"""Models in a project with habits of its own: strict settings, warnings, other people's hooks over all items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import STANDARD
from .systems import counts
from .systems import model_text
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from .systems import Run

STRICT = """
filterwarnings = error
xfail_strict = true
addopts = --strict-markers --strict-config
"""
DECIDED = (
    SHOP
    + """
Server("Accepted", usesCache=True).marks = [accept("TT01", reason="for now")]
Server("Excluded", usesCache=True).marks = [exclude("TT01", reason="not at all")]
pytestmark = [accept("TT02", element="O*", reason="old")]

def test_names(threatmodel):
    assert threatmodel["Web"]
"""
)
DECIDED_OUTCOMES = {
    **SHOP_OUTCOMES,
    "TT02[Old]": "XFAIL",
    "TT01[Accepted]": "XFAIL",
    "TT02[Accepted]": "PASSED",
    "TT01[Excluded]": "SKIPPED",
    "TT02[Excluded]": "PASSED",
    "test_names": "PASSED",
}


def test_strict_settings_change_nothing(pytester: pytest.Pytester, run_ways: Run) -> None:
    """Warnings are errors, marks and settings must be known, an unexpected pass fails."""
    write_shop(pytester, DECIDED, ini=STRICT)
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == DECIDED_OUTCOMES
    assert "warnings" not in result.parseoutcomes()


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 has it")
def test_the_strict_switch_of_pytest_nine(pytester: pytest.Pytester) -> None:
    write_shop(pytester, DECIDED, ini="strict = true\nfilterwarnings = error")
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == DECIDED_OUTCOMES


def test_marks_are_known_when_threat_models_are_off(pytester: pytest.Pytester) -> None:
    """Tests that use them run with strict markers all the same."""
    test = """
    import pytest

    @pytest.mark.threat(id="X")
    @pytest.mark.threat_accept("TT01", reason="x")
    @pytest.mark.threat_exclude("TT01", reason="x")
    def test_x():
        pass
    """
    write_files(pytester, {"test_x.py": test}, ini=STRICT)
    assert counts(pytester.runpytest()) == {"passed": 1}
    pytester.runpytest("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.threat(*", "@pytest.mark.threat_accept(*", "@pytest.mark.threat_exclude(*"]
    )


def test_an_idle_pattern_is_one_warning(pytester: pytest.Pytester) -> None:
    write_shop(pytester, SHOP + 'pytestmark = [exclude("XX*", reason="none such")]\n')
    result = pytester.runpytest("--threatmodel", "-v")
    assert result.parseoutcomes()["warnings"] == 1
    result.stdout.fnmatch_lines(["*ThreatModelWarning:*XX[*]*"])
    assert outcomes(result) == SHOP_OUTCOMES


def test_where_warnings_are_errors_it_is_a_failing_decision(pytester: pytest.Pytester, run_ways: Run) -> None:
    """It does not stop the session, and no pair is lost."""
    write_shop(pytester, SHOP + 'pytestmark = [exclude("XX*", reason="none such")]\n', ini=STRICT)
    result = run_ways("--threatmodel", "-v")
    assert outcomes(result) == {**SHOP_OUTCOMES, "decisions": "FAILED"}


def test_the_warning_can_be_filtered_by_its_class(pytester: pytest.Pytester) -> None:
    body = SHOP + 'pytestmark = [exclude("XX*", reason="none such")]\n'
    write_shop(pytester, body, ini="filterwarnings =\n    error\n    ignore::pytest_threatmodel.ThreatModelWarning")
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == SHOP_OUTCOMES
    assert "warnings" not in result.parseoutcomes()


def test_a_models_own_warning_is_pytests_matter(pytester: pytest.Pytester) -> None:
    """Shown in its summary; an error of the file where warnings are errors."""
    write_shop(pytester, 'import warnings\nwarnings.warn("old spelling", DeprecationWarning)\n' + SHOP)
    result = pytester.runpytest("--threatmodel")
    assert result.parseoutcomes()["warnings"] == 1
    result.stdout.fnmatch_lines(["*DeprecationWarning: old spelling"])
    result = pytester.runpytest("--threatmodel", "-W", "error")
    assert counts(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["*DeprecationWarning: old spelling"])


CURIOUS = """
def pytest_itemcollected(item):
    looked(item)

def pytest_collection_modifyitems(session, config, items):
    for item in items:
        looked(item)
        assert item.get_closest_marker("nothing") is None
        list(item.iter_markers())
    items.sort(key=lambda item: item.nodeid, reverse=True)

def looked(item):
    for name in ("obj", "function", "fixturenames", "callspec", "cls", "module", "instance", "originalname"):
        getattr(item, name, None)
    assert item.nodeid and item.name and item.location and item.path and item.listchain()
    assert isinstance(item.reportinfo()[1], int)
    assert item.ihook and item.session and item.config and item.keywords is not None
    repr(item), str(item), hash(item), item.listextrakeywords(), item.listnames()
    assert not hasattr(item, "callspec") or item.callspec
    if not item.name.startswith("test_"):
        assert item.obj is None

def pytest_runtest_logreport(report):
    assert report.nodeid and report.location[2]
    report.longreprtext, report.caplog, report.capstdout, report.count_towards_summary, report.head_line
"""


@pytest.mark.parametrize("standard", ["", STANDARD], ids=["short", "standard"])
def test_hooks_that_look_at_every_item_find_what_they_look_for(pytester: pytest.Pytester, standard: str) -> None:
    """Attributes that a test function has are there, or are not, without an error; VS Code looks for a callspec."""
    write_shop(pytester, DECIDED, conftest=CURIOUS + standard)
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == DECIDED_OUTCOMES
    assert list(outcomes(result)) == sorted(DECIDED_OUTCOMES, reverse=True)


def test_items_that_others_drop_are_dropped(pytester: pytest.Pytester) -> None:
    conftest = """
    def pytest_collection_modifyitems(config, items):
        gone = [item for item in items if "TT02" in item.name]
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=gone)
    """
    write_shop(pytester, conftest=conftest)
    assert counts(pytester.runpytest("--threatmodel")) == {"failed": 1, "passed": 2, "deselected": 3}


@pytest.mark.parametrize("standard", ["", STANDARD], ids=["short", "standard"])
def test_properties_and_sections_that_others_add_are_kept(pytester: pytest.Pytester, standard: str) -> None:
    """As a wrapper around each item does, say for a log of its own."""
    conftest = """
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        item.user_properties.append(("owner", "us"))
        item.add_report_section("call", "note", "a note of mine")
        return (yield)
    """
    write_shop(pytester, conftest=conftest.replace("\n    ", "\n") + standard)
    result = pytester.runpytest("--threatmodel", "--junitxml=run.xml", "-o", "junit_logging=all")
    text = pytester.path.joinpath("run.xml").read_text(encoding="utf-8")
    assert text.count('<property name="owner" value="us"') == len(SHOP_OUTCOMES)
    assert text.count('<property name="threat"') == len(SHOP_OUTCOMES)
    assert result.stdout.str().count("a note of mine") == 2


def test_tests_of_unittest_in_a_model_file(pytester: pytest.Pytester) -> None:
    body = SHOP + "import unittest\n\nclass Case(unittest.TestCase):\n    def test_x(self):\n        assert tm\n"
    write_shop(pytester, body)
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == {**SHOP_OUTCOMES, "Case::test_x": "PASSED"}


def test_generated_tests_in_a_model_file(pytester: pytest.Pytester) -> None:
    """`pytest_generate_tests` of the module, over the elements of its model."""
    body = """
    def pytest_generate_tests(metafunc):
        if "server" in metafunc.fixturenames:
            metafunc.parametrize("server", tm.assets, ids=lambda server: server.name)

    def test_named(server):
        assert server.name
    """
    write_shop(pytester, SHOP + body.replace("\n    ", "\n"))
    words = outcomes(pytester.runpytest("--threatmodel", "-v"))
    assert {name for name in words if "test_named" in name} == {
        f"test_named[{name}]" for name in ("Web", "Old", "Safe")
    }


def test_the_report_of_everything_lists_each_pair_once(pytester: pytest.Pytester) -> None:
    write_shop(pytester, DECIDED)
    result = pytester.runpytest("--threatmodel", "-rA")
    words = ("PASSED", "FAILED", "SKIPPED", "XFAIL")
    lines = [line for line in result.outlines if line.startswith(words)]
    assert len(lines) == len(DECIDED_OUTCOMES)
    assert next(line for line in lines if "TT02[Old]" in line).startswith("XFAIL")


def test_a_conftest_that_fails_in_one_folder_leaves_the_others(pytester: pytest.Pytester) -> None:
    write_files(
        pytester,
        {"bad/conftest.py": "1 / 0\n", "bad/threatmodel_a.py": model_text(), "good/threatmodel_b.py": model_text()},
    )
    result = pytester.runpytest("--threatmodel", "--continue-on-collection-errors")
    assert counts(result) == {"failed": 2, "passed": 4, "errors": 1}
