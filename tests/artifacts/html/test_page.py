"""What stands in the page, before any script runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import settings

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from pytest_threatmodel.artifacts.text import visible
from pytest_threatmodel.snapshot.read import is_open
from tests.artifacts.html.window import page_of
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank
from tests.artifacts.report_models import built
from tests.artifacts.report_models import named
from tests.artifacts.report_models import names
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

#: What the templates write, and what the diagrams draw with.
OWN_TAGS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body script header footer main nav section h1 h2 h3 p a b br span strong code "
        "ul li dl dt dd div table caption thead tbody tr th td details summary figure figcaption output "
        "form fieldset legend label input select option button "
        "svg g path text tspan polygon ellipse polyline rect line circle desc defs marker",
    )
)
#: Attributes by which a page loads something or does something.
ACTIVE = frozenset({"src", "srcset", "style", "action", "formaction", "background", "data", "poster", "ping"})


class Reading(HTMLParser):
    """The tags, attributes, ids and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "xlink:href"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open, []).append(data)


def check_inert(page: str) -> Reading:
    """Fail where a page has markup that is not its own, or could load or run anything."""
    reading = Reading(page)
    assert reading.tags <= OWN_TAGS
    assert not reading.attributes & ACTIVE
    assert not [name for name in reading.attributes if name.startswith("on")]
    assert [link for link in reading.links if not link.startswith("#")] == []
    assert len(set(reading.ids)) == len(reading.ids)
    return reading


@pytest.mark.parametrize("source", [BANK, EMPTY, DECIDED, hostile_model()], ids=["bank", "empty", "decided", "hostile"])
def test_the_page_is_inert_and_its_own(source: str) -> None:
    reading = check_inert(page_of(source))
    targets = {link.removeprefix("#") for link in reading.links if not link.startswith("#show:")}
    assert targets <= {*reading.ids, *(f"pair-{number}" for number in range(len(built(source)["pairs"])))}


@settings(max_examples=20)
@given(names)
def test_no_name_becomes_markup(name: str) -> None:
    snapshot = named(name)
    page = render(snapshot, Request())
    reading = check_inert(page)
    data = json.loads(reading.texts["script"][0])
    assert len(data["pairs"]) == len(snapshot["pairs"])
    told = visible(snapshot["model"]["name"]) or "(empty)"
    assert "".join(reading.texts["h1"]).strip("\n") == told
    assert page.encode()


def test_the_policy_allows_this_style_and_this_script_only() -> None:
    page = page_of(BANK)
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert policy is not None
    assert (page.count("<style"), page.count("<script")) == (1, 2)

    def hashed(tag: str) -> str:
        found = re.search(rf"<{tag}>(.*?)</{tag.split()[0]}>", page, re.DOTALL)
        assert found is not None
        return base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()

    script, style = hashed('script type="module"'), hashed("style")
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_page_is_the_same_every_time() -> None:
    assert render(bank(), Request()) == render(bank(), Request())


def test_the_run_is_told() -> None:
    text = " ".join(Reading(page_of(BANK)).texts["dd"])
    for part in (
        "threatmodel_sample.py:4",
        "2026-11-24 09:30:00 UTC",
        "0123456789ab",
        "Core threats 1.0 (31 threats)",
        "pytest-threatmodel 0.2.0",
    ):
        assert part in text


def test_local_changes_problems_notices_and_the_limit_are_told() -> None:
    snapshot = bank()
    snapshot["run"] |= {"dirty": True, "fail_on": "high"}
    snapshot["problems"] = ["threatmodel_shop.py:3: nobody needs this"]
    snapshot["notices"] = ["a rule can never fire"]
    page = render(snapshot, Request())
    for part in (
        "0123456789ab, with local changes",
        "nobody needs this",
        "a rule can never fire",
        "Findings below high fail nothing.",
        "1 problem with decisions",
    ):
        assert part in page


def test_without_the_script_open_findings_are_listed() -> None:
    """With what to do, the first two hundred."""
    page = page_of(BANK)
    rows = re.findall(r'<tr id="plain-(\d+)">', page)
    assert {int(row) for row in rows} == {number for number, pair in enumerate(bank()["pairs"]) if is_open(pair)}
    assert '<div id="explorer" hidden>' in page
    assert "controls.usesParameterizedInput = True" in page[page.index('id="plain"') : page.index('id="explorer"')]


def test_decisions_controls_data_and_assumptions_are_listed() -> None:
    text = re.sub(r"<[^>]+>|\s+", " ", page_of(BANK).split("</form>")[1])
    for part in (
        *("Accepted expired", "PAY-7", "2027-06-30", "no end", "nobody named"),
        *(
            "Log in.protocol",
            "Card number",
            "Secret personal data",
            "HTTP, not encrypted, crosses Internet, Cloud, DMZ",
        ),
        *("Stated in the contract.", "out of scope"),
    ):
        assert part in " ".join(text.split())


def test_a_diagram_that_fails_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise OSError(28, "No space left on <device>")

    monkeypatch.setattr("pytest_threatmodel.artifacts.html.diagrams._data_flow", fail)
    warnings: list[str] = []
    page = render(bank(), Request(warn=warnings.append))
    assert "The diagram could not be drawn: No space left on &lt;device&gt;" in page
    assert warnings == ["Data-flow diagram left out: No space left on <device>"]
    assert 'id="sequence-view"' in page


def test_long_tables_are_cut() -> None:
    snapshot = bank()
    snapshot["decisions"] *= 300
    page = render(snapshot, Request())
    assert "And 200 more, which the JSON report has." in page
    assert page.count('<tr id="decision-') == 1_000


def test_many_flows_of_one_datum_are_folded() -> None:
    snapshot = bank()
    flow = next(each for each in snapshot["elements"] if each["label"] == "Transfer")
    assert "flows</summary>" not in render(snapshot, Request())
    for number in range(12):
        snapshot["elements"].append(flow | {"label": f"Transfer {number}"})
    assert "<summary>15 flows</summary>" in render(snapshot, Request())


def test_references_that_are_no_addresses_are_no_links() -> None:
    snapshot = bank()
    snapshot["threats"][0]["references"] = ["javascript:alert(1)", "https://example.org/a", "A book"]
    page = render(snapshot, Request())
    data = json.loads(Reading(page).texts["script"][0])
    assert data["threats"][0]["references"] == [
        ["javascript:alert(1)", ""],
        ["https://example.org/a", "https://example.org/a"],
        ["A book", ""],
    ]


def test_a_redacted_page_has_no_script_and_no_data() -> None:
    page = render(bank(), Request(redact=True))
    reading = check_inert(page)
    assert "script" not in reading.tags
    assert "Counts only." in page
    assert "24 open findings" in page
