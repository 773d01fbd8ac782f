"""How intermediate trainings went: their dev scores on the way, one line for every seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.evidence import Training
from stiltwalk.render.charts.best import closely
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    finished,
    hover,
    readable,
    short_number,
    shortened,
    spans,
)
from stiltwalk.render.charts.style import MUTED, TEXT, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.slugs import slug

Runs = Mapping[str, Mapping[int, Training]]
"""Arm → seed → training."""

_COLUMNS: Final = 3


def learning_charts(contents: Contents) -> Iterator[Chart]:
    """Dev scores over examples, of trainings looked at on the way; of many encoders those of the largest."""
    look = looks(contents.study.arms)
    found = {encoder: _runs(contents, encoder) for encoder in contents.encoders}
    for encoder in closely(contents, [name for name, own in found.items() if own]):
        yield _chart(encoder, found[encoder], look)


def _runs(contents: Contents, encoder: str) -> Runs:
    found: dict[str, dict[int, Training]] = {}
    for arm in contents.study.arms:
        own = {
            seed: training
            for (name, of, seed), training in contents.trainings.items()
            if (name, of) == (encoder, arm) and len(training.looks) > 1
        }
        if own:
            found[arm] = own
    return found


def _chart(encoder: str, runs: Runs, look: Mapping[str, Look]) -> Chart:
    hovers: Hovers = {}
    with styled():
        figure = _figure(runs, look, hovers)
    trainings = [each for own in runs.values() for each in own.values()]
    collapsed = sum(each.degenerate for each in trainings)
    return Chart(
        f"learning-{slug(encoder)}",
        f"Dev scores of the intermediate trainings of {readable(encoder)}",
        "The score on each arm's own English dev set over the examples that were trained on; one line for "
        "every seed, as it was measured, with its end as a point. Tasks differ in metric and difficulty: "
        "panels are not to be compared with each other."
        + (f" Grey and dashed: {counted(collapsed, 'training')} no better than chance." if collapsed else ""),
        readable("; ".join(f"{arm}: {_ends(own)}" for arm, own in runs.items()) + "."),
        figure,
        "costs",
        hovers,
    )


def _ends(own: Mapping[int, Training]) -> str:
    return ", ".join(
        f"seed {seed} from {training.looks[0].score:.1f} to {training.looks[-1].score:.1f}"
        for seed, training in own.items()
    )


def _figure(runs: Runs, look: Mapping[str, Look], hovers: Hovers) -> Figure:
    columns = min(_COLUMNS, len(runs))
    rows = math.ceil(len(runs) / columns)
    width = WIDTH if columns > 2 else 3.0 * columns
    figure = Figure(figsize=(width, 1.5 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, (arm, own) in zip(grid, runs.items(), strict=False):
        scores = [each.score for training in own.values() for each in training.looks]
        axis.set_ylim(spans(scores, (), 4.0))
        for seed, training in own.items():
            _line(axis, arm, seed, training, look[arm], hovers)
        axis.grid(visible=True, axis="y")
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.xaxis.set_major_formatter(FuncFormatter(short_number))
        axis.yaxis.set_major_locator(MaxNLocator(4))
        hover(hovers, axis.set_title(shortened(arm, 24)), [arm])
    for axis in grid[len(runs) :]:
        axis.set_axis_off()
    figure.supxlabel("examples", fontsize=TEXT, color=MUTED)
    figure.supylabel("dev score", fontsize=TEXT, color=MUTED)
    return finished(figure)


def _line(axis: Axes, arm: str, seed: int, training: Training, look: Look, hovers: Hovers) -> None:
    x, y = [each.examples for each in training.looks], [each.score for each in training.looks]
    colour, style = (MUTED, (0, (3, 2))) if training.degenerate else (look.colour, "-")
    axis.plot(x, y, color=colour, linestyle=style, linewidth=1.0, alpha=0.85)
    said = f"{arm}, seed {seed}: {y[-1]:.1f} after {short_number(x[-1])} examples, {training.steps} steps"
    collapsed = ", no better than chance" if training.degenerate else ""
    dots(axis, x[-1:], y[-1:], colour, [said + collapsed], hovers, look.marker, 16)
