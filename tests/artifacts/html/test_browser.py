"""The report in a real browser: search, filters, order, opening, links, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.html.page import render
from pytest_threatmodel.snapshot.read import SEVERITIES
from pytest_threatmodel.snapshot.read import status
from tests.artifacts.html.window import page_of
from tests.artifacts.report_models import DECIDED
from tests.artifacts.report_models import EMPTY
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import PairShape
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs

PAIRS = bank()["pairs"]
STRIDE = {threat["id"]: threat["stride"] for threat in bank()["threats"]}


def numbers_of(wanted: Callable[[PairShape], bool]) -> set[int]:
    return {number for number, pair in enumerate(PAIRS) if wanted(pair)}


OPEN = numbers_of(lambda pair: status(pair) == "open")


def test_the_page_begins_with_the_open_findings_the_worst_first(window: Window) -> None:
    window.open_bank()
    assert set(window.numbers()) == OPEN
    shown = [row[1] for row in window.rows()]
    assert shown == sorted(shown, key=SEVERITIES.index)
    assert window.text("#count") == "24 of 133 pairs (status open)"
    assert not window.run("return document.getElementById('plain')")


@pytest.mark.parametrize(
    "word", ["open", "accepted", "excluded", "undetermined", "mitigated", "not-applicable", "all"]
)  # fmt: skip
def test_pairs_are_filtered_by_status(window: Window, word: str) -> None:
    window.open_bank()
    window.status(word)
    found = numbers_of(lambda pair: word in ("all", status(pair)))
    assert window.text("#count").startswith(f"{len(found)} of 133 pairs")
    assert set(window.numbers()) <= found
    assert len(window.numbers()) == min(len(found), 100)


def test_findings_are_filtered_by_severity_element_stride_and_outcome(window: Window) -> None:
    window.open_bank()
    window.choose("severity", "high")
    assert set(window.numbers()) == numbers_of(lambda pair: pair["severity"] == "high") & OPEN
    window.choose("element", "Web Server")
    on_web = numbers_of(lambda pair: pair["severity"] == "high" and pair["element"] == "Web Server") & OPEN
    assert set(window.numbers()) == on_web
    window.choose("stride", "spoofing")
    both = {number for number in on_web if "spoofing" in STRIDE[PAIRS[number]["threat"]]}
    assert set(window.numbers()) == both != on_web
    window.click("#filters [type=reset]")
    window.run("return new Promise(done => setTimeout(done, 50))")
    assert set(window.numbers()) == OPEN
    window.status("all")
    window.choose("outcome", "xfailed")
    assert set(window.numbers()) == numbers_of(lambda pair: pair["outcome"] == "xfailed")


@pytest.mark.parametrize("text", ["AA04", "sql INJECTION", "web server cross", "CWE-862", "parameterizedinput"])
def test_search_finds_threats_elements_numbers_and_fixes(window: Window, text: str) -> None:
    window.open_bank()
    window.search(text)
    found = window.numbers()
    assert 0 < len(found) < len(OPEN)
    if text == "AA04":
        assert set(found) == numbers_of(lambda pair: pair["threat"] == "AA04") & OPEN


def test_requirements_are_shown_and_found(window: Window) -> None:
    """Those of OWASP and of ASVS, which packs name."""
    snapshot = bank()
    threat = next(each for each in snapshot["threats"] if each["id"] == "AA04")
    threat["owasp"], threat["asvs"] = ["A99:2030"], ["v5.0.0-8.2.1"]
    window.open(render(snapshot, Request()))
    for text in ("A99:2030", "V5.0.0-8.2.1"):
        window.search(text)
        found = window.numbers()
        assert set(found) == numbers_of(lambda pair: pair["threat"] == "AA04") & OPEN
    window.click(f"#pair-{found[0]} button")
    shown = window.text(f"#details-{found[0]}")
    assert "A99:2030" in shown
    assert "v5.0.0-8.2.1" in shown


def test_search_that_finds_nothing_says_so(window: Window) -> None:
    window.open_bank()
    window.search("no such thing at all")
    assert window.text("#count").startswith("0 of 133 pairs (status open, text “no such thing at all”)")
    assert window.text("#pairs tbody") == "Nothing here."


def test_a_head_sorts_and_says_so(window: Window) -> None:
    window.open_bank()
    state = "return [...document.querySelectorAll('th[data-sort]')].map(th => th.getAttribute('aria-sort'))"
    assert window.run(state) == ["descending", None, None, None]
    window.click("th[data-sort=threat] button")
    assert window.run(state) == [None, "ascending", None, None]
    threats = [PAIRS[number]["threat"] for number in window.numbers()]
    assert threats == sorted(threats)
    window.click("th[data-sort=threat] button")
    assert window.run(state) == [None, "descending", None, None]
    assert [PAIRS[number]["threat"] for number in window.numbers()] == sorted(threats, reverse=True)
    window.click("th[data-sort=element] button")
    elements = [PAIRS[number]["element"] for number in window.numbers()]
    assert elements == sorted(elements, key=str.lower)


def test_a_finding_opens_to_why_and_what_to_do(window: Window) -> None:
    number = next(n for n, pair in enumerate(PAIRS) if pair["id"] == "AA04[Web Server]")
    window.open_bank()
    window.click(f"#pair-{number} button")
    shown = window.text(f"#details-{number}")
    for part in (
        *("as Log in shows", "controls.authorizesSource is False never stated", "controls.hasAccessControl = True"),
        *('accept("AA04", reason=..., owner=..., until=...)', "Decide on the receiving side", "CWE-862", "CAPEC-1"),
        *(
            "threatmodel_sample.py:18",
            "threatmodel_sample.py::AA04[Web Server]",
            "override in threatmodel_sample.py:46",
        ),
        *("9.1", "elevation of privilege", "Authorization_Cheat_Sheet.html", "core"),
    ):
        assert part in shown
    links = window.run("return [...document.querySelectorAll('tr.detail a')].map(a => a.href)")
    assert "https://cwe.mitre.org/data/definitions/862.html" in links
    assert "https://capec.mitre.org/data/definitions/1.html" in links
    window.click(f"#pair-{number} td")
    assert not window.run("return document.querySelector('tr.detail')")


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("DE01[Transfer]", ("Decision: accepted", "being replaced", "payments", "2027-06-30", "PAY-7", ":44")),
        ("HA01[Web Server]", ("Decision: excluded", "The provider patches the hosts", "no end")),
        ("DE01[Rows]", ("Carried by any of these", "protocol")),
        ("IN02[Web Server]", ("Never stated", "usesXMLParser", '"Password".format')),
    ],
)  # fmt: skip
def test_a_pair_opens_to_what_answers_it(window: Window, pair: str, told: tuple[str, ...]) -> None:
    number = next(n for n, each in enumerate(PAIRS) if each["id"] == pair)
    window.open_bank(f"#pair-{number}")
    for part in told:
        assert part in window.text(f"#details-{number}")


def test_a_lapsed_acceptance_is_told_at_its_finding(window: Window) -> None:
    window.open_bank()
    window.search("Interest job")
    assert "acceptance ended 2026-01-31" in " ".join(row[4] for row in window.rows())


def test_a_link_opens_a_pair_on_another_page_and_behind_filters(window: Window) -> None:
    last = max(numbers_of(lambda pair: status(pair) == "not-applicable"), key=lambda n: PAIRS[n]["severity"] == "low")
    window.open_bank(f"#pair-{last}")
    assert window.is_in_view(f"#pair-{last}")
    assert window.text("#count").startswith("133 of 133 pairs")
    assert PAIRS[last]["threat"] in window.focused()
    first = min(OPEN)
    window.run("location.hash = arguments[0]", f"#pair-{first}")
    window.run("return new Promise(done => setTimeout(done, 50))")
    assert window.is_in_view(f"#pair-{first}")
    assert window.run("return document.querySelectorAll('tr.detail').length") >= 1


def test_a_link_to_a_pair_that_is_not_there_changes_nothing(window: Window) -> None:
    window.open_bank("#pair-99999")
    assert set(window.numbers()) == OPEN


def test_a_tile_shows_its_findings(window: Window) -> None:
    window.open_bank()
    window.click(".tile.critical a")
    critical = numbers_of(lambda pair: pair["severity"] == "critical") & OPEN
    assert set(window.numbers()) == critical
    assert window.is_in_view("#findings")
    window.status("all")
    window.click(".tile.critical a")
    assert set(window.numbers()) == critical


def test_an_element_is_reached_by_its_anchor_and_leads_to_its_pairs(window: Window) -> None:
    number = [element["label"] for element in bank()["elements"]].index("Web Server")
    window.open_bank(f"#element-{number}")
    assert window.is_in_view(f"#element-{number}")
    assert window.focused().startswith("Web Server")
    for part in ("Server in DMZ", "threatmodel_sample.py:18", "controls.validatesInput", "line 19", "sourceFiles"):
        assert part in window.text(f"#element-{number}")
    window.click(f"#element-{number} a[href='#show:element={number}']")
    window.run("return new Promise(done => setTimeout(done, 50))")
    assert set(window.numbers()) == numbers_of(lambda pair: pair["element"] == "Web Server")


def test_pages_are_turned(window: Window) -> None:
    window.open_bank("#show:status=all")
    assert len(window.rows()) == 100
    assert window.text("#pages span") == "Page 1 of 2"
    window.click("#pages [data-page='1']")
    assert len(window.rows()) == 33
    assert window.text("#count") == "133 of 133 pairs, 101 to 133 shown"
    assert not window.run("""return document.querySelector("#pages [data-page='-1']").disabled""")


def test_everything_is_reached_by_keys(window: Window) -> None:
    """Skip link, status, search, order, a finding; Tab, arrows, Enter and Space are enough."""
    window.open_bank()
    window.press([Keys.TAB, Keys.ENTER])
    assert window.run("return document.activeElement.id") == "findings"
    window.press([Keys.TAB, Keys.ARROW_RIGHT])
    assert window.text("#count").startswith("1 of 133 pairs (status accepted")
    window.press([Keys.ARROW_LEFT, Keys.TAB])
    window.press("authorization bypass")
    assert len(window.rows()) == 1
    window.press([Keys.TAB] * 6)
    assert window.focused() == "Severity"
    window.press([Keys.TAB, Keys.SPACE])
    assert window.run("return document.querySelector('th[data-sort=threat]').ariaSort") == "ascending"
    window.press([Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER])
    assert window.focused().startswith("AA04")
    assert window.run("return document.activeElement.ariaExpanded") == "true"
    assert "Decide on the receiving side" in window.text("tr.detail")


def test_an_empty_model_says_that_there_is_nothing(window: Window) -> None:
    window.open(page_of(EMPTY))
    assert window.text("#count") == "0 of 0 pairs"
    assert window.text(".gate").startswith("Passed\n0 open findings.")
    assert window.text("#elements + p") == "The model has no elements."


def test_when_everything_is_decided_the_page_begins_with_decisions(window: Window) -> None:
    window.open(page_of(DECIDED))
    assert window.text("#count") == "4 of 27 pairs (status accepted)"
    assert "a demonstration" in window.rows()[0][5]


def test_what_did_not_run_says_so(window: Window) -> None:
    snapshot = bank()
    for pair in snapshot["pairs"]:
        pair["outcome"] = "not run"
    snapshot["run"]["interrupted"] = "stopping after 1 failure"
    window.open(render(snapshot, Request()))
    assert "133 of 133 pairs did not run." in window.text(".gate")
    assert "stopping after 1 failure" in window.text(".attention")
    assert all("did not run" in row[4] for row in window.rows())


def test_without_the_script_the_open_findings_are_shown(window: Window) -> None:
    window.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        window.open_bank()
        shown = [row.text for row in window.chrome.find_elements("css selector", "#plain tbody tr")]
        assert not window.chrome.find_element("id", "explorer").is_displayed()
    finally:
        window.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(shown) == len(OPEN)
    assert "controls.authorizesSource = True" in shown[0]
