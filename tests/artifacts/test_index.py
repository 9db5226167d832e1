"""The page that links all artifacts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.index import index_page
from pytest_threatmodel.artifacts.write import Artifact
from pytest_threatmodel.artifacts.write import write_artifacts
from pytest_threatmodel.snapshot.shape import Snapshot
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model
from tests.artifacts.snapshots import snapshot_of


class _Page(HTMLParser):
    """The tags, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def _nothing(snapshot: Snapshot, request: Request) -> str:
    return ""


TEXT = Format("text", "report", ".txt", "a text", _nothing)


def test_page_says_what_was_found_and_what_did_not_run(tmp_path: Path) -> None:
    bank = snapshot_of(BANK, tmp_path)
    for pair in bank["pairs"][3:]:
        pair["outcome"] = pair["judged"]  # type: ignore[typeddict-item]  # the same words
    page = index_page([bank], [Artifact(tmp_path / "a.txt", "a.txt", TEXT, bank["model"]["file"])], redact=False)
    text = _Page(page).text
    assert "Bank (threatmodel_sample.py)" in text
    assert "open findings: 3 critical" in text
    assert "(3 not run)" in text
    assert "confidential" in text


def test_names_cannot_inject_and_links_lead_to_the_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    hostile = snapshot_of(hostile_model(), source)
    hostile["model"]["file"] = 'a "b" <c>/&amp;#?\n.py'
    written = write_artifacts([hostile], [TEXT], tmp_path / "out", Request())
    page = _Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert len(page.links) == 1
    assert (tmp_path / "out" / unquote(page.links[0])) == written.artifacts[0].path
    assert "<script>alert(1)</script>" in page.text


def test_redacted_page_does_not_name_the_model(tmp_path: Path) -> None:
    bank = snapshot_of(BANK, tmp_path)
    page = index_page([bank], [Artifact(tmp_path / "a.txt", "a.txt", TEXT, bank["model"]["file"])], redact=True)
    assert "Bank" not in page
    assert "open findings: 3 critical" in page


def test_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    bank = snapshot_of(BANK, tmp_path)
    page = index_page([bank], [Artifact(tmp_path / "a.txt", "a.txt", TEXT, bank["model"]["file"])], redact=False)
    assert re.search(r"default-src 'none'; style-src 'sha256-[\w+/=]+'", page)
    assert {"script", "img", "link", "iframe"}.isdisjoint(_Page(page).tags)
