"""Published scores beside ours, over the size of the encoder; one panel a target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stiltwalk.analyse.decisions.wording import counted, listed, percent
from stiltwalk.analyse.target_levels import TargetLevel, target_levels
from stiltwalk.render.charts.best import best_arm
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.charts.drawing import (
    Hovers,
    dots,
    finished,
    hover,
    intervals,
    level_told,
    readable,
    short_number,
    shortened,
    spans,
)
from stiltwalk.render.charts.spending import amounts_below, log_limits
from stiltwalk.render.charts.style import MUTED, SMALL, SURFACE, TEXT, WIDTH, Look, looks, styled
from stiltwalk.render.contents import Contents
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.published import Published
from stiltwalk.spec.tasks import find_task

AVERAGE: Final = "avg"
"""A published mean over a task's languages."""

_COLUMNS: Final = 3
_MARKERS: Final = ("o", "s", "^", "D", "v", "p", "<", ">", "h")
_RECALLED: Final = "x"


class Theirs(NamedTuple):
    """A published score that can stand beside ours.

    Attributes:
        source: where it was read, or is said to stand.
        model: as its source calls it.
        parameters: all of them.
        value: the mean of the target's main metrics.
        recalled: from memory, and not read.
    """

    source: str
    model: str
    parameters: float
    value: float
    recalled: bool


class Panel(NamedTuple):
    """One target.

    Attributes:
        target: its name.
        languages: how many it has, as published.
        theirs: published scores without an intermediate stage, on test data.
        ours: of ``none`` and of the best arm, of every encoder: size and level.
    """

    target: str
    languages: int
    theirs: tuple[Theirs, ...]
    ours: tuple[tuple[float, TargetLevel], ...]


def published_charts(contents: Contents) -> Iterator[Chart]:
    """Ours beside theirs, where there is anything published for a target of the study."""
    found = _panels(contents)
    if not found:
        return
    hovers: Hovers = {}
    look = looks(contents.study.arms)
    sources = sorted({each.source for panel in found for each in panel.theirs if not each.recalled})
    with styled():
        figure = _figure(found, sources, look, hovers)
    recalled = any(each.recalled for panel in found for each in panel.theirs)
    yield Chart(
        "published-beside-ours",
        "Published scores beside ours, over the size of the encoder",
        "Filled: ours, the mean over the languages that were tested, with "
        f"{percent(contents.confidence)} intervals over seeds. Hollow: published, zero-shot and without an "
        "intermediate stage, the mean over all languages of the target, printed without intervals. Recipes, "
        "data and, where a panel says so, languages differ: nothing is decided by this. "
        + (f"Sources: {'; '.join(sources)}." if sources else "")
        + (" Crosses are recalled from memory and were not read in a source." if recalled else ""),
        readable(" ".join(map(_sentence, found))),
        figure,
        "results",
        hovers,
    )


def _panels(contents: Contents) -> list[Panel]:
    every = target_levels(contents.scores, contents.confidence, english=True)
    levels = [each for each in every if each.runs]
    sizes = {name: size.parameters for name, size in contents.encoders.items()}
    arms = {name: [each.arm for each in levels if each.encoder == name] for name in sizes}
    shown = {name: _drawn(contents, name, own) for name, own in arms.items()}
    found = []
    for target in (each.task for each in contents.study.targets):
        task = find_task(target, contents.tasks)
        theirs = _theirs(contents.published, target, task.scoring.main)
        ours = tuple(
            (float(sizes[each.encoder]), each)
            for each in levels
            if each.target == target and each.encoder in sizes and each.arm in shown[each.encoder]
        )
        if theirs and ours:
            found.append(Panel(target, len(task.languages), theirs, ours))
    return found


def _drawn(contents: Contents, encoder: str, arms: Sequence[str]) -> set[str]:
    """``none``, and the arm of ``arms`` with the highest mean gain."""
    others = [arm for arm in arms if arm != NONE_ARM]
    return {NONE_ARM, *([best_arm(contents, encoder, others)] if others else [])}


def _theirs(rows: Sequence[Published], target: str, main: Sequence[str]) -> tuple[Theirs, ...]:
    """Zero-shot test scores of ``target``, of those who print all of its ``main`` metrics."""
    kept: dict[tuple[str, str, float, bool], dict[str, float]] = {}
    for row in rows:
        alike = row.target == target and row.language == AVERAGE and row.split == "test"
        if alike and row.intermediate == NONE_ARM and row.metric in main:
            key = (row.source, row.model, row.parameters, row.recalled)
            kept.setdefault(key, {})[row.metric] = row.value
    return tuple(
        Theirs(source, model, 1e6 * parameters, sum(values.values()) / len(main), recalled)
        for (source, model, parameters, recalled), values in kept.items()
        if len(values) == len(main)
    )


def _figure(
    found: Sequence[Panel], sources: Sequence[str], look: Mapping[str, Look], hovers: Hovers
) -> Figure:
    columns = min(_COLUMNS, len(found))
    rows = math.ceil(len(found) / columns)
    figure = Figure(figsize=(WIDTH if columns > 1 else 4.2, 2.2 * rows + 0.7), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, panel in zip(grid, found, strict=False):
        _panel(axis, panel, sources, look, hovers)
    for axis in grid[len(found) :]:
        axis.set_axis_off()
    for axis in grid[max(0, len(found) - columns) : len(found)]:
        axis.set_xlabel("parameters")
    figure.supylabel("score, points", fontsize=TEXT, color=MUTED)
    _key(figure, found, sources, look)
    return finished(figure)


def _panel(
    axis: Axes, panel: Panel, sources: Sequence[str], look: Mapping[str, Look], hovers: Hovers
) -> None:
    values = [each.value for each in panel.theirs] + [each.estimate.value for _, each in panel.ours]
    ends = [end for _, each in panel.ours for end in (each.estimate.low, each.estimate.high)]
    limits = spans(values, ends, 4.0)
    sizes = [each.parameters for each in panel.theirs] + [size for size, _ in panel.ours]
    axis.set(xscale="log", xlim=log_limits(sizes), ylim=limits)
    axis.grid(visible=True, axis="y")
    for source in (*sources, _RECALLED):
        own = [each for each in panel.theirs if (_RECALLED if each.recalled else each.source) == source]
        if own:
            _theirs_drawn(axis, own, sources, hovers)
    for size, level in panel.ours:
        style = look[level.arm]
        intervals(axis, [size], [level.estimate], style.colour, limits, "y", 1.2)
        text = level_told(f"ours: {level.arm}, {level.encoder}", level.estimate, level.runs)
        covered = f"; {level.languages} of {counted(panel.languages, 'language')}"
        dots(axis, [size], [level.estimate.value], style.colour, [text + covered], hovers, style.marker, 26)
    amounts_below(axis)
    hover(hovers, axis.set_title(_title(panel), fontsize=SMALL), [panel.target])


def _theirs_drawn(axis: Axes, own: Sequence[Theirs], sources: Sequence[str], hovers: Hovers) -> None:
    """Published scores of one source, or the recalled ones of all."""
    x, y = [each.parameters for each in own], [each.value for each in own]
    told = [
        f"{each.model} ({short_number(each.parameters)}): {each.value:.1f}, no interval printed; "
        f"{'recalled, not read in ' if each.recalled else ''}{each.source}"
        for each in own
    ]
    if own[0].recalled:
        marks = axis.scatter(x, y, s=16, marker=_RECALLED, color=MUTED, linewidths=0.9, zorder=4)
        hover(hovers, marks, told)
    else:
        marker = _MARKERS[sources.index(own[0].source) % len(_MARKERS)]
        dots(axis, x, y, MUTED, told, hovers, marker, 20, hollow=True)


def _title(panel: Panel) -> str:
    fewest = min(level.languages for _, level in panel.ours)
    return shortened(panel.target, 18) + (
        f" (ours: {fewest} of {panel.languages} languages)" if fewest < panel.languages else ""
    )


def _key(figure: Figure, found: Sequence[Panel], sources: Sequence[str], look: Mapping[str, Look]) -> None:
    arms = list(dict.fromkeys(level.arm for panel in found for _, level in panel.ours))
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=look[arm].marker,
            markersize=5.5,
            color=look[arm].colour,
            label=f"ours: {shortened(arm, 24)}",
        )
        for arm in arms
    ]
    handles += [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=5,
            markerfacecolor=SURFACE,
            markeredgecolor=MUTED,
            label=shortened(source, 44),
        )
        for number, source in enumerate(sources)
    ]
    if any(each.recalled for panel in found for each in panel.theirs):
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker=_RECALLED,
                markersize=4.5,
                color=MUTED,
                label="recalled, not read",
            )
        )
    figure.legend(handles=handles, loc="outside lower left", ncols=2, handletextpad=0.2)


def _sentence(panel: Panel) -> str:
    ours = [f"{level_told(f'{level.arm} with {level.encoder}', level.estimate)}" for _, level in panel.ours]
    theirs = [
        f"{each.model} {each.value:.1f}{' (recalled)' if each.recalled else ''}" for each in panel.theirs
    ]
    return f"{panel.target}: ours {'; '.join(ours)}; published {listed(theirs)}."
