"""Numbers that every run has of its own: what each arm comes to, and how far that is from the baseline.

A spread over languages, or an agreement between them, is worked out within a run. Its uncertainty is then
seen in how it differs between seeds, as that of any average (``blocks.contrasts``).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.responses import Floats


class BesideBaseline(NamedTuple):
    """An arm's number, and its difference from the baseline's.

    Attributes:
        level: mean over seeds, with its t interval over this arm's seeds alone.
        change: arm minus baseline, in blocks of seeds, the variance pooled over all arms; nothing is known
            of it where there is no baseline.
        runs: how many the level rests on.
        seeds: how many the change rests on; a fraction where parts of averages were missing.
    """

    level: Estimate
    change: Estimate
    runs: int
    seeds: float


def level(values: Floats, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of ``(seeds,)``, NaN left out, with its t interval over them."""
    there = values[np.isfinite(values)]
    if not len(there):
        return unbounded(confidence=confidence)
    if len(there) == 1:
        return unbounded(float(there[0]), confidence)
    middle = float(there.mean())
    squares = beyond_rounding(float(((there - middle) ** 2).sum()), there)
    se = math.sqrt(squares / (len(there) - 1) / len(there))
    return estimate(middle, se, len(there) - 1, confidence)


def beyond_rounding(squares: float, values: Floats) -> float:
    """A sum of squared deviations among ``values``; 0 where it is no more than rounding leaves."""
    return squares if squares > 1e-18 * float((values**2).sum()) else 0.0


def beside_baseline(
    values: Floats,
    arm: int,
    baseline: int | None,
    present: Floats | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> BesideBaseline:
    """One arm beside the baseline.

    Args:
        values: ``(arms, seeds)``, NaN where a run has no such number.
        arm: which.
        baseline: which; ``None``: there is none.
        present: ``(arms, seeds)``, 0 to 1: which part was there before an average was filled in.
        confidence: of the intervals.
    """
    found, runs = level(values[arm], confidence), int(np.isfinite(values[arm]).sum())
    if baseline is None or arm == baseline:
        return BesideBaseline(found, unbounded(confidence=confidence), runs, 0.0)
    weights = np.zeros((1, len(values)))
    weights[0, [arm, baseline]] = 1.0, -1.0
    result = contrasts(
        values[None], weights, None if present is None else present[None], confidence=confidence
    )
    return BesideBaseline(found, result.at(0, 0), runs, float(result.seeds[0, 0]))
