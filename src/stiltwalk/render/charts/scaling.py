"""Gains over the size of the encoder: a small panel for every arm, all others grey behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.decisions.wording import counted, percent, said
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.charts.best import mean_gains
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.curves import places
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    finished,
    hover,
    intervals,
    readable,
    short_number,
    shortened,
    spans,
    told,
    zero_line,
)
from stiltwalk.render.charts.style import GRID, MUTED, TEXT, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.arms import NONE_ARM

_COLUMNS: Final = 3
_BAND: Final = 0.16


class Point(NamedTuple):
    """The mean gain of an arm with one encoder.

    Attributes:
        encoder: its name.
        family: of the encoder.
        parameters: its size, without embeddings.
        gain: over all targets.
        seeds: how many that rests on.
    """

    encoder: str
    family: str
    parameters: float
    gain: Estimate
    seeds: float


Lines = Mapping[str, Sequence[Point]]
"""Arm → its points, rising in size."""


def scaling_charts(contents: Contents) -> Iterator[Chart]:
    """Mean gains over the size of the encoder, where there are encoders of two sizes or more."""
    lines = points_of(contents)
    if len({point.parameters for own in lines.values() for point in own}) < 2:
        return
    hovers: Hovers = {}
    look = looks(contents.study.arms)
    with styled():
        figure = _figure(lines, look, hovers)
    sizes = {point.encoder for own in lines.values() for point in own}
    left = len(contents.encoders) - len(sizes)
    yield Chart(
        "gain-by-encoder-size",
        "Mean gain over the size of the encoder",
        f"Each arm's mean gain over all targets, over the parameters of the encoder without embeddings; "
        f"{percent(contents.confidence)} intervals over seeds, and bands between their ends. Dotted: nothing "
        "bounds it. Grey: the other arms. Encoders are few, and differ in more than their size: a line that "
        "joins them is no law." + (f" {counted(left, 'encoder')} of unknown size left out." if left else ""),
        _description(lines),
        figure,
        "results",
        hovers,
    )


def points_of(contents: Contents) -> Lines:
    """The points of every arm, in the study's order; encoders of unknown size are left out."""
    found: dict[str, list[Point]] = {arm: [] for arm in contents.study.arms if arm != NONE_ARM}
    for encoder, size in contents.encoders.items():
        if size.encoder_parameters:
            for arm, (gain, seeds) in mean_gains(contents.averages, encoder).items():
                if arm in found:
                    found[arm].append(
                        Point(encoder, size.family, float(size.encoder_parameters), gain, seeds)
                    )
    return {arm: sorted(own, key=lambda point: point.parameters) for arm, own in found.items() if own}


def _figure(lines: Lines, look: Mapping[str, Look], hovers: Hovers) -> Figure:
    columns = min(_COLUMNS, len(lines))
    rows = math.ceil(len(lines) / columns)
    width = WIDTH if columns > 2 else 2.6 * columns
    figure = Figure(figsize=(width, 1.55 * rows + 0.35), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    every = [point for own in lines.values() for point in own]
    ends = [end for point in every for end in (point.gain.low, point.gain.high)]
    limits = spans([0.0, *(point.gain.value for point in every)], ends, 1.0)
    for axis, (arm, own) in zip(grid, lines.items(), strict=False):
        _panel(axis, arm, own, lines, look[arm], limits, hovers)
    places(grid[0], sorted({point.parameters for point in every}))
    grid[0].set_ylim(limits)
    for axis in grid[len(lines) :]:
        axis.set_axis_off()
    for number in range(len(lines)):
        if number + columns >= len(lines):  # the lowest of its column
            grid[number].tick_params(axis="x", labelbottom=True)
    figure.supxlabel("parameters without embeddings", fontsize=TEXT, color=MUTED)
    figure.supylabel("mean gain, points", fontsize=TEXT, color=MUTED)
    return finished(figure)


def _panel(
    axis: Axes,
    arm: str,
    own: Sequence[Point],
    lines: Lines,
    look: Look,
    limits: tuple[float, float],
    hovers: Hovers,
) -> None:
    axis.set_xscale("log")
    zero_line(axis, "y")
    for other, points in lines.items():
        if other != arm:
            for family in _families(points):
                axis.plot(
                    [p.parameters for p in family], [p.gain.value for p in family], color=GRID, linewidth=0.9
                )
    for family in _families(own):
        x = [point.parameters for point in family]
        axis.plot(x, [point.gain.value for point in family], color=look.colour, linewidth=1.4, zorder=3)
        for one, two in pairwise(family):
            if one.gain.bounded and two.gain.bounded:
                axis.fill_between(
                    [one.parameters, two.parameters],
                    [max(one.gain.low, limits[0]), max(two.gain.low, limits[0])],
                    [min(one.gain.high, limits[1]), min(two.gain.high, limits[1])],
                    color=look.colour,
                    alpha=_BAND,
                    linewidth=0,
                    zorder=2,
                )
        intervals(axis, x, [point.gain for point in family], look.colour, limits, "y", 1.0)
        said_of = [
            told(f"{arm}, {p.encoder} ({short_number(p.parameters)})", p.gain, p.seeds) for p in family
        ]
        dots(axis, x, [point.gain.value for point in family], look.colour, said_of, hovers, look.marker)
    hover(hovers, axis.set_title(shortened(arm, 24)), [arm])


def _families(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each family: encoders of two are not joined."""
    return [
        [point for point in points if point.family == family]
        for family in dict.fromkeys(point.family for point in points)
    ]


def _description(lines: Lines) -> str:
    each = "; ".join(
        f"{arm}: {', '.join(f'{said(point.gain)} with {point.encoder}' for point in own)}"
        for arm, own in lines.items()
    )
    return readable(f"Mean gains by encoder, small to large. {each}.")
