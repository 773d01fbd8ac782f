"""Pooling: one estimate of several independent ones, each counting the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded


def mean_of(found: Sequence[Estimate], confidence: float = CONFIDENCE) -> Estimate:
    """The mean of independent estimates, with Satterthwaite's degrees of freedom.

    It is of these encoders, or whatever they are of, and of no others: how they differ from each other is
    not in it. Unbounded where one of them is.
    """
    count = len(found)
    if not count:
        return unbounded(confidence=confidence)
    value = sum(each.value for each in found) / count
    if any(not each.df > 0 for each in found):
        return unbounded(value, confidence)
    variances = [each.se**2 for each in found]
    total = sum(variances)
    df = total**2 / sum(own**2 / each.df for own, each in zip(variances, found, strict=True))
    return estimate(value, math.sqrt(total) / count, df, confidence)
