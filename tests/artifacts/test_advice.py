"""Reports say what would close most, and which claimed controls nothing rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from pytest_threatmodel.artifacts.markdown import full
from tests.artifacts.snapshots import snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """
from pytest_threatmodel import TM, Actor, Dataflow, Server

tm = TM("Shop")
user = Actor("User")
web = Server("Web | <b>Server</b>")
web.controls.usesMFA = True
order = Dataflow(user, web, "Place order", protocol="HTTP")
"""
BOTH = ("What would close most", "Claimed controls on which nothing rests")


def test_markdown_names_changes_and_idle_controls(tmp_path: Path) -> None:
    made = full(snapshot_of(SHOP, tmp_path), Request()).splitlines()
    start = made.index(f"## {BOTH[0]}")
    closing = [line for line in made[start:] if line.startswith("- `") and " closes " in line]
    assert len(closing) > 1
    assert any(line.startswith('- `"Place order": protocol = ') for line in closing)
    assert f"## {BOTH[1]} (1)" in made
    assert [line for line in made if line.endswith("| `controls.usesMFA = True` | carries nothing |")]


def test_the_page_names_changes_and_idle_controls(tmp_path: Path) -> None:
    made = render(snapshot_of(SHOP, tmp_path), Request())
    assert [made.count(f">{title}</h2>") for title in BOTH] == [1, 1]
    assert "<td><code>controls.usesMFA = True</code></td><td>carries nothing</td>" in made
    assert "Web | &lt;b&gt;Server&lt;/b&gt;" in made


def test_a_report_has_no_such_part_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    empty = snapshot_of('from pytest_threatmodel import TM\n\ntm = TM("Shop")\n', tmp_path)
    for made in (full(empty, Request()), render(empty, Request())):
        assert not [title for title in BOTH if title in made]


def test_redacted_reports_say_nothing_of_it(tmp_path: Path) -> None:
    shop = snapshot_of(SHOP, tmp_path)
    assert shop["improvements"]
    assert shop["idle_controls"]
    for made in (full(shop, Request(redact=True)), render(shop, Request(redact=True))):
        assert not [title for title in BOTH if title in made]


def test_findings_below_the_gate_are_not_counted(tmp_path: Path) -> None:
    assert snapshot_of(SHOP, tmp_path, fail_on="critical")["improvements"] == []


def test_a_snapshot_without_reasons_has_none(tmp_path: Path) -> None:
    shop = snapshot_of(SHOP, tmp_path, explained=False)
    assert (shop["improvements"], shop["idle_controls"]) == ([], [])
