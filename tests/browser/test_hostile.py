"""Names and texts that would break a careless page: they are shown as they are, and do nothing."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Reports, Shows
from tests.browser.looking import OPEN_ALL
from tests.browser.shown import WORLDS
from tests.render.hostile import CAVEAT, NAMES, QUESTION

pytestmark = pytest.mark.browser

WORLD = WORLDS["hostile"]


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_nothing_runs(reports: Reports, shows: Shows) -> None:
    """Not on opening, not in what is beside a cell or behind it, not in a title of a drawing."""
    seen = shows(reports(WORLD))
    page = seen.page
    page.evaluate(OPEN_ALL)
    for cell in page.locator("a.cell:visible").all()[:12]:
        cell.hover()
        cell.click()
        assert page.locator("#drill").is_visible()
        page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None
    assert page.locator("script").count() == 2
    assert page.locator("img, iframe, object, embed").count() == 0
    seen.require_quiet()


def test_names_are_shown_as_they_are(reports: Reports, shows: Shows) -> None:
    """Every one of the twelve is a heading of the heat map, letter by letter; so is the question."""
    page = shows(reports(WORLD)).page
    first = page.locator("table.heat").first
    heads = {_flat(text) for text in first.locator("tbody th .name").all_text_contents()}
    assert heads == {_flat(name) for name in NAMES}
    assert page.locator("h1").text_content() == QUESTION
    page.evaluate(OPEN_ALL)
    assert _flat(CAVEAT).removeprefix("only ") in _flat(page.locator("main").text_content() or "")


def test_names_do_not_turn_the_line_around(reports: Reports, shows: Shows) -> None:
    """A name from the right to the left, or one that overrides the direction, leaves the rest as it was."""
    page = shows(reports(WORLD)).page
    turned = [name for name in NAMES if "\u202e" in name or "\u05ea" in name]
    assert len(turned) == 2
    for name in turned:
        loose: list[str] = page.evaluate(
            """(name) => {
              const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), wrong = [];
              while (walker.nextNode()) {
                const node = walker.currentNode, each = node.parentElement;
                // between isolates (U+2068, U+2069) a name is on its own as well
                if (!node.textContent.replaceAll(`\u2068${name}\u2069`, "").includes(name)) continue;
                if (each.closest('script, style, title, desc, pre, .hidden')) continue;
                if (!each.closest('bdi, [dir=auto], svg')) wrong.push(each.outerHTML.slice(0, 80));
              }
              return wrong;
            }""",
            name,
        )
        assert loose == [], name


def test_numbers_stand_behind_the_drill_down(reports: Reports, shows: Shows) -> None:
    """The name of the arm is in its title, and the languages are there."""
    page = shows(reports(WORLD)).page
    cell = page.locator("a.cell:visible").first
    cell.click()
    assert NAMES[0] in (page.locator("#drill h2").text_content() or "")
    assert page.locator("#drill tbody tr").count() > 0
