"""The best arm of every target, chosen on some seeds and judged on another: cross-fitted.

The largest of several means is the largest in part by luck, and looks better than it is by just that part.
So of S seeds each is left out in turn: the arm is chosen on the others, and what counts is its gain on the
one that was left out. The difference from the naive choice, on all seeds at once, is the optimism.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stiltwalk.analyse.comparing import View, cells_of
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.responses import Bools, Floats, Responses, averaged
from stiltwalk.spec.arms import NONE_ARM


class BestOfTarget(NamedTuple):
    """The best arm of one target.

    Attributes:
        target: the target.
        arm: the best by the mean over all seeds.
        agreed: of the choices on the seeds but one, the share that chose it too.
        naive: its gain over the reference on the same seeds, in points.
        crossfitted: the gain, on the seeds that were left out, of the arms that the others chose; NaN where
            there are fewer than two seeds.
        candidates: how many arms there were to choose among.
    """

    target: str
    arm: str
    agreed: float
    naive: float
    crossfitted: float
    candidates: int


class Best(NamedTuple):
    """The best arm of every target, all targets together that can be cross-fitted.

    Attributes:
        naive: mean over targets of the gain of the best arm, chosen and judged on the same seeds.
        crossfitted: the same, judged on other seeds; its interval is Student's over the seeds that were left
            out, wider by the square root of S / (S - 1), since their choices share seeds: an approximation.
        optimism: ``naive`` minus ``crossfitted``.
        seeds: how many.
        targets: one by one.
    """

    naive: float
    crossfitted: Estimate
    optimism: float
    seeds: int
    targets: tuple[BestOfTarget, ...]


def best_per_target(
    found: Responses,
    candidates: Sequence[str],
    reference: str = NONE_ARM,
    *,
    view: View = "headline",
    healthy: bool = True,
    confidence: float = CONFIDENCE,
) -> Best:
    """The best of the arms ``candidates`` for every target of one encoder, by its gain over ``reference``.

    Candidates of a target are compared on the same cells: those that count for all of them. An arm without
    any such cell (it repeats the target's training data, or has seen every language) is no candidate there.
    Of an average only what is complete counts: what was filled in would carry other seeds along.

    Args:
        found: the scores.
        candidates: names of arms; the reference may be one of them, and gains nothing over itself.
        reference: what gains are over.
        view: which cells count.
        healthy: whether collapsed runs are left out.
        confidence: of the interval.
    """
    known = [arm for arm in candidates if arm in found.arms]
    if reference not in found.arms or not known:
        return _none(confidence)
    singles, left_out = [], []
    for target in dict.fromkeys(found.targets):
        arms, cells = _compared_on(found, target, known, reference, view, healthy=healthy)
        if not arms:
            continue
        gains = _gains(found, arms, reference, cells, healthy=healthy)
        one, series = _of_target(target, arms, gains)
        if one is not None:
            singles.append(one)
            left_out.append(series)
    if not singles:
        return _none(confidence)
    series = np.array(left_out)
    judged: Bools = np.logical_or.reduce(~np.isnan(series), axis=1)
    if not judged.any():
        judged = np.ones(len(singles), dtype=bool)
    naive = float(np.mean(np.array([one.naive for one in singles])[judged]))
    crossfitted = _over_seeds(series[judged], confidence)
    seeds = int((~np.isnan(series)).any(axis=0).sum())
    return Best(naive, crossfitted, naive - crossfitted.value, seeds, tuple(singles))


def _none(confidence: float) -> Best:
    return Best(np.nan, unbounded(confidence=confidence), np.nan, 0, ())


def _compared_on(
    found: Responses, target: str, arms: Sequence[str], reference: str, view: View, *, healthy: bool
) -> tuple[list[str], Bools]:
    """The candidates of ``target``, and the cells that count for all of them."""
    here = np.array([name == target for name in found.targets])
    own = {arm: here & cells_of(found, view, (arm, reference), healthy=healthy) for arm in arms}
    kept = sorted((arm for arm in arms if own[arm].any()), key=lambda arm: -int(own[arm].sum()))
    while kept:
        shared = np.logical_and.reduce([own[arm] for arm in kept])
        if shared.any():
            return [arm for arm in arms if arm in kept], shared
        kept.pop()  # the one with the fewest cells
    return [], here & False


def _gains(found: Responses, arms: Sequence[str], reference: str, cells: Bools, *, healthy: bool) -> Floats:
    """``(arms, seeds)``: gains over the reference; NaN where anything of either is missing."""
    table = averaged(found, cells, healthy=healthy)
    values: Floats = np.where(table.present > 1 - 1e-9, table.values, np.nan)
    gains: Floats = values[[found.arms.index(arm) for arm in arms]] - values[found.arms.index(reference)]
    return gains


def _of_target(target: str, arms: Sequence[str], gains: Floats) -> tuple[BestOfTarget | None, Floats]:
    """The best arm of one target, and by seed the gain of the arm that the other seeds chose."""
    some: Bools = np.logical_or.reduce(~np.isnan(gains), axis=1)
    if not some.any():
        return None, gains[0]
    arms, gains = [arm for arm, has in zip(arms, some, strict=True) if has], gains[some]
    best = int(np.argmax(_means(gains)))
    chosen = np.full(gains.shape[1], -1)
    series = np.full(gains.shape[1], np.nan)
    for seed in range(gains.shape[1]):
        others = _means(np.delete(gains, seed, axis=1))
        others[np.isnan(gains[:, seed])] = -np.inf  # what was not run on this seed cannot be judged on it
        if np.isfinite(others).any():
            chosen[seed] = int(np.argmax(others))
            series[seed] = gains[chosen[seed], seed]
    judged = ~np.isnan(series)
    crossfitted = float(series[judged].mean()) if judged.any() else np.nan
    agreed = float((chosen[judged] == best).mean()) if judged.any() else np.nan
    naive = float(_means(gains)[best])
    return BestOfTarget(target, arms[best], agreed, naive, crossfitted, len(arms)), series


def _means(gains: Floats) -> Floats:
    """``(arms,)``: means over the seeds that an arm has; -inf where it has none."""
    there = ~np.isnan(gains)
    counts = there.sum(axis=1)
    sums = np.where(there, gains, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), -np.inf)


def _over_seeds(series: Floats, confidence: float) -> Estimate:
    """The mean over targets of ``series``, ``(targets, seeds)``, with Student's interval over seeds."""
    if np.isnan(series).all(axis=1).any():
        return unbounded(confidence=confidence)
    middles = np.nanmean(series, axis=1)
    away = series - middles[:, None]
    seeds = ~np.isnan(away).all(axis=0)
    by_seed = np.nanmean(away[:, seeds], axis=0)
    count = int(seeds.sum())
    value = float(middles.mean())
    if count < 2:
        return unbounded(value, confidence)
    # the mean that an arm is chosen by is uncertain too, by 1 / (count - 1) of a seed's variance: with it
    # the variance of the mean is that of a seed over count, times count / (count - 1)
    se = float(by_seed.std(ddof=1)) / (count - 1) ** 0.5
    scale = max(abs(value), float(np.nanmax(np.abs(series))), 1e-300)
    return estimate(value, se if se > 1e-9 * scale else 0.0, count - 1, confidence)
