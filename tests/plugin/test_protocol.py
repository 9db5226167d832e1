"""The short way to run pairs: nobody can tell it from pytest's own protocol, and it is left where it must be."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import zip_longest
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import pytest

from .models import outcomes
from .systems import MIXED
from .systems import MIXED_CONFTEST
from .systems import RECORDER
from .systems import SHOP
from .systems import SHOP_OUTCOMES
from .systems import STANDARD
from .systems import closing_section
from .systems import counts
from .systems import junit_cases
from .systems import model_text
from .systems import recorded
from .systems import write_files
from .systems import write_shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

#: A module of this name in the project would be in the way of nothing; the hook is what counts.
FORCE = "\ndef pytest_runtest_setup(item):\n    pass\n"


class Seen(NamedTuple):
    """What somebody may see of a run."""

    ret: int
    outcomes: list[tuple[str, str]]
    reports: list[dict[str, Any]]
    junit: list[tuple[Any, ...]]
    events: list[str]
    closing: list[str]


@pytest.fixture
def see(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Seen]:
    """Runs a project and tells what is to be seen of it, but for times and set-up reports that pass."""
    reports, junit, events = (pytester.path / name for name in ("reports.json", "run.xml", "events.txt"))
    monkeypatch.setenv("REPORTS", str(reports))
    monkeypatch.setenv("EVENTS", str(events))

    def run(files: Mapping[str, str], conftest: str, *args: str, ini: str = "", after: tuple[str, ...] = ()) -> Seen:
        write_files(pytester, files, conftest=conftest, ini=ini)
        if after:
            pytester.runpytest("--threatmodel", *after)
        events.write_text("", encoding="utf-8")
        result = pytester.runpytest("--threatmodel", "-v", f"--junitxml={junit}", *args)
        assert "INTERNALERROR" not in result.stdout.str()
        return Seen(
            int(result.ret),
            list(outcomes(result).items()),
            [each for each in recorded(reports) if (each["when"], each["outcome"]) != ("setup", "passed")],
            junit_cases(junit),
            events.read_text(encoding="utf-8").splitlines(),
            [line for line in closing_section(result) if "standard protocol" not in line],
        )

    return run


def assert_same(short: Seen, standard: Seen) -> None:
    """Say which are the first reports, cases or lines that differ, rather than show hundreds."""
    for part in Seen._fields:
        one, other = getattr(short, part), getattr(standard, part)
        if isinstance(one, list):
            for left, right in zip_longest(one, other):
                assert left == right, part
        assert one == other, part


def set_up(reports: list[dict[str, Any]]) -> set[str]:
    """The pairs that took the standard protocol, without their folders: they have a report of a set-up that passed."""
    return {
        each["nodeid"].rpartition("/")[2]
        for each in reports
        if (each["when"], each["outcome"]) == ("setup", "passed") and "::TT" in each["nodeid"]
    }


OPTIONS: list[tuple[str, ...]] = [
    (),
    ("-x",),
    ("--maxfail=5", "threatmodel_b.py", "threatmodel_a.py"),
    ("--runxfail",),
    ("-k", "TT01 or module"),
    ("--tb=short", "-o", "junit_family=legacy", "-o", "junit_logging=all"),
    ("--tb=no", "-k", "TT01"),
    ("--threatmodel-fail-on=high",),
    ("--strict-markers", "-W", "error"),
    ("sub", "threatmodel_b.py"),
]


@pytest.mark.parametrize("args", OPTIONS, ids=" ".join)
def test_both_ways_look_the_same(see: Callable[..., Seen], args: tuple[str, ...]) -> None:
    """Outcomes, reports, JUnit cases, exit code, closing section, and the order in which fixtures come and go."""
    short = see(MIXED, MIXED_CONFTEST, *args)
    standard = see(MIXED, MIXED_CONFTEST + FORCE, *args)
    assert_same(short, standard)
    assert short.reports
    assert short.junit


@pytest.mark.parametrize("option", ["--lf", "--ff", "--nf"])
def test_both_ways_go_on_in_the_same_way(see: Callable[..., Seen], option: str) -> None:
    """The second run, whose order --ff and --nf mix, tests between pairs."""
    short = see(MIXED, MIXED_CONFTEST, option, after=("-q",))
    standard = see(MIXED, MIXED_CONFTEST + FORCE, option, after=("-q",))
    assert_same(short, standard)


REVERSED = """
def pytest_collection_modifyitems(items):
    items.reverse()
"""
SHUFFLED = """
import random

def pytest_collection_modifyitems(items):
    random.Random(7).shuffle(items)
"""


@pytest.mark.parametrize("order", [REVERSED, SHUFFLED], ids=["reversed", "shuffled"])
def test_both_ways_look_the_same_in_any_order(see: Callable[..., Seen], order: str) -> None:
    """Pairs of several files and tests in turn: each step to another file belongs to the standard protocol."""
    short = see(MIXED, MIXED_CONFTEST + order)
    standard = see(MIXED, MIXED_CONFTEST + order + FORCE)
    assert_same(short, standard)


PACKAGE = {
    "sub/threatmodel_x.py": model_text(SHOP),
    "sub/test_y.py": "def test_y(): pass",
    "threatmodel_z.py": model_text(SHOP),
}


@pytest.mark.parametrize("fails", ["", "    raise ValueError('no')\n"], ids=["works", "fails"])
@pytest.mark.parametrize("function", ["setup_module", "teardown_module"])
def test_both_ways_heed_what_a_package_sets_up(see: Callable[..., Seen], function: str, fails: str) -> None:
    """pytest calls these functions of an `__init__.py` for the first and after the last item of the package."""
    init = (
        "import os\n"
        f"def {function}():\n"
        "    with open(os.environ['EVENTS'], 'a') as file:\n"
        f"        file.write('called for ' + os.environ['PYTEST_CURRENT_TEST'])\n{fails}"
    )
    files = {**PACKAGE, "sub/__init__.py": init}
    short = see(files, RECORDER, "--tb=short")
    standard = see(files, RECORDER + FORCE, "--tb=short")
    # The frames of the hook that forces the standard protocol stand in the tracebacks of one of them.
    assert_same(_without_tracebacks(short), _without_tracebacks(standard))


def _without_tracebacks(seen: Seen) -> Seen:
    reports = [{**report, "text": report["text"] and "failed"} for report in seen.reports]
    return seen._replace(reports=reports, junit=[case[:3] for case in seen.junit])


SHORT_WAY = {f"threatmodel_shop.py::{name}" for name in list(SHOP_OUTCOMES)[:-1]}


@pytest.fixture
def ways(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., set[str]]:
    """Runs the project as it stands and gives the pairs that took the standard protocol."""
    monkeypatch.setenv("REPORTS", str(pytester.path / "reports.json"))

    def run(*args: str) -> set[str]:
        pytester.runpytest("--threatmodel", *args)
        return set_up(recorded(pytester.path / "reports.json"))

    return run


def test_all_but_the_last_pair_of_a_file_take_the_short_way(
    pytester: pytest.Pytester, ways: Callable[..., set[str]]
) -> None:
    """Whose standard tear-down the next file needs."""
    write_files(pytester, {"threatmodel_shop.py": model_text(), "threatmodel_x.py": model_text()}, conftest=RECORDER)
    assert ways() == {"threatmodel_shop.py::TT02[Safe]", "threatmodel_x.py::TT02[Safe]"}


@pytest.mark.parametrize(
    "hook",
    [
        "pytest_runtest_setup(item)",
        "pytest_runtest_call(item)",
        "pytest_runtest_teardown(item)",
        "pytest_runtest_makereport(item, call)",
        "pytest_exception_interact(node, call, report)",
        "pytest_runtest_protocol(item, nextitem)",
    ],
)
def test_verbosely_the_run_tells_which_hook_of_whom_was_in_the_way(pytester: pytest.Pytester, hook: str) -> None:
    write_shop(pytester, conftest=f"def {hook}:\n    pass\n")
    result = pytester.runpytest("--threatmodel", "-vv")
    name = hook.partition("(")[0]
    assert [line for line in closing_section(result) if "standard protocol" in line] == [
        f"standard protocol for pairs: conftest implements {name}"
    ]
    assert outcomes(result) == SHOP_OUTCOMES
    assert "standard protocol" not in pytester.runpytest("--threatmodel", "-v").stdout.str()


def test_two_workers_tell_it_as_well(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    write_shop(pytester, conftest=STANDARD)
    lines = closing_section(pytester.runpytest("--threatmodel", "-vv", "-n2"))
    assert [line for line in lines if "standard protocol" in line] == [
        "standard protocol for pairs: conftest implements pytest_runtest_setup"
    ]


def test_where_nothing_is_in_the_way_nothing_is_told(pytester: pytest.Pytester) -> None:
    write_shop(pytester)
    assert "standard protocol" not in pytester.runpytest("--threatmodel", "-vv").stdout.str()


def test_a_hook_in_one_folder_concerns_that_folder(pytester: pytest.Pytester, ways: Callable[..., set[str]]) -> None:
    write_files(
        pytester,
        {
            "near/conftest.py": 'def pytest_runtest_setup(item):\n    item.add_report_section("setup", "x", "seen")\n',
            "near/threatmodel_near.py": model_text(),
            "far/threatmodel_far.py": model_text(),
        },
        conftest=RECORDER,
    )
    assert ways() == {
        "threatmodel_far.py::TT02[Safe]",
        *(f"threatmodel_near.py::{name}" for name in SHOP_OUTCOMES),
    }
    reports = recorded(pytester.path / "reports.json")
    seen = {each["nodeid"].partition("/")[0] for each in reports if ["Captured x setup", "seen"] in each["sections"]}
    assert seen == {"near"}


@pytest.mark.parametrize("mark", ["usefixtures()", "filterwarnings('error')", "skip(reason='x')", "xfail", "custom"])
def test_pairs_that_a_conftest_marks_take_the_standard_protocol(
    pytester: pytest.Pytester, ways: Callable[..., set[str]], mark: str
) -> None:
    """The mark may ask for something that only that protocol does."""
    marking = f"""
    def pytest_collection_modifyitems(items):
        for item in items:
            if "Old" in item.name:
                item.add_marker(pytest.mark.{mark})
    """
    write_shop(pytester, conftest=RECORDER + "\nimport textwrap\n")
    with pytester.path.joinpath("conftest.py").open("a") as file:
        file.write(marking.replace("\n    ", "\n"))
    found = ways("-o", "markers=custom")
    skipped = (
        set() if not mark.startswith("skip") else {"threatmodel_shop.py::TT01[Old]", "threatmodel_shop.py::TT02[Old]"}
    )
    assert found | skipped == {f"threatmodel_shop.py::{name}" for name in ("TT01[Old]", "TT02[Old]", "TT02[Safe]")}


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("skip(reason='x')", {"TT01[Old]": "SKIPPED", "TT02[Old]": "SKIPPED"}),
        ("skipif(True, reason='x')", {"TT01[Old]": "SKIPPED", "TT02[Old]": "SKIPPED"}),
        # An expected failure is one only where there is a finding.
        ("xfail(reason='x', strict=True)", {"TT01[Old]": "PASSED", "TT02[Old]": "XFAIL"}),
        ("xfail(False, reason='x')", {"TT01[Old]": "PASSED", "TT02[Old]": "FAILED"}),
        ("usefixtures('tmp_path')", {"TT01[Old]": "PASSED", "TT02[Old]": "FAILED"}),
    ],
)
def test_marks_of_a_conftest_do_what_they_do_to_tests(
    pytester: pytest.Pytester, mark: str, expected: dict[str, str]
) -> None:
    write_shop(
        pytester,
        conftest=f"""
        def pytest_collection_modifyitems(items):
            for item in items:
                if "Old" in item.name:
                    item.add_marker(pytest.mark.{mark})
        """,
    )
    assert outcomes(pytester.runpytest("--threatmodel", "-v")) == {**SHOP_OUTCOMES, **expected}


def test_a_plain_mark_on_the_file_is_for_all_its_pairs(pytester: pytest.Pytester) -> None:
    """And the run tells why they took the standard protocol."""
    write_shop(pytester, SHOP + "pytestmark = [pytest.mark.skip(reason='later')]\n")
    result = pytester.runpytest("--threatmodel", "-vv")
    assert set(outcomes(result).values()) == {"SKIPPED"}
    assert "standard protocol for pairs: threatmodel_shop.py is marked skip" in closing_section(result)


WRAPPED = """
lines = []

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    lines.append("begin " + item.name)
    result = yield
    lines.append("end " + item.name)
    return result

def pytest_runtest_logstart(nodeid, location):
    lines.append("start " + location[2])

def pytest_runtest_logfinish(nodeid, location):
    lines.append("finish " + location[2])

def pytest_unconfigure():
    print(*lines, sep="\\n")
"""


def test_hooks_around_every_item_are_called_for_every_pair(pytester: pytest.Pytester) -> None:
    """They are not in the way: the short way calls them."""
    write_shop(pytester, conftest=WRAPPED + RECORDER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPORTS", str(pytester.path / "reports.json"))
        result = pytester.runpytest("--threatmodel", "-q")
    said = [line for line in result.outlines if line.startswith(("begin ", "end ", "start ", "finish "))]
    assert said == [f"{word} {name}" for name in SHOP_OUTCOMES for word in ("begin", "start", "finish", "end")]
    assert len(set_up(recorded(pytester.path / "reports.json"))) == 1


def test_live_logs_take_the_standard_protocol(pytester: pytest.Pytester) -> None:
    write_shop(pytester, ini="log_cli = true")
    result = pytester.runpytest("--threatmodel", "-vv")
    assert "standard protocol for pairs: log_cli" in closing_section(result)
    assert counts(result) == {"failed": 2, "passed": 4}


COUNTER = """
import sys

@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session):
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        print("CALLS", calls)
"""


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts what CPython calls")
@pytest.mark.parametrize(
    ("server", "most"), [('Server(f"S{n}", usesCache=False)', 500), ('Server(f"S{n}", usesCache=True, OS="DOS")', 900)]
)
def test_a_pair_costs_so_many_calls(pytester: pytest.Pytester, server: str, most: int) -> None:
    """Counted by a profiler, which no other load on the machine disturbs: a parametrised test function needs 1,846."""

    def calls(servers: int) -> int:
        write_shop(pytester, f"for n in range({servers}):\n    {server}\n", conftest=COUNTER)
        command = [sys.executable, "-m", "pytest", "-p", "pytest_threatmodel.plugin", "--threatmodel", "-s", "--tb=no"]
        done = subprocess.run(
            command,
            cwd=pytester.path,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return next(int(line.split()[-1]) for line in done.stdout.splitlines() if "CALLS" in line)

    # Whatever happens once a run falls out of the difference; each server has two pairs.
    assert (calls(150) - calls(50)) / 200 <= most


@pytest.mark.parametrize(
    "name", ["skipping", "logging", "junitxml", "cacheprovider", "warnings", "debugging", "setuponly", "faulthandler"]
)
def test_plugins_of_pytest_may_be_switched_off(pytester: pytest.Pytester, name: str) -> None:
    """Their options and settings are then not there."""
    write_shop(pytester)
    result = pytester.runpytest("--threatmodel", "-v", "-p", f"no:{name}")
    assert outcomes(result) == SHOP_OUTCOMES
