"""A report of a model whose names would do harm, in a real browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts.text import visible
from tests.artifacts.html.window import page_of
from tests.artifacts.report_models import hostile
from tests.artifacts.snapshots import hostile_model

if TYPE_CHECKING:
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs

_STRANGE = "return [...document.querySelectorAll('img, iframe, object, embed, link, base, [onerror], [style]')].length"


def test_names_are_shown_and_do_nothing(window: Window) -> None:
    """No alert, no element that is not the report's; the console stays empty, which the fixture looks at."""
    window.open(page_of(hostile_model()), "#show:status=all")
    window.run("for (const button of document.querySelectorAll('#pairs .open')) button.click()")
    assert window.run("return document.querySelectorAll('tr.detail').length") > 50
    assert window.run(_STRANGE) == 0
    assert window.run("return document.scripts.length") == 2
    text = window.run("return document.body.textContent")
    for element in hostile()["elements"]:
        assert visible(element["label"])[:100] in text
    assert "<script>alert(1)</script>" in window.text("h1")


def test_filters_work_on_hostile_names(window: Window) -> None:
    window.open(page_of(hostile_model()))
    for number, element in enumerate(hostile()["elements"]):
        if not element["flow"] and element["kind"] == "Server":
            window.run("location.hash = arguments[0]", f"#show:element={number}")
            window.run("return new Promise(done => setTimeout(done, 5))")
            labels = {row[3].rsplit("\n", 1)[0] for row in window.rows()}
            assert len(labels) == 1
            assert "".join(labels.pop().split())[:50] == "".join(visible(element["label"]).split())[:50]


def test_markup_in_the_address_is_no_markup(window: Window) -> None:
    window.open_bank("#show:text=" + "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&status=%22%3E%3Cscript%3E")
    assert window.run(_STRANGE) == 0
    assert json.dumps("<img src=x onerror=alert(1)>")[1:-1] in window.text("#count")
