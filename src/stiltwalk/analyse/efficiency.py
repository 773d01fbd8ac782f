"""Efficiency: the score of every arm over what one sequence costs its encoder at inference.

Training changes no shape of a weight, so all arms of an encoder cost the same: between them this ranks as
the score does. Between encoders it says what a point costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from stiltwalk.analyse.layers import swept_layer
from stiltwalk.spec.tasks import Catalogue, find_task


class Cost(NamedTuple):
    """What one sequence costs an encoder.

    Attributes:
        length: asked for, in tokens.
        flops: operations; ``None``: not known.
        ms: median milliseconds of the smallest batch; ``None``: not measured.
    """

    length: int
    flops: int | None
    ms: float | None


class Efficiency(NamedTuple):
    """One arm on one target, at one length.

    Attributes:
        encoder: its name.
        intermediate: the arm.
        target: the target.
        metric: the task's main metrics, joined by ``+``.
        languages: how many.
        seeds: how many.
        value: mean of the main metrics over languages and seeds, 0 to 100; degenerate runs included.
        length: of the sequences, as asked for.
        per_gflop: ``value`` over 10^9 operations of a sequence; ``None``: not known.
        per_ms: ``value`` over the milliseconds of the smallest batch; ``None``: not measured.
    """

    encoder: str
    intermediate: str
    target: str
    metric: str
    languages: int
    seeds: int
    value: float
    length: int
    per_gflop: float | None
    per_ms: float | None


def efficiency(rows: pd.DataFrame, costs: Mapping[str, Sequence[Cost]], tasks: Catalogue) -> list[Efficiency]:
    """Every arm and target of the encoders whose ``costs`` are known, at each of their lengths.

    Targets that were read at several layers are left out: no one layer is their score.

    Args:
        rows: result rows.
        costs: encoder → what a sequence costs it.
        tasks: every task that the rows may name.
    """
    single = rows[swept_layer(rows).isna() & rows["encoder"].isin(list(costs))]
    found = []
    for (encoder, arm, target), own in single.groupby(["encoder", "intermediate", "target"], sort=False):
        main = find_task(str(target), tasks).scoring.main
        scored = own[own["metric"].isin(main)]
        if scored.empty:
            continue
        value = float(scored["value"].mean())
        found += [
            Efficiency(
                str(encoder),
                str(arm),
                str(target),
                "+".join(main),
                scored["language"].nunique(),
                scored["seed"].nunique(),
                value,
                cost.length,
                None if cost.flops is None else value / (cost.flops / 1e9),
                None if cost.ms is None else value / cost.ms,
            )
            for cost in costs[str(encoder)]
        ]
    return found
