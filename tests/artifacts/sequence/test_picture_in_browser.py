"""The picture in a real browser: nothing overlaps, nothing is cut off, links work."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.sequence import render
from pytest_threatmodel.snapshot.read import Reader
from tests.artifacts.browser import chromium
from tests.artifacts.sequence.models import ANY_NAME
from tests.artifacts.sequence.models import EXAMPLES
from tests.artifacts.sequence.models import named
from tests.artifacts.sequence.models import snapshot
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver

    from pytest_threatmodel.snapshot.shape import Snapshot

pytestmark = pytest.mark.programs

#: Long names of participants, zones, messages, protocols, data and notes, in both directions, near and far.
LONG = """
words = "a rather long description of what happens here, with-hyphens/and/slashes, and then some more of it"
one, two = Boundary("The outer boundary whose name is long"), None
two = Boundary("An inner boundary whose name is longer than its box", inBoundary=one)
made = [Server("Participant %d with %s" % (n, words), inBoundary=[None, one, two, two, None][n]) for n in range(5)]
for n, (source, sink) in enumerate([(0, 1), (4, 0), (2, 2), (3, 2), (1, 4), (4, 4), (0, 0), (2, 3)]):
    Dataflow(made[source], made[sink], "%d %s" % (n, words * (n + 1)), protocol="HTTPS over " + words[:n * 9],
             data=[Data("%d %s" % (n, words))], note=words * n, order=n - 2)
"""

#: A note that is wider than all that stands beside it.
NOTED = f"a = Server('A')\nDataflow(a, a, 'x', note='{'word ' * 40}')"

#: What is drawn, in pixels of the screen: of each text, head and label, and of the whole.
_MEASURE = """
const svg = document.querySelector('svg');
const box = each => {
    const {left, top, right, bottom} = each.getBoundingClientRect();
    return [left, top, right, bottom];
};
const all = (what, name) => [...svg.querySelectorAll(what)].map(each => [name(each), ...box(each)]);
return {
    texts: all('text', each => each.textContent),
    heads: all('[id^=seq-participant-]', each => each.id),
    zones: all('g > rect[stroke-dasharray]', () => 'zone'),
    notes: all('g[fill="#fff8c5"]', () => 'note'),
    whole: box(svg),
    script: document.querySelectorAll('script').length,
};
"""

Box = tuple[str, float, float, float, float]


@cache
def of(source: str) -> Snapshot:
    return snapshot(source)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as chrome:
        yield chrome


def measured(browser: webdriver.Chrome, svg: str, folder: Path) -> dict[str, Any]:
    """The picture within a page, as the report holds it."""
    page = folder / "page.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin: 0">{svg}</body>', encoding="utf-8")
    browser.get(page.as_uri())
    found: dict[str, Any] = browser.execute_script(_MEASURE)
    return found


def overlaps(boxes: list[Box]) -> list[tuple[str, str]]:
    """The pairs that share more than a hairline."""
    return [
        (one[0], two[0])
        for index, one in enumerate(boxes)
        for two in boxes[index + 1 :]
        if min(one[3], two[3]) - max(one[1], two[1]) > 0.5 and min(one[4], two[4]) - max(one[2], two[2]) > 0.5
    ]


def outside(boxes: list[Box], whole: list[float]) -> list[str]:
    return [
        name
        for name, left, top, right, bottom in boxes
        if left < whole[0] or top < whole[1] or right > whole[2] or bottom > whole[3]
    ]


@pytest.mark.parametrize(
    "source",
    [BANK, LONG, NOTED, hostile_model(), "", *(path.read_text("utf-8") for path in EXAMPLES)],
    ids=["bank", "long", "noted", "hostile", "empty", *(path.stem for path in EXAMPLES)],
)
def test_texts_have_their_room(browser: webdriver.Chrome, tmp_path: Path, source: str) -> None:
    """They overlap neither each other nor the edge of the picture, and no head another."""
    found = measured(browser, render.inline_svg(of(source), Request()), tmp_path)
    assert found["texts"]
    assert overlaps(found["texts"]) == []
    assert overlaps(found["heads"]) == []
    assert outside([box for key in ("texts", "heads", "zones", "notes") for box in found[key]], found["whole"]) == []
    assert found["script"] == 0


@pytest.mark.parametrize("source", [BANK, LONG], ids=["bank", "long"])
def test_names_stay_within_their_heads(browser: webdriver.Chrome, tmp_path: Path, source: str) -> None:
    measured(browser, render.inline_svg(of(source), Request()), tmp_path)
    beyond = browser.execute_script("""
        const heads = [...document.querySelectorAll('[id^=seq-participant-]')];
        return heads.flatMap(head => {
            const frames = [...head.querySelectorAll('rect, path, polygon')].map(each => each.getBBox());
            const left = Math.min(...frames.map(each => each.x));
            const right = Math.max(...frames.map(each => each.x + each.width));
            const person = head.querySelector('circle') !== null;
            return [...head.querySelectorAll('text')].map(each => [each.textContent, each.getBBox()])
                .filter(([, box]) => !person && (box.x < left || box.x + box.width > right)).map(([text]) => text);
        });
    """)
    assert beyond == []


@settings(max_examples=4, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(ANY_NAME, min_size=12, max_size=12))
def test_texts_of_any_names_have_their_room(browser: webdriver.Chrome, tmp_path: Path, names: list[str]) -> None:
    found = measured(browser, render.inline_svg(snapshot(named(names)), Request()), tmp_path)
    assert overlaps(found["texts"]) == []
    assert outside(found["texts"], found["whole"]) == []


def test_a_link_leads_to_its_element(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """From the file of the picture to the report beside it."""
    (tmp_path / "bank.html").write_text("<!doctype html><title>report</title>", encoding="utf-8")
    file = tmp_path / "bank.seq.svg"
    file.write_text(render.svg(of(BANK), Request(report="bank.html")), encoding="utf-8")
    numbers = Reader(of(BANK)).numbers
    for part, label in (("participant", "Accounts"), ("message", "Transfer")):
        browser.get(file.as_uri())
        browser.find_element("css selector", f"#seq-{part}-{numbers[label]} text").click()
        assert browser.current_url == f"{(tmp_path / 'bank.html').as_uri()}#element-{numbers[label]}"
