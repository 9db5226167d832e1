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
    assert text.startswith("unknown format 'sarfi', expected html, md, summary,")
    assert "decisions, names" in text
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


@pytest.mark.parametrize(
    ("name", "is_one"), [("report.md", True), ("docs/report", True), ("./x", True), ("md", False), ("gitlab", False)]
)
def test_a_dot_or_a_slash_makes_a_template(name: str, is_one: bool) -> None:
    assert formats.is_template(name) is is_one


@pytest.mark.parametrize("each", builtin(), ids=lambda each: f"{each.group}-{each.name}")
def test_no_builtin_format_looks_like_a_template(each: Format) -> None:
    assert not formats.is_template(each.name)


def test_a_template_is_a_format_named_after_it(tmp_path: Path) -> None:
    path = tmp_path / "review.md.j2"
    path.write_text("{{ model.name }}", encoding="utf-8")
    made = formats.template(path)
    assert (made.group, made.suffix, made.title) == ("report", ".review.md", "report by review.md.j2")
    assert not made.redacts
    assert made.render(snapshot_of(BANK, tmp_path), Request()) == "Bank"


def test_two_templates_whose_reports_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    for name in ("a/Review.md", "b/review.MD"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(FormatError, match=r"two formats '\.review\.md'"):
        without_twins([formats.template(tmp_path / "a/Review.md"), formats.template(tmp_path / "b/review.MD")])


def test_what_is_no_template_is_refused(tmp_path: Path) -> None:
    (tmp_path / "review.md").write_text("x", encoding="utf-8")
    with pytest.raises(FormatError, match=r"no template .*revew\.md'; did you mean 'review\.md'\?"):
        formats.template(tmp_path / "revew.md")
    with pytest.raises(FormatError, match=r"no template .*gone/review\.md'$"):
        formats.template(tmp_path / "gone" / "review.md")
    with pytest.raises(FormatError, match="is no file"):
        formats.template(tmp_path)
    with pytest.raises(FormatError, match="a control character in its name"):
        formats.template(tmp_path / "a\nb.md", must_exist=False)
    assert formats.template(tmp_path / "elsewhere.md", must_exist=False).suffix == ".elsewhere.md"
