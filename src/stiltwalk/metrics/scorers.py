"""Scorers: from per-example statistics to scores, whole or resampled, without the model or the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stiltwalk.metrics.squad2 import most_gained
from stiltwalk.metrics.statistics import column_names, known_scorer
from stiltwalk.spec.errors import StiltwalkError
from stiltwalk.spec.metrics import Metric, Scorer

Column = Sequence[float] | NDArray[Any]
"""One statistic, a number for each example."""


def score(scorer: str, columns: Mapping[str, Column]) -> dict[str, float]:
    """Every metric of the scorer, on 0 to 100, by the metric's name.

    Sums are exact (``math.fsum``), so a score does not depend on the order of the examples.

    Args:
        scorer: a key of ``SCORERS``.
        columns: what ``statistics`` returned, whole or resampled; other columns are ignored.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a column is missing, empty, not as long as the others or not finite, or a ratio has
            nothing to divide by.
    """
    record = known_scorer(scorer)
    whole = _whole(record, columns)
    totals = {name: math.fsum(column.tolist()) for name, column in whole.items()}
    for name, total in totals.items():
        if not math.isfinite(total):
            raise StiltwalkError(f"Scorer '{record.name}': statistic '{name}' sums to {total}, not a number.")
    return {metric.name: _aggregate(metric, whole, totals) for metric in record.metrics}


def main_score(scorer: str, scores: Mapping[str, float]) -> float:
    """The one number a task is selected and averaged by: the mean of the scorer's main metrics, 0 to 100.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a main metric is not among ``scores``.
    """
    return _mean_of(known_scorer(scorer).main, "main score", scorer, scores)


def collapse_score(scorer: str, scores: Mapping[str, float]) -> float:
    """The number a collapsed run is told by: the main score, unless the scorer names other metrics, 0 to 100.

    Raises:
        UnknownNameError: there is no such scorer.
        StiltwalkError: a metric that it needs is not among ``scores``.
    """
    record = known_scorer(scorer)
    return _mean_of(record.judged_by or record.main, "collapse score", scorer, scores)


def _mean_of(names: Sequence[str], what: str, scorer: str, scores: Mapping[str, float]) -> float:
    missing = [name for name in names if name not in scores]
    if missing:
        raise StiltwalkError(
            f"The {what} of scorer '{scorer}' needs {', '.join(names)}; "
            f"missing: {', '.join(missing)}; found: {', '.join(scores) or 'none'}."
        )
    return fmean(scores[name] for name in names)


def _whole(scorer: Scorer, columns: Mapping[str, Column]) -> dict[str, NDArray[np.float64]]:
    """The scorer's columns as arrays, none missing, all of one length that is not 0."""
    needed = column_names(scorer)
    missing = [name for name in needed if name not in columns]
    if missing:
        raise StiltwalkError(
            f"Scorer '{scorer.name}' needs the statistics {', '.join(needed)}; missing: {', '.join(missing)}."
        )
    lengths = {name: len(columns[name]) for name in needed}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise StiltwalkError(f"Scorer '{scorer.name}' was given columns of different lengths: {shown}.")
    if not lengths[needed[0]]:
        raise StiltwalkError(
            f"Scorer '{scorer.name}' was given no examples: there is nothing to score. "
            "See that the split was read and predicted."
        )
    return {name: np.asarray(columns[name], dtype=np.float64) for name in needed}


def _aggregate(
    metric: Metric, columns: Mapping[str, NDArray[np.float64]], totals: Mapping[str, float]
) -> float:
    examples = len(columns[metric.statistics[0]])
    parts = [totals[name] for name in metric.statistics]
    match metric.aggregate:
        case "mean":
            return 100 * parts[0] / examples
        case "ratio":
            above, below = parts
            if not below:
                raise StiltwalkError(
                    f"Metric '{metric.name}' divides by the sum of '{metric.statistics[1]}', which is 0."
                )
            return 100 * above / below
        case "share":
            part, whole = parts
            return 100 * part / whole if whole else 0.0
        case "micro-f1":
            correct, predicted, gold = parts
            # equal to 2PR / (P + R); 0 where nothing was there and nothing was found, as in seqeval
            return 200 * correct / (predicted + gold) if predicted + gold else 0.0
        case "best-threshold":
            answered, otherwise, level = (columns[name] for name in metric.statistics)
            return 100 * (parts[1] + most_gained(answered - otherwise, level)) / examples
