"""Mermaid text, drawn by the real Mermaid in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pytest_threatmodel.artifacts.sequence.mermaid import mermaid
from pytest_threatmodel.artifacts.text import visible
from tests.artifacts.browser import chromium
from tests.artifacts.node_tools import node_folder
from tests.artifacts.sequence.models import ANY_NAME
from tests.artifacts.sequence.models import EXAMPLES
from tests.artifacts.sequence.models import drawn
from tests.artifacts.sequence.models import named
from tests.artifacts.snapshots import BANK
from tests.artifacts.snapshots import hostile_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium import webdriver

pytestmark = pytest.mark.programs

VERSION = "11.17.2"
_DRAW = """
const [text, done] = arguments;
mermaid.render('picture', text).then(
    ({svg}) => {
        document.body.innerHTML = svg;
        const texts = [...document.querySelectorAll('svg text')].map(each => each.textContent).join('\\n');
        const strange = document.querySelectorAll('svg script, svg img, svg image, svg a, svg foreignObject').length;
        done({texts, strange});
    },
    error => done({error: String(error.message || error)}));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A page with Mermaid in it, as Markdown pages of the web have."""
    script = node_folder({"mermaid": VERSION}) / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    page = tmp_path_factory.mktemp("mermaid") / "page.html"
    start = "mermaid.initialize({startOnLoad: false})"
    page.write_text(f'<meta charset="utf-8"><script src="{script.as_uri()}"></script><script>{start}</script><body>')
    with chromium() as chrome:
        chrome.get(page.as_uri())
        yield chrome


def shown(browser: webdriver.Chrome, text: str) -> str:
    """All that Mermaid writes into the picture, without spaces."""
    found: dict[str, Any] = browser.execute_async_script(_DRAW, text)
    assert "error" not in found, f"{found['error']}\n{text}"
    assert found["strange"] == 0
    return _bare(found["texts"])


def _bare(text: str) -> str:
    return "".join(text.split())


def test_the_bank_is_drawn(browser: webdriver.Chrome) -> None:
    found = shown(browser, mermaid(drawn(BANK)))
    for part in ("Bank", "Cloud/Vault", "1.Login", "HTTPS:443,encrypted", "data:Password", "Twiceadayatmost"):
        assert part in found
    assert "(datastore,outofscope)" in found


@pytest.mark.parametrize("source", ["", "Server('end')", *(path.read_text("utf-8") for path in EXAMPLES)])
def test_every_sample_is_drawn(browser: webdriver.Chrome, source: str) -> None:
    """Nothing at all, what has no flows, and the examples."""
    assert shown(browser, mermaid(drawn(source)))


def test_words_of_the_language_follow_kinds_and_responses() -> None:
    """Only words that old versions of Mermaid read as well, and no directive."""
    text = mermaid(drawn(BANK))
    assert text.startswith("sequenceDiagram\n    title Bank\n    box rgba(128, 128, 128, 0.12) Internet\n")
    assert "    actor p_customer as Customer\n" in text
    assert "    participant p_accounts as Accounts<br/>(datastore)\n" in text
    assert "    p_accounts-->>p_web_server: 5. Rows<br/>" in text
    assert "    p_interest_job->>p_interest_job: 7. Tidy up<br/>" in text
    assert "    Note over p_customer,p_web_server: Twice a day<br/>at most\n" in text


def test_hostile_names_appear_as_they_are_written(browser: webdriver.Chrome) -> None:
    """They are no markup, neither of Mermaid nor of the Markdown around it."""
    diagram = drawn(hostile_model())
    text = mermaid(diagram)
    assert not set("`%$<") & set(text.replace("<br/>", ""))
    found = shown(browser, text)
    for participant in diagram.participants:
        assert _bare("".join(map(visible, participant.name.splitlines())))[:60] in found


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(ANY_NAME, min_size=12, max_size=12))
def test_any_name_appears_as_it_is_written(browser: webdriver.Chrome, names: list[str]) -> None:
    found = shown(browser, mermaid(drawn(named(names))))
    for name in names:
        assert _bare("".join(map(visible, name.splitlines()))) in found


def test_the_text_is_the_same_every_time() -> None:
    assert mermaid(drawn(hostile_model())) == mermaid(drawn(hostile_model()))
