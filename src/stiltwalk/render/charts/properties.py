"""How gains go with script, family and pretraining text: one estimate an arm and property of languages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stiltwalk.analyse.across.relations import Relation
from stiltwalk.analyse.decisions.wording import percent, said
from stiltwalk.render.charts.best import closely
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    edges,
    finished,
    hover,
    intervals,
    readable,
    shortened,
    told,
    told_apart,
    zero_line,
)
from stiltwalk.render.charts.style import SMALL, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.slugs import slug


def relation_charts(contents: Contents) -> Iterator[Chart]:
    """How gains go with script, family and pretraining text, of arms; of many encoders with the largest."""
    look = looks(contents.study.arms)
    for encoder in closely(contents, contents.relations):
        known = [each for each in contents.relations[encoder] if math.isfinite(each.estimate.value)]
        if known:
            yield _relations(contents, encoder, known, look)


def _relations(
    contents: Contents, encoder: str, found: Sequence[Relation], look: Mapping[str, Look]
) -> Chart:
    hovers: Hovers = {}
    names = list(dict.fromkeys(each.what for each in found))
    arms = list(dict.fromkeys(each.arm for each in found))
    with styled():
        columns = min(2, len(names))
        count = math.ceil(len(names) / columns)
        figure = Figure(figsize=(WIDTH, count * (0.62 + 0.16 * len(arms)) + 0.2), layout="constrained")
        grid = figure.subplots(count, columns, squeeze=False)
        for number, axis in enumerate(grid.ravel()):
            own = [each for each in found if number < len(names) and each.what == names[number]]
            _panel(axis, own, arms, look, hovers, named=number % columns == 0)
        figure = finished(figure)
    of = "; ".join(f"{each.what}, {each.arm}: {said(each.estimate)}" for each in found)
    return Chart(
        f"relations-{slug(encoder)}",
        f"How gains go with properties of languages, {readable(encoder)}",
        "Each arm's gain in one group of languages minus that in the others, or for each doubling of "
        f"pretraining text, in points with {percent(contents.confidence)} intervals over languages. Related "
        "languages are not independent, and script, family and amount of text go together: the intervals are "
        "too short for that, and name no cause.",
        readable(f"{of}."),
        figure,
        "languages",
        hovers,
    )


def _panel(
    axis: Axes,
    found: Sequence[Relation],
    arms: Sequence[str],
    look: Mapping[str, Look],
    hovers: Hovers,
    *,
    named: bool,
) -> None:
    if not found:
        axis.set_axis_off()
        return
    limits = edges(
        (each.estimate.value for each in found),
        (end for each in found for end in (each.estimate.low, each.estimate.high)),
    )
    zero_line(axis)
    for each in found:
        own, place = look[each.arm], -arms.index(each.arm)
        intervals(axis, [place], [each.estimate], own.colour, limits)
        n = f"; languages: {', '.join(map(str, each.groups))}"
        dots(
            axis,
            [each.estimate.value],
            [place],
            own.colour,
            [told(f"{each.what}, {each.arm}", each.estimate) + n],
            hovers,
            size=18,
        )
    names = told_apart(arms, 26) if named else [""] * len(arms)
    axis.set_yticks([-place for place in range(len(arms))], names)
    for tick, arm in zip(axis.get_yticklabels(), arms if named else [], strict=False):
        hover(hovers, tick, [arm])
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.set(xlim=limits, ylim=(-len(arms) + 0.4, 0.6))
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.set_title(shortened(found[0].what, 56), fontsize=SMALL)
