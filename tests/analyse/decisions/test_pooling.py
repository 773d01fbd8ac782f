"""Tests of analyse.decisions.pooling: the mean of independent estimates."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.decisions.pooling import mean_of
from stiltwalk.analyse.estimates import estimate, unbounded


def test_the_mean_of_two() -> None:
    """1 ± 0.3 on 4 and 2 ± 0.4 on 8 degrees of freedom.

    The mean is 1.5, its standard error sqrt(0.09 + 0.16) / 2 = 0.25. Degrees of freedom are
    0.25² / (0.09² / 4 + 0.16² / 8) = 0.0625 / 0.005225 = 11.96.
    """
    found = mean_of([estimate(1, 0.3, 4), estimate(2, 0.4, 8)])
    assert (found.value, found.se) == pytest.approx((1.5, 0.25))
    assert found.df == pytest.approx(0.0625 / 0.005225)


def test_one_is_itself() -> None:
    """The mean of a single estimate changes nothing of it."""
    alone = estimate(1, 0.3, 4)
    assert mean_of([alone]) == pytest.approx(alone)


def test_one_that_is_not_known_leaves_the_mean_unknown() -> None:
    """The value is given, nothing bounds it; of none there is nothing."""
    found = mean_of([estimate(1, 0.3, 4), unbounded(2.0)])
    assert (found.value, found.low, found.high) == (1.5, -math.inf, math.inf)
    assert math.isnan(mean_of([]).value)
