"""Figures of a verdict: its numbers with their intervals, and its curves. Nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from stiltwalk.analyse.verdicts import MEASURED, Curve, Number, Verdict
from stiltwalk.spec.errors import UserError

FORMATS: Final = ("svg", "pdf", "png")

# Okabe and Ito's colours, told apart by most colour-blind readers
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_LINES: Final = ("-", "--", "-.", ":")
_GREY: Final = "#6b6b6b"

_STYLE: Final[Mapping[Any, Any]] = {  # its keys are a type of thousands of names
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a name may hold a dollar
    "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
    "svg.hashsalt": "stiltwalk",  # the same verdict, the same file
    "pdf.fonttype": 42,
}

_ROW_INCHES: Final = 0.22
_MOST_ROWS: Final = 60
"""More rows than this are no picture any more."""

_FAR: Final = 4.0
"""Ends of intervals so many times beyond the largest value are not drawn in full."""


def verdict_figure(verdict: Verdict, heading: str = "") -> Figure:
    """The numbers of ``verdict`` as points with their intervals, and its curves beside them.

    Numbers without a value are left out; an interval without an end is drawn to the edge, with an arrow.

    Args:
        verdict: what is drawn.
        heading: stands above; a rehearsal says here that it is one.
    """
    with mpl.rc_context(dict(_STYLE)):
        shown = _shown(verdict.numbers)
        panels = _panels(verdict.curves)
        height = max(2.4, 0.9 + _ROW_INCHES * (len(shown) + 2 * len({row.name for row in shown})))
        figure = Figure(figsize=(6.0 + 3.6 * len(panels), height), layout="constrained")
        axes = figure.subplots(1, 1 + len(panels), squeeze=False, width_ratios=[6.0, *[3.6] * len(panels)])[0]
        _forest(axes[0], shown)
        for axis, curves in zip(axes[1:], panels, strict=True):
            _curves(axis, curves)
        drawn = [pair for axis in axes[1:] for pair in zip(*axis.get_legend_handles_labels(), strict=True)]
        if drawn:
            figure.legend(
                *zip(*drawn, strict=True), loc="outside lower right", fontsize=7, frameon=False, ncols=2
            )
        if heading:
            figure.suptitle(heading, fontsize=9, color=_GREY, x=0.01, ha="left")
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write ``figure`` in the format that the name of ``path`` ends in; the same figure makes the same bytes.

    Raises:
        UserError: there is no such format, or the file cannot be written.
    """
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        raise UserError(
            f"A figure is written as {', '.join(FORMATS)}; found '{path.name}'. Name a file that ends in one."
        )
    dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    try:
        with mpl.rc_context(dict(_STYLE)):
            figure.savefig(path, format=kind, metadata=dated, dpi=150)
    except OSError as error:
        raise UserError(
            f"The figure cannot be written to {path}: {error.strerror}. Choose another."
        ) from None


def _shown(numbers: Iterable[Number]) -> list[Number]:
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


def _forest(axis: Axes, numbers: Sequence[Number]) -> None:
    """One line a number, from the top; those of one name below a heading of theirs."""
    axis.axvline(0, color=_GREY, linewidth=0.8)
    places, labels, place = [], [], 0.0
    edge = _edge(numbers)
    for name in dict.fromkeys(each.name for each in numbers):
        axis.annotate(
            name,
            (0, -place),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 0),
            textcoords="offset points",
            fontweight="bold",
            ha="right",
            va="center",
        )
        place += 1
        for each in (row for row in numbers if row.name == name):
            _interval(axis, each, -place, edge)
            places.append(-place)
            labels.append(_label(each))
            place += 1
    axis.set_yticks(places, labels)
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(-place, 0.6)
    axis.set_xlim(-edge, edge)
    units = {each.unit for each in numbers}
    unit = units.pop() if len(units) == 1 else "points"
    confidence = {f"{100 * each.confidence:g} %" for each in numbers}
    axis.set_xlabel(f"{unit} ({' and '.join(sorted(confidence)) or '95 %'} intervals)")
    if not numbers:
        axis.annotate("no number", (0.5, 0.5), xycoords="axes fraction", ha="center", color=_GREY)


def _edge(numbers: Sequence[Number]) -> float:
    """Half of the width: all values, and all ends that do not lie far beyond them."""
    most = max((abs(each.value) for each in numbers), default=1.0)
    ends = [abs(end) for each in numbers for end in (each.low, each.high)]
    return 1.1 * max([most, 0.1, *(end for end in ends if end <= _FAR * most)])


def _interval(axis: Axes, row: Number, place: float, edge: float) -> None:
    decided = row.low > 0 or row.high < 0
    colour = _COLOURS[0] if decided else _GREY
    axis.plot([max(row.low, -edge), min(row.high, edge)], [place, place], color=colour, linewidth=1.4)
    axis.plot([row.value], [place], "o", color=colour, markersize=4)
    for end, sign, marker in ((row.low, -1, "<"), (row.high, 1, ">")):
        if sign * end > edge:
            axis.plot([sign * edge], [place], marker, color=colour, markersize=4, clip_on=False)


def _label(row: Number) -> str:
    note = row.note if len(row.note) <= 40 else ""
    text = f"{row.of} ({note})" if row.of and note else row.of or note or row.name
    return text if len(text) <= 60 else f"{text[:57]}…"


def _panels(curves: Iterable[Curve]) -> list[list[Curve]]:
    """Curves along one axis together; an axis has a panel."""
    found: dict[str, list[Curve]] = {}
    for each in curves:
        found.setdefault(each.axis, []).append(each)
    return list(found.values())


def _curves(axis: Axes, curves: Sequence[Curve]) -> None:
    """What was measured as points with bars, what was fitted as lines; one colour for each thing."""
    things = list(dict.fromkeys(each.of for each in curves))
    laws = list(dict.fromkeys(each.name for each in curves if each.name != MEASURED))
    for each in curves:
        colour = _COLOURS[things.index(each.of) % len(_COLOURS)]
        if each.name == MEASURED:
            axis.errorbar(each.x, each.y, _bars(each), fmt="o", color=colour, markersize=4, label=each.of)
        else:
            line = _LINES[laws.index(each.name) % len(_LINES)]
            axis.plot(each.x, each.y, line, color=colour, linewidth=1.2, label=f"{each.of}: {each.name}")
    axis.set_xscale("log")
    places = sorted({x for each in curves if each.name == MEASURED for x in each.x})
    axis.xaxis.set_major_locator(FixedLocator(places))
    axis.xaxis.set_major_formatter(FuncFormatter(_short))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.tick_params(axis="x", rotation=45)
    axis.set_xlabel(curves[0].axis)
    axis.set_ylabel("points")


def _short(value: float, _place: int | None = None) -> str:
    """``value`` as people write it beside an axis."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:g}"


def _bars(curve: Curve) -> list[list[float]] | None:
    """Lengths of the bars below and above; ``None``: none has ends."""
    below = [y - low for y, low in zip(curve.y, curve.low, strict=True)]
    above = [high - y for y, high in zip(curve.y, curve.high, strict=True)]
    if not any(map(math.isfinite, (*below, *above))):
        return None
    return [[each if math.isfinite(each) else 0.0 for each in side] for side in (below, above)]
