"""Charts as parts of a page and as files: nothing fetched or shared, all of it text, and marks that speak."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from stiltwalk.render.charts.chart import Chart, inline_svg, save
from stiltwalk.render.charts.drawing import Hovers, dots, finished
from stiltwalk.render.charts.style import COLOURS, SERIES, styled
from tests.render.charts.reading import hovers, parsed, words

HOSTILE = "<script>window.hacked=1</script> & $x$"


def _chart(name: str = "one", colour: str = SERIES[0]) -> Chart:
    said: Hovers = {}
    with styled():
        figure = Figure(figsize=(3, 2), layout="constrained")
        axis = figure.subplots()
        dots(axis, [1, 2], [3, 4], colour, [f"first {HOSTILE}", "second"], said)
        axis.fill_between([1, 2], [2, 3], [4, 5], color=colour, alpha=0.2)
        axis.set_title(HOSTILE)
        finished(figure)
    return Chart(name, f"Title {HOSTILE}", "caption", f"Described {HOSTILE}", figure, "results", said)


def test_a_page_gets_a_named_described_image_as_wide_as_its_place() -> None:
    """An image whose name and description are its first two children, with a view box and no fixed height."""
    root = parsed(_chart())
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "one-title one-desc"
    assert [(each.tag, each.get("id")) for each in root[:2]] == [("title", "one-title"), ("desc", "one-desc")]
    assert root[0].text == f"Title {HOSTILE}"
    assert root[1].text == f"Described {HOSTILE}"
    assert root.get("viewBox") == "0 0 216 144"
    assert (root.get("width"), root.get("height")) == ("100%", None)


def test_names_are_text_and_nothing_else() -> None:
    """Markup and dollars in a name are letters, in the picture and where it is pointed at."""
    chart = _chart()
    assert "<script" not in inline_svg(chart)
    assert HOSTILE in words(chart)
    assert hovers(chart) == [f"first {HOSTILE}", "second"]


def test_nothing_is_fetched() -> None:
    """No address, no doctype, no style sheet that would be the whole page's, and links only into itself."""
    text = inline_svg(_chart())
    assert "http" not in text
    assert "<!DOCTYPE" not in text
    assert "<style" not in text
    known = set(re.findall(r' id="([^"]+)"', text))
    linked = re.findall(r'href="#([^"]+)"', text) + re.findall(r"url\(#([^)]+)\)", text)
    assert linked
    assert set(linked) <= known


def test_two_charts_share_no_id() -> None:
    """The same figure under two names can stand in one page."""
    first, second = (set(re.findall(r' id="([^"]+)"', inline_svg(_chart(name)))) for name in ("one", "two"))
    assert len(first) == len(second) > 3
    assert not first & second


def test_colours_are_variables_of_the_page() -> None:
    """Every colour of the style is one, with that of the file where the page has none; no other is left."""
    text = inline_svg(_chart(colour=SERIES[2]))
    assert f"var(--series-3,{SERIES[2]})" in text
    assert "var(--ink," in text
    plain = re.sub(r"var\(--[a-z0-9-]+,#[0-9a-f]{6}\)", "", text)
    assert re.findall(r"#[0-9a-f]{6}\b", plain) == []


def test_marks_can_be_pointed_at_near_them() -> None:
    """A ring around each mark tells its number, and lies above all else."""
    root = parsed(_chart())
    rings = [each for each in root if each.tag == "circle"]
    assert [ring[0].text for ring in rings] == [f"first {HOSTILE}", "second"]
    assert list(root)[-2:] == rings
    assert all(ring.get("pointer-events") == "all" for ring in rings)
    assert float(rings[0].get("cx", "0")) < float(rings[1].get("cx", "0"))


def test_files_are_the_same_every_time(tmp_path: Path) -> None:
    """To the byte, in every format."""
    for kind in ("svg", "pdf", "png"):
        for name in "ab":
            save(_chart().figure, tmp_path / f"{name}.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_file_stands_alone(tmp_path: Path) -> None:
    """SVG with its namespace, without doctype; PDF with whole fonts, not with shapes of letters."""
    save(_chart().figure, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text.startswith("<svg ")
    assert re.findall(r"https?://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
    assert "var(" not in text
    save(_chart().figure, tmp_path / "a.pdf")
    written = (tmp_path / "a.pdf").read_bytes()
    assert b"/TrueType" in written or b"/Type0" in written
    assert b"/Type3" not in written


@pytest.mark.parametrize("name", ["שלום-مرحبا", "日本語", "😀 x", "a\x00\x1bb\nc\u202ed"])
def test_any_letters(name: str, tmp_path: Path) -> None:
    """Letters that the font lacks, and characters that XML forbids, break no chart; none warns."""
    said: Hovers = {}
    with styled():
        figure = Figure(figsize=(2, 2), layout="constrained")
        axis = figure.subplots()
        dots(axis, [1], [1], SERIES[0], [name], said)
        axis.set_title(name.translate({0: None, 0x1B: None}))
        finished(figure)
    save(figure, tmp_path / "a.png")
    assert len(hovers(Chart("x", "t", "c", "d", figure, "results", said))) == 1


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    """As WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_told_from_what_is_behind_them() -> None:
    """Text 4.5 to 1, marks nearly 3 to 1: WCAG asks for 3, which Okabe and Ito's light ones miss narrowly."""
    found = {each.name: each for each in COLOURS}
    for mode in ("light", "dark"):
        behind = getattr(found["surface"], mode)
        for name in ("ink", "muted"):
            assert _contrast(getattr(found[name], mode), behind) >= 4.5, (name, mode)
        for name in (each for each in found if each.startswith("series")):
            assert _contrast(getattr(found[name], mode), behind) >= 2.8, (name, mode)
    lights = [each.light for each in COLOURS]
    assert len(set(lights)) == len(lights)
