"""The diagrams in the page: their links, and how they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from tests.artifacts.html.window import Window

pytestmark = pytest.mark.programs

VIEWS = ("#data-flow-view", "#sequence-view")
_WIDTHS = """
const view = document.querySelector(arguments[0]);
return [view.querySelector('svg').getBoundingClientRect().width, view.clientWidth, view.scrollLeft];
"""


def widths(window: Window, view: str) -> tuple[int, int, int]:
    """Of the picture, of its place, and how far it is scrolled."""
    picture, place, scrolled = window.run(_WIDTHS, view)
    return round(picture), round(place), round(scrolled)


def zoom(window: Window, view: str, way: str) -> None:
    window.click(f".diagram:has({view}) [data-zoom={way}]")


@pytest.mark.parametrize("view", VIEWS)
def test_an_element_of_a_diagram_leads_to_its_place(window: Window, view: str) -> None:
    number = [element["label"] for element in bank()["elements"]].index("Web Server")
    window.open_bank()
    window.click(f"{view} a[*|href='#element-{number}']")
    window.run("return new Promise(done => setTimeout(done, 50))")
    assert window.is_in_view(f"#element-{number}")
    assert window.run("return document.getElementById(arguments[0]).open", f"element-{number}")
    assert window.focused().startswith("Web Server")


@pytest.mark.parametrize("view", VIEWS)
def test_a_diagram_fits_and_is_enlarged_in_its_place(window: Window, view: str) -> None:
    window.open_bank()
    fitting, place, _ = widths(window, view)
    assert fitting <= place
    for _ in range(3):
        zoom(window, view, "in")
    large, place, scrolled = widths(window, view)
    assert large > 2 * place
    assert scrolled > 0
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    assert window.text(f".diagram:has({view}) output").endswith(" %")
    zoom(window, view, "fit")
    assert widths(window, view)[0] == fitting
    zoom(window, view, "full")
    assert window.text(f".diagram:has({view}) output") == "100 %"
    zoom(window, view, "out")
    assert window.text(f".diagram:has({view}) output") == "71 %"


def test_a_large_diagram_is_scrolled_by_keys_and_by_dragging(window: Window) -> None:
    """What is dragged does not follow the link on which the drag began."""
    view = "#data-flow-view"
    window.open_bank()
    for _ in range(4):
        zoom(window, view, "in")
    window.run("document.querySelector(arguments[0]).focus()", view)
    window.run("document.querySelector(arguments[0]).scrollTo(0, 0)", view)
    window.press([Keys.ARROW_RIGHT])
    window.run("return new Promise(done => setTimeout(done, 400))")
    begun = widths(window, view)[2]
    assert begun > 0
    place = window.chrome.find_element(By.CSS_SELECTOR, view)
    ActionChains(window.chrome).move_to_element(place).click_and_hold().move_by_offset(-150, 0).release().perform()
    assert widths(window, view)[2] == begun + 150
    assert window.run("return location.hash") == ""
    window.run("document.querySelector('#data-flow-view a').focus()")
    window.press([Keys.ENTER])
    assert window.run("return location.hash").startswith("#element-")
