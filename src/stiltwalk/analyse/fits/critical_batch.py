"""The critical batch size: where larger batches stop saving steps, from what it took to reach a score.

Reaching a score takes S steps, or E examples, at batch size B, and ``(S / S_min - 1)(E / E_min - 1) = 1``
(McCandlish et al. 2018, arXiv 1812.06162). As E = B S, this is ``S = S_min (1 + B_crit / B)`` with
``B_crit = E_min / S_min``: one number for the shape and one for the level, on the logarithm of S, in which
every seed has a level of its own. The interval of B_crit holds all values that an F test does not reject when
the level is fitted anew for each.

Beside it stands the definition of arXiv 2410.21676: the largest batch whose steps exceed perfect linear
scaling by at most 20 %. Linear scaling is taken from the smallest batch that was tried, so that the rule asks
for the batch at which ``E`` is 1.2 times what the smallest batch took.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, unbounded
from stiltwalk.analyse.fits.laws import Floats
from stiltwalk.analyse.fits.separable import Points, condensed, kept_ends

EXCESS: Final = 1.2
"""Steps may be so many times those of perfect linear scaling (arXiv 2410.21676)."""
LEAST_BATCHES: Final = 3
"""Batch sizes below which two numbers leave nothing over."""

_BEYOND: Final = 100.0
"""How far below and above the batch sizes is looked: beyond, the curve is a straight line."""
_LOOKS: Final = 2001
_LEAST_NOISE: Final = 1e-12
"""Variance of ln S; what is below is rounding: runs that agree to a step in a million."""


class CriticalBatch(NamedTuple):
    """What steps to a score say of batch sizes.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can.
        batch: B_crit, in examples; an end that the batch sizes tried do not bound is -inf or inf.
        least_steps: S_min.
        least_examples: E_min.
        fifth: the batch of the 20 % rule, as the curve has it; inf where B_crit is not bounded above.
        fifth_seen: the largest batch tried that keeps the rule, by means over seeds; NaN: unknown.
        missed: runs that never reached the score; they are left out, which flatters their batch size.
        misfit_p: were the curve true, the probability of points so far off it; NaN with one seed.
        sentence: what the interval means where an end is open; empty otherwise.
    """

    reason: str
    batch: Estimate
    least_steps: float
    least_examples: float
    fifth: float
    fifth_seen: float
    missed: int
    misfit_p: float
    sentence: str


class NoiseOverSeeds(NamedTuple):
    """Gradient noise scales of several seeds as one.

    Attributes:
        reason: why there is no interval, a sentence; empty where there is one.
        scale: geometric mean, with the t interval of the logarithms.
        seeds: how many have one.
        left_out: how many have none (their steps could not tell it); the mean is without them.
    """

    reason: str
    scale: Estimate
    seeds: int
    left_out: int


def critical_batch(
    batch_sizes: Floats,
    steps: Floats,
    examples: Floats | None = None,
    weights: Floats | None = None,
    confidence: float = CONFIDENCE,
) -> CriticalBatch:
    """The critical batch size from steps to a score.

    Args:
        batch_sizes: ``(points,)``, above 0.
        steps: ``(points, seeds)``: steps that it took; NaN: the score was never reached.
        examples: ``(points, seeds)``: examples that it took, where a step is not always a full batch; a batch
            counts as what its runs had on average. ``None``: batch size times steps.
        weights: ``(points,)``: one over the variance of ln S there; ``None``: all alike.
        confidence: of the interval.

    Raises:
        StiltwalkError: shapes do not fit; a weight is not above 0.
    """
    sizes, taken = np.asarray(batch_sizes, dtype=float), np.asarray(steps, dtype=float)
    taken = taken[:, None] if taken.ndim == 1 else taken
    reached = np.isfinite(taken) & (taken > 0)
    logs = np.log(np.where(reached, taken, np.nan))
    if examples is not None:
        spent = np.where(reached, np.asarray(examples, dtype=float).reshape(taken.shape), np.nan)
        sizes = _batches(sizes, np.log(spent) - logs)
    missed = int((~reached).sum())
    points = condensed(sizes, logs, weights)
    reason = _reason(points)
    if reason:
        nothing = unbounded(confidence=confidence)
        return CriticalBatch(reason, nothing, math.nan, math.nan, math.nan, math.nan, missed, math.nan, "")
    return _curve(points, missed, confidence)


def _batches(sizes: Floats, logs: Floats) -> Floats:
    """Batches by the examples that were spent; those of which no run arrived keep their size."""
    counts = np.isfinite(logs).sum(axis=1)
    means = np.nansum(logs, axis=1) / np.maximum(counts, 1)
    return np.where(counts > 0, np.exp(means), sizes)


def _reason(points: Points) -> str:
    different = len(np.unique(points.amounts[: len(points.means)]))
    if different < LEAST_BATCHES:
        return (
            f"The score was reached at {counted(different, 'different batch size')}: it takes "
            f"{LEAST_BATCHES} at least to tell where larger ones stop saving steps."
        )
    if not points.linked:
        return "There is no critical batch size: some seeds share no batch size with the others."
    if _df(points) <= 0:
        return "So few runs leave nothing over to tell how they vary: there is no critical batch size."
    return ""


def _df(points: Points) -> int:
    return points.n - 2 - max(points.seeds - 1, 0)


def _curve(points: Points, missed: int, confidence: float) -> CriticalBatch:
    sizes = points.amounts
    smallest, largest = float(sizes[0]), float(sizes[-1])
    grid = np.linspace(math.log(smallest / _BEYOND), math.log(largest * _BEYOND), _LOOKS)
    rss, levels = _at(points, grid)
    for _ in range(4):
        place = int(rss.argmin())
        around = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        more = np.linspace(*around, 41)
        of_more, levels_of_more = _at(points, more)
        grid, order = np.unique(np.r_[grid, more], return_index=True)
        rss, levels = np.r_[rss, of_more][order], np.r_[levels, levels_of_more][order]
    best = int(rss.argmin())
    least, df = float(rss[best]), _df(points)
    noise = (points.within + least) / df
    batch, steps = math.exp(grid[best]), math.exp(levels[best])
    low, high = -math.inf, math.inf
    if noise > _LEAST_NOISE:
        allowed = noise * float(stats.f.ppf(confidence, 1, df))
        ends = kept_ends(grid, rss - least - allowed)
        low, high = (math.exp(end) if math.isfinite(end) else end for end in ends)
    found = Estimate(batch, low, high, math.nan, 0.0, 1.0, confidence)
    return CriticalBatch(
        ""
        if noise > _LEAST_NOISE
        else "The runs leave nothing over to tell how they vary: there is no interval.",
        found,
        steps,
        steps * batch,
        (EXCESS - 1) * batch + EXCESS * smallest if math.isfinite(high) else math.inf,
        _fifth_seen(points),
        missed,
        _misfit(points, least),
        _sentence(found, smallest, largest),
    )


def _at(points: Points, logs: Floats) -> tuple[Floats, Floats]:
    """Of each ``B_crit`` (its logarithm): the sum of squares left over, and the best ``ln S_min``."""
    shapes = points.means - np.log1p(np.exp(logs)[:, None] / points.amounts)
    ones, rotated = points.root @ np.ones(len(points.means)), shapes @ points.root.T
    levels = rotated @ ones / float(ones @ ones)
    left = rotated - levels[:, None] * ones
    return (left**2).sum(axis=1), levels


def _fifth_seen(points: Points) -> float:
    """The largest batch, in a row from the smallest, at which E is at most 1.2 times what that took."""
    examples = points.means + np.log(points.amounts)
    kept = examples <= examples[0] + math.log(EXCESS)
    run = int(np.argmin(kept)) if not kept.all() else len(kept)
    return float(points.amounts[run - 1])


def _misfit(points: Points, least: float) -> float:
    df = len(points.means) - 2
    if points.within_df <= 0 or points.within <= 0 or df <= 0:
        return math.nan
    return float(stats.f.sf(least / df / (points.within / points.within_df), df, points.within_df))


def _sentence(batch: Estimate, smallest: float, largest: float) -> str:
    if batch.bounded:
        return ""
    if math.isinf(batch.low) and math.isinf(batch.high):
        return "The runs do not tell where larger batches stop saving steps."
    if math.isinf(batch.high):
        return (
            f"Larger batches save steps in proportion as far as the runs show: up to {largest:g} none is "
            "told to be beyond the critical batch size."
        )
    return (
        f"Larger batches save no steps as far as the runs show: from {smallest:g} on none is told to be "
        "below the critical batch size."
    )


def combined_noise(scales: Sequence[float | None], confidence: float = CONFIDENCE) -> NoiseOverSeeds:
    """Noise scales of several seeds, in examples, as one; ``None``, NaN and any not above 0 are left out."""
    known = [float(each) for each in scales if each is not None and math.isfinite(each) and each > 0]
    left_out = len(scales) - len(known)
    if not known:
        reason = "No training has a noise scale: its steps could not tell it, or it was not measured."
        return NoiseOverSeeds(reason, unbounded(confidence=confidence), 0, left_out)
    logs = np.log(known)
    middle = float(logs.mean())
    spread = float(logs.std(ddof=1)) if len(known) > 1 else 0.0
    if not spread > 0:
        reason = (
            "One seed tells nothing of how noise scales vary between seeds: there is no interval."
            if len(known) == 1
            else "All seeds have the same noise scale to the bit: there is no interval."
        )
        return NoiseOverSeeds(reason, unbounded(math.exp(middle), confidence), len(known), left_out)
    half = float(stats.t.ppf((1 + confidence) / 2, len(known) - 1)) * spread / math.sqrt(len(known))
    ends = math.exp(middle - half), math.exp(middle + half)
    return NoiseOverSeeds(
        "", Estimate(math.exp(middle), *ends, math.nan, 0.0, 1.0, confidence), len(known), left_out
    )
