"""Posteriors: how probable a statement about gains is, given the rows and what was held before them.

Before any row is seen, gains are normal around 0, with a standard deviation that the claim states. Those of
two arms are independent, those of one arm on two targets are not (``predicates.ALIKE``). The rows say what
they say through estimates with t-distributed errors: of the noise's variance a scaled inverse chi-square,
which what is held of gains then weights again. One estimate is integrated numerically; several together are
drawn, always with the same random numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, special

from stiltwalk.analyse.responses import Bools, Floats

DRAWS: Final = 4000
"""A posterior of 0.95 made of so many draws has a standard error of 0.0034."""

_POINTS: Final = 257
_TAIL: Final = 1e-9
"""What is left out of the noise's distribution at either end."""
_SEED: Final = 20200513
_COVARIANCES: Final = 1000
"""Covariances of noise between targets that are tried."""


class Joint(NamedTuple):
    """Estimates of several quantities that are judged together.

    Attributes:
        values: ``(n,)``.
        noise: ``(n, n)``: covariance of their errors, as estimated, up to a factor that has an inverse
            chi-square distribution with ``df`` degrees of freedom.
        prior: ``(n, n)``: covariance of the true values, around 0, before anything was seen.
        df: degrees of freedom.
    """

    values: Floats
    noise: Floats
    prior: Floats
    df: float


class Crossed(NamedTuple):
    """Estimates of the same arms' gains on several targets, that are judged together.

    Attributes:
        values: ``(targets, arms)``.
        noise: ``(targets, targets)``: covariance of one run's deviations, as estimated; of the true one it is
            taken that each variance is scaled inverse chi-square with ``df`` degrees of freedom.
        design: ``(arms, arms)``: what of such a covariance the arms' errors have and share.
        prior: ``(targets, targets)``: covariance of one arm's true gains, around 0, before anything was seen;
            those of two arms are independent.
        df: degrees of freedom.
    """

    values: Floats
    noise: Floats
    design: Floats
    prior: Floats
    df: float


def between(
    value: ArrayLike, se: ArrayLike, df: ArrayLike, low: ArrayLike, high: ArrayLike, tau: ArrayLike
) -> NDArray[np.float64]:
    """The probability that the true value lies between ``low`` and ``high``.

    Args:
        value: estimate; all arguments broadcast.
        se: its standard error, above 0.
        df: degrees of freedom of the standard error, above 0.
        low: may be -inf.
        high: may be inf.
        tau: standard deviation of the true value before anything was seen; its mean is 0.
    """
    shaped = np.broadcast_arrays(*(np.asarray(each, float)[..., None] for each in (value, se, df, tau)))
    values, errors, freedom, widths = shaped
    logs, weights = _factors(freedom)
    noise, prior = errors**2 * np.exp(logs), widths**2
    total = noise + prior
    weights = weights - (np.log(total) + values**2 / total) / 2
    mean, spread = values * prior / total, np.sqrt(noise * prior / total)
    upper = special.ndtr((np.asarray(high, float)[..., None] - mean) / spread)
    lower = special.ndtr((np.asarray(low, float)[..., None] - mean) / spread)
    chances = _normalised(weights)
    found: NDArray[np.float64] = (chances * (upper - lower)).sum(axis=-1)
    return np.clip(found, 0.0, 1.0)


def joint(found: Joint, holds: Callable[[Floats], Bools], draws: int = DRAWS) -> float:
    """The probability that ``holds``.

    Args:
        found: the estimates.
        holds: ``(draws, n)`` true values → ``(draws,)``.
        draws: how many; always the same random numbers.
    """
    return float(np.mean(holds(drawn(found, draws))))


def drawn(found: Joint, draws: int = DRAWS) -> Floats:
    """``(draws, n)``: true values, given the estimates; each draw counts the same."""
    count = len(found.values)
    # a basis in which what was held before is 1 in every direction, and noise is independent
    ridge = 1e-9 * np.trace(found.prior) / count
    noises, basis = linalg.eigh(found.noise, found.prior + ridge * np.eye(count))
    noises = np.maximum(noises, 1e-12 * max(float(noises[-1]), 1e-300))
    places = basis.T @ found.values
    logs, weights = _factors(np.array([found.df]))
    factors = np.exp(logs)
    total = 1 + factors[:, None] * noises[None, :]
    chances = _normalised(weights - (np.log(total) + places**2 / total).sum(axis=1) / 2)
    # systematic resampling: as exact as the grid itself
    steps = (np.arange(draws) + 0.5) / draws
    chosen = factors[np.minimum(np.searchsorted(np.cumsum(chances), steps), len(factors) - 1)]
    spread = chosen[:, None] * noises[None, :]
    values = places / (1 + spread) + np.sqrt(spread / (1 + spread)) * _normals(draws, count)
    prior = found.prior + ridge * np.eye(count)
    return np.asarray(values @ (prior @ basis).T)


def crossed(found: Crossed, holds: Callable[[Floats], Bools], draws: int = DRAWS) -> float:
    """The probability that ``holds``, of true values ``(draws, targets × arms)``, a target's side by side."""
    targets, arms = found.values.shape
    root = np.linalg.cholesky(found.prior)
    undone = np.linalg.inv(root)
    # in the basis of the prior over targets, and of the design over arms, noise is independent
    # targets whose runs differ exactly alike leave a direction without noise
    ridge = 1e-9 * np.trace(found.noise) / targets * np.eye(targets)
    wide = undone @ np.linalg.cholesky(found.df * (found.noise + ridge))
    noises, turns = np.linalg.eigh(wide @ _inverse_wisharts(targets, found.df) @ wide.T)
    shares, basis = np.linalg.eigh(found.design)
    scaled = np.maximum(noises, 1e-12)[:, :, None] * np.maximum(shares, 1e-12)
    places = np.swapaxes(turns, 1, 2) @ (undone @ found.values @ basis)
    logs = -(np.log1p(scaled) + places**2 / (1 + scaled)).sum(axis=(1, 2)) / 2
    steps = (np.arange(draws) + 0.5) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(_normalised(logs)), steps), len(logs) - 1)
    spread = scaled[chosen]
    normals = _normals(draws, targets * arms).reshape(draws, targets, arms)
    drawn_places = places[chosen] / (1 + spread) + np.sqrt(spread / (1 + spread)) * normals
    true = root @ turns[chosen] @ drawn_places @ basis.T
    return float(np.mean(holds(true.reshape(draws, -1))))


@lru_cache(maxsize=64)
def _inverse_wisharts(size: int, df: float) -> Floats:
    """``(_COVARIANCES, size, size)``, of which each diagonal element is one over chi-square with ``df``."""
    generator = np.random.default_rng([_SEED, size])
    lower = np.tril(generator.standard_normal((_COVARIANCES, size, size)), -1)
    freedom = df + size - 1 - np.arange(size)
    lower[:, np.arange(size), np.arange(size)] = np.sqrt(generator.chisquare(freedom, (_COVARIANCES, size)))
    turned = np.linalg.inv(lower)
    return np.asarray(np.swapaxes(turned, 1, 2) @ turned)


def _factors(df: Floats) -> tuple[Floats, Floats]:
    """Logarithms of what the noise's variance may be over its estimate, and the logarithms of their weights.

    Args:
        df: ``(..., 1)`` or ``(1,)``.

    Returns:
        Two of ``(..., _POINTS)``, on an even grid.
    """
    low = np.log(df / special.chdtri(df, _TAIL))
    # of few degrees of freedom the lower end of chi-square is nearly 0
    high = np.log(df / np.maximum(special.gammaincinv(df / 2, _TAIL) * 2, 1e-12))
    logs = low + (high - low) * np.linspace(0.0, 1.0, _POINTS)
    scaled = df * np.exp(-logs)
    return logs, (df * np.log(scaled) - scaled) / 2


def _normalised(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@cache
def _normals(draws: int, count: int) -> Floats:
    """``(draws, count)``; half of them are the other half with the opposite sign, shuffled apart."""
    generator = np.random.default_rng([_SEED, draws, count])
    half = generator.standard_normal((draws - draws // 2, count))
    whole = np.concatenate([half, -half])[:draws]
    return np.asarray(generator.permuted(whole, axis=0))
