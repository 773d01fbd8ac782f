"""Contrasts of arms in blocks of seeds: the one way in which this package tells a difference from noise.

The scores of one unit (a cell, or an average of cells) are a table of arms and seeds. A seed is a block: it
fixes the order of the target's data, the new head and the draw of the intermediate data, of every arm alike.
What is left once arms and seeds are taken out is noise, and its variance is pooled over all arms, so that
three seeds of ten arms have 18 degrees of freedom, not 2. Where arms differ in how much they vary, the
contrast's own variance over seeds is believed the more for it: both are averaged as an empirical Bayes
estimate has it (Smyth 2004, https://doi.org/10.2202/1544-6115.1027), and the degrees of freedom follow.

With complete tables, normal noise and equal variances the intervals are exact. What they cover otherwise is
simulated in docs/statistics.md.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, unbounded
from stiltwalk.analyse.responses import Bools, Floats, arms_covariance, filled, inverse_counts


class Contrasts(NamedTuple):
    """Contrasts of the arms of several units; every array is ``(units, contrasts)``.

    Attributes:
        value: NaN where an arm of the contrast is missing, or shares no seed with the others.
        se: standard error; NaN where it is not known.
        df: degrees of freedom; 0 where there is less than one.
        seeds: how many seeds all arms of the contrast share; a fraction where parts of averages were missing.
        confidence: of the intervals.
    """

    value: Floats
    se: Floats
    df: Floats
    seeds: Floats
    confidence: float

    @property
    def half(self) -> Floats:
        """Half of each interval's length; inf where it is unbounded."""
        known = (self.df > 0) & (self.se > 0)
        quantile = stats.t.ppf((1 + self.confidence) / 2, np.where(known, self.df, 1.0))
        return np.where(known, quantile * np.where(known, self.se, 0.0), np.inf)

    @property
    def p(self) -> Floats:
        """Two-sided p of 0; 1 where nothing is known."""
        known = (self.df > 0) & (self.se > 0)
        far = np.abs(self.value) / np.where(known, self.se, 1.0)
        return np.where(known, 2 * stats.t.sf(far, np.where(known, self.df, 1.0)), 1.0)

    def at(self, unit: int, contrast: int) -> Estimate:
        """One of them as an estimate."""
        value, se, df = (float(each[unit, contrast]) for each in (self.value, self.se, self.df))
        if not (df > 0 and se > 0):
            return unbounded(value, self.confidence)
        half, p = float(self.half[unit, contrast]), float(self.p[unit, contrast])
        return Estimate(value, value - half, value + half, se, df, p, self.confidence)


def contrasts(
    values: Floats,
    weights: Floats,
    present: Floats | None = None,
    *,
    confidence: float = CONFIDENCE,
    shrink: bool = True,
) -> Contrasts:
    """Every contrast of every unit.

    Args:
        values: ``(units, arms, seeds)``; NaN: missing. What an arm lacks under a seed is filled in by least
            squares, and costs its degree of freedom.
        weights: ``(contrasts, arms)``; each usually sums to 0.
        present: ``(units, arms, seeds)``, 0 to 1: which part of a value was there before an average was
            filled in; ``None``: all that is not NaN.
        confidence: of the intervals.
        shrink: whether a contrast's own variance over seeds is looked at beside the pooled one.
    """
    values = np.asarray(values, dtype=float)
    weights = np.asarray(weights, dtype=float)
    there = np.where(np.isnan(values), 0.0, 1.0 if present is None else present)
    tables = _Tables.of(values, there)
    usable = _usable(weights, there)
    estimates = np.where(usable, np.einsum("ca,ua->uc", weights, tables.means), np.nan)
    pooled = tables.noise[:, None] * _per_noise(weights, there)
    own, own_df = _own(tables.full, there, weights)
    error_df = np.broadcast_to(tables.df[:, None], pooled.shape)
    prior = _prior_df(tables, there) if shrink else math.inf
    variance, df = _shrunk(pooled, error_df, own, own_df, prior)
    known = usable & (df >= 1) & (variance > 0)
    return Contrasts(
        estimates,
        np.where(known, np.sqrt(np.where(known, variance, 0.0)), np.nan),
        np.where(known, df, 0.0),
        np.where(usable, own_df + 1, 0.0),
        confidence,
    )


class _Tables(NamedTuple):
    """Units as complete tables.

    Attributes:
        full: ``(units, arms, seeds)``; NaN only where an arm or a seed has nothing.
        means: ``(units, arms)``; 0 where the arm is missing.
        residuals: ``(units, arms, seeds)``, once arms and seeds are taken out; 0 where missing.
        noise: ``(units,)``: pooled variance of one value; 0 where there are no degrees of freedom.
        df: ``(units,)``: its degrees of freedom.
        arms: ``(units,)``: how many arms have anything.
        seeds: ``(units,)``: how many seeds have anything.
    """

    full: Floats
    means: Floats
    residuals: Floats
    noise: Floats
    df: Floats
    arms: Floats
    seeds: Floats

    @classmethod
    def of(cls, values: Floats, there: Floats) -> _Tables:
        full = filled(values)
        mask = ~np.isnan(full)
        zeros = np.where(mask, full, 0.0)
        of_arm, of_seed = mask.sum(axis=2), mask.sum(axis=1)
        means = zeros.sum(axis=2) / np.maximum(of_arm, 1)
        by_seed = zeros.sum(axis=1) / np.maximum(of_seed, 1)
        grand = zeros.sum(axis=(1, 2)) / np.maximum(mask.sum(axis=(1, 2)), 1)
        fitted = means[:, :, None] + by_seed[:, None, :] - grand[:, None, None]
        residuals = np.where(mask, zeros - fitted, 0.0)
        arms, seeds = (of_arm > 0).sum(axis=1), (of_seed > 0).sum(axis=1)
        df = np.maximum(there.sum(axis=(1, 2)) - arms - seeds + 1, 0.0)
        squares = (residuals**2).sum(axis=(1, 2))
        # rounding leaves traces where all values agree
        squares = np.where(squares > 1e-18 * np.maximum((zeros**2).sum(axis=(1, 2)), 1e-300), squares, 0.0)
        noise = np.where(df > 0, squares / np.where(df > 0, df, 1.0), 0.0)
        return cls(full, means, residuals, noise, df, arms, seeds)


def _per_noise(weights: Floats, there: Floats) -> Floats:
    """``(units, contrasts)``: the variance of each contrast over that of one value.

    With complete tables it is the sum of squared weights over the number of seeds. With holes it is what
    least squares on arms and seeds has: what two arms do not share of seeds tells less of their difference.
    """
    runs = there.sum(axis=2)
    found = np.einsum("ca,ua->uc", weights**2, inverse_counts(runs))
    rows = np.where(runs > 0, 1.0, 0.0)[:, :, None] * there.max(axis=1, keepdims=True)
    holed = np.flatnonzero((there != rows).any(axis=(1, 2)))
    between = np.abs(weights.sum(axis=1)) < 1e-9  # of an arm's own level least squares knows more than this
    if len(holed) and between.any():
        exact = np.einsum("ca,uab,cb->uc", weights, arms_covariance(there[holed]), weights)
        found[np.ix_(holed, between)] = exact[:, between]
    return np.asarray(found)


def _usable(weights: Floats, there: Floats) -> Bools:
    """``(units, contrasts)``: all of its arms are there, and under some seed together."""
    used = np.abs(weights) > 0
    together = np.logical_or(~used[None, :, :, None], there[:, None] > 0)
    return np.any(np.all(together, axis=2), axis=2)  # type: ignore[no-any-return]


def _own(full: Floats, there: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The variance of each contrast's mean as its own values over seeds have it, and degrees of freedom."""
    used = np.abs(weights) > 0
    series = np.einsum("ca,uas->ucs", weights, np.nan_to_num(full))
    counts = np.where(used[None, :, :, None], there[:, None], 1.0).min(axis=2)
    total = counts.sum(axis=2)
    middle = (series * counts).sum(axis=2) / np.where(total > 0, total, 1.0)
    squares = (counts * (series - middle[:, :, None]) ** 2).sum(axis=2)
    df = np.maximum(total - 1, 0.0)
    known = df > 0
    return np.where(known, squares / np.where(known, df * total, 1.0), 0.0), df


def _prior_df(tables: _Tables, there: Floats) -> float:
    """How many degrees of freedom the pooled variance is worth for a single arm; inf: arms vary alike.

    Each arm's difference from all others has a variance over seeds, and the logarithms of these scatter by
    chance as the trigamma function has it, the more the fewer seeds the arm has. What they scatter beyond
    that is arms' own, once it is more than one standard deviation beyond: below that, to believe it would
    cost degrees of freedom for nothing.
    """
    logs, half = _own_variances(tables, there)
    known = ~np.isnan(logs)
    if not known.any():
        return math.inf
    arms = logs.shape[1]
    middle = np.nanmean(logs, axis=1, keepdims=True)
    count = int(known.sum()) - len(logs)
    scatter = float(np.nansum((logs - middle) ** 2)) / count
    by_chance = float(special.polygamma(1, half[known]).mean()) * (1 - 1 / (arms - 1) ** 2)
    # a sample variance's own standard deviation: few arms scatter more than they should every third time
    fourth = float(special.polygamma(3, half[known]).mean())
    spread = math.sqrt(fourth / (count + 1) + 2 * by_chance**2 / count)
    if scatter <= by_chance + spread:
        return math.inf
    return 2 * _inverse_trigamma(scatter - by_chance)


def _own_variances(tables: _Tables, there: Floats) -> tuple[Floats, Floats]:
    """Of units of three arms or more: logarithms of each arm's variance, and half its degrees of freedom.

    Both are ``(units, arms)``. The logarithms are rid of what few degrees of freedom take from them, and NaN
    for an arm that has too few seeds to have one.
    """
    arms = tables.full.shape[1]
    half = np.maximum(there.sum(axis=2) - 1, 0.0) / 2
    known = half >= 0.5
    complete = ~np.isnan(tables.full).any(axis=(1, 2)) & (tables.noise > 0)
    units = complete & (known.sum(axis=1) >= 3)
    half, known = half[units], known[units]
    counted = np.where(known, half, 1.0)
    # an arm's difference from the mean of the others is proportional to its residual
    own = (tables.residuals[units] ** 2).sum(axis=2) * arms / max(arms - 1, 1) / (2 * counted)
    logs = np.log(np.maximum(own, 1e-12 * tables.noise[units, None]))
    return np.where(known, logs - special.digamma(counted) + np.log(counted), np.nan), half


def _inverse_trigamma(value: float) -> float:
    """The number whose trigamma is ``value``, by Newton's method on its reciprocal."""
    found = 0.5 + 1 / value
    for _ in range(50):
        at = float(special.polygamma(1, found))
        step = at * (1 - at / value) / float(special.polygamma(2, found))
        found += step
        if abs(step) < 1e-10 * found:
            break
    return found


def _shrunk(
    pooled: Floats, error_df: Floats, own: Floats, own_df: Floats, prior: float
) -> tuple[Floats, Floats]:
    """The variance between the pooled one and the contrast's own, and its degrees of freedom.

    These are Satterthwaite's for the sum of the two parts. The prior's and the contrast's own together, which
    are taken where the prior is known, would be too few where it is estimated: they cover 97 % for 95.
    """
    if math.isinf(prior):
        return pooled, error_df
    share = own_df / (prior + own_df)
    rest, known = 1 - share, error_df > 0
    parts = share**2 / np.where(own_df > 0, own_df, 1.0) + rest**2 / np.where(known, error_df, 1.0)
    return share * own + rest * pooled, np.where(known, np.minimum(1 / parts, error_df), 0.0)
