"""What arms change of the gap between English and the other languages, for every encoder.

Levels of arms are means over the targets that each has, and cannot be held against each other; changes are
of the same targets, seed by seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.across.spread import ALL, Spread
from stiltwalk.analyse.decisions.wording import counted, interval, percent, said, signed
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    finished,
    hover,
    intervals,
    readable,
    score,
    shortened,
    spans,
    told,
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
    found = {encoder: own for encoder, own in found.items() if any(each.arm != NONE_ARM for each in own)}
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
        f"Change of the gap between English and the other languages, over {NONE_ARM}",
        "The gap is the score in English minus the mean over the other languages"
        + (f", a mean over up to {counted(targets, 'target')}" if targets > 1 else f", on {readable(only)}")
        + f". Each arm's gap minus that of {NONE_ARM}, on the same targets and seed by seed, in points, with "
        f"its {percent(contents.confidence)} interval. Below 0: more even. Arms of which it is not known are "
        "left out.",
        readable("; ".join(map(_sentence, (each for own in found.values() for each in own))) + "."),
        figure,
        "languages",
        hovers,
    )


def _gaps(found: Sequence[Spread]) -> list[Spread]:
    """Of the mean over targets where there is one, else of the only target."""
    gaps = [
        each
        for each in found
        if each.measure == GAP
        and math.isfinite(each.level.value if each.arm == NONE_ARM else each.change.value)
    ]
    means = [each for each in gaps if each.target == ALL]
    return means or gaps if len({each.target for each in gaps}) <= 1 or means else []


def _sentence(each: Spread) -> str:
    change = "" if each.arm == NONE_ARM else f", change {said(each.change)}"
    return f"{each.arm} with {each.encoder}: {score(each.level)}{change}"


def _figure(found: Mapping[str, Sequence[Spread]], look: Mapping[str, Look], hovers: Hovers) -> Figure:
    heights = [0.55 + _ROW_INCHES * len(own) for own in found.values()]
    figure = Figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
    every = [each.change for own in found.values() for each in own if each.arm != NONE_ARM]
    limits = spans(
        [each.value for each in every], [end for each in every for end in (each.low, each.high)], 2.0
    )
    grid = figure.subplots(len(found), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
    for axis, (encoder, own) in zip(grid, found.items(), strict=True):
        _panel(axis, [each for each in own if each.arm != NONE_ARM], look, limits, hovers)
        of_none = [score(each.level) for each in own if each.arm == NONE_ARM]
        known = [f"gap of {NONE_ARM}: {level}" for level in of_none]
        named = [shortened(encoder, 40)] if len(found) > 1 else []
        axis.set_title("; ".join([*named, *known]))
    grid[-1].set_xlabel("change of the gap, points")
    return finished(figure)


def _panel(
    axis: Axes,
    found: Sequence[Spread],
    look: Mapping[str, Look],
    limits: tuple[float, float],
    hovers: Hovers,
) -> None:
    axis.grid(visible=True, axis="x")
    axis.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    for place, each in enumerate(found):
        colour = look[each.arm].colour
        intervals(axis, [-place], [each.change], colour, limits)
        text = told(f"{each.arm}, {each.encoder}: change of the gap", each.change, each.seeds)
        dots(axis, [each.change.value], [-place], colour, [text], hovers)
        axis.annotate(
            f"{signed(each.change.value)} {interval(each.change)}".replace("-", "\N{MINUS SIGN}"),
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
