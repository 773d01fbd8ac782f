"""Consistency of arms: how it differs from the baseline's, as it is and at equal accuracy.

Within a run, pairs of languages that are both done well agree more. That slope, one for all runs, tells what
an arm's consistency would be at the mean accuracy of all: what is left of a difference is not explained by
how often answers are right. How well the slope is known is part of the interval, as runs differ in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.across.consistency import Pairs
from stiltwalk.analyse.across.per_run import beside_baseline
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.responses import Bools, Floats
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import SOURCE_LANGUAGE

WITH_ENGLISH: Final = "with English"
EVERY_PAIR: Final = "all pairs"


class Consistency(NamedTuple):
    """How an arm agrees with itself between languages on one target; in points of 0 to 100.

    Attributes:
        arm: its name.
        measure: ``agreement``, ``kappa`` or ``RankC``.
        scope: ``WITH_ENGLISH``: mean over pairs of English and another language; ``EVERY_PAIR``.
        level: what the arm has, mean over seeds.
        change: arm minus ``none``; of ``none`` itself nothing is known.
        at_equal_accuracy: the same at equal accuracy; nothing is known where accuracy does not differ
            between pairs.
        slope: points of the measure for a point of accuracy, as pairs within a run have it; its interval is
            over runs.
        runs: how many the level rests on.
        seeds: how many the change rests on.
        pairs: how many pairs of languages.
        left_out: how many pairs were left out because some run has no number for them.
        items: how many items a pair has, at least.
    """

    arm: str
    measure: str
    scope: str
    level: Estimate
    change: Estimate
    at_equal_accuracy: Estimate
    slope: Estimate
    runs: int
    seeds: float
    pairs: int
    left_out: int
    items: int


def consistency_table(
    runs: Mapping[tuple[str, int], Pairs], confidence: float = CONFIDENCE
) -> tuple[Consistency, ...]:
    """Every measure and scope of every arm, over the pairs that all runs have.

    A run without a number for any pair (it gives one label throughout, so kappa is not defined) counts as
    missing for that measure.

    Args:
        runs: (arm, seed) → its pairs, of one encoder on one target; collapsed runs are best left out.
        confidence: of the intervals.
    """
    if not runs:
        return ()
    arms = tuple(dict.fromkeys(arm for arm, _ in runs))
    seeds = sorted({seed for _, seed in runs})
    shared = [
        pair for pair in next(iter(runs.values())).pairs if all(pair in run.pairs for run in runs.values())
    ]
    english = np.array([SOURCE_LANGUAGE in pair for pair in shared], dtype=bool)
    found: list[Consistency] = []
    for measure in next(iter(runs.values())).measures:
        values, accuracy, items = _arrays(runs, arms, seeds, shared, measure)
        for scope, taken in ((WITH_ENGLISH, english), (EVERY_PAIR, np.ones(len(shared), dtype=bool))):
            if taken.any() and (scope == EVERY_PAIR or not taken.all()):
                found += _rows(arms, measure, scope, _chosen(values, accuracy, items, taken), confidence)
    return tuple(found)


class _Table(NamedTuple):
    """The pairs of one scope, without gaps but for whole runs.

    Attributes:
        values: ``(arms, seeds, pairs)``.
        accuracy: ``(arms, seeds, pairs)``.
        left_out: how many pairs were left out.
        items: how many items a pair has, at least.
    """

    values: Floats
    accuracy: Floats
    left_out: int
    items: int


def _arrays(
    runs: Mapping[tuple[str, int], Pairs],
    arms: tuple[str, ...],
    seeds: list[int],
    shared: list[tuple[str, str]],
    measure: str,
) -> tuple[Floats, Floats, Floats]:
    """Values and accuracies ``(arms, seeds, pairs)``, NaN where missing, and items ``(pairs,)``, at least."""
    shape = (len(arms), len(seeds), len(shared))
    values, accuracy, items = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.inf)
    for (arm, seed), run in runs.items():
        at = [run.pairs.index(pair) for pair in shared]
        place = arms.index(arm), seeds.index(seed)
        values[place], accuracy[place], items[place] = (
            run.measures[measure][at],
            run.accuracy[at],
            run.items[at],
        )
    return values, accuracy, items.min(axis=(0, 1))


def _chosen(values: Floats, accuracy: Floats, items: Floats, taken: Bools) -> _Table:
    there = np.isfinite(values)
    runs = np.asarray(there[:, :, taken].any(axis=2))
    whole = taken & there[runs].all(axis=0)
    gone = np.where(runs[:, :, None], 0.0, np.nan)
    fewest = int(items[whole].min()) if whole.any() else 0
    return _Table(
        values[:, :, whole] + gone, accuracy[:, :, whole] + gone, int(taken.sum() - whole.sum()), fewest
    )


def _rows(
    arms: tuple[str, ...], measure: str, scope: str, table: _Table, confidence: float
) -> Iterator[Consistency]:
    pairs = table.values.shape[2]
    if not pairs:
        return
    plain = table.values.mean(axis=2)
    slope = _slope(table.values, table.accuracy, confidence)
    own = table.accuracy.mean(axis=2)
    adjusted = plain - slope.value * (own - np.nanmean(own))
    baseline = arms.index(NONE_ARM) if NONE_ARM in arms else None
    for number, arm in enumerate(arms):
        if np.isnan(plain[number]).all():
            continue
        beside = beside_baseline(plain, number, baseline, confidence=confidence)
        equal = beside_baseline(adjusted, number, baseline, confidence=confidence).change
        apart = beside_baseline(own, number, baseline, confidence=confidence).change.value
        yield Consistency(
            arm,
            measure,
            scope,
            beside.level,
            beside.change,
            _widened(equal, apart, slope),
            slope,
            beside.runs,
            beside.seeds,
            pairs,
            table.left_out,
            table.items,
        )


def _slope(values: Floats, accuracy: Floats, confidence: float) -> Estimate:
    """Least squares over pairs within runs, one slope for all runs; its error is told by how runs differ."""
    across = accuracy - accuracy.mean(axis=2, keepdims=True)
    squares = np.nan_to_num((across**2).sum(axis=2)).ravel()
    products = np.nan_to_num((across * values).sum(axis=2)).ravel()
    known = squares > 0
    runs = int(known.sum())
    if not runs:
        return unbounded(confidence=confidence)
    value = float(products.sum() / squares.sum())
    if runs == 1:
        return unbounded(value, confidence)
    errors = float(((products - value * squares) ** 2).sum())
    se = math.sqrt(errors * runs / (runs - 1)) / float(squares.sum())
    return estimate(value, se, runs - 1, confidence)


def _widened(change: Estimate, apart: float, slope: Estimate) -> Estimate:
    """A change at equal accuracy, once it counts how well the slope is known.

    Args:
        change: worked out with the slope taken as known.
        apart: by how many points of accuracy the arms differ.
        slope: how consistency goes with accuracy.
    """
    if not (change.df > 0 and slope.df > 0 and math.isfinite(apart)):
        return unbounded(change.value, change.confidence)
    own, added = change.se**2, (apart * slope.se) ** 2
    df = (own + added) ** 2 / (own**2 / change.df + added**2 / slope.df)
    return estimate(change.value, math.sqrt(own + added), df, change.confidence)
