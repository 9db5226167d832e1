"""The `threatmodel` fixture: the file's model for the tests beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .models import outcomes
from .systems import SHOP
from .systems import counts
from .systems import model_text
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from .systems import Run

TESTS = """
web, old = tm["Web"], tm["Old"]
flow = Dataflow(web, old, "Ask")
old.protocol = "HTTPS"

def test_it_is_the_files_model(threatmodel):
    assert threatmodel is tm
    assert threatmodel.name == "Shop"

def test_elements_are_found_by_name_and_kind(threatmodel):
    assert threatmodel["Web"] is web
    assert threatmodel.dataflows == [flow]

def test_what_is_inherited_is_there(threatmodel):
    assert flow.protocol == "HTTPS"

@pytest.fixture
def names(threatmodel):
    return [element.name for element in threatmodel.elements]

def test_fixtures_build_on_it(names):
    assert names == ["Web", "Old", "Safe", "Ask"]

class TestClass:
    def test_method(self, threatmodel):
        assert threatmodel is tm

def test_fails(threatmodel):
    assert threatmodel.dataflows == []
"""


def test_tests_in_a_model_file_get_the_model(pytester: pytest.Pytester, run_ways: Run) -> None:
    write_shop(pytester, SHOP + TESTS)
    words = {name: word for name, word in outcomes(run_ways("--threatmodel", "-v")).items() if "test_" in name}
    assert words == {
        "test_it_is_the_files_model": "PASSED",
        "test_elements_are_found_by_name_and_kind": "PASSED",
        "test_what_is_inherited_is_there": "PASSED",
        "test_fixtures_build_on_it": "PASSED",
        "TestClass::test_method": "PASSED",
        "test_fails": "FAILED",
    }


def test_each_file_gets_its_own_model(pytester: pytest.Pytester) -> None:
    test = "def test_name(threatmodel):\n    assert threatmodel.name == {!r}\n"
    write_files(
        pytester,
        {
            "threatmodel_a.py": model_text(test.format("A"), "A"),
            "sub/threatmodel_a.py": model_text(test.format("B"), "B"),
        },
    )
    assert counts(pytester.runpytest("--threatmodel")) == {"passed": 2}


def test_a_fixture_in_a_conftest_may_use_it(pytester: pytest.Pytester) -> None:
    conftest = """
    @pytest.fixture
    def assets(threatmodel):
        return threatmodel.assets
    """
    write_shop(pytester, SHOP + "def test_assets(assets):\n    assert len(assets) == 3\n", conftest=conftest)
    assert outcomes(pytester.runpytest("--threatmodel", "-v"))["test_assets"] == "PASSED"


def test_off_it_skips_with_a_hint(pytester: pytest.Pytester) -> None:
    """A model file that is named on the command line is then a test file to pytest."""
    write_shop(pytester, SHOP + "def test_x(threatmodel):\n    assert threatmodel\n")
    result = pytester.runpytest("-rs", "threatmodel_shop.py")
    assert counts(result) == {"skipped": 1}
    result.stdout.fnmatch_lines(["SKIPPED*threat models are off: run pytest --threatmodel"])


def test_in_an_ordinary_test_file_it_says_where_it_belongs(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"test_x.py": "def test_x(threatmodel):\n    pass\n", "threatmodel_a.py": model_text()})
    result = pytester.runpytest("--threatmodel", "test_x.py")
    assert counts(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["the threatmodel fixture is for tests in a model file (threatmodel_[*].py)"])


def test_it_is_listed_with_its_description(pytester: pytest.Pytester) -> None:
    """Also when threat models are off."""
    result = pytester.runpytest("--fixtures")
    result.stdout.fnmatch_lines(["threatmodel * -- *", "*The model of the file that the test stands in*"])
