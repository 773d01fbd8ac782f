"""Printing gains over ``none``: by target, and averaged over targets in every view."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from stiltwalk.analyse import views
from stiltwalk.analyse.averages import OVERALL, averages, groups_of
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.gains import ZERO_SHOT, gains
from stiltwalk.analyse.layers import swept_layer
from stiltwalk.analyse.scores import scores
from stiltwalk.cli import show
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.tasks import Catalogue, find_task

_GAIN_KEYS = ("encoder", "intermediate", "target", "metric")
_GAIN_COLUMNS = ("seeds", "baseline", "value", "gain", "interval", "p", "degenerate")
_AVERAGE_COLUMNS = ("targets", "seeds", "gain", "interval", "p", "Holm", "degenerate")

_WIDE = 120
"""Columns of a terminal from which on one table holds everything; below, it is one for each heading."""

_MOST = 100
"""Points that a gain can be at most: an interval that reaches this far on both sides bounds nothing."""


def show_gains(rows: pd.DataFrame, confidence: float = CONFIDENCE) -> None:
    """Print the gains over ``none`` on every target, whichever way they fall."""
    found = gains(rows, confidence)
    overall = found[found["language"] == ZERO_SHOT]
    if overall.empty:
        return
    lines = [row | {"interval": _interval(row), "p": _p(row, row["p"])} for row in _records(overall)]
    title = f"Gain over 'none', mean of the zero-shot languages ({_of(confidence)})"
    if show.console.width >= _WIDE:
        _print_table(lines, _GAIN_KEYS, _GAIN_COLUMNS, title)
        return
    show.console.print(f"\n{title}", markup=False)
    for names, part in _parts(lines, ("encoder", "target", "metric")):
        of_none = sorted({f"{row['baseline']:.2f}" for row in part if row["seeds"]})
        known = f" (none: {', '.join(of_none)})" if of_none else ""
        columns = tuple(name for name in _GAIN_COLUMNS if name != "baseline")
        _print_table(part, ("intermediate",), columns, f"{' · '.join(names)}{known}")


def show_averages(rows: pd.DataFrame, study: Study) -> None:
    """Print for every encoder what each arm gains over ``none`` on average, in every view.

    Without rows of the baseline, and where main metrics were left out, there is nothing to average.
    """
    found = average_gains(rows, study)
    overall = found[found["of"] == OVERALL]
    for encoder, part in overall.groupby("encoder", sort=False):
        title = f"{encoder}: gain over 'none', averaged over targets ({_of(study.analysis.confidence)})"
        lines = [
            line
            for _, of_arm in part.groupby("intermediate", sort=False)
            for line in _views(_records(of_arm))
        ]
        if show.console.width >= _WIDE:
            _print_table(lines, ("intermediate", "view"), _AVERAGE_COLUMNS, title)
            continue
        show.console.print(f"\n{title}", markup=False)
        for names, of_arm in _parts(lines, ("intermediate",)):
            _print_table(of_arm, ("view",), _AVERAGE_COLUMNS[1:], *names)
    if not overall.empty:
        show.console.print(f"\n{views.LEGEND}", markup=False)


def average_gains(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The averages (``analyse.averages``) of rows of ``study``; none where main metrics were left out."""
    tasks = catalogue_of(study)
    kept = rows if _whole(rows, tasks) else rows.iloc[:0]
    controls = [arm.name for arm in study.intermediate if arm.longer_by or arm.back_translated]
    made = scores(kept, tasks)
    return averages(made, groups_of(made["target"].unique(), tasks), study.analysis.confidence, controls)


def gain_lists(rows: pd.DataFrame, study: Study) -> dict[str, list[dict[str, Any]]]:
    """For programs: ``gains`` of every target and language, ``averages`` at every level and in every view."""
    single = rows[swept_layer(rows).isna()]
    found = {"gains": gains(rows, study.analysis.confidence), "averages": average_gains(single, study)}
    return {name: _records(frame) for name, frame in found.items()}


def _whole(rows: pd.DataFrame, tasks: Catalogue) -> bool:
    """Whether every target has all of its main metrics: some may not have been asked for."""
    return all(
        {*find_task(str(target), tasks).scoring.main} <= {*metrics}
        for target, metrics in rows.groupby("target")["metric"].unique().items()
    )


def _views(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of one arm: views of the same cells once, then the headline with collapsed runs."""
    return [_line(dict(row), name) for name, row in views.distinct(rows)]


def _line(row: dict[str, Any], view: str) -> dict[str, Any]:
    seeds = round(row["seeds"], 2)
    return row | {
        "view": view,
        "seeds": int(seeds) if seeds == int(seeds) else seeds,
        "interval": _interval(row),
        "p": _p(row, row["p"]),
        "Holm": _p(row, row["holm"]),
        "degenerate": f"{row['degenerate']} of {row['runs']}",
    }


def _interval(row: dict[str, Any]) -> str:
    """Both ends with their signs, or that there are none."""
    if row["low"] < -_MOST and row["high"] > _MOST:
        return "unbounded"
    return f"{row['low']:+.2f} to {row['high']:+.2f}"


def _p(row: dict[str, Any], p: float) -> str:
    if math.isnan(p) or not row["df"] > 0:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _of(confidence: float) -> str:
    return f"points; {100 * confidence:g} % interval over seeds"


def _parts(
    lines: list[dict[str, Any]], keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """The lines that share their names in ``keys``, in the order of the first of each."""
    for names in dict.fromkeys(tuple(row[key] for key in keys) for row in lines):
        yield names, [row for row in lines if tuple(row[key] for key in keys) == names]


def _print_table(
    lines: list[dict[str, Any]], names: tuple[str, ...], columns: tuple[str, ...], title: str
) -> None:
    """A table below its title, which is not folded to the table's width; ``names`` may be folded."""
    show.console.print(f"\n{title}", markup=False)
    show.print_table(lines, (*names, *columns), whole=columns)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
