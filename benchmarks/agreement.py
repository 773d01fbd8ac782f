"""Whether the loss curves of two sides agree within seed noise: a verdict that can be no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

WINDOW = 10
"""Optimiser steps whose losses are averaged: a curve is looked at as a row of such windows."""

NEIGHBOURS = 2
"""Windows to either side that help to estimate a window's seed noise, of which few seeds say little."""

ERRORS = 3.0
"""Standard errors that the sides may be apart in a window."""

SHARE = 0.95
"""Of the windows that must be within."""

LEVEL = 0.01
"""Below such a probability the last two windows, or the whole curve, differ."""

Curves = NDArray[np.float64]
"""``(seeds, steps)`` losses."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What :func:`compare` found.

    Attributes:
        difference: ours less theirs, mean over seeds and steps.
        error: the standard error of that, from the seeds.
        within: share of the windows in which the sides are within ``ERRORS`` standard errors.
        end: probability of the last two windows' difference, were both sides the same (t test).
        whole: the same of the whole curve's mean.
    """

    difference: float
    error: float
    within: float
    end: float
    whole: float

    @property
    def agrees(self) -> bool:
        """Whether nothing but seed noise was seen."""
        return self.within >= SHARE and min(self.end, self.whole) >= LEVEL


def compare(ours: Curves, theirs: Curves) -> Agreement:
    """The verdict on two sides' curves, of which equal rows saw the same examples from the same weights.

    Rows are compared in pairs: what order and new head do to a curve, they do to both of a pair.

    Raises:
        ValueError: shapes differ, or there are fewer than three seeds or two windows.
    """
    if ours.shape != theirs.shape or len(ours) < 3 or ours.shape[1] < 2 * WINDOW:
        raise ValueError(
            f"expected two arrays of one shape, at least three seeds by {2 * WINDOW} steps, found "
            f"{ours.shape} and {theirs.shape}."
        )
    apart = windows(ours) - windows(theirs)
    seeds = len(apart)
    variance = _smooth(apart.var(axis=0, ddof=1))
    # two sides that are equal to the bit are within
    within = np.abs(apart.mean(axis=0)) <= ERRORS * np.sqrt(variance / seeds)
    means = apart.mean(axis=1)
    return Agreement(
        difference=float(means.mean()),
        error=float(means.std(ddof=1) / np.sqrt(seeds)),
        within=float(within.mean()),
        end=_probability(apart[:, -2:].mean(axis=1)),
        whole=_probability(means),
    )


def windows(curves: Curves) -> Curves:
    """``(seeds, windows)``: means of ``WINDOW`` steps; what is left behind the last one is not looked at."""
    count = curves.shape[1] // WINDOW
    found: Curves = curves[:, : count * WINDOW].reshape(len(curves), count, WINDOW).mean(axis=2)
    return found


def _smooth(variance: Curves) -> Curves:
    """``(windows,)``: each the mean of itself and its neighbours, as far as there are any."""
    sides = range(len(variance))
    return np.array([variance[max(0, n - NEIGHBOURS) : n + NEIGHBOURS + 1].mean() for n in sides])


def _probability(differences: Curves) -> float:
    """Of such ``(seeds,)`` differences if their mean is 0, by Student's t."""
    if not differences.any():
        return 1.0
    found: Any = stats.ttest_1samp(differences, 0.0)
    return float(found.pvalue)
