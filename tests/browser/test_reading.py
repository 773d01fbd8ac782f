"""Reports can be read by everybody: names, order, keyboard, contrast, without a script."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.languages import LANGUAGES
from tests.browser.conftest import Reports, Scheme, Shows
from tests.browser.looking import CONTRAST, OPEN_ALL, REACHABLE, STRUCTURE, UNNAMED
from tests.browser.shown import USUAL, WORLDS
from tests.render.worlds import contents

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", WORLDS)
def test_everything_has_a_name_and_a_place(name: str, reports: Reports, shows: Shows) -> None:
    """Pictures, controls, tables and regions; headings in order; no id twice."""
    page = shows(reports(WORLDS[name])).page
    page.evaluate(OPEN_ALL)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(STRUCTURE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["usual", "largest", "saturation", "one-seed"])
def test_contrast(name: str, scheme: Scheme, reports: Reports, shows: Shows) -> None:
    """Every text stands out from its ground, as WCAG 2.2 asks at level AA, in drawings too."""
    page = shows(reports(WORLDS[name]), scheme=scheme).page
    page.evaluate(OPEN_ALL)
    found: dict[str, Any] = page.evaluate(CONTRAST)
    assert found["count"] > 100
    assert found["wrong"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_what_opens(scheme: Scheme, reports: Reports, shows: Shows) -> None:
    """The same of what is beside a cell and behind it, and once the page was turned over."""
    page = shows(reports(USUAL), scheme=scheme).page
    page.locator("a.cell").first.click()
    assert page.locator("#drill").is_visible()
    assert page.evaluate(CONTRAST)["wrong"] == []
    page.keyboard.press("Escape")
    page.locator("a.cell").first.hover()
    assert page.locator("#tip").is_visible()
    assert page.evaluate(CONTRAST)["wrong"] == []
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark page" if scheme == "light" else "Light page").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    assert page.evaluate(CONTRAST)["wrong"] == []


@pytest.mark.parametrize("name", ["usual", "saturation", "least"])
def test_tab_comes_to_everything(name: str, reports: Reports, shows: Shows) -> None:
    """By pressing Tab alone; only cells of a heat map and tabs are walked through by arrows."""
    page = shows(reports(WORLDS[name])).page
    expected: dict[str, list[str]] = page.evaluate(REACHABLE)
    assert expected["not"] == []
    reached = set()
    for _ in range(len(expected["tab"]) + 5):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement?.dataset.place ?? ''"))
    missed = [what for place, what in enumerate(expected["tab"]) if str(place) not in reached]
    assert missed == []


def test_focus_is_seen(reports: Reports, shows: Shows) -> None:
    """What has the focus is drawn otherwise than what has not."""
    page = shows(reports(USUAL)).page
    page.keyboard.press("Tab")
    for _ in range(10):
        outline: str = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 ? 'seen' :"
            " document.activeElement.outerHTML; })()"
        )
        assert outline == "seen"
        page.keyboard.press("Tab")


def test_without_a_script(reports: Reports, shows: Shows) -> None:
    """Every language is in a table that a cell leads to and that opens without one."""
    seen = shows(reports(USUAL), script=False)
    page, found = seen.page, contents(USUAL)
    assert not page.locator("#tip").is_visible()
    assert not page.locator("#drill").is_visible()
    cell = page.locator("a.cell").first
    table = page.locator(cell.get_attribute("href") or "")
    assert not table.is_visible()
    cell.click()
    if not table.is_visible():
        page.locator("details", has=table).locator("summary").first.click()
    assert table.is_visible()
    frame, target = found.gains, found.study.targets[0].task
    own = frame[(frame["target"] == target) & ~frame["language"].isin(["zero-shot", "all"])]
    text = table.inner_text()
    for row in own[own["seeds"] > 0].to_dict("records"):
        assert LANGUAGES[row["language"]].name in text
        assert f"{row['gain']:+.2f}".replace("-", "\N{MINUS SIGN}") in text
    seen.require_quiet()
