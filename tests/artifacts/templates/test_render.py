"""Template files: which language they are in, and what is said of files that are no templates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.render import render_file
from pytest_threatmodel.artifacts.templates.source import LONGEST
from pytest_threatmodel.artifacts.templates.source import output_name
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from pathlib import Path

JINJA = "{{ model.name }}"
PYTM = "{tm.name} {{ model.name }}"


def rendered(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return render_file(path, bank(), Request())


@pytest.mark.parametrize("name", ["report.md.j2", "report.jinja", "report.html.jinja2", "REPORT.J2"])
def test_an_ending_says_jinja(name: str, tmp_path: Path) -> None:
    assert rendered(tmp_path, name, JINJA) == "Bank"


@pytest.mark.parametrize("mark", ["{# jinja #}", "<!-- {#- jinja2 -#} -->"])
def test_a_first_line_says_jinja(mark: str, tmp_path: Path) -> None:
    assert rendered(tmp_path, "report.md", f"{mark}\n{JINJA}").splitlines()[-1] == "Bank"


@pytest.mark.parametrize("name", ["report.md", "report.html", "report", "j2"])
def test_everything_else_is_in_pytms_language(name: str, tmp_path: Path) -> None:
    assert rendered(tmp_path, name, PYTM) == "Bank { model.name }"
    assert rendered(tmp_path, name, f"{PYTM}\n{{{{# jinja #}}}}").startswith("Bank {")


def test_line_ends_and_byte_order_marks_are_no_text(tmp_path: Path) -> None:
    assert rendered(tmp_path, "report.md", b"\xef\xbb\xbf{tm.name}\r\n{tm.name}\r") == "Bank\nBank\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "template report.md, line 1: the template is empty"),
        (b" \n\n", "template report.md, line 1: the template is empty"),
        (b"one\ntwo \xff", "template report.md, line 2: this is not UTF-8"),
        (b"x" * (LONGEST + 1), "template report.md is longer than 1,000,000 bytes"),
    ],
)
def test_what_is_no_template_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as caught:
        rendered(tmp_path, "report.md", content)
    assert str(caught.value) == message


def test_missing_templates_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"template gone\.md cannot be read: No such file or directory"):
        render_file(tmp_path / "gone.md", bank(), Request())
    with pytest.raises(ArtifactError, match=r"template .* is no file"):
        render_file(tmp_path, bank(), Request())
    with pytest.raises(ArtifactError, match=r"template a\\x00b.md cannot be read: (stat: )?embedded null"):
        render_file(tmp_path / "a\0b.md", bank(), Request())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_does_not_hang_the_run(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.md")
    with pytest.raises(ArtifactError, match=r"template report\.md is no file"):
        render_file(tmp_path / "report.md", bank(), Request())


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("report.md.j2", "report.md"),
        ("report.j2", "report.txt"),
        ("advanced_template.md", "advanced_template.md"),
        ("a.b.html.jinja2", "a.b.html"),
        ("plain", "plain"),
    ],
)
def test_what_a_template_makes_is_named_after_it(name: str, made: str) -> None:
    assert output_name(name) == made
