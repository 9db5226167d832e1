"""The checks of packs as functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.testing import ExampleError
from pytest_threatmodel.testing import LibraryError
from pytest_threatmodel.testing import Verdict
from pytest_threatmodel.testing import assert_pack
from pytest_threatmodel.testing import check_pack
from pytest_threatmodel.testing import verdict_on

from .analysis.selftest.packs import GOOD


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "acme.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_good_pack_passes(pack: Path) -> None:
    assert check_pack(pack) == []
    assert_pack(str(pack))


def test_a_bad_one_fails_with_a_line_for_each_flaw(pack: Path) -> None:
    pack.write_text(GOOD.replace("(controls.validatesInput)", "").replace("[77]", "[99999]"), encoding="utf-8")
    assert [flaw.rule for flaw in check_pack(pack)] == ["mitigation", "taxonomy"]
    with pytest.raises(AssertionError, match=r"does not name controls\.validatesInput(.|\n)*there is no CWE-99999"):
        assert_pack(pack)


def test_a_pack_that_repeats_a_shipped_threat_is_told(pack: Path) -> None:
    again = GOOD.replace("target.printsLabels and not", "target.usesXMLParser and not")
    pack.write_text(again[: again.index("[[field]]")] + again[again.index("[[threat]]") :], encoding="utf-8")
    assert "examples" in {flaw.rule for flaw in check_pack(pack)}


def test_what_is_no_pack_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no such file"):
        check_pack(tmp_path / "nothing.toml")
    with pytest.raises(LibraryError, match="is a folder"):
        check_pack(tmp_path)


def test_a_threat_is_tried_on_an_example(pack: Path) -> None:
    facts = {"kind": "Server", "printsLabels": True}
    assert verdict_on(pack, "ACME01", facts) is Verdict.VULNERABLE
    assert verdict_on(pack, "ACME01", {**facts, "controls": {"validatesInput": True}}) is Verdict.MITIGATED
    assert verdict_on(pack, "ACME01", {"kind": "Server"}) is Verdict.UNDETERMINED
    assert verdict_on(pack, "ACME01", {**facts, "printsLabels": False}) is Verdict.NOT_APPLICABLE


def test_an_example_that_does_not_fit_is_an_error(pack: Path) -> None:
    with pytest.raises(ExampleError, match="says no kind"):
        verdict_on(pack, "ACME01", {"printsLabels": True})
    with pytest.raises(ExampleError, match="Process is no target of ACME01"):
        verdict_on(pack, "ACME01", {"kind": "Process"})
    with pytest.raises(LibraryError, match="did you mean 'ACME01'"):
        verdict_on(pack, "ACME1", {"kind": "Server"})
