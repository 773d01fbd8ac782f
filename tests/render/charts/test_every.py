"""All charts of a study: whichever it is, each is whole, has a name of its own, and says what it shows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args
from xml.etree import ElementTree as ET

import pytest

from stiltwalk.render.charts.chart import Chart, Section, inline_svg
from stiltwalk.render.charts.every import charts
from stiltwalk.spec.analysis import Decision
from tests.render.worlds import World, contents


def _whole(found: tuple[Chart, ...]) -> None:
    """What must be true of the charts of any report."""
    names = [chart.name for chart in found]
    assert len(set(names)) == len(names)
    for chart in found:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", chart.name)
        assert chart.section in get_args(Section)
        assert chart.title
        assert chart.caption.endswith(".")
        assert chart.description.endswith(".")
        text = inline_svg(chart)
        said = [each.text or "" for each in ET.fromstring(text).iter("title")][1:]
        assert len(said) >= len(chart.hovers)
        assert not re.search(r"\bnan\b", " ".join((chart.description, *said)))
        assert "<script" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("decision", ["saturation", "batch-size"])
def test_charts_of_decisions_along_an_axis(decision: Decision) -> None:
    """None breaks, warns, or forgets what it shows."""
    found = charts(contents(World(decision=decision, arms=4, encoders=2, targets=2, languages=3)))
    _whole(found)
    assert {"verdict-numbers", "verdict-curves", "gain-by-encoder-size"} <= {chart.name for chart in found}


def test_hostile_names() -> None:
    """Names with markup, in both directions and of sixty characters, and much that is missing."""
    world = World(arms=6, targets=2, languages=4, missing=0.3, collapsed=0.2, encoders=2, hostile=True)
    found = charts(contents(world))
    _whole(found)
    assert len(found) > 6
    assert max(chart.figure.get_figwidth() for chart in found) < 10


@pytest.mark.parametrize(
    "world",
    [
        World(seeds=1, arms=1, targets=2, languages=1),
        World(arms=2, missing=0.8, languages=4, draw=3, measured=False),
        World(arms=2, collapsed=0.9, languages=4, draw=1, withheld=True),
    ],
    ids=["one seed of English", "mostly missing", "mostly collapsed"],
)
def test_little_to_show(world: World) -> None:
    """What there is is drawn; what there is not is left out, and nothing breaks."""
    _whole(charts(contents(world)))


def test_nothing_to_show() -> None:
    """Without gains, trainings and curves there is no chart."""
    known = contents(World())
    verdict = known.verdict._replace(numbers=(), curves=())
    empty = replace(
        known,
        verdict=verdict,
        averages=known.averages.iloc[:0],
        gains=known.gains.iloc[:0],
        scores=known.scores.iloc[:0],
        trainings={},
        spreads={},
        relations={},
        languages={},
        efficiency=(),
        inference=(),
    )
    assert charts(empty) == ()


def test_names_that_files_cannot_bear_are_told_apart() -> None:
    """Two encoders whose names have no letter that a file may have: their charts are still two."""
    known = contents(World(encoders=2, targets=1, languages=3))
    names = dict(zip(known.encoders, ("שלום", "中文"), strict=True))
    turned = replace(
        known,
        verdict=known.verdict._replace(numbers=()),
        spreads={},
        relations={},
        languages={},
        trainings={},
        published=(),
        scores=known.scores.iloc[:0],
        encoders={names[name]: size for name, size in known.encoders.items()},
        averages=known.averages.assign(encoder=known.averages["encoder"].map(names)),
    )
    found = [chart.name for chart in charts(turned) if chart.name.startswith("gains")]
    assert found == ["gains-x", "gains-x-2"]
