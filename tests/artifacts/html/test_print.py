"""The report on paper."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.snapshot.read import is_open
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs


def printed(window: Window) -> str:
    program = shutil.which("pdftotext")
    assert program is not None, "tests need pdftotext (Debian: apt-get install poppler-utils)"
    done = subprocess.run([program, "-", "-"], input=window.pdf(), capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_all_findings_are_printed_open_and_no_controls(window: Window) -> None:
    window.open_bank()
    text = printed(window)
    waiting = Counter(pair["threat"] for pair in bank()["pairs"] if is_open(pair))
    assert {threat: text.count(f'accept("{threat}", reason=..., ') for threat in waiting} == waiting
    assert "Decide on the receiving side" in text
    assert "24 of 133 pairs (status open)" in text
    assert "Sort" not in text
    assert "Reset" not in text
    assert "Previous" not in text


def test_what_is_filtered_is_what_is_printed(window: Window) -> None:
    window.open_bank("#show:status=accepted")
    text = printed(window)
    assert "1 of 133 pairs (status accepted)" in text
    assert "being replaced" in text
    assert "OT01" not in text[text.index("1 of 133 pairs") : text.index("Decisions")]


def test_after_printing_the_page_is_as_before(window: Window) -> None:
    window.open_bank("#show:status=all")
    window.click("#pages [data-page='1']")
    before = window.numbers()
    window.run("dispatchEvent(new Event('beforeprint'))")
    assert len(window.rows()) == window.run("return document.querySelectorAll('tr.detail').length") == 133
    window.run("dispatchEvent(new Event('afterprint'))")
    assert window.numbers() == before
    assert window.run("return document.querySelectorAll('tr.detail, details[open].element').length") == 0
