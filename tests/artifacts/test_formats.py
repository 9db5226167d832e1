"""The table of formats, and how formats are asked for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from pytest_threatmodel.artifacts import formats
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.formats import FormatError
from pytest_threatmodel.artifacts.formats import builtin
from pytest_threatmodel.artifacts.formats import checked
from pytest_threatmodel.artifacts.formats import choose
from pytest_threatmodel.artifacts.formats import without_twins
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import snapshot_of


def _nothing(snapshot: Snapshot, request: Request) -> str:
    return ""


@pytest.mark.parametrize("each", builtin(), ids=lambda each: f"{each.group}-{each.name}")
def test_builtin_formats_render(each: Format, tmp_path: Path) -> None:
    """Each of them makes something of a model that has everything, and warns of nothing."""
    warnings: list[str] = []
    made = each.render(snapshot_of(BANK, tmp_path), Request(warn=warnings.append))
    assert len(made) > 200
    assert warnings == []


@pytest.mark.parametrize("each", builtin(), ids=lambda each: f"{each.group}-{each.name}")
def test_builtin_formats_render_the_smallest_model(each: Format, tmp_path: Path) -> None:
    made = each.render(snapshot_of("from pytest_threatmodel import *\ntm = TM('Nothing')\n", tmp_path), Request())
    assert made


@pytest.mark.parametrize("each", builtin(), ids=lambda each: f"{each.group}-{each.name}")
def test_builtin_formats_are_stable(each: Format, tmp_path: Path) -> None:
    """The same snapshot gives the same bytes."""
    made = [each.render(snapshot_of(BANK, tmp_path), Request()) for _ in range(2)]
    assert made[0] == made[1]


def test_no_two_builtin_formats_write_one_file() -> None:
    assert without_twins(builtin())


def test_the_table_imports_no_renderer() -> None:
    code = "import sys; from pytest_threatmodel.artifacts.formats import builtin; builtin(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"jinja2", "graphviz", "pytest_threatmodel.artifacts.sarif"}.isdisjoint(done.stdout.split())


def test_an_unknown_format_lists_those_that_there_are() -> None:
    own = Format("names", "report", ".names", "names", _nothing)
    with pytest.raises(FormatError) as caught:
        choose([*builtin(), own], "report", ["sarfi"])
    text = str(caught.value)
    assert text.startswith("unknown format 'sarfi', expected md, summary,")
    assert "otm, names" in text
    assert text.endswith("did you mean 'sarif'?")


def test_a_format_is_known_in_its_own_group_only() -> None:
    with pytest.raises(FormatError, match="unknown format 'sarif', expected svg, png, puml, mmd"):
        choose(builtin(), "seq", ["sarif"])


def test_asking_twice_writes_once() -> None:
    assert [each.name for each in choose(builtin(), "seq", ["mmd", "puml", "mmd"])] == ["mmd", "puml"]


def test_two_formats_of_one_name_are_refused() -> None:
    own = Format("csv", "report", ".own.csv", "my table", _nothing)
    with pytest.raises(FormatError, match="two formats 'csv': CSV report and my table"):
        without_twins([*builtin(), own])


def test_two_formats_of_one_file_are_refused() -> None:
    own = Format("page", "report", ".csv", "my page", _nothing)
    with pytest.raises(FormatError, match=r"two formats '\.csv'"):
        without_twins([*builtin(), own])


def test_what_is_no_format_is_refused() -> None:
    with pytest.raises(FormatError, match="the hook: expected formats, got 'html'"):
        checked(["html"], "the hook")
    with pytest.raises(FormatError, match="got 7"):
        checked(7, "the hook")
    assert checked(None, "the hook") == []


def test_entry_points_bring_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution on the path offers a format by an entry point; a broken one is named."""
    info = tmp_path / "company-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: company\nVersion: 1.0\n", encoding="utf-8")
    points = info / "entry_points.txt"
    points.write_text("[pytest_threatmodel.formats]\nours = company_formats:ours\n", encoding="utf-8")
    (tmp_path / "company_formats.py").write_text(
        "from pytest_threatmodel.artifacts.format import Format\n"
        "def ours():\n    return Format('ours', 'report', '.ours.txt', 'ours', lambda snapshot, request: 'ours')\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [each.name for each in formats.installed()] == ["ours"]
    points.write_text("[pytest_threatmodel.formats]\nours = company_formats:gone\n", encoding="utf-8")
    import_module("importlib").invalidate_caches()
    with pytest.raises(FormatError, match="entry point 'ours': AttributeError"):
        formats.installed()
