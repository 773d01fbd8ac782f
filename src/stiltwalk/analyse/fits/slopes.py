"""The slope that points of several groups have in common: what size is worth, families apart."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.fits.laws import Floats


def family_slope(
    x: Floats, y: Floats, groups: NDArray[np.generic], confidence: float = CONFIDENCE
) -> Estimate:
    """The common slope of ``y`` on ``x`` with a level for every group, by least squares.

    Args:
        x: ``(points,)``, for instance the logarithm of each encoder's size.
        y: ``(points,)``: a number of each encoder; points of NaN are left out.
        groups: ``(points,)``: each encoder's family.
        confidence: of the interval.

    Returns:
        Its interval has points less groups less 1 degrees of freedom; it is unbounded where that is not
        above 0, where no group has two different ``x`` (the value is NaN then), and where the points lie on
        the line to the bit.
    """
    kept = np.isfinite(x) & np.isfinite(y)
    places, values, names = np.asarray(x)[kept], np.asarray(y)[kept], np.asarray(groups)[kept]
    if not len(places):
        return unbounded(confidence=confidence)
    levels = np.eye(len(np.unique(names)))[np.unique(names, return_inverse=True)[1]]
    share = levels / levels.sum(axis=0)
    across, along = (each - levels @ (share.T @ each) for each in (places, values))
    spread = float(across @ across)
    if spread <= 1e-24 * max(float(places @ places), 1e-300):
        return unbounded(confidence=confidence)
    slope = float(across @ along) / spread
    df = len(places) - levels.shape[1] - 1
    left = float(((along - slope * across) ** 2).sum())
    # rounding leaves traces where all points lie on the line
    if df <= 0 or left <= 1e-22 * float(values @ values):
        return unbounded(slope, confidence)
    return estimate(slope, math.sqrt(left / df / spread), df, confidence)
