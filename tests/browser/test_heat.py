"""The heat map: numbers as they were found, beside a cell and behind it, by mouse and by keyboard."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.tasks import find_task
from tests.browser.conftest import Reports, Shows
from tests.browser.shown import USUAL, WORLDS
from tests.render.worlds import World, contents

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def points(value: float) -> str:
    """As the page writes it."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def ends(low: float, high: float) -> str:
    """The same of an interval."""
    if math.isinf(low) and math.isinf(high):
        return "unbounded"
    return f"{points(low)} to {points(high)}"


def cell_of(page: Page, encoder: int, arm: int, target: int | str) -> Any:
    """The cell of these places."""
    return page.locator(f'a.cell[data-cell="{encoder}-{arm}-{target}"]')


def average(world: World, arm: str, of: str, level: str = "target") -> Any:
    """What a cell of the first encoder shows: without collapsed runs, of the verdict's own view or beside."""
    found = contents(world)
    frame = found.averages
    own = frame[
        (frame["encoder"] == found.study.encoders[0].name)
        & (frame["intermediate"] == arm)
        & (frame["of"] == of)
        & (frame["level"] == level)
        & frame["healthy"]
    ]
    for view in ("headline", "zero-shot"):
        rows = own[own["view"] == view]
        if len(rows) and math.isfinite(rows.iloc[0]["gain"]):
            return rows.iloc[0]
    return None


def languages(world: World, arm: str, target: str) -> pd.DataFrame:
    """Gains of the first encoder in every single language, by the first main metric."""
    found = contents(world)
    frame = found.gains
    return frame[
        (frame["encoder"] == found.study.encoders[0].name)
        & (frame["intermediate"] == arm)
        & (frame["target"] == target)
        & (frame["metric"] == find_task(target, found.tasks).scoring.main[0])
        & ~frame["language"].isin(["zero-shot", "all"])
        & (frame["seeds"] > 0)
    ]


@pytest.mark.parametrize("name", ["usual", "largest", "one-seed", "holes"])
def test_every_cell_is_what_was_found(name: str, reports: Reports, shows: Shows) -> None:
    """Its gain and its interval; where nothing was found there is no cell to choose."""
    world = WORLDS[name]
    page, study = shows(reports(world)).page, contents(world).study
    checked = 0
    for arm, choice in enumerate(study.intermediate):
        for target, of in enumerate(study.targets):
            row, cell = average(world, choice.name, of.task), cell_of(page, 0, arm, target)
            if row is None:
                assert cell.count() == 0, (choice.name, of.task)
                continue
            assert cell.locator("b").inner_text() == points(row["gain"])
            assert cell.locator("small").inner_text() == ends(row["low"], row["high"])
            checked += 1
    assert checked


def test_hovering_shows_the_interval(reports: Reports, shows: Shows) -> None:
    """With p and seeds, and it goes away again."""
    page, study = shows(reports(USUAL)).page, contents(USUAL).study
    arm, target = study.intermediate[1].name, study.targets[1].task
    row = average(USUAL, arm, target)
    tip = page.locator("#tip")
    assert not tip.is_visible()
    cell_of(page, 0, 1, 1).hover()
    assert tip.is_visible()
    said = tip.inner_text()
    for part in (arm, target, points(row["gain"]), ends(row["low"], row["high"]), "95 % interval"):
        assert part in said
    assert f"{row['degenerate']} of {row['runs']} runs collapsed" in said
    page.mouse.move(0, 0)
    assert not tip.is_visible()


def test_what_is_beside_a_cell_stays_on_the_page(reports: Reports, shows: Shows) -> None:
    """Also at the edge of a small screen."""
    page = shows(reports(USUAL), width=375, height=700).page
    for target in range(3):
        cell_of(page, 0, 0, target).scroll_into_view_if_needed()
        page.wait_for_timeout(100)  # to scroll puts away what is beside a cell
        cell_of(page, 0, 0, target).hover()
        box = page.locator("#tip").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
        assert box["y"] >= 0


def test_focus_shows_the_interval(reports: Reports, shows: Shows) -> None:
    """As hovering does; arrows lead from cell to cell, Home and End to the ends of a row."""
    page, study = shows(reports(USUAL)).page, contents(USUAL).study
    first = cell_of(page, 0, 0, 0)
    page.locator(".map .wide").first.focus()
    page.keyboard.press("Tab")
    for _ in range(20):  # links of caveats in the heading come first
        if page.evaluate("document.activeElement.dataset.cell") is not None:
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.cell") == "0-0-0"
    row = average(USUAL, study.intermediate[0].name, study.targets[0].task)
    assert ends(row["low"], row["high"]) in page.locator("#tip").inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.cell") == "0-1-1"
    row = average(USUAL, study.intermediate[1].name, study.targets[1].task)
    assert ends(row["low"], row["high"]) in page.locator("#tip").inner_text()
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.cell") == "0-1-all"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # there is nothing above the first row
    assert page.evaluate("document.activeElement.dataset.cell") == "0-0-0"
    assert first.get_attribute("tabindex") == "0"


def _require_drilled(page: Page, arm: str, target: str) -> None:
    """The dialog shows every language of the cell with its numbers."""
    found = languages(USUAL, arm, target)
    dialog = page.locator("#drill")
    assert dialog.is_visible()
    assert f"{arm} → {target}" in dialog.locator("h2").inner_text()
    rows = dialog.locator("table.spoken tbody tr")
    assert rows.count() == len(found)
    said = {row.locator("th .name").inner_text(): row.inner_text() for row in rows.all()}
    assert {*said} == {LANGUAGES[code].name.replace("_", " ") for code in found["language"]}
    for row in found.to_dict("records"):
        text = said[LANGUAGES[row["language"]].name.replace("_", " ")]
        assert points(row["gain"]) in text
        assert ends(row["low"], row["high"]) in text
        assert f"{row['baseline']:.2f} → {row['value']:.2f}" in text


def test_click_opens_every_language(reports: Reports, shows: Shows) -> None:
    """Largest gain first, or by name; Escape closes it, and the focus is back on the cell."""
    seen = shows(reports(USUAL))
    page, study = seen.page, contents(USUAL).study
    arm, target = study.intermediate[1].name, study.targets[0].task
    cell_of(page, 0, 1, 0).click()
    _require_drilled(page, arm, target)
    found = languages(USUAL, arm, target)
    best = found.sort_values("gain", ascending=False).iloc[0]["language"]
    names = page.locator("#drill tbody th .name")
    assert names.first.inner_text() == LANGUAGES[best].name
    page.get_by_role("button", name="name", exact=True).click()
    assert names.all_inner_texts() == sorted(names.all_inner_texts())
    page.keyboard.press("Escape")
    assert not page.locator("#drill").is_visible()
    assert page.evaluate("document.activeElement.dataset.cell") == "0-1-0"
    seen.require_quiet()


def test_enter_opens_it_too(reports: Reports, shows: Shows) -> None:
    """The focus is inside and stays there until it is closed."""
    page, study = shows(reports(USUAL)).page, contents(USUAL).study
    cell_of(page, 0, 0, 1).focus()
    page.keyboard.press("Enter")
    _require_drilled(page, study.intermediate[0].name, study.targets[1].task)
    for _ in range(8):
        page.keyboard.press("Tab")
        inside: bool = page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#drill') !== null"
        )
        assert inside
    page.get_by_role("button", name="Close").click()
    assert not page.locator("#drill").is_visible()
    assert page.evaluate("document.activeElement.dataset.cell") == "0-0-1"


def test_the_mean_opens_targets(reports: Reports, shows: Shows) -> None:
    """Behind ``all targets`` stand the targets, each as its own cell shows it."""
    page, study = shows(reports(USUAL)).page, contents(USUAL).study
    arm = study.intermediate[1].name
    cell_of(page, 0, 1, "all").click()
    rows = page.locator("#drill tbody tr")
    said = {row.locator("th .name").inner_text(): row.inner_text() for row in rows.all()}
    assert {*said} == {target.task for target in study.targets}
    for target, text in said.items():
        row = average(USUAL, arm, target)
        assert points(row["gain"]) in text
        assert ends(row["low"], row["high"]) in text
    overall = average(USUAL, arm, "overall", "overall")
    assert ends(overall["low"], overall["high"]) in page.locator("#drill .sum").inner_text()


def test_another_encoder_is_a_tab_away(reports: Reports, shows: Shows) -> None:
    """By mouse and by arrow."""
    page = shows(reports(USUAL)).page
    maps = page.locator(".map")
    assert [each.is_visible() for each in maps.all()] == [True, False]
    page.get_by_role("tab").nth(1).click()
    assert [each.is_visible() for each in maps.all()] == [False, True]
    page.keyboard.press("ArrowLeft")
    assert [each.is_visible() for each in maps.all()] == [True, False]
