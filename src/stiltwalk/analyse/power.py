"""Power: how large an effect a design can find, and how many seeds it would take.

All of it is about two-sided t tests: an estimate with standard error ``se`` on ``df`` degrees of freedom,
whose ratio to ``se`` follows the noncentral t distribution where there is an effect.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate

Floats = NDArray[np.float64]

POWER = 0.8
"""The usual power to plan for: an effect of that size is missed by one study in five."""

MOST_SEEDS = 1000
"""Beyond so many seeds a design is no plan any more."""

_LEAST = 0.1
"""Degrees of freedom below which there are as good as none: an interval is longer than 1e11 errors."""
_HALVINGS = 45
_MANY = 20.0
"""Degrees of freedom from which on the variance varies little."""
_FAR = 9.0
"""Standard deviations beyond which nothing of a normal distribution is left."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def power_of(effect: ArrayLike, se: ArrayLike, df: ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """How likely a true ``effect`` is found: that the interval leaves 0, on either side.

    Args:
        effect: in the units of ``se``; all arrays are broadcast together.
        se: standard errors; NaN or 0: not known.
        df: their degrees of freedom; 0: not known.
        confidence: of the interval.

    Returns:
        0 to 1; NaN where nothing is known.
    """
    effects, errors, degrees = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (effect, se, df)))
    known = _known(errors, degrees)
    found = np.full(effects.shape, np.nan)
    ratio = np.abs(effects[known]) / errors[known]
    found[known] = _power(ratio, degrees[known], _bound(degrees[known], confidence))
    return found


def minimum_detectable(
    se: ArrayLike, df: ArrayLike, confidence: float = CONFIDENCE, power: float = POWER
) -> Floats:
    """The smallest true effect that is found with probability ``power``.

    Args:
        se: standard errors; NaN or 0: not known.
        df: their degrees of freedom, broadcast together with ``se``; 0: not known.
        confidence: of the interval that is to leave 0.
        power: above 1 minus ``confidence``, below 1.

    Returns:
        Effects above 0, in the units of ``se``; inf where nothing is known: no effect can be found.
    """
    errors, degrees = np.broadcast_arrays(np.asarray(se, dtype=float), np.asarray(df, dtype=float))
    known = _known(errors, degrees)
    # few different degrees of freedom stand behind many standard errors
    different, place = np.unique(degrees[known], return_inverse=True)
    found = np.full(errors.shape, np.inf)
    if not known.any():
        return found
    found[known] = _detectable(different, confidence, power)[place] * errors[known]
    return found


def seeds_needed(
    found: Estimate,
    seeds: float,
    *,
    effect: float | None = None,
    half_width: float | None = None,
    power: float = POWER,
    most: int = MOST_SEEDS,
) -> int | None:
    """How many seeds in all would do, were runs to vary as they did under those there are.

    The standard error falls with the square root of the seeds. The degrees of freedom grow with the seeds
    but one, as those of a layout of arms and seeds do: (arms - 1)(seeds - 1) where nothing is missing.

    Args:
        found: the estimate at hand; its confidence is that of the interval to be had.
        seeds: how many it rests on.
        effect: a true effect that is to be found with probability ``power``.
        half_width: or, in its place, what half of the interval's length must stay below. With the estimate's
            own distance from 0 that is: its interval would leave 0 if the estimate stayed where it is.
        power: see ``effect``.
        most: the largest number that is tried.

    Returns:
        At least 2; ``None`` where no number up to ``most`` does, or where nothing is known of how runs vary.

    Raises:
        ValueError: not exactly one of ``effect`` and ``half_width`` is given.
    """
    if (effect is None) == (half_width is None):
        raise ValueError("give either effect or half_width")
    if not (found.df > 0 and found.se > 0 and seeds > 1):
        return None
    numbers = np.arange(2.0, most + 1)
    se = found.se * np.sqrt(seeds / numbers)
    df = found.df * (numbers - 1) / (seeds - 1)
    if effect is not None:
        enough = power_of(effect, se, df, found.confidence) >= power
    else:
        enough = _bound(df, found.confidence) * se < (half_width or 0.0)
    return int(numbers[enough.argmax()]) if enough.any() else None


def _known(se: Floats, df: Floats) -> NDArray[np.bool_]:
    return np.isfinite(se) & (se > 0) & (df >= _LEAST)


def _detectable(df: Floats, confidence: float, power: float) -> Floats:
    """The smallest effect in standard errors, ``(n,)``, by halving what it can lie in."""
    bound = _bound(df, confidence)
    low, high = np.zeros_like(df), 2 * bound
    while (short := _power(high, df, bound) < power).any():
        high = np.where(short, 2 * high, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = _power(middle, df, bound) < power
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high


def _bound(df: Floats, confidence: float) -> Floats:
    """How many standard errors from 0 an estimate is found at."""
    return np.asarray(special.stdtrit(df, (1 + confidence) / 2))


def _power(ratio: Floats, df: Floats, bound: Floats) -> Floats:
    """Power at true effects of ``ratio`` standard errors, all ``(n,)``.

    An integral over the one of the two that varies the more smoothly: the estimate, or the variance.
    """
    found = np.empty(ratio.shape)
    for chosen, integral in ((df < _MANY, _over_estimates), (df >= _MANY, _over_deviations)):
        if chosen.any():
            found[chosen] = integral(ratio[chosen], df[chosen], bound[chosen])
    return np.clip(found, 0.0, 1.0)


def _over_estimates(ratio: Floats, df: Floats, bound: Floats) -> Floats:
    """For each normal deviation of the estimate, how likely the variance is small enough for it.

    The integrand has a kink where the estimate is 0, so that each side is an integral of its own.
    """
    kink = np.clip(-ratio, -_FAR, _FAR)[:, None]
    found = np.zeros(ratio.shape)
    for low, high in ((-_FAR, kink), (kink, _FAR)):
        half = (high - low) / 2
        deviation = low + half * (1 + _NODES)
        squared = ((ratio[:, None] + deviation) / bound[:, None]) ** 2
        small_enough = special.gammainc(df[:, None] / 2, df[:, None] / 2 * squared)
        found += (half * _WEIGHTS * _density(deviation) * small_enough).sum(axis=1)
    return found


def _over_deviations(ratio: Floats, df: Floats, bound: Floats) -> Floats:
    """For each standard deviation that may be found in place of 1, how likely the estimate is far enough."""
    degrees = df[:, None]
    spread = _FAR / np.sqrt(2 * degrees)
    low, high = np.maximum(1 - spread, 0.0), 1 + spread
    half = (high - low) / 2
    deviation = low + half * (1 + _NODES)
    # the chi distribution's, of a root mean square
    logarithm = (
        (degrees - 1) * np.log(deviation)
        - degrees * deviation**2 / 2
        + degrees / 2 * np.log(degrees / 2)
        - special.gammaln(degrees / 2)
    )
    needed = bound[:, None] * deviation
    far_enough = special.ndtr(ratio[:, None] - needed) + special.ndtr(-ratio[:, None] - needed)
    return np.asarray((half * _WEIGHTS * 2 * np.exp(logarithm) * far_enough).sum(axis=1))


def _density(deviation: Floats) -> Floats:
    found: Floats = np.exp(-(deviation**2) / 2) / math.sqrt(2 * math.pi)
    return found
