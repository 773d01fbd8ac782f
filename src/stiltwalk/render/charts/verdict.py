"""Charts of a verdict: its numbers, its curves, and both together as one figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from stiltwalk.analyse.decisions.wording import counted, percent, said
from stiltwalk.analyse.verdicts import MEASURED, Curve, Number, Verdict
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.curves import PANEL, curves_figure, draw_panel, key, panels, things
from stiltwalk.render.charts.drawing import Hovers, finished, readable, short_number
from stiltwalk.render.charts.forest import (
    draw_forest,
    estimate_of,
    forest_figure,
    forest_height,
    shown_numbers,
)
from stiltwalk.render.charts.style import MUTED, WIDTH, styled
from stiltwalk.render.contents import Contents


def verdict_figure(verdict: Verdict, heading: str = "") -> Figure:
    """The numbers of ``verdict`` as points with their intervals, and its curves beside them.

    Numbers without a value are left out; an interval without an end is drawn to the edge, dotted.

    Args:
        verdict: what is drawn.
        heading: stands above; a rehearsal says here that it is one.
    """
    hovers: Hovers = {}
    with styled():
        shown, found = shown_numbers(verdict.numbers), panels(verdict.curves)
        height = max(forest_height(shown), PANEL[1] * len(found[::2]) + 0.4)
        columns = [WIDTH, *[PANEL[0]] * min(2, len(found))]
        figure = Figure(figsize=(sum(columns), height), layout="constrained")
        grid = figure.add_gridspec(max(1, len(found[::2])), len(columns), width_ratios=columns)
        draw_forest(figure.add_subplot(grid[:, 0]), shown, hovers)
        look = things(verdict.curves)
        for number, panel in enumerate(found):
            row, column = divmod(number, len(columns) - 1)
            draw_panel(figure.add_subplot(grid[row, 1 + column]), panel, look, hovers)
        key(figure, verdict.curves)
        if heading:
            figure.suptitle(heading, fontsize=9, color=MUTED, x=0.01, ha="left")
        return finished(figure)


def verdict_charts(contents: Contents) -> Iterator[Chart]:
    """The numbers of the verdict, and its curves, where there are any."""
    numbers = shown_numbers(contents.verdict.numbers)
    if numbers:
        yield _numbers(contents, numbers)
    if contents.verdict.curves:
        yield _curves(contents.verdict.curves, contents.confidence)


def _numbers(contents: Contents, numbers: Sequence[Number]) -> Chart:
    hovers: Hovers = {}
    with styled():
        figure = finished(forest_figure(numbers, WIDTH, hovers))
    left = sum(1 for each in contents.verdict.numbers) - len(numbers)
    more = f" {counted(left, 'more number')} of other units or views stand in the tables." if left else ""
    told = "; ".join(f"{each.name} {each.of} {said(estimate_of(each), each.unit)}" for each in numbers)
    return Chart(
        "verdict-numbers",
        "What the verdict rests on",
        f"Differences in points with their {percent(contents.confidence)} intervals. Coloured: the interval "
        "lies on one side of 0. Grey: it holds 0. Dotted: nothing bounds it. An arrow: it goes on beyond the "
        f"edge.{more}",
        readable(f"{counted(len(numbers), 'number')}: {told}."),
        figure,
        "results",
        hovers,
    )


def _curves(curves: Sequence[Curve], confidence: float) -> Chart:
    hovers: Hovers = {}
    with styled():
        figure = finished(curves_figure(curves, 2, hovers))
    laws = ", ".join(dict.fromkeys(each.name for each in curves if each.name != MEASURED))
    held = any(each.unseen for each in curves)
    return Chart(
        "verdict-curves",
        "Scores along the axes of the study",
        f"What was measured, with {percent(confidence)} intervals and bands between their ends; dotted where "
        "nothing bounds them. An interval is of its own point's seeds; seeds move neighbouring points alike, "
        "so that differences are known better than the bands show."
        + (f" Lines are the laws that fit best ({laws}); they are drawn without bands." if laws else "")
        + (" A hollow point was held out when the dashed law was fitted." if held else ""),
        readable(" ".join(_sentence(each) for each in curves if each.name == MEASURED)),
        figure,
        "results",
        hovers,
    )


def _sentence(each: Curve) -> str:
    pairs = zip(each.x, each.y, each.low, each.high, strict=True)
    told = ", ".join(f"{y:.1f} [{low:.1f}, {high:.1f}] at {short_number(x)}" for x, y, low, high in pairs)
    return f"{each.of}, {each.unit} along {each.axis}: {told}.".replace("[-inf, inf]", "[unbounded]")
