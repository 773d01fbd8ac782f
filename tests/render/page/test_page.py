"""Tests of the page: whole, self-contained, escaped, and held together by links that lead somewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from itertools import pairwise

import pytest

from stiltwalk.render.charts.every import charts
from stiltwalk.render.page.page import PARTS, page
from stiltwalk.render.tables.every import tables
from tests.render.hostile import NAMES
from tests.render.reading import OPTIONAL, ReadPage
from tests.render.worlds import World, contents

WORLDS = {
    "small": World(),
    "hostile": World(arms=12, targets=6, languages=20, hostile=True, rehearsal=True),
    "one seed": World(seeds=1, collapsed=0.3),
    "missing": World(missing=0.7, arms=5),
    "encoders": World(encoders=3, decision="size"),
    "curves": World(decision="saturation", arms=5, withheld=True),
    "nothing compared": World(arms=0),
    "fifty": World(languages=50, targets=2),
}


@cache
def _made(name: str) -> str:
    found = contents(WORLDS[name])
    return page(found, tables(found), ())


@cache
def _read(name: str) -> ReadPage:
    return ReadPage(_made(name))


@pytest.mark.parametrize("name", WORLDS)
def test_pages_are_whole(name: str) -> None:
    """Elements are closed in order, no id is there twice, and every link within leads to one."""
    found = _read(name)
    assert found.wrong == []
    assert [each for each in found.open if each not in OPTIONAL] == []
    assert len(found.ids) == len({*found.ids})
    assert {link[1:] for link in found.links if link.startswith("#")} <= {*found.ids}


@pytest.mark.parametrize("name", WORLDS)
def test_headings_skip_no_level(name: str) -> None:
    """There is one title, and below a heading comes the next level or a higher one."""
    levels = _read(name).headings
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", WORLDS)
def test_the_policy_knows_what_runs(name: str) -> None:
    """Nothing is fetched; one style sheet and one script, by their hashes; no inline handler."""
    found = _read(name)
    directives = dict(each.strip().split(" ", 1) for each in found.policy.split(";"))
    assert directives["default-src"] == "'none'"
    (style,) = found.texts["style"]
    data, script = found.texts["script"]
    for text, directive in ((style, "style-src"), (script, "script-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert "cells" in json.loads(data)
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert "unsafe" not in found.policy
    assert "@import" not in style
    assert "url(" not in style


@pytest.mark.parametrize("name", WORLDS)
def test_links_lead_to_files_beside_or_to_what_is_cited(name: str) -> None:
    """Links go within, to files beside the page, or to a reference; nothing is loaded from anywhere."""
    found = _read(name)
    outside = [link for link in found.links if not link.startswith("#")]
    beside = re.compile(r"data:,|claims\.json|study\.yaml|tables/[a-z0-9-]+\.(csv|md|tex)")
    cited = {each.url for each in contents(WORLDS[name]).references}
    assert [link for link in outside if not beside.fullmatch(link) and link not in cited] == []
    assert not {"img", "iframe", "object", "embed"} & {*found.tags}


def test_hostile_names_are_text() -> None:
    """Names that are markup make no element; there is the one script and its data, and all is in order."""
    found, plain = _read("hostile"), _read("small")
    assert found.tags.count("script") == plain.tags.count("script") == 2
    assert "img" not in found.tags
    assert "onload" not in found.attributes
    assert "onerror" not in found.attributes
    data, script = found.texts["script"]
    assert NAMES[0] in json.loads(data)["arms"].values()
    assert "hacked" not in script


def test_parts_are_those_of_a_paper() -> None:
    """The verdict first, then the parts in order, each with its link in the contents."""
    found = _read("small")
    places = [found.ids.index(part) for part in ("verdict", *PARTS) if part in found.ids]
    assert places == sorted(places)
    assert {"verdict", "abstract", "method", "results", "limitations", "reproduce", "files"} <= {*found.ids}
    assert {f"#{part}" for part in PARTS if part in found.ids} <= {*found.links}


def test_a_rehearsal_has_a_banner() -> None:
    """A study that does not answer its question says so before anything else."""
    made = _made("hostile")
    assert made.index('class="banner"') < made.index("<h1")
    assert 'class="banner"' not in _made("small")


def test_the_main_number_has_its_interval() -> None:
    """Beside the number that the verdict speaks of stands its interval."""
    found = contents(WORLDS["small"])
    hero = re.search(r'<div class="hero">.*?</div>', page(found, (), ()), re.DOTALL)
    assert hero is not None
    assert re.search(r'class="value">[+−]\d+\.\d\d<', hero[0])
    assert re.search(r"<b>[+−]\d+\.\d\d to [+−]\d+\.\d\d</b>", hero[0])


def test_every_cell_shows_its_interval() -> None:
    """No gain in the heat map stands without its interval, and one seed's are unbounded."""
    for name, ends in (("small", r"[+−]\d+\.\d\d to [+−]\d+\.\d\d"), ("one seed", "unbounded")):
        cells = re.findall(r'<a class="cell".*?</a>', _made(name))
        assert cells
        assert all(re.search(rf"<small>{ends}</small>", cell) for cell in cells)


def test_caveats_lead_back() -> None:
    """Each caveat's sentence is led to from its targets and leads back to them."""
    found = contents(WORLDS["small"])
    made = _made("small")
    for sentence in {found.caveats[name] for target in found.caveats_of for name in found.caveats_of[target]}:
        assert html.escape(sentence[1:], quote=True).replace("&#x27;", "&#39;") in made
    marks = re.findall(r'href="#(mark-[a-z]+-heat-0)"', made)
    assert marks
    assert all(f'id="{mark}"' in made for mark in marks)


def test_charts_are_inside() -> None:
    """A chart is drawn in the page, below it lead links to its files; its style attributes are allowed."""
    found = contents(WORLDS["small"])
    drawn = charts(found)
    made = page(found, (), drawn[-1:])
    assert '<svg class="chart"' in made
    assert f'href="figures/{drawn[-1].name}.svg"' in made
    assert "style-src-attr 'unsafe-inline'" in ReadPage(made).policy
    assert "style-src 'unsafe-inline'" not in ReadPage(made).policy


def test_the_same_contents_make_the_same_page() -> None:
    """Nothing of the day or the machine gets in."""
    found = contents(WORLDS["small"])
    assert page(found, tables(found), ()) == _made("small")
