"""What charts are put together from: names that fit, intervals, labels apart, and what marks tell."""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stiltwalk.analyse.decisions.wording import amount, said
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.charts.style import INK, MUTED, SMALL, SURFACE

Hovers = dict[str, tuple[str, ...]]
"""Id of a thing in a figure → what is said of its marks; filled while a chart is drawn."""

_LARGE: Final = 1e6
"""From here on numbers of operations are written as powers of ten."""
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_BETWEEN: Final = 10.0
"""Points between two labels, one above the other."""

_FAR: Final = 4.0
"""Ends of intervals so many times beyond the largest value are not drawn in full."""

_LEAST_HALF: Final = 0.1
"""Points on either side of 0 that an axis of differences holds at least."""


def hover(hovers: Hovers, artist: Artist, told: Iterable[str]) -> None:
    """Have the marks of ``artist`` tell one text each, in their order."""
    name = f"h{len(hovers)}"
    artist.set_gid(name)
    hovers[name] = tuple(map(readable, told))


def readable(text: str) -> str:
    """``text`` in one line, without characters that cannot be seen but turn or break what can."""
    kept = (" " if each.isspace() else each for each in text)
    return re.sub(
        r" +", " ", "".join(each for each in kept if unicodedata.category(each) not in {"Cc", "Cf"})
    )


def shortened(text: str, most: int) -> str:
    """``text`` in at most so many characters: of a longer one the beginning and the end tell it apart."""
    text = readable(text)
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


def told_apart(names: Sequence[str], most: int) -> list[str]:
    """``names`` in ``most`` characters each, or in as many more as keep different ones different."""
    longest = max(map(len, names), default=0)
    for limit in range(most, longest, 4):
        short = [shortened(name, limit) for name in names]
        if len({*short}) == len({*names}):
            return short
    return [shortened(name, max(longest, most)) for name in names]


def finished(figure: Figure) -> Figure:
    """``figure`` with everything in its place for good, so that writing it in a further format is quick."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+", category=UserWarning)
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def told(of: str, found: Estimate, n: float = 0.0, units: str = "seeds", unit: str = "points") -> str:
    """``arm on target: +1.20 points [+0.10, +2.30], 3 seeds``: what a mark says of itself."""
    size = f", {n:.3g} {units}" if n else ""
    value = said(found, unit) if unit.startswith("points") else amount(found, unit)
    return f"{of}: {value}{size}"


def level_told(of: str, found: Estimate, n: float = 0.0, units: str = "seeds") -> str:
    """As :func:`told`, of a score, which needs no sign."""
    size = f", {n:.3g} {units}" if n else ""
    return f"{of}: {score(found)}{size}"


def score(found: Estimate) -> str:
    """``61.2 [59.1, 63.3]``."""
    if not math.isfinite(found.value):
        return "no estimate"
    ends = f"[{found.low:.1f}, {found.high:.1f}]" if found.bounded else "[unbounded]"
    return f"{found.value:.1f} {ends}"


def short_number(value: float, _place: int | None = None) -> str:
    """``value`` as people write it beside an axis: ``16k``, ``12M``, ``3.5B``."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def powers(value: float, _place: int | None = None) -> str:
    """``5×10¹⁴``: what is counted in operations."""
    if not value >= _LARGE:
        return short_number(value)
    size = math.floor(math.log10(value) + 1e-9)
    front = f"{value / 10**size:.2g}"
    return f"{'' if front == '1' else front + '×'}10{str(size).translate(_RAISED)}"


def tenth(value: float) -> str:
    """``+1.2``, with a true minus; what rounds to nothing has no sign of its own."""
    return f"{round(value, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def edges(values: Iterable[float], ends: Iterable[float]) -> tuple[float, float]:
    """Limits of an axis of differences, 0 in the middle: all values, and all ends that lie not far beyond."""
    most = max([_LEAST_HALF, *(abs(each) for each in values if math.isfinite(each))])
    far = max([most, *(abs(each) for each in ends if abs(each) <= _FAR * most)])
    return -1.08 * far, 1.08 * far


def spans(values: Iterable[float], ends: Iterable[float], least: float) -> tuple[float, float]:
    """Limits of an axis: all values, and all ends that do not lie far beyond them.

    Args:
        values: what is drawn; 0 has to be among them where it is to be seen.
        ends: of their intervals; what is not finite is beyond any limit.
        least: that the axis holds at least, so that what is hardly a difference does not look like one.
    """
    known = [each for each in values if math.isfinite(each)] or [0.0]
    middle = (min(known) + max(known)) / 2
    low, high = min([*known, middle - least / 2]), max([*known, middle + least / 2])
    room = high - low
    near = [each for each in ends if low - _FAR * room <= each <= high + _FAR * room]
    low, high = min([low, *near]), max([high, *near])
    return low - 0.06 * (high - low), high + 0.06 * (high - low)


def intervals(
    axis: Axes,
    places: Sequence[float],
    found: Sequence[Estimate],
    colour: str,
    limits: tuple[float, float],
    along: Literal["x", "y"] = "x",
    width: float = 1.5,
) -> None:
    """A line for every interval, with an arrow at an end beyond ``limits``; dotted: nothing bounds it."""
    draw = axis.hlines if along == "x" else axis.vlines
    for bounded in (True, False):
        rows = [pair for pair in zip(places, found, strict=True) if pair[1].bounded is bounded]
        if rows:
            draw(
                [place for place, _ in rows],
                [max(each.low, limits[0]) for _, each in rows],
                [min(each.high, limits[1]) for _, each in rows],
                colors=colour,
                linewidth=width if bounded else 1.0,
                linestyles="-" if bounded else (0, (1, 3)),
                alpha=1.0 if bounded else 0.6,
            )
    for side, markers in ((0, "<v"), (1, ">^")):
        beyond = [
            place
            for place, each in zip(places, found, strict=True)
            if each.bounded and (each.low < limits[0] if side == 0 else each.high > limits[1])
        ]
        if beyond:
            edge = [limits[side]] * len(beyond)
            x, y = (edge, beyond) if along == "x" else (beyond, edge)
            axis.scatter(x, y, marker=markers[along == "y"], s=14, color=colour, clip_on=False, zorder=4)


def dots(
    axis: Axes,
    x: Sequence[float],
    y: Sequence[float],
    colour: str,
    told_of: Sequence[str],
    hovers: Hovers,
    marker: str = "o",
    size: float = 22,
    hollow: bool = False,
) -> None:
    """A mark for every number, which tells ``told_of``; a hollow one is not ours, or held out of a law."""
    drawn = axis.scatter(
        x,
        y,
        s=size,
        marker=marker,
        facecolors=SURFACE if hollow else colour,
        edgecolors=colour if hollow else SURFACE,
        linewidths=1.2 if hollow else 0.7,
        zorder=5,
        clip_on=False,
    )
    hover(hovers, drawn, told_of)


def end_labels(
    axis: Axes,
    ends: Sequence[tuple[float, float, str, str]],
    limits: tuple[float, float],
    height: float,
    hovers: Hovers,
    most: int = 18,
) -> None:
    """Names beside the right ends of lines, moved apart where they would overlap, with a line to their own.

    Args:
        axis: on which, its limits set.
        ends: x, y, name and colour of every line's last point.
        limits: of the y axis.
        height: of the axis, in points.
        hovers: where whole names go that are too long.
        most: characters of a name.
    """
    span = limits[1] - limits[0]
    ordered = sorted(ends, key=lambda end: end[1])
    heights = spread_out([height * (end[1] - limits[0]) / span for end in ordered], _BETWEEN, height)
    for (x, y, name, colour), at in zip(ordered, heights, strict=True):
        offset = at - height * (y - limits[0]) / span
        label = axis.annotate(
            shortened(name, most),
            (x, y),
            xytext=(9, offset),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3},
        )
        hover(hovers, label, [name])


def spread_out(wanted: Sequence[float], least: float, most: float) -> list[float]:
    """Places, rising, ``least`` apart or more and near those ``wanted``; within 0 to ``most`` if they fit."""
    if not wanted:
        return []
    least = min(least, most / max(len(wanted) - 1, 1))
    places = list(wanted)
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + least)
    shift = sum(found - asked for found, asked in zip(places, wanted, strict=True)) / len(places)
    places = [each - shift for each in places]
    places[-1] = min(places[-1], most)
    for number in range(len(places) - 2, -1, -1):
        places[number] = min(places[number], places[number + 1] - least)
    if places[0] < 0:
        places[0] = 0.0
        for number in range(1, len(places)):
            places[number] = max(places[number], places[number - 1] + least)
    return places


def zero_line(axis: Axes, along: Literal["x", "y"] = "x") -> None:
    """Where nothing is gained or lost."""
    (axis.axvline if along == "x" else axis.axhline)(0, color=MUTED, linewidth=0.8, zorder=1)
