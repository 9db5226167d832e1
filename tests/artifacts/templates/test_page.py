"""The page about templates tells the truth, and its example templates work."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.templates.jinja.context import context
from pytest_threatmodel.artifacts.templates.jinja.filters import OWN
from pytest_threatmodel.artifacts.templates.pytm.functions import FUNCTIONS
from pytest_threatmodel.artifacts.templates.pytm.world import COLLECTIONS
from pytest_threatmodel.artifacts.templates.render import render_file
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.markdown_reader import read
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import hostile

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "reference" / "templates.md"
EXAMPLES = sorted((ROOT / "example_models" / "templates").iterdir())
MODELS: dict[str, Callable[[], Snapshot]] = {
    "bank": bank,
    "hostile": hostile,
    "decided": lambda: built(DECIDED),
    "empty": lambda: built(EMPTY),
}


def first_column(heading: str, nth: int = 0) -> list[str]:
    """The names in the first column of the nth table with this heading."""
    tables = re.findall(rf"^\| {heading} \|.*\n.*\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    cells = [row.split(" | ")[0] for row in tables[nth].splitlines()]
    return [name.partition("(")[0] for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_the_page_lists_what_jinja_templates_see() -> None:
    assert sorted(first_column("name")) == sorted(context(bank()))


def test_the_page_lists_our_filters() -> None:
    assert sorted(first_column("filter")) == sorted(OWN)


def test_the_page_lists_what_templates_for_pytm_see() -> None:
    assert sorted(first_column("name", 1)) == sorted(["tm", *COLLECTIONS])
    assert sorted(first_column("function")) == sorted(FUNCTIONS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("model", MODELS)
def test_the_examples_work(path: Path, model: str) -> None:
    shown = read(render_file(path, MODELS[model](), Request()))
    assert {"h1", "h2"} <= shown.tags
    assert {"script", "img", "a"}.isdisjoint(shown.tags)


def test_the_jinja_example_says_what_is_open_and_decided() -> None:
    text = render_file(ROOT / "example_models" / "templates" / "review.md.j2", bank(), Request())
    assert "### Critical\n\n| threat | element |" in text
    assert "| `AA04` Authorization bypass | `Web Server` |" in text
    assert "- `DE01[Transfer]`: accepted, being replaced (payments, until 2027-06-30)" in text
    assert "- `Card number`: `Transfer` (unprotected)," in text
    assert "\n\n\n" not in text


def test_the_jinja_example_says_what_there_is_none_of() -> None:
    path = ROOT / "example_models" / "templates" / "review.md.j2"
    assert "## Open\n\nNothing is open.\n\n## Decided\n\n- " in render_file(path, built(DECIDED), Request())
    assert "## Decided\n\nNothing was decided.\n\n## Personal data\n\nNone." in render_file(
        path, built(EMPTY), Request()
    )


def test_the_example_for_pytm_says_the_same() -> None:
    text = render_file(ROOT / "example_models" / "templates" / "overview.md", bank(), Request())
    assert "- The provider patches the hosts" in text
    assert "(3) Transfer|Customer|Web Server|Card number|HTTP|80" in text
    assert "- DMZ in Cloud" in text
    assert "- AA04 Authorization bypass, Very High" in text
