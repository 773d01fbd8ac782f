"""The curves of a verdict: what was measured along an axis, and the laws that were fitted to it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.verdicts import MEASURED, Curve
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    end_labels,
    hover,
    intervals,
    level_told,
    short_number,
    shortened,
    spans,
    told,
)
from stiltwalk.render.charts.forest import BETWEEN
from stiltwalk.render.charts.style import MUTED, Look, looks

PANEL: Final = (3.5, 2.5)
"""Inches of one."""
_LAW_LINES: Final = ("-", "-.", ":")
_BAND: Final = 0.14
"""Opacity of a band."""
_LEAST_POINTS: Final = 4.0
"""Points of 0 to 100 that an axis holds at least."""
_ASIDE: Final = 0.012
"""Of the axis, by which the points of one thing stand beside those of the next."""
_LEAST_APART: Final = 0.09
"""Of the axis, between two places that are written below it."""


class Panel(NamedTuple):
    """Curves that are drawn on one pair of axes.

    Attributes:
        title: what they have in common.
        axis: what they lie along.
        unit: of their values.
        curves: each of its own thing: an encoder, or a family.
    """

    title: str
    axis: str
    unit: str
    curves: tuple[Curve, ...]


def panels(curves: Sequence[Curve]) -> list[Panel]:
    """``curves`` by what they lie along, their unit, and their series, in the order they came."""
    found: dict[tuple[str, str, str], list[Curve]] = {}
    for each in curves:
        found.setdefault((each.axis, each.unit, _series(each)), []).append(each)
    return [Panel(series, axis, unit, tuple(own)) for (axis, unit, series), own in found.items()]


def things(curves: Sequence[Curve]) -> dict[str, Look]:
    """Encoder or family → how it is drawn, in every panel."""
    return looks(list(dict.fromkeys(map(_thing, curves))))


def _thing(each: Curve) -> str:
    return each.of.partition(BETWEEN)[0]


def _series(each: Curve) -> str:
    return each.of.partition(BETWEEN)[2]


def curves_figure(curves: Sequence[Curve], columns: int, hovers: Hovers) -> Figure:
    """All panels of ``curves`` in a figure of their own."""
    found = panels(curves)
    columns = max(1, min(columns, len(found)))
    rows = math.ceil(len(found) / columns)
    wide = PANEL[0] * columns + (1.0 if columns == 1 else 0.2)
    figure = Figure(figsize=(wide, PANEL[1] * rows + 0.35), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    look = things(curves)
    for axis, panel in zip(grid, found, strict=False):
        draw_panel(axis, panel, look, hovers)
    for axis in grid[len(found) :]:
        axis.set_axis_off()
    key(figure, curves)
    return figure


def draw_panel(axis: Axes, panel: Panel, look: Mapping[str, Look], hovers: Hovers) -> None:
    """Measured points with their intervals and bands, laws as lines; names at their ends.

    What a law never saw is drawn hollow.
    """
    measured = [each for each in panel.curves if each.name == MEASURED]
    laws = [each for each in panel.curves if each.name != MEASURED]
    names = list(dict.fromkeys(each.name for each in laws))
    points = panel.unit == "points"
    limits = spans(
        [y for each in panel.curves for y in each.y],
        [end for each in measured for end in (*each.low, *each.high) if points or end > 0],
        _LEAST_POINTS if points else 1e-6,
    )
    if not points:
        limits = (max(limits[0], 0.0), limits[1])
    axis.grid(visible=True, axis="y")
    axis.set_xscale("log")
    ends = []
    everywhere = sorted({x for each in measured for x in each.x})
    step = _ASIDE * math.log(everywhere[-1] / everywhere[0])
    for number, each in enumerate(measured):
        own = look[_thing(each)]
        unseen = {x for law in laws if law.of == each.of for x in law.unseen}
        fitted = any(law.of == each.of for law in laws)
        shift = math.exp(step * (number - (len(measured) - 1) / 2))
        _measured(axis, each, own, unseen, shift, limits, hovers, joined=not fitted)
        ends.append((each.x[-1] * shift, each.y[-1], _thing(each), own.colour))
    for each in laws:
        style = (0, (4, 2)) if each.unseen else _LAW_LINES[names.index(each.name) % len(_LAW_LINES)]
        colour = look[_thing(each)].colour
        axis.plot(each.x, each.y, linestyle=style, color=colour, linewidth=1.1, zorder=3)
        _band(axis, each, colour, limits)
    axis.set_ylim(limits)
    places(axis, everywhere)
    end_labels(axis, ends, limits, 72 * PANEL[1] * 0.62, hovers)
    title = axis.set_title(shortened(panel.title, 40), pad=8)
    hover(hovers, title, [panel.title])
    axis.set_xlabel(panel.axis)
    axis.set_ylabel("points" if points else panel.unit)


def _measured(
    axis: Axes,
    each: Curve,
    look: Look,
    unseen: set[float],
    shift: float,
    limits: tuple[float, float],
    hovers: Hovers,
    *,
    joined: bool,
) -> None:
    found = [
        Estimate(y, low, high, math.nan, 0.0, 1.0, math.nan)
        for y, low, high in zip(each.y, each.low, each.high, strict=True)
    ]
    beside = [x * shift for x in each.x]
    intervals(axis, beside, found, look.colour, limits, "y", 1.1)
    if joined:
        axis.plot(beside, each.y, color=look.colour, linewidth=1.3, zorder=3)
        _band(axis, each, look.colour, limits)
    for held in (False, True):
        rows = [(x, own) for x, own in zip(each.x, found, strict=True) if (x in unseen) is held]
        if rows:
            said = [_told(each, x, own) + ("; held out of the dashed law" if held else "") for x, own in rows]
            x, y = [x * shift for x, _ in rows], [own.value for _, own in rows]
            dots(axis, x, y, look.colour, said, hovers, look.marker, hollow=held)


def _told(each: Curve, x: float, found: Estimate) -> str:
    of = f"{each.of}, {short_number(x)} {each.axis}"
    if each.unit != "points":
        return told(of, found, unit=each.unit)
    return level_told(of, found)


def _band(axis: Axes, each: Curve, colour: str, limits: tuple[float, float]) -> None:
    """Between the ends of its intervals, as far as they have any."""
    rows = list(zip(each.x, each.low, each.high, strict=True))
    for (x, low, high), (next_x, next_low, next_high) in pairwise(rows):
        if all(map(math.isfinite, (low, high, next_low, next_high))):
            bottom = [max(low, limits[0]), max(next_low, limits[0])]
            top = [min(high, limits[1]), min(next_high, limits[1])]
            axis.fill_between([x, next_x], bottom, top, color=colour, alpha=_BAND, linewidth=0, zorder=2)


def places(axis: Axes, x: Sequence[float]) -> None:
    """Write below a logarithmic axis the places ``x``, rising, but for those too close to the one before."""
    low, high = math.log(x[0]), math.log(x[-1])
    span = (high - low) or 1.0
    kept = [x[0]]
    for each in x[1:]:
        if (math.log(each) - math.log(kept[-1])) / span >= _LEAST_APART:
            kept.append(each)
    if kept[-1] != x[-1]:
        kept[-1] = x[-1]
    axis.set_xlim(math.exp(low - 0.06 * span), math.exp(high + 0.06 * span))
    axis.xaxis.set_major_locator(FixedLocator(kept))
    axis.xaxis.set_major_formatter(FuncFormatter(short_number))
    axis.xaxis.set_minor_locator(NullLocator())
    if len(kept) > 5:
        axis.tick_params(axis="x", rotation=40)


def key(figure: Figure, curves: Sequence[Curve]) -> None:
    """What lines of laws stand for, where there are any."""
    laws = [each for each in curves if each.name != MEASURED]
    if not laws:
        return
    names = list(dict.fromkeys(each.name for each in laws))
    handles = [
        Line2D(
            [],
            [],
            color=MUTED,
            linewidth=1.1,
            linestyle=_LAW_LINES[number % len(_LAW_LINES)],
            label=f"{name} law, best by AICc",
        )
        for number, name in enumerate(names)
    ]
    if any(each.unseen for each in laws):
        handles += [
            Line2D(
                [],
                [],
                color=MUTED,
                linewidth=1.1,
                linestyle=(0, (4, 2)),
                label="the same law, fitted without the largest",
            ),
            Line2D(
                [],
                [],
                color=MUTED,
                linestyle="none",
                marker="o",
                markersize=4.5,
                markerfacecolor="none",
                label="held out of it",
            ),
        ]
    wide = figure.get_figwidth() > 1.5 * PANEL[0]
    figure.legend(handles=handles, loc="outside lower left", ncols=2 if wide else 1, handlelength=2.2)
