"""Reports fit: phones, tablets, screens and paper; and pictures of them for people to look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Reports, Scheme, Shows
from tests.browser.looking import CUT, OPEN_ALL, SIDEWAYS
from tests.browser.shown import WORLDS

pytestmark = pytest.mark.browser

WIDTHS = (375, 768, 1440)
PAPER = 680
"""Pixels of A4 between the margins of the page's own rule, 15 mm each."""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WORLDS)
def test_no_scrolling_sideways(name: str, width: int, reports: Reports, shows: Shows) -> None:
    """What is wider than the screen scrolls by itself, never the page."""
    page = shows(reports(WORLDS[name]), width=width).page
    assert page.evaluate(SIDEWAYS) == []
    page.evaluate(OPEN_ALL)
    assert page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("name", ["usual", "largest", "hostile"])
def test_the_drill_down_fits(name: str, reports: Reports, shows: Shows) -> None:
    """On a phone too: it is no wider than the screen, and scrolls to its end."""
    page = shows(reports(WORLDS[name]), width=375, height=667).page
    page.locator("a.cell").first.click()
    dialog = page.locator("#drill")
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    last = dialog.locator("tbody tr").last
    last.scroll_into_view_if_needed()
    assert last.is_visible()


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_cut_on_paper(name: str, reports: Reports, shows: Shows) -> None:
    """All that is folded is open, every table and drawing is within the page, and it becomes a PDF."""
    page = shows(reports(WORLDS[name]), width=PAPER).page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(CUT) == []
    assert not page.locator(".toc").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    document = page.pdf(format="A4", prefer_css_page_size=True)
    assert document.startswith(b"%PDF-")
    assert page.locator("details[open]").count() == 0


def test_paper_is_as_wide_as_is_taken_here(reports: Reports, shows: Shows) -> None:
    """The page's rule leaves so much of A4 between its margins."""
    page = shows(reports(WORLDS["usual"])).page
    margin: str = page.evaluate(
        "[...document.styleSheets].flatMap((s) => [...s.cssRules])"
        ".find((rule) => rule instanceof CSSPageRule).style.marginLeft"
    )
    assert margin.endswith("mm")
    assert (210 - 2 * float(margin.removesuffix("mm"))) * 96 / 25.4 == pytest.approx(PAPER, abs=2)


def test_a_light_page_is_printed(reports: Reports, shows: Shows) -> None:
    """Also where the screen is dark."""
    page = shows(reports(WORLDS["usual"]), scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }
    ink: list[int] = page.evaluate("getComputedStyle(document.body).color.match(/[0-9.]+/g).map(Number)")
    assert max(ink[:3]) < 100


@pytest.mark.skipif(
    "STILTWALK_SCREENSHOTS" not in os.environ, reason="STILTWALK_SCREENSHOTS names no folder for pictures"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WORLDS)
def test_pictures(name: str, width: int, scheme: Scheme, reports: Reports, shows: Shows) -> None:
    """A picture of the whole page, and one of a cell opened, for people to look at."""
    folder = Path(os.environ["STILTWALK_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    page = shows(reports(WORLDS[name]), width=width, scheme=scheme).page
    path = folder / f"{name}-{width}-{scheme}.png"
    page.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 10_000
    if page.locator("a.cell").count():
        page.locator("a.cell").first.click()
        page.screenshot(path=path.with_stem(f"{path.stem}-drill"))
