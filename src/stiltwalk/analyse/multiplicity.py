"""Many tests at once: p-values adjusted so that a family of them errs no more often than one.

An adjusted p is to be held against the same bound as a single one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def holm(p: ArrayLike) -> Floats:
    """Holm's adjusted p-values: the chance of even one false finding in the family is bounded.

    The k-th smallest of n is multiplied by n - k + 1, and none may be smaller than one before it. Holds
    however the tests depend on each other.

    Args:
        p: ``(n,)``: the family; NaN: not tested, which stays NaN and does not count.
    """
    values, order, tested = _sorted(p)
    adjusted = np.maximum.accumulate(values * np.arange(len(values), 0, -1))
    return _unsorted(adjusted, order, tested)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Benjamini's and Hochberg's adjusted p-values: the share of false ones among the findings is bounded.

    The k-th smallest of n is multiplied by n / k, and none may exceed one behind it. Holds where tests are
    independent or go up and down together, as gains over one baseline do.

    Args:
        p: ``(n,)``: the family; NaN: not tested, which stays NaN and does not count.
    """
    values, order, tested = _sorted(p)
    raised = values * len(values) / np.arange(1, len(values) + 1)
    return _unsorted(np.minimum.accumulate(raised[::-1])[::-1], order, tested)


def _sorted(p: ArrayLike) -> tuple[Floats, NDArray[np.intp], NDArray[np.bool_]]:
    """What was tested, in ascending order; that order; which of all were tested."""
    given = np.asarray(p, dtype=float)
    tested = ~np.isnan(given)
    values = given[tested]
    order = np.argsort(values, kind="stable")
    return values[order], order, tested


def _unsorted(adjusted: Floats, order: NDArray[np.intp], tested: NDArray[np.bool_]) -> Floats:
    found = np.full(tested.shape, np.nan)
    back = np.empty_like(adjusted)
    back[order] = np.minimum(adjusted, 1.0)
    found[tested] = back
    return found
