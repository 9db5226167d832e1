"""The pages tell the truth: their options exist, their packs load, their models run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from pytest_threatmodel.library.condition.parse import parse
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.pack import read_pack
from tests.library import packs

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
GENERATE = runpy.run_path(str(ROOT / "docs" / "generate.py"), run_name="generate")
PAGES = runpy.run_path(str(ROOT / "docs" / "threat_pages.py"), run_name="threat_pages")
OPTION = re.compile(r"--(?:no-)?threatmodel[\w-]*")


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def first_cells(page: Path) -> list[str]:
    """What stands in the first column of the page's tables."""
    return re.findall(r"^\| (`.+?) \|", page.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def help_text() -> str:
    text = GENERATE["run"]("--help")
    assert isinstance(text, str)
    return text


def test_the_page_lists_every_option(help_text: str) -> None:
    offered = {name for line in help_text.splitlines() for name in re.findall(rf"^  ({OPTION.pattern})", line)}
    offered |= set(re.findall(r"^  --threatmodel, (--no-threatmodel)", help_text, re.MULTILINE))
    listed = {name for cell in first_cells(REFERENCE / "options.md") for name in OPTION.findall(cell)}
    assert listed == offered


def test_the_page_lists_every_setting(help_text: str) -> None:
    offered = set(re.findall(r"^  (threatmodel\w*) \(\w+\):", help_text, re.MULTILINE))
    cells = " ".join(first_cells(REFERENCE / "options.md"))
    assert set(re.findall(r"`(threatmodel\w*)`", cells)) == offered


@pytest.mark.parametrize("page", ["README.md", "docs/howto.md", "docs/tutorial.md"])
def test_pages_name_only_options_that_are_in_the_reference(page: str) -> None:
    known = set(OPTION.findall((REFERENCE / "options.md").read_text(encoding="utf-8")))
    assert set(OPTION.findall((ROOT / page).read_text(encoding="utf-8"))) - known == set()


def test_every_shipped_pack_and_threat_has_a_page_that_its_index_reaches() -> None:
    library = load_library()
    pages = PAGES["pages"](library)
    for pack in library.packs:
        assert f"({pack.name}.md)" in pages["index.md"]
        for threat in pack.threats:
            assert f"({pack.name}/{threat.id}.md)" in pages[f"{pack.name}.md"]
            assert pages[f"{pack.name}/{threat.id}.md"].splitlines()[4].startswith(f"# {threat.id}: ")
    assert len(pages) == 1 + len(library.packs) + len(library)


def test_texts_of_packs_are_no_markdown_on_their_pages(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(packs.document([packs.threat(description="a_b_c | <script> [x](y) `z`")]), encoding="utf-8")
    pack = read_pack(file)
    page = PAGES["pages"](Library([pack]))[f"web/{pack.threats[0].id}.md"]
    assert r"a\_b\_c \| \<script\> \[x\](y) \`z\`" in page


def test_the_pack_on_the_page_is_a_pack(tmp_path: Path) -> None:
    """The first block is a whole pack, the second the field that it may declare besides."""
    pack, field, *_ = blocks(REFERENCE / "packs.md", "toml")
    file = tmp_path / "web.toml"
    file.write_text(f"{pack}\n{field}", encoding="utf-8")
    read = read_pack(file)
    assert ([threat.id for threat in read.threats], [f.name for f in read.fields]) == (
        ["WEB04"],
        ["rendersMarkdown"],
    )


@pytest.mark.parametrize("condition", blocks(REFERENCE / "conditions.md", "text")[0].splitlines())
def test_the_conditions_on_the_page_are_conditions(condition: str) -> None:
    parse(condition)


def test_the_tutorial_works(pytester: pytest.Pytester) -> None:
    """Its model runs, its finding is there, and each of its three answers makes a finding go."""
    model, design, control, decision, own_test = blocks(ROOT / "docs" / "tutorial.md", "python")
    file = "threatmodel_notes.py"
    pytester.path.joinpath(file).write_text(model, encoding="utf-8")
    found = pytester.runpytest("--threatmodel", f"{file}::DE01[Save note]", f"{file}::DE01[Insert note]")
    found.assert_outcomes(failed=2)

    answered = "\n".join([model.replace(save_line(model), design), control, decision, own_test])
    pytester.path.joinpath(file).write_text(answered, encoding="utf-8")
    wanted = [f"{file}::{name}" for name in ("DE01[Save note]", "DE01[Insert note]", own_test_name(own_test))]
    pytester.runpytest("--threatmodel", *wanted).assert_outcomes(passed=2, xfailed=1)


def save_line(model: str) -> str:
    return next(line for line in model.splitlines() if line.startswith("save ="))


def own_test_name(block: str) -> str:
    return block.partition("def ")[2].partition("(")[0]


def test_the_page_about_green_models_shows_what_a_run_says(pytester: pytest.Pytester) -> None:
    page = ROOT / "docs" / "howto" / "green.md"
    (model,), (closing, idle) = blocks(page, "python"), blocks(page, "text")
    pytester.path.joinpath("threatmodel_shop.py").write_text(model, encoding="utf-8")
    shown = pytester.runpytest("--threatmodel", "-v", "--tb=no").stdout.str()
    assert f"{closing.rstrip()}\n{idle.rstrip()}\n" in shown


def test_the_page_about_expiring_risks_shows_what_runs_say(pytester: pytest.Pytester) -> None:
    page = ROOT / "docs" / "howto" / "expiring.md"
    (model,), (soon, late, stale, orphan) = blocks(page, "python"), blocks(page, "text")
    pytester.path.joinpath("threatmodel_shop.py").write_text(model, encoding="utf-8")
    before = pytester.runpytest("--threatmodel-today=2026-11-24").stdout.str()
    after = pytester.runpytest("--threatmodel-today=2026-12-11").stdout.str()
    assert soon in before
    assert late in after
    assert stale.partition("\n")[0] in before
    assert orphan in before
