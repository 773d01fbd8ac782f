"""Printing layer sweeps: the score by layer, an arm a column."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from typing import Any, NamedTuple

import pandas as pd

from stiltwalk.analyse.layers import swept_layer
from stiltwalk.cli import show
from stiltwalk.plan.nodes import Plan
from stiltwalk.store.store import Store, read_artifact


class _Point(NamedTuple):
    """One value of a curve: of one seed, and one language or the mean over them."""

    encoder: str
    target: str
    metric: str
    arm: str
    layer: int
    value: float


def show_curves(rows: pd.DataFrame, plan: Plan, store: Store) -> None:
    """Print, for every target read at several layers, the mean over languages and seeds by layer and arm.

    Of a target whose layer was chosen the curve is that of the dev data it was chosen on.
    """
    points = [*_of_rows(rows), *_of_dev(plan, store)]
    for encoder, target, metric in dict.fromkeys((p.encoder, p.target, p.metric) for p in points):
        curve = [p for p in points if (p.encoder, p.target, p.metric) == (encoder, target, metric)]
        arms = list(dict.fromkeys(p.arm for p in curve))
        # not as the table's title, which would be folded to the width of so narrow a table
        title = f"{target}, {encoder}: {metric} by layer (0: embeddings), mean over languages and seeds"
        show.console.print(f"\n{title}", markup=False)
        found = [_line(curve, layer, arms) for layer in sorted({p.layer for p in curve})]
        show.print_table(found, ("layer", *arms))


def _line(curve: list[_Point], layer: int, arms: list[str]) -> dict[str, Any]:
    values = {arm: [p.value for p in curve if (p.layer, p.arm) == (layer, arm)] for arm in arms}
    return {"layer": layer} | {arm: fmean(found) if found else None for arm, found in values.items()}


def _of_rows(rows: pd.DataFrame) -> Iterator[_Point]:
    """The first metric of every swept target: scorers name the one of the benchmark first."""
    swept = rows.assign(layer=swept_layer(rows)).dropna(subset="layer")
    first = {target: metrics.iloc[0] for target, metrics in swept.groupby("target")["metric"]}
    columns = ["encoder", "target", "metric", "intermediate", "layer", "value"]
    for encoder, target, metric, arm, layer, value in swept[columns].itertuples(index=False, name=None):
        if metric == first[target]:
            yield _Point(encoder, target, metric, arm, int(layer), value)


def _of_dev(plan: Plan, store: Store) -> Iterator[_Point]:
    for cell in plan.cells:
        if not store.has(cell.key):
            continue
        curve = read_artifact(store, cell.key).facts.get("dev_f1") or {}
        # JSON has the layers as text
        for layer, languages in curve.items() if len(curve) > 1 else ():
            value = fmean(languages.values())
            yield _Point(cell.encoder, cell.target, "dev F1", cell.intermediate, int(layer), value)
