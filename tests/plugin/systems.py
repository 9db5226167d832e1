"""Folders for pytester: models beside ordinary tests, written file by file, and what the runs in them reported."""

from __future__ import annotations

import json
import re
from collections import Counter
from textwrap import dedent
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree

from .models import HEAD
from .models import PACK

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    Run = Callable[..., pytest.RunResult]

#: Brings the pack; a run without our plugin does not know the hook.
_CONFTEST = """
from pathlib import Path

import pytest

@pytest.hookimpl(optionalhook=True)
def pytest_threatmodel_packs(config):
    from pytest_threatmodel.library.pack import read_pack

    return [read_pack(Path(__file__).with_name("tiny.toml"), shown_as="tiny.toml")]
"""

#: Two findings and four pairs that pass.
SHOP = """
Server("Web", usesCache=True)
Server("Old", usesCache=False, OS="DOS")
Server("Safe", usesCache=True, OS="Linux", controls={"isHardened": True})
"""
SHOP_OUTCOMES = {
    "TT01[Web]": "FAILED",
    "TT02[Web]": "PASSED",
    "TT01[Old]": "PASSED",
    "TT02[Old]": "FAILED",
    "TT01[Safe]": "PASSED",
    "TT02[Safe]": "PASSED",
}

#: A hook of somebody else's: pairs take the standard protocol.
STANDARD = """
def pytest_runtest_setup(item):
    pass
"""

#: Writes every report that the terminal gets to the file that the variable REPORTS names.
RECORDER = """
import json
import os
import re


class _Recorder:
    def __init__(self):
        self.reports = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        self.reports.append(
            {
                "nodeid": report.nodeid,
                "when": report.when,
                "outcome": report.outcome,
                "wasxfail": getattr(report, "wasxfail", None),
                "keywords": sorted(report.keywords),
                "sections": report.sections,
                "user_properties": report.user_properties,
                "location": report.location,
                "text": re.sub("0x[0-9a-f]+", "0x", report.longreprtext),
            }
        )

    def pytest_sessionfinish(self, session):
        if not hasattr(session.config, "workerinput"):
            with open(os.environ["REPORTS"], "w", encoding="utf-8") as file:
                json.dump(self.reports, file)


def pytest_configure(config):
    config.pluginmanager.register(_Recorder())
"""


def model_text(body: str = SHOP, name: str = "Shop") -> str:
    """A model file."""
    return HEAD.replace("Shop", name) + dedent(body)


def write_files(
    pytester: pytest.Pytester,
    files: Mapping[str, str],
    *,
    ini: str = "",
    conftest: str = "",
    pack: str = PACK,
) -> Path:
    """Write a project whose threats are the pack's alone.

    Args:
        pytester: whose folder becomes the project.
        files: relative path -> text.
        ini: more lines of the ini file.
        conftest: more of the root conftest.
        pack: the text of the pack.
    """
    written = {
        "tiny.toml": pack,
        "conftest.py": _CONFTEST + dedent(conftest),
        "pytest.ini": f"[pytest]\nthreatmodel_packs = tiny\n{dedent(ini)}",
        **files,
    }
    for name, text in written.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8", errors="surrogatepass")
    return pytester.path


def write_shop(pytester: pytest.Pytester, body: str = SHOP, **project: str) -> Path:
    """Write a project with one model file, `threatmodel_shop.py`."""
    return write_files(pytester, {"threatmodel_shop.py": model_text(body)}, **project)


def ids(result: pytest.RunResult) -> list[str]:
    """The node ids that `--collect-only -q` prints."""
    return [line for line in result.outlines if "::" in line and not line.startswith(("ERROR", "FAILED"))]


def counts(result: pytest.RunResult) -> dict[str, int]:
    """How many of each outcome, by the last line; plurals are as pytest writes them."""
    return {word: number for word, number in result.parseoutcomes().items() if word != "warnings"}


def closing_section(result: pytest.RunResult) -> list[str]:
    """The lines of the section "threat model"; it may be there once at most."""
    lines = result.outlines
    starts = [number for number, line in enumerate(lines) if re.fullmatch(r"=+ threat model =+", line)]
    assert len(starts) == 1, result.stdout.str()
    rest = lines[starts[0] + 1 :]
    return rest[: next(number for number, line in enumerate(rest) if line.startswith("="))]


def junit_cases(path: Path) -> list[tuple[Any, ...]]:
    """Every case of a JUnit file, without times, in an order of its own."""
    return sorted((_case(element) for element in ElementTree.parse(path).iter("testcase")), key=repr)


def _case(element: ElementTree.Element) -> tuple[Any, ...]:
    attributes = tuple(sorted((key, value) for key, value in element.attrib.items() if key != "time"))
    found = tuple((child.get("name"), child.get("value")) for child in element.iter("property"))
    rest = tuple(
        (child.tag, child.get("type"), child.get("message"), re.sub("0x[0-9a-f]+", "0x", child.text or ""))
        for child in element
        if child.tag != "properties"
    )
    return attributes, found, rest


def recorded(path: Path) -> list[dict[str, Any]]:
    """The reports that `RECORDER` wrote."""
    reports: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return reports


def tally(words: Mapping[str, str]) -> dict[str, int]:
    """How many items ended with each word."""
    return dict(Counter(words.values()))


#: Fixtures of every scope that write down when they come and go.
_FIXTURES = """
import os

def told(text):
    with open(os.environ["EVENTS"], "a", encoding="utf-8") as file:
        file.write(text + "\\n")

def telling(scope, fails=""):
    @pytest.fixture(scope=scope, name=f"{scope}_{fails}" if fails else scope + "_")
    def fixture(request):
        told(f"{scope} {fails} up for {request.node.nodeid}")
        if fails == "setup":
            raise ValueError(f"{scope} cannot be set up")
        yield scope
        told(f"{scope} {fails} down for {request.node.nodeid}")
        if fails == "teardown":
            raise ValueError(f"{scope} cannot be torn down")
    return fixture

for scope in ("session", "package", "module", "class", "function"):
    for fails in ("", "setup", "teardown"):
        globals()[f"_{scope}_{fails}"] = telling(scope, fails)
"""

_TESTS = """
class TestOne:
    def test_all(self, session_, package_, module_, class_, function_):
        pass

    def test_function_fails(self, module_, function_setup):
        pass

    def test_class_ends_badly(self, class_teardown, function_teardown):
        print("from a test")

def test_session_fails(session_setup):
    pass

def test_package_fails(package_setup):
    pass

def test_module_fails(module_setup):
    pass

def test_ends_badly(package_teardown, module_teardown, session_teardown):
    assert 0
"""

#: Every verdict and decision, with test functions between the pairs of this file and the next.
_DECIDED = """
class Odd(str):
    def __hash__(self):
        raise ValueError("cannot be compared")

Server("Web", usesCache=True)
Server("Accepted", usesCache=True).marks = [accept("TT01", reason="for now", owner="we", ticket="T-1")]
Server("Excluded", usesCache=True).marks = [exclude("TT01", reason="not at all")]
Server("Expired", usesCache=True).marks = [accept("TT01", reason="then", until="2020-01-01")]
Server("Stale", usesCache=False).marks = [accept("TT01", reason="solved")]
Server("Wrong", usesCache=True).marks = [accept("TT0l", reason="misspelt")]
Server("Broken", usesCache=False, OS=Odd("?"))
Server("Marked", usesCache=True).marks = [pytest.mark.xfail(reason="plainly")]
Server("Skipped", usesCache=True).marks = [pytest.mark.skip(reason="plainly")]
Server("Safe", usesCache=True, OS="Linux", controls={"isHardened": True})
Server("two\\nlines [x] :: y", OS="DOS")
Server("Last", usesCache=False)
"""

#: Models beside ordinary tests, in one folder and in a package below it.
MIXED = {
    "test_before.py": _TESTS,
    "threatmodel_a.py": model_text(_DECIDED + _TESTS),
    "threatmodel_b.py": model_text(),
    "sub/__init__.py": "",
    "sub/test_in_package.py": _TESTS,
    "sub/threatmodel_c.py": model_text(SHOP + _TESTS),
    "sub/threatmodel_d.py": model_text(_DECIDED),
    "test_zafter.py": _TESTS,
}
MIXED_CONFTEST = RECORDER + _FIXTURES
