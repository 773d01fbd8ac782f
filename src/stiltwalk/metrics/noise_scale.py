"""The gradient noise scale, estimated from squared norms of gradients at two batch sizes.

With G the mean of the examples' gradients and Σ their covariance, the simple noise scale is tr(Σ) / |G|², in
examples: at a batch of that size the noise of a step's gradient is as large as the gradient (McCandlish et
al. 2018, arXiv 1812.06162). The mean gradient of b examples has a squared norm of |G|² + tr(Σ) / b on
average, so that two batch sizes yield estimates of |G|² and of tr(Σ) without bias. One step's are wild: both
are averaged over steps, each step counting the same, and divided only then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95


class Norms(NamedTuple):
    """What was measured at one optimiser step.

    Attributes:
        batch: examples behind the larger batch's mean gradient.
        small_batch: the same of the smaller; of several smaller ones the harmonic mean.
        squared_norm: of the larger batch's mean gradient.
        small_squared_norm: of the smaller's; of several the mean.
    """

    batch: float
    small_batch: float
    squared_norm: float
    small_squared_norm: float


class NoiseScale(NamedTuple):
    """An estimate over a number of steps.

    Attributes:
        scale: tr(Σ) / |G|², in examples; ``None`` where an estimate of one of them is not above 0: so few
            steps cannot tell it.
        low: lower end of its 95 % interval; ``None`` where there is none.
        high: its upper end.
        squared_gradient: the estimate of |G|².
        trace: the estimate of tr(Σ).
        steps: how many were measured.
    """

    scale: float | None
    low: float | None
    high: float | None
    squared_gradient: float
    trace: float
    steps: int


def noise_scale(measured: Sequence[Norms]) -> NoiseScale:
    """The noise scale over all steps that were ``measured``; both estimates are NaN where none was.

    The interval is Student's, on the logarithm of the scale with its jackknife error over steps. What
    differs between steps counts as error, also where the scale itself moved. There is none below two steps,
    nor where a single step decides whether there is a scale.
    """
    if not measured:
        return NoiseScale(None, None, None, math.nan, math.nan, 0)
    big, small, big_norm, small_norm = np.array(measured, dtype=np.float64).T
    gradient = (big * big_norm - small * small_norm) / (big - small)
    trace = (small_norm - big_norm) / (1 / small - 1 / big)
    squared, noise = float(gradient.mean()), float(trace.mean())
    scale = noise / squared if min(squared, noise) > 0 else None
    low, high = (None, None) if scale is None else _interval(scale, gradient, trace)
    return NoiseScale(scale, low, high, squared, noise, len(measured))


def measured_in(log: Iterable[Mapping[str, Any]]) -> list[Norms]:
    """What the entries of a training log hold of it."""
    return [Norms(**entry["noise"]) for entry in log if "noise" in entry]


def _interval(
    scale: float, gradient: NDArray[np.float64], trace: NDArray[np.float64]
) -> tuple[float | None, float | None]:
    steps = len(gradient)
    without = np.stack([trace.sum() - trace, gradient.sum() - gradient])
    if without.min() <= 0:  # of a single step nothing is left
        return None, None
    scales = np.log(without[0] / without[1])
    error = math.sqrt((steps - 1) * float(scales.var()))
    reach = math.exp(float(stats.t.ppf((1 + CONFIDENCE) / 2, steps - 1)) * error)
    return scale / reach, scale * reach
