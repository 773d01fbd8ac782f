"""A synthesis in the browser: its report fits, can be read by everybody, and does nothing on its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.cli.reporting.literature import with_literature
from stiltwalk.render.page.page import page
from stiltwalk.render.synthesis.write import written
from stiltwalk.render.tables.every import tables
from tests.browser.conftest import Scheme, Shows
from tests.browser.looking import CONTRAST, CUT, OPEN_ALL, REACHABLE, SIDEWAYS, STRUCTURE, UNNAMED
from tests.browser.test_sizes import PAPER, WIDTHS
from tests.render.synthesis.syntheses import HOSTILE, LARGEST, SHAPES, USUAL, Shape, synthesis
from tests.render.worlds import World, contents

pytestmark = pytest.mark.browser

Syntheses = Callable[[Shape], Path]


@pytest.fixture(scope="module")
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> Syntheses:
    """Writes a synthesis's report once, and gives its folder."""
    made: dict[Shape, Path] = {}

    def report(shape: Shape) -> Path:
        if shape not in made:
            made[shape] = written(synthesis(shape), tmp_path_factory.mktemp("synthesis")).parent
        return made[shape]

    return report


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SHAPES)
def test_no_scrolling_sideways(name: str, width: int, syntheses: Syntheses, shows: Shows) -> None:
    """What is wider than the screen scrolls by itself, never the page."""
    opened = shows(syntheses(SHAPES[name]), width=width).page
    assert opened.evaluate(SIDEWAYS) == []
    opened.evaluate(OPEN_ALL)
    assert opened.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("name", SHAPES)
def test_everything_has_a_name_and_a_place(name: str, syntheses: Syntheses, shows: Shows) -> None:
    """Pictures, controls, tables and regions; headings in order; no id twice."""
    opened = shows(syntheses(SHAPES[name])).page
    opened.evaluate(OPEN_ALL)
    assert opened.evaluate(UNNAMED) == []
    assert opened.evaluate(STRUCTURE) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["usual", "failing", "hostile", "nothing"])
def test_contrast(name: str, scheme: Scheme, syntheses: Syntheses, shows: Shows) -> None:
    """Every text stands out from its ground, as WCAG 2.2 asks at level AA."""
    opened = shows(syntheses(SHAPES[name]), scheme=scheme).page
    opened.evaluate(OPEN_ALL)
    found: dict[str, Any] = opened.evaluate(CONTRAST)
    assert found["count"] > 100
    assert found["wrong"] == []


def test_nothing_runs(syntheses: Syntheses, shows: Shows) -> None:
    """Texts of papers do nothing, nothing is fetched, the console stays silent."""
    seen = shows(syntheses(HOSTILE))
    seen.page.evaluate(OPEN_ALL)
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.locator("script").count() == 1
    seen.require_quiet()


def test_tab_comes_to_everything(syntheses: Syntheses, shows: Shows) -> None:
    """By pressing Tab alone; Enter opens a claim, and a reference leads to its paper."""
    opened = shows(syntheses(USUAL)).page
    expected: dict[str, list[str]] = opened.evaluate(REACHABLE)
    assert expected["not"] == []
    reached = set()
    for _ in range(len(expected["tab"]) + 5):
        opened.keyboard.press("Tab")
        reached.add(opened.evaluate("document.activeElement?.dataset.place ?? ''"))
    assert [what for place, what in enumerate(expected["tab"]) if str(place) not in reached] == []
    claim = opened.locator("details.claim").first
    claim.locator("summary").focus()
    opened.keyboard.press("Enter")
    assert claim.locator(".passages").is_visible()
    aim = claim.locator(".passages .ref").first
    aim.click()
    assert opened.locator(aim.get_attribute("href") or "").is_visible()


def test_without_a_script(syntheses: Syntheses, shows: Shows) -> None:
    """Claims open, and their evidence is there."""
    seen = shows(syntheses(USUAL), script=False)
    claim = seen.page.locator("details.claim").first
    claim.locator(".claimed").click()
    assert claim.locator("blockquote").first.is_visible()
    seen.require_quiet()


def test_ten_thousand_claims_open_quickly(syntheses: Syntheses, shows: Shows) -> None:
    """The page is there within two seconds, and answers a click."""
    opened = shows(syntheses(LARGEST)).page
    loaded: float = opened.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    assert loaded < 2000
    claim = opened.locator("details.claim").first
    claim.locator("summary").click()
    assert claim.locator(".evidence").is_visible()


@pytest.mark.parametrize("name", ["usual", "hostile", "nothing"])
def test_nothing_is_cut_on_paper(name: str, syntheses: Syntheses, shows: Shows) -> None:
    """Claims are open, everything is within the page, and it becomes a PDF."""
    opened = shows(syntheses(SHAPES[name]), width=PAPER).page
    opened.emulate_media(media="print")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.evaluate(CUT) == []
    assert opened.locator("details.claim:not([open])").count() == 0
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF-")


@pytest.mark.parametrize(("width", "shape"), [*((width, USUAL) for width in WIDTHS), (375, HOSTILE)])
def test_a_study_beside_the_literature_fits(width: int, shape: Shape, tmp_path: Path, shows: Shows) -> None:
    """The part with what others found is as wide as the page, and has its names."""
    found = with_literature(contents(World(encoders=2)), [synthesis(shape)])
    text = page(found, tables(found), ())
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    seen = shows(tmp_path, width=width)
    seen.page.evaluate(OPEN_ALL)
    assert seen.page.locator("#literature").is_visible()
    assert seen.page.evaluate(SIDEWAYS) == []
    assert seen.page.evaluate(STRUCTURE) == []
    assert seen.page.evaluate(CONTRAST)["wrong"] == []
    seen.require_quiet()
