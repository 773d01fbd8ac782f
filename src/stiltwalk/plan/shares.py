"""How probable each of several tasks is at each optimiser step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stiltwalk.spec.sampling import Sampling


def probabilities(
    sampling: Sampling, tasks: Sequence[str], sizes: Sequence[int], steps: int
) -> NDArray[np.float64]:
    """``(steps, tasks)``: how probable each task is at each of the ``steps``.

    Args:
        sampling: how it is drawn.
        tasks: their names.
        sizes: how many training items each has.
        steps: the tasks' own steps in all; a schedule of weights stretches over them.
    """
    if sampling.schedule:
        moments = np.arange(steps) / max(1, steps)
        turns = [turn.at for turn in sampling.schedule]
        weights = np.stack(
            [np.interp(moments, turns, [t.weights[name] for t in sampling.schedule]) for name in tasks], 1
        )
    else:
        fixed = [sampling.weights[name] for name in tasks] if sampling.weights else _by_size(sampling, sizes)
        weights = np.tile(np.array(fixed, dtype=np.float64), (steps, 1))
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _by_size(sampling: Sampling, sizes: Sequence[int]) -> list[float]:
    return [float(capped(sampling, size)) ** sampling.exponent for size in sizes]


def capped(sampling: Sampling | None, size: int) -> int:
    """``size`` as far as the sampling counts it."""
    return size if sampling is None or sampling.cap is None else min(size, sampling.cap)
