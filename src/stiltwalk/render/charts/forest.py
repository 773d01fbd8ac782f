"""The numbers of a verdict as points with their intervals, one line each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.decisions.wording import interval, percent, signed
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.analyse.verdicts import Number
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    edges,
    hover,
    intervals,
    readable,
    shortened,
    told,
    zero_line,
)
from stiltwalk.render.charts.style import GAIN, INK, LOSS, MUTED, SMALL, SURFACE

BETWEEN: Final = " · "
"""What joins the parts of what a number is of."""

_ROW_INCHES: Final = 0.205
_MOST_ROWS: Final = 60
"""More rows than this are no picture any more."""
_LETTERS: Final = 46
"""Of what a row is called."""


def shown_numbers(numbers: Iterable[Number]) -> list[Number]:
    """Differences in points that have a value, those of one name together, in the order they came.

    A number of which nothing is tested is no difference: a level would leave no room for the others. Of
    several numbers of one name and thing the first is drawn; other views of it stand in the tables.
    """
    known = [
        each
        for each in numbers
        if each.unit.startswith("points") and math.isfinite(each.value) and math.isfinite(each.p)
    ]
    firsts: dict[tuple[str, str], Number] = {}
    for each in known:
        firsts.setdefault((each.name, each.of), each)
    names = list(dict.fromkeys(name for name, _ in firsts))
    return [each for name in names for each in firsts.values() if each.name == name][:_MOST_ROWS]


def estimate_of(each: Number) -> Estimate:
    """The estimate that ``each`` was made of, as far as it keeps it."""
    return Estimate(each.value, each.low, each.high, math.nan, 0.0, each.p, each.confidence)


def forest_height(numbers: Sequence[Number]) -> float:
    """Inches that ``numbers`` ask for."""
    names = {each.name for each in numbers}
    return max(1.6, 0.75 + _ROW_INCHES * (len(numbers) + 1.3 * len(names)))


def draw_forest(axis: Axes, numbers: Sequence[Number], hovers: Hovers) -> None:
    """Draw ``numbers`` on ``axis``, from the top; those of one name below a heading of theirs."""
    if not numbers:
        axis.set_axis_off()
        axis.annotate("no number", (0.5, 0.5), xycoords="axes fraction", ha="center", color=MUTED)
        return
    limits = edges(
        (each.value for each in numbers), (end for each in numbers for end in (each.low, each.high))
    )
    zero_line(axis)
    labels, places, place = [], [], 0.0
    for name in dict.fromkeys(each.name for each in numbers):
        rows = [each for each in numbers if each.name == name]
        _heading(axis, name, rows, -place)
        place += 1.05
        for each in rows:
            _row(axis, each, -place, limits, hovers)
            labels.append(each)
            places.append(-place)
            place += 1
        place += 0.25
    axis.set_yticks(places, [_label(each, numbers) for each in labels])
    axis.tick_params(axis="y", length=0)
    for tick, each in zip(axis.get_yticklabels(), labels, strict=True):
        hover(hovers, tick, [f"{each.of} {each.note}".strip() or each.name])
    axis.spines["left"].set_visible(False)
    axis.set(xlim=limits, ylim=(-place, 0.7))
    units = {each.unit for each in numbers}
    unit = units.pop() if len(units) == 1 else "points"
    confidence = " and ".join(sorted({percent(each.confidence) for each in numbers}))
    of = _common(numbers)
    axis.set_xlabel(f"{f'{shortened(of, _LETTERS)}: ' if of else ''}{unit} ({confidence} intervals)")


def _heading(axis: Axes, name: str, rows: Sequence[Number], place: float) -> None:
    """The name that ``rows`` share, and beside it their unit and what is noted of all of them."""
    across, offset = ("axes fraction", "data"), "offset points"
    axis.annotate(
        shortened(name, _LETTERS),
        (0, place),
        (-4, 0),
        xycoords=across,
        textcoords=offset,
        va="center",
        ha="right",
        fontweight="bold",
        fontsize=SMALL,
        color=INK,
    )
    notes = {each.note for each in rows}
    said = [*sorted({each.unit for each in rows} - {"points"}), *(notes if len(notes) == 1 else ())]
    axis.annotate(
        shortened("; ".join(filter(None, said)), 2 * _LETTERS),
        (0, place),
        (6, 0),
        xycoords=across,
        textcoords=offset,
        va="center",
        fontsize=SMALL,
        color=MUTED,
        bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5},
    )


def _row(axis: Axes, each: Number, place: float, limits: tuple[float, float], hovers: Hovers) -> None:
    found = estimate_of(each)
    colour = GAIN if found.low > 0 else LOSS if found.high < 0 else MUTED
    intervals(axis, [place], [found], colour, limits)
    of = each.of or each.note or each.name
    dots(
        axis,
        [each.value],
        [place],
        colour,
        [told(f"{each.name}, {of}", found, each.n, each.units, each.unit)],
        hovers,
    )
    axis.annotate(
        f"{signed(each.value)} {interval(found)}".replace("-", "\N{MINUS SIGN}"),
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        fontsize=SMALL,
        color=INK if colour != MUTED else MUTED,
        va="center",
    )


def _common(numbers: Sequence[Number]) -> str:
    """The encoder that all numbers are of that name one beside their arm; empty: there are several."""
    first = {each.of.partition(BETWEEN)[0] for each in numbers if BETWEEN in each.of}
    return first.pop() if len(first) == 1 else ""


def _label(each: Number, numbers: Sequence[Number]) -> str:
    """What a row is of, without what all rows have in front."""
    of = each.of.partition(BETWEEN)[2] if BETWEEN in each.of and _common(numbers) else each.of
    alike = len({row.note for row in numbers if row.name == each.name}) == 1
    note = each.note if each.note and not alike and len(each.note) <= 40 else ""
    text = f"{of} ({note})" if of and note else of or note or each.name
    return shortened(readable(text), _LETTERS)


def forest_figure(numbers: Sequence[Number], width: float, hovers: Hovers) -> Figure:
    """``numbers`` in a figure of their own, ``width`` inches wide."""
    figure = Figure(figsize=(width, forest_height(numbers)), layout="constrained")
    draw_forest(figure.subplots(), numbers, hovers)
    return figure
