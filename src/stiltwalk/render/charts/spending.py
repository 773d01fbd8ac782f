"""What gains and scores cost: gains over the cost of intermediate training, scores over that of inference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from stiltwalk.analyse.decisions.wording import counted, percent, said
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.levels import Level, shared_levels
from stiltwalk.render.charts.best import best_arm, mean_gains
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    end_labels,
    finished,
    intervals,
    level_told,
    powers,
    readable,
    score,
    short_number,
    shortened,
    spans,
    spread_out,
    told,
    told_apart,
    zero_line,
)
from stiltwalk.render.charts.style import GRID, INK, SURFACE, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Arm, Contents
from stiltwalk.spec.arms import NONE_ARM

_COLUMNS: Final = 2
_PANEL_HEIGHT: Final = 2.7
_APART: Final = 7.0
"""Points between two marks, side by side."""


class Spent(NamedTuple):
    """An arm: what its intermediate training took, and what it gains."""

    arm: Arm
    gain: Estimate
    seeds: float


def training_charts(contents: Contents) -> Iterator[Chart]:
    """Mean gain over the operations of the intermediate training, a panel for each encoder."""
    found: dict[str, list[Spent]] = {}
    for encoder in contents.encoders:
        gains = mean_gains(contents.averages, encoder)
        own = [
            Spent(arm, *gains[arm.name])
            for arm in contents.arms
            if arm.encoder == encoder and arm.flops and arm.name in gains
        ]
        if len({each.arm.flops for each in own}) > 1:
            found[encoder] = own
    if not found:
        return
    hovers: Hovers = {}
    look = looks(contents.study.arms)
    with styled():
        figure = _trainings(found, look, hovers)
    yield Chart(
        "gain-by-training-cost",
        "Mean gain over the operations of the intermediate training",
        "Each arm's mean gain over all targets, over the floating-point operations of its intermediate "
        f"training (a mean over seeds; of a control that trains targets for longer, what that added); "
        f"{percent(contents.confidence)} intervals over seeds. Dotted: nothing bounds it. Marks that "
        "would hide each other stand side by side.",
        readable("; ".join(_sentence(each) for own in found.values() for each in own) + "."),
        figure,
        "efficiency",
        hovers,
    )


def _sentence(each: Spent) -> str:
    arm = each.arm
    return f"{arm.name} with {arm.encoder}: {said(each.gain)} for {powers(arm.flops or 0)} operations"


def _trainings(found: Mapping[str, Sequence[Spent]], look: Mapping[str, Look], hovers: Hovers) -> Figure:
    columns = min(_COLUMNS, len(found))
    rows = math.ceil(len(found) / columns)
    figure = Figure(figsize=(WIDTH if columns > 1 else 5.4, _PANEL_HEIGHT * rows + 0.2), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    every = [each.gain for own in found.values() for each in own]
    limits = spans(
        [0.0, *(each.value for each in every)], [end for each in every for end in (each.low, each.high)], 1.0
    )
    for axis, (encoder, own) in zip(grid, found.items(), strict=False):
        zero_line(axis, "y")
        axis.grid(visible=True, axis="y")
        axis.set(xscale="log", ylim=limits, xlabel="operations")
        axis.set_xlim(log_limits([each.arm.flops or math.nan for each in own]))
        beside = _side_by_side([each.arm.flops or math.nan for each in own], 360 / columns)
        for each, x in zip(own, beside, strict=True):
            style = look[each.arm.name]
            intervals(axis, [x], [each.gain], style.colour, limits, "y", 1.2)
            hours = f", {each.arm.hours:.3g} machine hours" if each.arm.hours else ""
            spent = f"{powers(each.arm.flops or 0)} operations{hours}"
            text = f"{told(each.arm.name, each.gain, each.seeds)}; {spent}"
            dots(axis, [x], [each.gain.value], style.colour, [text], hovers, style.marker, 30)
        amounts_below(axis, powers)
        if len(found) > 1:
            axis.set_title(shortened(encoder, 40))
    for axis in grid[len(found) :]:
        axis.set_axis_off()
    for axis in grid[::columns]:
        axis.set_ylabel("mean gain, points")
    drawn = {each.arm.name for own in found.values() for each in own}
    names = [name for name in look if name in drawn]
    arms_key(figure, names, look)
    return finished(figure)


def arms_key(figure: Figure, names: Sequence[str], look: Mapping[str, Look]) -> None:
    """Which mark is which arm, on the right of a figure."""
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=look[name].marker,
            markersize=5.5,
            markerfacecolor=look[name].colour,
            markeredgecolor=SURFACE,
            label=label,
        )
        for name, label in zip(names, told_apart(names, 24), strict=True)
    ]
    figure.legend(handles=handles, loc="outside right upper", handletextpad=0.2, labelspacing=0.45)


def _side_by_side(values: Sequence[float], width: float) -> list[float]:
    """``values`` moved apart on a logarithmic axis of ``width`` points, where marks would hide each other."""
    low, high = map(math.log, log_limits(values))
    order = sorted(range(len(values)), key=values.__getitem__)
    wanted = [width * (math.log(values[place]) - low) / (high - low) for place in order]
    moved = dict(zip(order, spread_out(wanted, _APART, width), strict=True))
    return [math.exp(low + moved[place] / width * (high - low)) for place in range(len(values))]


def log_limits(values: Sequence[float]) -> tuple[float, float]:
    """Limits of a logarithmic axis that shows all ``values``, at least a doubling of them."""
    low, high = math.log(min(values)), math.log(max(values))
    room = 0.06 * (high - low) if high - low > math.log(2) else math.log(2) / 2
    return math.exp(low - room), math.exp(high + room)


def amounts_below(axis: Axes, written: Callable[[float, int | None], str] = short_number) -> None:
    """Have numbers below a logarithmic axis: at powers of ten and, where these are few, between them."""
    low, high = axis.get_xlim()
    wide = math.log10(high / low)
    parts = (1.0,) if wide > 2.5 else (1.0, 3.0) if wide > 1.2 else (1.0, 2.0, 5.0)
    axis.xaxis.set_major_locator(LogLocator(subs=parts, numticks=12))
    axis.xaxis.set_major_formatter(FuncFormatter(written))
    axis.xaxis.set_minor_locator(NullLocator())


def inference_charts(contents: Contents) -> Iterator[Chart]:
    """Scores over what one sequence costs at inference, where two encoders or more were measured."""
    levels = shared_levels(contents.scores, contents.confidence)
    costs = [
        (
            what,
            {
                name: float(value)
                for name, size in contents.encoders.items()
                if (value := getattr(size, field))
            },
        )
        for what, field in (
            ("operations of one sequence", "flops"),
            ("milliseconds of one sequence", "milliseconds"),
        )
    ]
    known = {each.encoder for each in levels}
    shown = [(what, of) for what, of in costs if len(known & of.keys()) > 1]
    if not shown:
        return
    largest = max(known, key=lambda name: contents.encoders[name].parameters)
    arms = [each.arm for each in levels if each.encoder == largest and each.arm != NONE_ARM]
    best = best_arm(contents, largest, arms) if arms else ""
    hovers: Hovers = {}
    look = looks(contents.study.arms)
    with styled():
        figure = _inference(shown, levels, best, look, hovers)
    first = levels[0]
    picked = (
        f" {readable(best)}, with the highest mean gain, was picked by these same scores." if best else ""
    )
    yield Chart(
        "score-by-inference-cost",
        "Score over the cost of one sequence",
        f"Mean scores over the {counted(first.cells, 'cell')} (targets in languages other than English) "
        "that all have, over what one "
        f"sequence costs its encoder; {percent(contents.confidence)} intervals over each point's own seeds. "
        f"All arms of an encoder cost the same. Grey: the other arms.{picked}",
        readable(
            "; ".join(f"{each.arm} with {each.encoder}: {score(each.estimate)}" for each in levels) + "."
        ),
        figure,
        "efficiency",
        hovers,
    )


def _inference(
    shown: Sequence[tuple[str, Mapping[str, float]]],
    levels: Sequence[Level],
    best: str,
    look: Mapping[str, Look],
    hovers: Hovers,
) -> Figure:
    figure = Figure(figsize=(3.6 * len(shown), _PANEL_HEIGHT), layout="constrained")
    limits = spans(
        [each.estimate.value for each in levels],
        [end for each in levels for end in (each.estimate.low, each.estimate.high)],
        4.0,
    )
    strong = {NONE_ARM, best}
    arms = list(dict.fromkeys(each.arm for each in levels))
    for axis, (what, costs) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        axis.set(xscale="log", xlim=log_limits(list(costs.values())), ylim=limits)
        axis.grid(visible=True, axis="y")
        written = powers if what.startswith("operations") else short_number
        ends = []
        for arm in sorted(arms, key=lambda name: name in strong):
            own = sorted(
                (costs[each.encoder], each) for each in levels if each.arm == arm and each.encoder in costs
            )
            x, y = [cost for cost, _ in own], [each.estimate.value for _, each in own]
            style = look[arm]
            colour = style.colour if arm in strong else GRID
            axis.plot(x, y, color=colour, linewidth=1.4 if arm in strong else 0.9, zorder=2)
            if arm in strong and own:
                intervals(axis, x, [each.estimate for _, each in own], colour, limits, "y", 1.1)
                ends.append((x[-1], y[-1], arm, colour))
            said_of = [
                level_told(
                    f"{arm}, {each.encoder} ({written(cost, None)} {what.split()[0]})",
                    each.estimate,
                    each.seeds,
                )
                for cost, each in own
            ]
            dots(axis, x, y, colour, said_of, hovers, style.marker, 24 if arm in strong else 10)
        _encoders_above(axis, costs)
        amounts_below(axis, written)
        axis.set(ylim=limits, xlabel=what, ylabel="mean score, points")
        end_labels(axis, ends, limits, 72 * _PANEL_HEIGHT * 0.66, hovers)
    return finished(figure)


def _encoders_above(axis: Axes, costs: Mapping[str, float]) -> None:
    """The name of every encoder at its cost, above the axis."""
    for name, cost in costs.items():
        axis.annotate(
            shortened(name, 16),
            (cost, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left",
            va="bottom",
            rotation=25,
            fontsize=6.5,
            color=INK,
        )
