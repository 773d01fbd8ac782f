"""Estimates: a number with its interval, and what it says of a hypothesis.

A number whose interval cannot be had (one seed, no variation at all) keeps an interval: everything.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import stats

CONFIDENCE = 0.95


class Estimate(NamedTuple):
    """A number and how well it is known.

    Attributes:
        value: the estimate; NaN where there is none.
        low: lower end of its interval; -inf where nothing bounds it.
        high: upper end; inf where nothing bounds it.
        se: standard error; NaN where it is not known.
        df: its degrees of freedom; 0 where it is not known.
        p: two-sided probability of a value as far from 0, were the true one 0; 1 where nothing is known.
        confidence: of the interval.
    """

    value: float
    low: float
    high: float
    se: float
    df: float
    p: float
    confidence: float

    @property
    def bounded(self) -> bool:
        """Whether its interval has two ends."""
        return math.isfinite(self.low) and math.isfinite(self.high)


def estimate(value: float, se: float, df: float, confidence: float = CONFIDENCE) -> Estimate:
    """The t interval of ``value``; unbounded where ``se`` is 0 or no number, or ``df`` is not above 0.

    Runs that agree to the bit have shown nothing of how runs vary: a standard error of 0 is none.
    """
    if not (math.isfinite(value) and math.isfinite(se) and se > 0 and df > 0):
        return unbounded(value, confidence)
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * se
    p = 2 * float(stats.t.sf(abs(value) / se, df))
    return Estimate(value, value - half, value + half, se, df, p, confidence)


def unbounded(value: float = math.nan, confidence: float = CONFIDENCE) -> Estimate:
    """``value``, of which nothing else is known."""
    return Estimate(value, -math.inf, math.inf, math.nan, 0.0, 1.0, confidence)


def p_above(found: Estimate, bound: float) -> float:
    """One-sided probability of an estimate so far above ``bound``, were the true value at most ``bound``."""
    if not found.df > 0:
        return 1.0
    return float(stats.t.sf((found.value - bound) / found.se, found.df))


def p_below(found: Estimate, bound: float) -> float:
    """One-sided probability of an estimate so far below ``bound``, were the true value at least ``bound``."""
    if not found.df > 0:
        return 1.0
    return float(stats.t.cdf((found.value - bound) / found.se, found.df))


def p_equivalent(found: Estimate, margin: float) -> float:
    """Two one-sided tests: the larger p of "at most -margin" and "at least margin".

    At or below 0.05 the true value lies between -margin and margin, with an error of at most 0.05.
    """
    return max(p_above(found, -margin), p_below(found, margin))
