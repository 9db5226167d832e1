"""pytm's files under pytest: collected as they are, told what pytm swallows, an installed pytm left alone."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .models import PACK
from .models import outcomes
from .models import write_project

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A model as pytm's users write them; findings of TT01 on the two servers that use a cache and are not hardened.
TM = """#!/usr/bin/env python3
import argparse

from common import zone
from pytm import TM, Actor, Dataflow, Server

argparse.ArgumentParser().parse_args()
tm = TM("Shop", description="A shop")
web = Server("Web", usesCache=True)
web.inBoundary = zone
api = Server("API", usesCache=True)
api.isHardened = True
old = Server("Old", usesCache=True, in_boundary=zone)
Dataflow(Actor("User"), web, "Order").prot = "HTTP"

if __name__ == "__main__":
    tm.process()
tm.process()
"""
COMMON = "from pytm import Boundary\n\nzone = Boundary('Zone')\n"
#: What stands for an installed pytm, and a test that has imported it before the models are collected.
REAL = "class Server:\n    'of pytm'\n\nfrom . import pytm\n"
TEST = """
import sys
import pytm
from pytm import Server
import pytm.pytm

before = [pytm, pytm.pytm, sys.modules["pytm"], sys.modules["pytm.pytm"]]


def test_the_real_pytm_is_as_it_was():
    import pytm.pytm as inner

    assert Server.__doc__ == pytm.Server.__doc__ == "of pytm"
    assert [pytm, inner, sys.modules["pytm"], sys.modules["pytm.pytm"]] == before
    assert not [finder for finder in sys.meta_path if type(finder).__module__.startswith("pytest_threatmodel")]
"""
EXPECTED = {
    "TT01[Web]": "FAILED",
    "TT02[Web]": "PASSED",
    "TT01[API]": "PASSED",
    "TT02[API]": "PASSED",
    "TT01[Old]": "FAILED",
    "TT02[Old]": "PASSED",
}
NOTICES = [
    "  tm.py:13: Server.isHardened: counts as controls.isHardened; pytm itself reads it nowhere since version 1.2",
    "  tm.py:14: Server.in_boundary: no rule of a library reads it; did you mean 'inBoundary'?",
    "  tm.py:15: Dataflow.prot: no rule of a library reads it; did you mean 'protocol'?",
    "  tm.py:9: 2 verdicts rest on flat names: TT01[API], TT02[API]",
]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A model of pytm beside a module that it imports; it meets the pack."""
    write_project(pytester, pack=PACK, ini="threatmodel_pytm_threats = packs\n").unlink()
    for name, text in {"tm.py": TM.replace("argparse.A", "\nargparse.A", 1), "common.py": COMMON}.items():
        pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    return pytester


_TWO_WORKERS = pytest.param(
    ("-n", "2"), marks=pytest.mark.skipif(find_spec("xdist") is None, reason="xdist is not installed")
)
WAYS = pytest.mark.parametrize("way", [(), _TWO_WORKERS, ("-p", "no:xdist")], ids=["plain", "n2", "noxdist"])


@WAYS
def test_a_file_of_pytm_runs_unchanged(project: pytest.Pytester, way: Sequence[str]) -> None:
    result = project.runpytest("--threatmodel", "-v", "tm.py", *way)
    assert outcomes(result) == EXPECTED
    lines = result.stdout.lines
    assert [line for line in lines if line.startswith("  tm.py:")] == NOTICES


def test_files_may_be_named_by_patterns(project: pytest.Pytester) -> None:
    project.path.joinpath("sub").mkdir()
    project.path.joinpath("sub/tm_two.py").write_text(
        "from pytm import *\nTM('Two')\nServer('Two')\n", encoding="utf-8"
    )
    result = project.runpytest("-v", "-o", "threatmodel_files=tm.py sub/tm_*.py", "-o", "threatmodel=true")
    assert outcomes(result) == {**EXPECTED, "TT01[Two]": "PASSED", "TT02[Two]": "PASSED"}


def test_a_function_may_build_the_model(project: pytest.Pytester) -> None:
    text = (
        "from pytm import *\ndef build_model():\n    tm = TM('T')\n    Server('Web', usesCache=True)\n    return tm\n"
    )
    project.path.joinpath("tm.py").write_text(text, encoding="utf-8")
    result = project.runpytest("-v", "-o", "threatmodel_files=tm.py::build_model", "--threatmodel")
    assert outcomes(result) == {"TT01[Web]": "FAILED", "TT02[Web]": "PASSED"}
    result = project.runpytest("-v", "-o", "threatmodel_files=tm.py", "--threatmodel")
    result.stdout.fnmatch_lines(["*but build_model() does; ini threatmodel_files = tm.py::build_model calls it"])


@WAYS
@pytest.mark.parametrize("order", ["tm.py test_real.py", "test_real.py tm.py"])
def test_an_installed_pytm_is_left_alone(project: pytest.Pytester, order: str, way: Sequence[str]) -> None:
    """Tests that use it before and after see the same modules, and the model our names."""
    project.path.joinpath("pytm").mkdir()
    project.path.joinpath("pytm/__init__.py").write_text(REAL, encoding="utf-8")
    project.path.joinpath("pytm/pytm.py").write_text("", encoding="utf-8")
    project.path.joinpath("test_real.py").write_text(TEST, encoding="utf-8")
    result = project.runpytest("--threatmodel", "-v", "-o", "pythonpath=.", *order.split(), *way)
    assert outcomes(result) == {**EXPECTED, "test_the_real_pytm_is_as_it_was": "PASSED"}


def test_a_model_file_of_ours_is_not_changed_by_one_of_pytm(project: pytest.Pytester) -> None:
    text = "from pytest_threatmodel import *\nTM('Own')\nServer('Web', in_boundary=1)\n"
    project.path.joinpath("threatmodel_own.py").write_text(text, encoding="utf-8")
    result = project.runpytest("--threatmodel", "tm.py", "threatmodel_own.py")
    result.stdout.fnmatch_lines(["*has no attribute 'in_boundary'; did you mean 'inBoundary'? (threatmodel_own.py:3)"])
    result.assert_outcomes(errors=1)


@pytest.mark.parametrize("strict", ["", "[pytest] strict"])
def test_strict_makes_an_error_of_what_pytm_swallows(project: pytest.Pytester, strict: str) -> None:
    """By our own setting only: pytest's `strict` does not switch it on."""
    setting = "strict=true" if strict else "threatmodel_strict=true"
    result = project.runpytest("--threatmodel", "tm.py", "-o", setting)
    if strict:
        assert result.parseoutcomes() == {"failed": 2, "passed": 4}
        return
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting tm.py*",
            "Server.isHardened: counts as controls.isHardened; pytm itself reads it nowhere * (tm.py:13)",
            "Server.in_boundary: no rule of a library reads it; did you mean 'inBoundary'? (tm.py:14)",
            "Dataflow.prot: no rule of a library reads it; did you mean 'protocol'? (tm.py:15)",
        ]
    )


@pytest.mark.parametrize(("name", "meant"), [("DataStore", "Datastore"), ("DataFlow", "Dataflow")])
def test_a_name_that_never_was_is_a_collection_error(project: pytest.Pytester, name: str, meant: str) -> None:
    project.path.joinpath("tm.py").write_text(f"from pytm import TM, {name}\n", encoding="utf-8")
    result = project.runpytest("--threatmodel", "tm.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    text = f"*ImportError: pytm has no name '{name}', nor had it ever; meant is {meant}"
    result.stdout.fnmatch_lines(["*tm.py*, line 1, in <module>", text])
    assert "site-packages" not in result.stdout.str()


def test_the_explanation_names_the_old_name(project: pytest.Pytester) -> None:
    result = project.runpytest("--threatmodel-explain=tm.py::TT01[API]", "tm.py")
    result.stdout.fnmatch_lines(["*controls.isHardened*True, stated in line 13 as isHardened*"])


def test_snapshots_carry_the_notices(project: pytest.Pytester) -> None:
    project.path.joinpath("conftest.py").write_text(
        project.path.joinpath("conftest.py").read_text(encoding="utf-8")
        + "\ndef pytest_threatmodel_verdicts(snapshot):\n    print('SEEN', len(snapshot['notices']))\n",
        encoding="utf-8",
    )
    result = project.runpytest("--threatmodel", "tm.py", "-s", "--threatmodel-report=json")
    result.stdout.fnmatch_lines(["*SEEN 4"])
    report = next(project.path.joinpath("threatmodel-artifacts").glob("*.json")).read_text(encoding="utf-8")
    assert NOTICES[1].strip().replace("'", "'") in report


def test_own_threats_and_fields_make_pairs(project: pytest.Pytester) -> None:
    text = """
from pytm import *

tm = TM("T", threatsFile="threats.json")
tm.assumptions = ["Behind a proxy"]
web, old = Server("Web", team="red", limits={"cpu": 1}), Server("Old")
old.assumptions = [Assumption("Old is gone soon", exclude=["OWN2"])]
old.controls.isPatched = {"kernel": False}
TM._threats.append(Threat(SID="OWN2", description="Not patched", target="Server", severity="High",
                          condition="'kernel' in target.controls.isPatched"))


def test_fields(threatmodel):
    assert threatmodel["Web"].team == "red"
    threatmodel.resolve()
    assert [f.threat_id for f in threatmodel.findings] == ["OWN1"]
"""
    project.path.joinpath("tm.py").write_text(text, encoding="utf-8")
    threats = """[{"SID": "OWN1", "description": "Red", "target": ["Server"], "severity": "Very High",
                   "condition": "target.team == 'red' and 'cpu' in target.limits"}]"""
    project.path.joinpath("threats.json").write_text(threats, encoding="utf-8")
    result = project.runpytest("--threatmodel", "-v", "tm.py", "-k", "OWN or fields", "--threatmodel-report=json,md")
    assert outcomes(result) == {
        "OWN1[Web]": "FAILED",
        "OWN2[Web]": "PASSED",
        "OWN1[Old]": "PASSED",
        "OWN2[Old]": "SKIPPED",
        "test_fields": "PASSED",
    }
    report = next(project.path.joinpath("threatmodel-artifacts").glob("*.json")).read_text(encoding="utf-8")
    assert '"limits"' in report
    assert '"kernel"' in report


@WAYS
def test_values_of_any_type_come_through_a_run(project: pytest.Pytester, way: Sequence[str]) -> None:
    """Into reports, and from workers to the controller."""
    text = """
from datetime import date
from pytm import *

tm = TM("T")
web = Server("Web", usesCache=True, limits={"cpu": [1.5, float("inf")], 3: {1}}, since=date(2020, 1, 2))
web.peers, web.level, web.zones, web.none = [web, Server("Old")], Classification.SECRET, {"b", "a"}, None
"""
    project.path.joinpath("tm.py").write_text(text, encoding="utf-8")
    result = project.runpytest("--threatmodel", "-v", "tm.py", "--threatmodel-report=json,html,md", *way)
    assert outcomes(result)["TT01[Web]"] == "FAILED"
    report = json.loads(project.path.joinpath("threatmodel-artifacts/tm.json").read_text(encoding="utf-8"))
    values = next(each["values"] for each in report["elements"] if each["name"] == "Web")
    assert {name: values.get(name) for name in ("limits", "since", "peers", "level", "zones", "none")} == {
        "limits": {"cpu": [1.5, "inf"], "3": "{1}"},
        "since": "datetime.date(2020, 1, 2)",
        "peers": ["Web", "Old"],
        "level": "SECRET",
        "zones": ["a", "b"],
        "none": None,
    }


@pytest.mark.parametrize(("threats", "count"), [("pytm", 1), ("packs", 9)])
def test_the_example_ends_as_its_page_says(pytester: pytest.Pytester, threats: str, count: int) -> None:
    """By its own two threats, and with `packs` by the pack of the run, `core`, as well."""
    folder = Path(__file__).resolve().parents[2] / "example_models" / "pytm_style"
    shutil.copytree(folder, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    settings = ("-o", "threatmodel_packs=core", "-o", f"threatmodel_pytm_threats={threats}")
    result = pytester.runpytest("--threatmodel", "tm.py", "-v", *settings)
    found = [name for name, word in outcomes(result).items() if word in ("FAILED", "SKIPPED")]
    assert len(found) == count
    assert "BOOK1[Bookings]" in found
    assert outcomes(result)["BOOK2[Bookings]"] == "PASSED"
    rest = ["  tm.py:19: 1 verdict rests on flat names: HA01[Booking site]"] if threats == "packs" else []
    assert [line for line in result.stdout.lines if line.startswith("  tm.py:")] == [
        "  tm.py:40: Server.isHardened: counts as controls.isHardened; pytm itself reads it nowhere since version 1.2",
        "  tm.py:51: Datastore.storesPii: no rule of a library reads it; did you mean 'storesPII'?",
        *rest,
    ]
