"""Reports open from a disk: nothing is fetched, nothing complains, and every link leads somewhere."""

from __future__ import annotations

import csv
import json
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.conftest import Reports, Shows
from tests.browser.shown import WORLDS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", WORLDS)
def test_opens_quietly(name: str, reports: Reports, shows: Shows) -> None:
    """No message on the console, and one file is read: the page itself."""
    seen = shows(reports(WORLDS[name]))
    assert seen.page.locator("h1").is_visible()
    assert seen.page.locator("#verdict").is_visible()
    seen.page.mouse.wheel(0, 100_000)
    seen.require_quiet()


@pytest.mark.parametrize("name", WORLDS)
def test_every_link_leads_somewhere(name: str, reports: Reports, shows: Shows) -> None:
    """To a file beside the page that is not empty, or to an address of a reference."""
    folder = reports(WORLDS[name])
    page = shows(folder).page
    links: list[str] = page.eval_on_selector_all("a[href]", "all => all.map((a) => a.getAttribute('href'))")
    files = {unquote(link) for link in links if not urlsplit(link).scheme and not link.startswith("#")}
    assert {"claims.json", "study.yaml"} <= files
    assert [
        link for link in files if not (folder / link).is_file() or not (folder / link).stat().st_size
    ] == []
    assert {urlsplit(link).scheme for link in links} <= {"", "https", "http"}
    # nothing is written that the page does not lead to, but the list of its files
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written - files == {"report.html", "manifest.json"}


@pytest.mark.parametrize("name", WORLDS)
def test_data_files_parse(name: str, reports: Reports) -> None:
    """Every line of a CSV has as many cells as its heading, and the claims are strict JSON."""
    folder = reports(WORLDS[name])
    paths = sorted((folder / "tables").glob("*.csv"))
    assert paths
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            head, *lines = csv.reader(file, strict=True)
        assert len(set(head)) == len(head), path
        assert {len(line) for line in lines} <= {len(head)}, path

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    json.loads((folder / "claims.json").read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_drawings_open_by_themselves(name: str, reports: Reports, shows: Shows) -> None:
    """Every SVG beside the page is shown by the browser, and runs nothing."""
    folder = reports(WORLDS[name])
    seen = shows(folder)
    drawings = sorted((folder / "figures").glob("*.svg"))
    assert drawings
    for path in drawings:
        seen.read.add(path.as_uri())
        seen.page.goto(path.as_uri())
        assert seen.page.locator("svg").first.bounding_box() is not None
        assert seen.page.evaluate("window.hacked") is None
    seen.require_quiet()


def test_opens_with_a_strict_policy(reports: Reports, shows: Shows) -> None:
    """Even if something of the data got through as markup it could fetch and run nothing."""
    page = shows(reports(WORLDS["usual"])).page
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert "default-src 'none'" in policy
    (scripts,) = (part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe" not in scripts
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hacked=9>')")
    page.wait_for_timeout(100)
    assert page.evaluate("window.hacked") is None
