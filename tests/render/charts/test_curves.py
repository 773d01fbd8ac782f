"""Curves: panels by what they lie along, what a law never saw, and where an axis is written on."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from stiltwalk.analyse.verdicts import MEASURED, Curve
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.curves import curves_figure, panels, places
from stiltwalk.render.charts.drawing import Hovers, finished
from stiltwalk.render.charts.style import styled
from tests.render.charts.reading import hovers, words

EXAMPLES = "intermediate examples"
X = (250.0, 500.0, 1000.0)


def _measured(of: str, axis: str = EXAMPLES, unit: str = "points") -> Curve:
    return Curve(MEASURED, of, axis, X, (50, 51, 52), (49, -math.inf, 51), (51, math.inf, 53), unit)


def _law(of: str, unseen: tuple[float, ...] = ()) -> Curve:
    none = (-math.inf,) * 3, (math.inf,) * 3
    return Curve("power", of, EXAMPLES, X, (50, 51, 52), *none, unseen=unseen)


def _drawn(*curves: Curve) -> Chart:
    said: Hovers = {}
    with styled():
        figure = finished(curves_figure(curves, 2, said))
    return Chart("x", "t", "c", "d", figure, "results", said)


def test_panels() -> None:
    """Encoders of one series share a panel; another series, axis or unit has its own."""
    found = panels(
        [
            _measured("small · nli"),
            _measured("large · nli"),
            _measured("small · qa"),
            _measured("small · nli", unit="steps to target"),
            _measured("small · nli", axis="parameters"),
        ]
    )
    assert [(each.title, each.axis, each.unit, len(each.curves)) for each in found] == [
        ("nli", EXAMPLES, "points", 2),
        ("qa", EXAMPLES, "points", 1),
        ("nli", EXAMPLES, "steps to target", 1),
        ("nli", "parameters", "points", 1),
    ]


def test_points_tell_their_intervals_and_what_was_held_out() -> None:
    """The largest amount was not seen by the dashed law; what nothing bounds says so."""
    chart = _drawn(_measured("e · nli"), _law("e · nli"), _law("e · nli", (1000.0,)))
    said = [each for each in hovers(chart) if each.startswith("e · nli")]
    assert said == [
        "e · nli, 250 intermediate examples: 50.0 [49.0, 51.0]",
        "e · nli, 500 intermediate examples: 51.0 [unbounded]",
        "e · nli, 1k intermediate examples: 52.0 [51.0, 53.0]; held out of the dashed law",
    ]
    written = " ".join(words(chart))
    assert "power law, best by AICc" in written
    assert "fitted without the largest" in written
    assert "AICc" not in " ".join(words(_drawn(_measured("e · nli"))))


def test_every_curve_is_named_at_its_end() -> None:
    """Ten encoders whose curves end at one place: all names stand there."""
    names = [f"encoder-{number}" for number in range(10)]
    assert set(names) <= set(words(_drawn(*(_measured(f"{name} · nli") for name in names))))


def test_places_too_close_are_not_written_on_each_other() -> None:
    """The first and the last are kept, and of those between what lies apart."""
    with styled():
        axis = Figure().subplots()
        axis.set_xscale("log")
        places(axis, [100, 101, 1000, 9900, 10_000])
    assert [int(each) for each in axis.get_xticks()] == [100, 1000, 10_000]
