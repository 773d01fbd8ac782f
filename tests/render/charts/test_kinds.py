"""Charts of sizes, costs, gaps, trainings and published numbers: when they are there, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stiltwalk.render.charts.gaps import gap_charts
from stiltwalk.render.charts.learning import learning_charts
from stiltwalk.render.charts.published import published_charts
from stiltwalk.render.charts.scaling import points_of, scaling_charts
from stiltwalk.render.charts.spending import inference_charts, training_charts
from stiltwalk.render.contents import Contents
from tests.render.charts.reading import hovers, words
from tests.render.worlds import World, contents


@pytest.fixture(scope="module")
def two() -> Contents:
    """Two encoders, two arms, two targets."""
    return contents(World(arms=2, targets=2, languages=4, encoders=2, collapsed=0.2, draw=5))


def test_sizes(two: Contents) -> None:
    """Every arm has a point with each encoder, small to large; of one encoder there is nothing to compare."""
    lines = points_of(two)
    assert list(lines) == ["mnli", "squad"]
    assert all(
        [point.encoder for point in own] == ["xlm-roberta-base", "xlm-roberta-large"]
        for own in lines.values()
    )
    (chart,) = scaling_charts(two)
    assert sum("squad, xlm-roberta-" in each for each in hovers(chart)) == 2
    assert list(scaling_charts(contents(World()))) == []


def test_unknown_sizes_are_said(two: Contents) -> None:
    """An encoder without a size is left out, and counted."""
    sizes = dict(two.encoders)
    sizes["strange"] = replace(sizes["xlm-roberta-base"], encoder_parameters=None)
    (chart,) = scaling_charts(replace(two, encoders=sizes))
    assert "1 encoder of unknown size left out" in chart.caption


def test_training_costs(two: Contents) -> None:
    """Each arm tells its gain with its interval, and what it took."""
    (chart,) = training_charts(two)
    told = [each for each in hovers(chart) if each.startswith("mnli: ")]
    assert len(told) == 2
    assert all("points [" in each and "operations" in each for each in told)
    assert {"mnli", "squad"} <= set(words(chart))


def test_inference_costs(two: Contents) -> None:
    """Scores over operations and milliseconds, where two encoders were measured."""
    (chart,) = inference_charts(two)
    assert {"operations of one sequence", "milliseconds of one sequence"} <= set(words(chart))
    assert "picked by these same scores" in chart.caption
    bare = {name: replace(size, flops=None, milliseconds=None) for name, size in two.encoders.items()}
    assert list(inference_charts(replace(two, encoders=bare))) == []


def test_gaps(two: Contents) -> None:
    """English minus the others: of none in the titles, of every arm what it changes, on the same targets."""
    (chart,) = gap_charts(two)
    assert sum("gap of none: " in each for each in words(chart)) == 2
    assert sum("change of the gap: " in each and "seeds" in each for each in hovers(chart)) == 4
    assert "a mean over up to 2 targets" in chart.caption
    assert list(gap_charts(replace(two, spreads={}))) == []


def test_trainings(two: Contents) -> None:
    """One line a seed, and those that collapsed are counted in the caption."""
    base, large = learning_charts(two)
    ends = [each for each in (*hovers(base), *hovers(large)) if ", seed " in each]
    assert len(ends) == len(two.trainings) == 12
    collapsed = sum("no better than chance" in each for each in ends)
    assert collapsed == sum(each.degenerate for each in two.trainings.values()) > 0
    assert "no better than chance" in base.caption + large.caption
    once = {key: replace(each, looks=each.looks[-1:]) for key, each in two.trainings.items()}
    assert list(learning_charts(replace(two, trainings=once))) == []


def test_published_numbers_are_marked(two: Contents) -> None:
    """Theirs with their source, recalled ones as such; ours with intervals, and over how many languages."""
    (chart,) = published_charts(two)
    said = hovers(chart)
    theirs = [each for each in said if "no interval printed" in each]
    assert theirs
    assert {"recalled" in each for each in theirs} == {True, False}
    assert sum("recalled, not read in" in each for each in theirs) == sum(
        each.recalled
        and each.language == "avg"
        and each.split == "test"
        and each.intermediate == "none"
        and (each.target, each.metric) in {("xnli", "accuracy"), ("udpos", "f1")}
        for each in two.published
    )
    assert any(each.startswith("ours: none, xlm-roberta-base: ") and "4 of 15" in each for each in said)
    assert "xnli (ours: 4 of 15 languages)" in words(chart)
    assert "recalled from memory" in chart.caption
    read = tuple(each for each in two.published if not each.recalled)
    (chart,) = published_charts(replace(two, published=read))
    assert "recalled" not in chart.caption
    assert list(published_charts(replace(two, published=()))) == []
