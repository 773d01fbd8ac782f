"""The gap between English and the other languages, of every arm and encoder."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.across.spread import ALL, Spread
from stiltwalk.analyse.decisions.wording import counted, interval, percent, said, signed
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    finished,
    hover,
    intervals,
    level_told,
    readable,
    score,
    shortened,
    spans,
    told_apart,
)
from stiltwalk.render.charts.style import INK, MUTED, SMALL, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.arms import NONE_ARM

GAP: Final = "gap"
_ROW_INCHES: Final = 0.2


def gap_charts(contents: Contents) -> Iterator[Chart]:
    """The gap of every arm, a panel for each encoder; nothing where English is not tested."""
    found = {encoder: _gaps(own) for encoder, own in contents.spreads.items()}
    found = {encoder: own for encoder, own in found.items() if own}
    if not found:
        return
    hovers: Hovers = {}
    look = looks(contents.study.arms)
    with styled():
        figure = _figure(found, look, hovers)
    only = next(each.target for own in found.values() for each in own)
    targets = max(each.targets for own in found.values() for each in own)
    yield Chart(
        "zero-shot-gap",
        "Gap between English and the other languages",
        "The score in English minus the mean over the other languages, in points"
        + (f", a mean over up to {counted(targets, 'target')}" if targets > 1 else f", on {readable(only)}")
        + f"; {percent(contents.confidence)} intervals over the seeds of each arm alone. Smaller is more "
        f"even. The grey line is the gap of {NONE_ARM}; beside: the change from it, compared seed by seed.",
        readable("; ".join(map(_sentence, (each for own in found.values() for each in own))) + "."),
        figure,
        "languages",
        hovers,
    )


def _gaps(found: Sequence[Spread]) -> list[Spread]:
    """Of the mean over targets where there is one, else of the only target."""
    gaps = [each for each in found if each.measure == GAP and math.isfinite(each.level.value)]
    means = [each for each in gaps if each.target == ALL]
    return means or gaps if len({each.target for each in gaps}) <= 1 or means else []


def _sentence(each: Spread) -> str:
    change = "" if each.arm == NONE_ARM else f", change {said(each.change)}"
    return f"{each.arm} with {each.encoder}: {score(each.level)}{change}"


def _change(found: Estimate) -> str:
    if not math.isfinite(found.value):
        return "not known"
    return f"{signed(found.value)} {interval(found)}".replace("-", "\N{MINUS SIGN}")


def _figure(found: Mapping[str, Sequence[Spread]], look: Mapping[str, Look], hovers: Hovers) -> Figure:
    heights = [0.55 + _ROW_INCHES * len(own) for own in found.values()]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
    every = [each.level for own in found.values() for each in own]
    limits = spans(
        [each.value for each in every], [end for each in every for end in (each.low, each.high)], 2.0
    )
    grid = figure.subplots(len(found), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
    for axis, (encoder, own) in zip(grid, found.items(), strict=True):
        _panel(axis, own, look, limits, hovers)
        if len(found) > 1:
            axis.set_title(shortened(encoder, 60))
    grid[-1].set_xlabel("gap, points")
    return finished(figure)


def _panel(
    axis: Axes,
    found: Sequence[Spread],
    look: Mapping[str, Look],
    limits: tuple[float, float],
    hovers: Hovers,
) -> None:
    axis.grid(visible=True, axis="x")
    for place, each in enumerate(found):
        colour = look[each.arm].colour
        if each.arm == NONE_ARM:
            axis.axvline(each.level.value, color=MUTED, linewidth=0.8, zorder=1)
        intervals(axis, [-place], [each.level], colour, limits)
        text = level_told(f"{each.arm}, {each.encoder}", each.level, each.runs, "runs")
        change = "" if each.arm == NONE_ARM else _change(each.change)
        dots(
            axis,
            [each.level.value],
            [-place],
            colour,
            [f"{text}; change {change}" if change else text],
            hovers,
        )
        axis.annotate(
            change,
            (1, -place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            fontsize=SMALL,
            color=INK if each.change.low > 0 or each.change.high < 0 else MUTED,
            va="center",
        )
    axis.set_yticks([-place for place in range(len(found))], told_apart([each.arm for each in found], 30))
    for tick, each in zip(axis.get_yticklabels(), found, strict=True):
        hover(hovers, tick, [each.arm])
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.set(xlim=limits, ylim=(-len(found) + 0.4, 0.6))
