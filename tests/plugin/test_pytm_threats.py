"""Which threats files that import pytm meet: pytm's own, or the packs through the table of counterparts."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.library.packs import install_pytm
from tests.plugin.models import outcomes

THREATS = [
    {"SID": "AC07", "target": "Server", "condition": "target.controls.hasAccessControl is False", "severity": "High"},
    {"SID": "INP05", "target": "Server", "condition": "target.controls.validatesInput is False", "severity": "Low"},
]
OWN = {"SID": "OWN1", "target": "Server", "condition": "target.controls.isHardened is False"}
MODEL = """
from pytm import TM, Assumption, Finding, Server, Threat

tm = TM("Shop")
web = Server("Web")
"""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path in which a pytm of two threats is installed."""
    folder = tmp_path_factory.mktemp("site")
    install_pytm(folder, THREATS)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def _no_pytm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some environments have the real one."""
    monkeypatch.setattr("pytest_threatmodel.library.pytm_library.PYTM", "no-such-pytm")


def project(pytester: pytest.Pytester, body: str = "", ini: str = "", **files: Any) -> None:
    """A model of pytm's, the ini file that collects it, and threat files beside it."""
    lines = ["[pytest]", "threatmodel_files = tm.py threatmodel_*.py", dedent(ini)]
    (pytester.path / "pytest.ini").write_text("\n".join(lines), encoding="utf-8")
    (pytester.path / "tm.py").write_text(MODEL.lstrip() + dedent(body), encoding="utf-8")
    for name, threats in files.items():
        (pytester.path / f"{name}.json").write_text(json.dumps(threats), encoding="utf-8")


def run(pytester: pytest.Pytester, *args: str) -> dict[str, str]:
    """The outcomes of a run by their ids."""
    return outcomes(pytester.runpytest("-v", "--threatmodel", *args))


@pytest.mark.usefixtures("site")
def test_such_a_file_meets_pytms_threats_and_no_other(pytester: pytest.Pytester) -> None:
    """A file of our own beside it meets the packs, in which AC07 is no threat."""
    project(pytester)
    own = (
        "from pytest_threatmodel import TM, Server\ntm = TM('Own')\nown = Server('Own')\nown.controls.isHardened = True"
    )
    (pytester.path / "threatmodel_own.py").write_text(own, encoding="utf-8")
    found = run(pytester)
    assert {id_: word for id_, word in found.items() if "[Web]" in id_} == {
        "AC07[Web]": "FAILED",
        "INP05[Web]": "FAILED",
    }
    assert found["HA01[Own]"] == "PASSED"
    assert "AC07[Own]" not in found


@pytest.mark.usefixtures("site")
def test_appended_threats_join_pytms(pytester: pytest.Pytester) -> None:
    project(pytester, f"TM._threats.append(Threat(**{OWN!r}))")
    assert run(pytester) == {"AC07[Web]": "FAILED", "INP05[Web]": "FAILED", "OWN1[Web]": "FAILED"}


@pytest.mark.usefixtures("_no_pytm")
def test_a_threat_file_takes_the_place_of_pytms(pytester: pytest.Pytester) -> None:
    """Then pytm need not even be installed."""
    project(pytester, "tm.threatsFile = 'own.json'", own=[OWN])
    assert run(pytester) == {"OWN1[Web]": "FAILED"}


@pytest.mark.usefixtures("site")
def test_threats_of_the_ini_file_join_pytms(pytester: pytest.Pytester) -> None:
    project(pytester, ini="threatmodel_threats = own.json", own=[OWN])
    assert run(pytester) == {"AC07[Web]": "FAILED", "INP05[Web]": "FAILED", "OWN1[Web]": "FAILED"}


@pytest.mark.usefixtures("site")
def test_overrides_assumptions_and_exclusions_speak_pytms_ids(pytester: pytest.Pytester) -> None:
    project(
        pytester,
        """
        web.overrides = [Finding(threat_id="AC07", severity="Low")]
        web.assumptions = [Assumption("no SQL", exclude=["INP05"])]
        """,
    )
    assert run(pytester, "--threatmodel-fail-on=medium") == {"AC07[Web]": "XFAIL", "INP05[Web]": "SKIPPED"}
    assert run(pytester, "--threatmodel-exclude=AC07") == {"INP05[Web]": "SKIPPED"}


@pytest.mark.usefixtures("_no_pytm")
def test_without_pytm_the_error_names_both_ways_out(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines(
        [
            "*threats of files written for pytm come from pytm, which is not installed; "
            "install it (pip install pytest-threatmodel[[]pytm]), or set threatmodel_pytm_threats = packs,*"
        ]
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.usefixtures("_no_pytm")
def test_with_packs_the_file_meets_ours_through_the_table(pytester: pytest.Pytester) -> None:
    """The assumption about AC07 of pytm's is one about our AC06."""
    project(
        pytester,
        """
        web.handlesResources = True
        web.assumptions = [Assumption("one user", exclude=["AC07"])]
        """,
        ini="threatmodel_pytm_threats = packs",
    )
    found = run(pytester)
    assert found["AC06[Web]"] == "SKIPPED"
    assert found["HA01[Web]"] == "FAILED"
    assert "AC07[Web]" not in found


@pytest.mark.usefixtures("_no_pytm")
def test_with_packs_ids_without_a_counterpart_are_one_error(pytester: pytest.Pytester) -> None:
    project(
        pytester,
        """
        web.overrides = [Finding(threat_id="INP05", severity="Low")]
        tm.assumptions = [Assumption("so it is", exclude=["SC01", "DE03"])]
        """,
        ini="threatmodel_pytm_threats = packs",
    )
    result = pytester.runpytest("--threatmodel")
    result.stdout.fnmatch_lines_random(
        [
            "*override of INP05: the packs have no counterpart of INP05: it is one way to what IN01 is about*tm.py:*",
            "*'so it is' excludes SC01: the packs have no counterpart of SC01:*tm.py:*",
        ]
    )
    assert "DE03" not in result.stdout.str()


@pytest.mark.usefixtures("site")
def test_a_pair_of_such_a_file_is_explained(pytester: pytest.Pytester) -> None:
    project(pytester)
    result = pytester.runpytest("--threatmodel-explain=tm.py::INP05[Web]")
    result.stdout.fnmatch_lines(["*INP05[[]Web]: vulnerable*"])


@pytest.mark.usefixtures("site")
def test_rules_that_end_early_are_told_once(pytester: pytest.Pytester) -> None:
    (pytester.path / "own.json").write_text(json.dumps([{**OWN, "condition": "target.isCached"}]), encoding="utf-8")
    project(pytester, "tm.threatsFile = 'own.json'\napi = Server('API')")
    text = pytester.runpytest("--threatmodel").stdout.str()
    assert text.count("OWN1 can never fire: no kind has isCached") == 1


def test_another_word_is_a_usage_error(pytester: pytest.Pytester) -> None:
    project(pytester, ini="threatmodel_pytm_threats = pyt")
    result = pytester.runpytest("--threatmodel")
    result.stderr.fnmatch_lines(["*ini setting threatmodel_pytm_threats: unknown value 'pyt', expected pytm or packs*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
