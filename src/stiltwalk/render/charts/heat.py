"""Heat maps: what every arm gains on every target, one for each encoder."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.analyse.comparing import View
from stiltwalk.analyse.decisions.wording import counted, percent, said
from stiltwalk.analyse.estimates import Estimate
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    finished,
    hover,
    readable,
    shortened,
    tenth,
    told,
    told_apart,
)
from stiltwalk.render.charts.style import GAIN, GRID, INK, LOSS, MUTED, SMALL, SURFACE, WIDTH, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.slugs import slug

State = Literal["counts", "beside", "collapsed", "missing"]

_STRONGEST: Final = 0.62
"""Opacity of the largest gain: letters on it can still be read, on a light page and on a dark one."""
_APART: Final = 0.25
"""Of a cell's width: what stands between the targets and their mean."""
_LEAST_SCALE: Final = 1.0
"""Points that the full colour stands for at least, so that noise has no strong one."""

_WANTED: Final[tuple[tuple[State, View, bool], ...]] = (
    ("counts", "headline", True),
    ("beside", "zero-shot", True),
    ("collapsed", "zero-shot", False),
)
"""What a cell can be, the view that it is of, and whether collapsed runs are left out; the first there is."""


class Square(NamedTuple):
    """One cell of a heat map.

    Attributes:
        state: ``counts``: as verdicts have it; ``beside``: the arm has seen the target's training data or
            its languages, so that verdicts leave it out; ``collapsed``: every run that there is had
            collapsed; ``missing``: there is no gain.
        gain: of the arm on the target; what was collapsed is left out but where all is.
        seeds: how many it rests on.
        collapsed: how many of the runs of the two arms had collapsed.
    """

    state: State
    gain: Estimate | None = None
    seeds: float = 0.0
    collapsed: int = 0

    @property
    def decided(self) -> bool:
        """Whether its interval does not hold 0; of runs that collapsed nothing is said."""
        return (
            self.gain is not None and self.state != "collapsed" and (self.gain.low > 0 or self.gain.high < 0)
        )


Squares = Mapping[tuple[str, str], Square]
"""Arm and target, or ``overall`` → its cell."""


def gain_charts(contents: Contents) -> Iterator[Chart]:
    """A heat map for every encoder that has an arm to compare; one scale for all of them."""
    arms = [name for name in contents.study.arms if name != NONE_ARM]
    targets = [each.task for each in contents.study.targets]
    if not arms or contents.averages.empty:
        return
    found = {name: squares(contents.averages, name, arms, targets) for name in contents.encoders}
    found = {name: own for name, own in found.items() if any(each.gain for each in own.values())}
    sizes = [
        abs(each.gain.value)
        for own in found.values()
        for each in own.values()
        if each.gain and each.state != "collapsed"
    ]
    scale = max(_LEAST_SCALE, float(np.percentile(sizes, 95))) if sizes else _LEAST_SCALE
    for encoder, own in found.items():
        yield _chart(contents, encoder, arms, targets, own, scale)


def squares(averages: pd.DataFrame, encoder: str, arms: Sequence[str], targets: Sequence[str]) -> Squares:
    """The cells of one encoder.

    Args:
        averages: see ``Contents``.
        encoder: its name.
        arms: that have a row.
        targets: that have a column; the mean over them has one more.
    """
    own = averages[(averages["encoder"] == encoder) & averages["level"].isin(["target", "overall"])]
    known = {
        (str(row["intermediate"]), str(row["of"]), str(row["view"]), bool(row["healthy"])): row
        for row in own.to_dict("records")
    }
    found: dict[tuple[str, str], Square] = {}
    for arm in arms:
        for of in (*targets, OVERALL):
            rows = ((state, known.get((arm, of, view, healthy))) for state, view, healthy in _WANTED)
            found[arm, of] = next(
                (
                    _square(state, row)
                    for state, row in rows
                    if row is not None and math.isfinite(row["gain"])
                ),
                Square("missing"),
            )
    return found


def _square(state: State, row: Mapping[Hashable, Any]) -> Square:
    gain = Estimate(row["gain"], row["low"], row["high"], row["se"], row["df"], row["p"], math.nan)
    return Square(state, gain, float(row["seeds"]), int(row["degenerate"]))


def _chart(
    contents: Contents,
    encoder: str,
    arms: Sequence[str],
    targets: Sequence[str],
    found: Squares,
    scale: float,
) -> Chart:
    hovers: Hovers = {}
    with styled():
        figure = _figure(arms, targets, found, scale, hovers)
    several = f" of {readable(encoder)}" if len(contents.encoders) > 1 else ""
    return Chart(
        f"gains-{slug(encoder)}",
        f"Gain of every intermediate arm{several} on every target",
        _caption(contents, encoder),
        _description(arms, targets, found),
        figure,
        "results",
        hovers,
    )


def _figure(
    arms: Sequence[str], targets: Sequence[str], found: Squares, scale: float, hovers: Hovers
) -> Figure:
    columns = len(targets) + 1 + _APART
    letters = min(30, max(len(readable(arm)) for arm in arms))
    beside = 0.35 + 0.066 * letters
    wide = min(0.8, max(0.45, (WIDTH - beside) / columns))
    figure = Figure(figsize=(max(4.6, beside + wide * columns), 1.5 + 0.29 * len(arms)), layout="constrained")
    axis = figure.subplots()
    axis.set(xlim=(0, columns), ylim=(len(arms), 0))
    axis.spines[:].set_visible(False)
    places = [*range(len(targets)), len(targets) + _APART]
    for row, arm in enumerate(arms):
        for place, of in zip(places, (*targets, OVERALL), strict=True):
            name = "mean of targets" if of == OVERALL else of
            _draw(axis, place, row, found[arm, of], scale, f"{arm} on {name}", hovers)
    axis.xaxis.tick_top()
    heads = axis.set_xticks(
        [place + 0.5 for place in places],
        [*(shortened(each, 16) for each in targets), "mean"],
        rotation=35,
        ha="left",
        rotation_mode="anchor",
    )
    names = axis.set_yticks([row + 0.5 for row in range(len(arms))], told_apart(arms, 30))
    axis.tick_params(length=0, pad=3)
    labels = [*axis.get_xticklabels(), *axis.get_yticklabels()]
    assert len(labels) == len(heads) + len(names), "every tick has a label"
    labels[len(targets)].set_fontweight("bold")
    for label, whole in zip(labels, [*targets, "mean of targets", *arms], strict=True):
        hover(hovers, label, [whole])
    states = {each.state for each in found.values()} | {
        "some" for each in found.values() if each.collapsed and each.state != "collapsed"
    }
    _key(figure, axis, states, scale)
    return finished(figure)


def _draw(axis: Axes, x: float, y: float, square: Square, scale: float, of: str, hovers: Hovers) -> None:
    if square.gain is None:
        _cross(axis, x, y, of, hovers)
        return
    value = square.gain.value
    share = min(1.0, abs(value) / scale)
    strength = _STRONGEST * (0.3 + 0.7 * share) if square.decided else 0.22 * share
    collapsed = square.state == "collapsed"
    patch = Rectangle(
        (x + 0.03, y + 0.04),
        0.94,
        0.92,
        facecolor="none" if collapsed else (GAIN if value > 0 else LOSS),
        alpha=None if collapsed else strength,
        edgecolor="none",
    )
    axis.add_patch(patch)
    if collapsed:
        frame = Rectangle(
            (x + 0.03, y + 0.04), 0.94, 0.92, facecolor="none", edgecolor=GRID, hatch="////", linewidth=0.6
        )
        axis.add_patch(frame)
    marks = ("†" if square.state == "beside" else "") + ("*" if square.collapsed and not collapsed else "")
    number = axis.text(
        x + 0.5,
        y + 0.52,
        tenth(value) + marks,
        ha="center",
        va="center",
        fontsize=SMALL,
        fontweight="bold" if square.decided else "normal",
        fontstyle="italic" if collapsed else "normal",
        color=INK if square.decided else MUTED,
    )
    for each in (patch, number):
        hover(hovers, each, [_said(of, square)])


def _cross(axis: Axes, x: float, y: float, of: str, hovers: Hovers) -> None:
    frame = Rectangle((x + 0.03, y + 0.04), 0.94, 0.92, facecolor=SURFACE, edgecolor=GRID, linewidth=0.6)
    axis.add_patch(frame)
    hover(hovers, frame, [f"{of}: no number"])
    for ends in ((y + 0.04, y + 0.96), (y + 0.96, y + 0.04)):
        axis.plot((x + 0.03, x + 0.97), ends, color=GRID, linewidth=0.6)


def _said(of: str, square: Square) -> str:
    assert square.gain is not None, "a missing one says nothing of a gain"
    notes = [told(of, square.gain, square.seeds)]
    if square.state == "beside":
        notes.append("not in the verdict: the arm has seen the target's training data or its languages")
    if square.state == "collapsed":
        notes.append("every run of the arm, or of none, had collapsed")
    elif square.collapsed:
        notes.append(f"{counted(square.collapsed, 'collapsed run')} left out")
    return "; ".join(notes)


def _key(figure: Figure, axis: Axes, states: set[str], scale: float) -> None:
    """What the colours stand for; of the marks those that are there."""
    shown = [
        Patch(facecolor=GAIN, alpha=_STRONGEST, label=f"gain, interval above 0 (full at {scale:.1f})"),
        Patch(facecolor=LOSS, alpha=_STRONGEST, label="loss, interval below 0"),
        Patch(facecolor=GAIN, alpha=0.16, label="pale: the interval holds 0"),
    ]
    if "missing" in states:
        shown.append(Patch(facecolor=SURFACE, edgecolor=GRID, hatch="xxxx", label="crossed: no number"))
    if "collapsed" in states:
        shown.append(
            Patch(facecolor="none", edgecolor=GRID, hatch="////", label="hatched: every run had collapsed")
        )
    none = Patch(facecolor="none", edgecolor="none")
    handles, labels = shown, [str(each.get_label()) for each in shown]
    if "some" in states:
        handles, labels = [*handles, none], [*labels, "* collapsed runs left out"]
    if "beside" in states:
        handles, labels = [*handles, none], [*labels, "† seen before, not in the verdict"]
    figure.legend(
        handles,
        labels,
        loc="outside lower left",
        ncols=2 if axis.get_position().width * figure.get_figwidth() < 5 else 3,
        handlelength=1.2,
        handleheight=0.9,
        columnspacing=1.2,
    )


def _caption(contents: Contents, encoder: str) -> str:
    return (
        f"What each intermediate arm (rows) adds to the score of {readable(encoder)} on each target "
        f"(columns), in points of 0 to 100 over {NONE_ARM}; languages other than English, each target's mean "
        f"over them. Strong colour and bold numbers: the {percent(contents.confidence)} interval over seeds "
        "lies on one side of 0. Pale: it holds 0. No correction for many cells is made here; the tables hold "
        "adjusted p-values. The last column is the mean over targets, each counting the same."
    )


def _description(arms: Sequence[str], targets: Sequence[str], found: Squares) -> str:
    cells = {key: each for key, each in found.items() if key[1] != OVERALL}
    shown = {key: each.gain for key, each in cells.items() if each.gain and each.state != "collapsed"}
    up = sum(cells[key].decided and gain.value > 0 for key, gain in shown.items())
    down = sum(cells[key].decided and gain.value < 0 for key, gain in shown.items())
    none = sum(each.gain is None for each in cells.values())
    size = f"{counted(len(arms), 'arm')} by {counted(len(targets), 'target')}"
    rest = f"{len(shown) - up - down} are open, {len(cells) - len(shown) - none} had collapsed"
    sentences = [f"A table of {size}: {up} gain, {down} lose, {rest}, {none} have no number."]
    if shown:
        best = max(shown, key=lambda key: shown[key].value)
        worst = min(shown, key=lambda key: shown[key].value)
        sentences += [
            f"Largest: {best[0]} on {best[1]}, {said(shown[best])}.",
            f"Smallest: {worst[0]} on {worst[1]}, {said(shown[worst])}.",
        ]
    means = [f"{arm} {said(square.gain)}" for arm in arms if (square := found[arm, OVERALL]).gain is not None]
    if means:
        sentences.append(f"Means over targets: {'; '.join(means)}.")
    return readable(" ".join(sentences))
