"""Doublings: weights of places along an axis that make a slope, a bend, or the last step of a curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stiltwalk.analyse.responses import Floats


def slope_weights(x: Sequence[float]) -> Floats:
    """Of each place, so that the sum is the least-squares slope of the score per doubling of x."""
    return _fitted(x, 1)


def curvature_weights(x: Sequence[float]) -> Floats:
    """Of each place, so that the sum is the least-squares coefficient of (log2 x)²."""
    return _fitted(x, 2)


def last_doubling(x: Sequence[float]) -> tuple[Floats, float, float]:
    """What the last doubling of x brings: weights, the x it starts from, and how many doublings that is.

    It starts from the place that is nearest to half of the largest. Where that is no doubling to the last
    digit, weights are scaled by log2 of the ratio: it is what the stretch brings for each doubling.
    """
    places = np.log2(np.asarray(x, dtype=float))
    start = int(np.abs(places[:-1] - (places[-1] - 1)).argmin())
    doublings = float(places[-1] - places[start])
    weights = np.zeros(len(places))
    weights[-1], weights[start] = 1 / doublings, -1 / doublings
    return weights, float(x[start]), doublings


def _fitted(x: Sequence[float], degree: int) -> Floats:
    """Weights of the highest coefficient of a polynomial in log2 x."""
    places = np.log2(np.asarray(x, dtype=float))
    design = (places - places.mean())[:, None] ** np.arange(degree + 1)
    weights: Floats = np.linalg.pinv(design)[degree]
    return weights
