"""Heat maps: what state a cell is in, what is written in it, and what is said of the whole."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from stiltwalk.render.charts.heat import gain_charts, squares
from stiltwalk.render.contents import Contents
from tests.render.charts.reading import hovers, words
from tests.render.worlds import World, contents


def _average(arm: str, of: str, view: str, healthy: bool, gain: float, half: float, **more: Any) -> Any:
    row = {"encoder": "e", "intermediate": arm, "level": "overall" if of == "overall" else "target", "of": of}
    ends = {"gain": gain, "se": 1.0, "df": 2.0, "low": gain - half, "high": gain + half, "p": 0.5}
    return row | ends | {"view": view, "healthy": healthy, "seeds": 3.0, "degenerate": 0} | more


AVERAGES = pd.DataFrame(
    [
        _average("a", "t", "headline", True, 2.0, 1.0),
        _average("a", "t", "zero-shot", True, 9.0, 1.0),
        _average("a", "seen", "zero-shot", True, 1.0, 2.0),
        _average("a", "seen", "zero-shot", False, 9.0, 1.0),
        _average("a", "bad", "zero-shot", False, -30.0, 1.0, degenerate=3),
        _average("a", "overall", "headline", True, -1.0, math.inf, degenerate=1),
        _average("a", "gone", "headline", True, math.nan, 1.0),
        {**_average("a", "t", "headline", True, 5.0, 1.0), "encoder": "other"},
    ]
)


def test_states_of_cells() -> None:
    """The verdict's own view where it has one; else what it leaves out, what collapsed, what is not there."""
    found = squares(AVERAGES, "e", ["a", "b"], ["t", "seen", "bad", "gone"])
    states = {key: each.state for key, each in found.items()}
    assert states == {
        ("a", "t"): "counts",
        ("a", "seen"): "beside",
        ("a", "bad"): "collapsed",
        ("a", "gone"): "missing",
        ("a", "overall"): "counts",
        **{("b", of): "missing" for of in ("t", "seen", "bad", "gone", "overall")},
    }
    gains = {key[1]: each.gain.value for key, each in found.items() if each.gain is not None}
    assert gains == {"t": 2.0, "seen": 1.0, "bad": -30.0, "overall": -1.0}


def test_only_an_interval_on_one_side_of_0_decides() -> None:
    """Not one that holds it, nor one without ends, nor runs that collapsed, whatever their interval."""
    found = squares(AVERAGES, "e", ["a"], ["t", "seen", "bad"])
    assert {key[1] for key, each in found.items() if each.decided} == {"t"}


@pytest.fixture(scope="module")
def world() -> Contents:
    """Runs missing, collapsed, and repeating the target's training data."""
    return contents(World(arms=4, targets=4, languages=6, missing=0.2, collapsed=0.3, draw=2))


def test_every_cell_has_its_number_and_says_its_interval(world: Contents) -> None:
    """As many crossed as have no number; all others tell a value and where it lies."""
    (chart,) = gain_charts(world)
    arms, targets = [arm for arm in world.study.arms if arm != "none"], [t.task for t in world.study.targets]
    found = squares(world.averages, "xlm-roberta-base", arms, targets)
    said = hovers(chart)
    for (arm, of), square in found.items():
        name = "mean of targets" if of == "overall" else of
        (told,) = {each for each in said if each.startswith(f"{arm} on {name}:")}
        if square.gain is None:
            assert told == f"{arm} on {name}: no number"
        else:
            assert f"{square.gain.value:+.2f} points [" in told
            assert ("had collapsed" in told) == (square.state == "collapsed")
            assert ("not in the verdict" in told) == (square.state == "beside")


def test_marks_are_explained_only_where_they_are(world: Contents) -> None:
    """The key names collapsed and repeated runs here, and not in a study that has none."""
    (chart,) = gain_charts(world)
    assert "* collapsed runs left out" in words(chart)
    assert any(each.startswith("† ") for each in words(chart))
    (plain,) = gain_charts(contents(World(arms=1, targets=2, draw=1)))
    assert not any(each.startswith("* ") or "crossed" in each for each in words(plain))


def test_the_description_counts(world: Contents) -> None:
    """All cells are counted once, and the means stand there with their intervals."""
    (chart,) = gain_charts(world)
    numbers = [int(each) for each in chart.description.split(":")[1].split(".")[0].split() if each.isdigit()]
    assert sum(numbers) == 4 * 4
    assert "Means over targets: mnli " in chart.description
    assert "95 %" in chart.caption


def test_one_scale_for_all_encoders() -> None:
    """The same colour is the same gain in every heat map of a report."""
    keys = [
        [each for each in words(chart) if "full at" in each]
        for chart in gain_charts(contents(World(encoders=2, draw=3)))
    ]
    assert len(keys) == 2
    assert keys[0] == keys[1]
