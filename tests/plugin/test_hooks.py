"""The hook for packs: who may bring threats, and what happens when they are wrong."""

from __future__ import annotations

import pytest

from .models import PACK
from .models import outcomes
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import model_text
from .systems import write_files
from .systems import write_shop

#: Another pack with one threat.
OTHER = """
[pack]
name = "other"
title = "One threat"
version = "0.3"

[[threat]]
id = "OO01"
title = "Something else"
targets = ["Server"]
condition = "target.usesCache"
severity = "medium"
description = "x"
mitigation = "y"
vulnerable = [{ kind = "Server", usesCache = true }]
safe = [{ kind = "Server", usesCache = false }]
"""

BRINGS = """
import pytest
from pathlib import Path

@pytest.hookimpl(optionalhook=True)
def pytest_threatmodel_packs(config):
    from pytest_threatmodel.library.pack import read_pack

    return [read_pack(Path(__file__).with_name("other.toml"))]
"""


def test_a_conftest_brings_packs(pytester: pytest.Pytester) -> None:
    """The other tests of this folder get their threats so, on workers too."""
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-v")
    assert outcomes(result) == SHOP_OUTCOMES
    result.stdout.fnmatch_lines(["threat models: 2 threats from tiny 2.1"])


def test_a_plugin_brings_packs_beside_those_of_a_conftest(pytester: pytest.Pytester) -> None:
    """In the order in which pytest calls the hook: the plugin was there first."""
    files = {"threatmodel_shop.py": model_text('Server("Web", usesCache=True)'), "brings.py": BRINGS}
    write_files(pytester, {**files, "other.toml": OTHER}, ini="threatmodel_packs = other tiny")
    pytester.path.joinpath("pytest.ini").write_text("[pytest]\nthreatmodel_packs = other tiny\n")
    pytester.syspathinsert()
    result = pytester.runpytest("-p", "brings", "--threatmodel", "-v")
    assert outcomes(result) == {"OO01[Web]": "FAILED", "TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}
    result.stdout.fnmatch_lines(["threat models: 3 threats from *"])


def test_threatmodel_packs_selects_among_them(pytester: pytest.Pytester) -> None:
    files = {"threatmodel_shop.py": model_text(), "brings.py": BRINGS, "other.toml": OTHER}
    write_files(pytester, files)
    pytester.syspathinsert()
    result = pytester.runpytest("-p", "brings", "--threatmodel", "-v")
    assert outcomes(result) == SHOP_OUTCOMES


def test_a_name_that_no_pack_has_is_a_usage_error(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    pytester.path.joinpath("pytest.ini").write_text("[pytest]\nthreatmodel_packs = tinny\n")
    result = pytester.runpytest("--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert len(result.errlines) <= 2
    assert "unknown threat pack 'tinny'" in result.errlines[0]
    assert "tiny" in result.errlines[0]


@pytest.mark.parametrize("value", ["None", "[]", "()", "iter(())"])
def test_an_implementation_may_bring_nothing(pytester: pytest.Pytester, value: str) -> None:
    write_files(
        pytester,
        {
            "threatmodel_shop.py": model_text(),
            "brings.py": f"def pytest_threatmodel_packs(config):\n    return {value}\n",
        },
    )
    pytester.syspathinsert()
    assert outcomes(pytester.runpytest("-p", "brings", "--threatmodel", "-v")) == SHOP_OUTCOMES


def test_without_our_plugin_an_optional_hook_is_ignored(pytester: pytest.Pytester) -> None:
    write_files(pytester, {"test_x.py": "def test_x(): pass", "brings.py": BRINGS, "other.toml": OTHER})
    pytester.syspathinsert()
    result = pytester.runpytest("-p", "brings", "-p", "no:threatmodel")
    assert result.ret == pytest.ExitCode.OK


def test_the_hook_is_called_only_when_threat_models_are_on_and_once(pytester: pytest.Pytester) -> None:
    counted = "def pytest_threatmodel_packs(config):\n    print('ASKED')\n"
    write_files(
        pytester, {"threatmodel_shop.py": model_text(), "test_x.py": "def test_x(): pass", "brings.py": counted}
    )
    pytester.syspathinsert()
    assert "ASKED" not in pytester.runpytest("-p", "brings", "-s").stdout.str()
    assert pytester.runpytest("-p", "brings", "-s", "--threatmodel").stdout.str().count("ASKED") == 1


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (('condition = "target.usesCache"', 'condition = "target.usesCahce"'), "usesCahce"),
        (('severity = "medium"', 'severity = "mild"'), "mild"),
        (('vulnerable = [{ kind = "Server", usesCache = true }]', 'vulnerable = [{ kind = "Server" }]'), "OO01"),
        (('id = "OO01"', 'id = "TT01"'), "TT01"),
        (('title = "Something else"', 'titel = "Something else"'), "titel"),
        (("[pack]", "[pack"), "other.toml"),
    ],
    ids=["condition", "severity", "example", "id", "field", "toml"],
)
def test_a_bad_pack_is_one_usage_error_that_names_it(
    pytester: pytest.Pytester, spoil: tuple[str, str], says: str
) -> None:
    files = {"threatmodel_shop.py": model_text(), "brings.py": BRINGS, "other.toml": OTHER.replace(*spoil)}
    write_files(pytester, files)
    pytester.path.joinpath("pytest.ini").write_text("[pytest]\nthreatmodel_packs = other tiny\n")
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("-p", "brings", "--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    first, *more = [line for line in result.errlines if line]
    assert first.startswith("ERROR: threat library: ")
    assert says in first
    assert all("other.toml:" in line for line in more)


@pytest.mark.parametrize("value", ["['a name']", "'other'", "7", "{'x': 1}"])
def test_what_is_no_pack_is_one_usage_error(pytester: pytest.Pytester, value: str) -> None:
    write_files(
        pytester,
        {
            "threatmodel_shop.py": model_text(),
            "brings.py": f"def pytest_threatmodel_packs(config):\n    return {value}\n",
        },
    )
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("-p", "brings", "--threatmodel")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "pytest_threatmodel_packs" in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_a_hook_that_raises_is_an_error_of_its_own(pytester: pytest.Pytester) -> None:
    """The author sees the traceback of it."""
    write_files(
        pytester,
        {
            "threatmodel_shop.py": model_text(),
            "brings.py": "def pytest_threatmodel_packs(config):\n    raise LookupError('lost')\n",
        },
    )
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("-p", "brings", "--threatmodel")
    assert result.ret not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    assert "LookupError: lost" in result.stderr.str() + result.stdout.str()


def test_a_model_that_needs_a_packs_field_is_loaded_with_it(pytester: pytest.Pytester) -> None:
    """A field that a pack declares is one of the kind's."""
    field = """
    [[field]]
    name = "rendersMarkdown"
    kinds = ["Server"]
    type = "bool"
    role = "fact"
    description = "Whether it does."
    """.replace("\n    ", "\n")
    pack = PACK.replace("[[threat]]", field + "\n[[threat]]", 1)
    write_shop(pytester, SHOP + 'tm["Web"].rendersMarkdown = True\n', pack=pack)
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == SHOP_OUTCOMES
