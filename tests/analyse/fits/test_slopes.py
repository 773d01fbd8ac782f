"""Tests of analyse.fits.slopes: a common slope with a level for every family."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.fits.slopes import family_slope


def test_one_family_is_plain_regression() -> None:
    """With one level, scipy's linregress has the same slope, standard error and p."""
    random = np.random.default_rng(0)
    x, y = random.normal(0, 1, 6), random.normal(0, 1, 6)
    found = family_slope(x, y, np.zeros(6))
    expected = stats.linregress(x, y)
    assert found.value == pytest.approx(expected.slope)
    assert found.se == pytest.approx(expected.stderr)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.df == 4


def test_two_families_by_hand() -> None:
    """Sizes 0, 1, 2 with scores 0, 1, 2 + 1, and 0, 1 with 10, 12: within families 3 + 1 over 2 + 0.5.

    Family one: deviations -1, 0, 1 and -4/3, -1/3, 5/3, products 3; family two: ±0.5 and ±1, products 1. The
    slope is 4 / 2.5 = 1.6. Squares left: 14/3 + 2 - 4 * 1.6 = 0.26667 on 5 - 2 - 1 = 2 degrees of freedom.
    """
    found = family_slope(np.array([0.0, 1, 2, 0, 1]), np.array([0.0, 1, 3, 10, 12]), np.array(list("aaabb")))
    assert found.value == pytest.approx(1.6)
    assert found.df == 2
    assert found.se == pytest.approx(math.sqrt(0.266667 / 2 / 2.5), rel=1e-5)


def test_agreement_with_statsmodels() -> None:
    """Ordinary least squares with a column for every family (where statsmodels is installed)."""
    statsmodels = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(1)
    x, y, groups = random.normal(0, 1, 9), random.normal(0, 1, 9), np.array(list("aaabbbccc"))
    columns = np.column_stack([x, *(groups == name for name in "abc")])
    expected = statsmodels.OLS(y, columns).fit()
    found = family_slope(x, y, groups)
    assert found.value == pytest.approx(expected.params[0])
    assert (found.low, found.high) == pytest.approx(tuple(expected.conf_int()[0]))


def test_what_cannot_be_known() -> None:
    """No points; families of one size each; no degrees of freedom; points on the line; a missing score."""
    x, y = np.array([0.0, 1, 2]), np.array([0.0, 1, 2.5])
    assert not family_slope(x[:0], y[:0], np.zeros(0)).bounded
    assert math.isnan(family_slope(x, y, np.array(list("abc"))).value)
    assert family_slope(x[:2], y[:2], np.zeros(2)).value == pytest.approx(1)
    assert not family_slope(x[:2], y[:2], np.zeros(2)).bounded
    assert not family_slope(x, 2 * x, np.zeros(3)).bounded
    assert family_slope(np.r_[x, 3], np.r_[y, np.nan], np.zeros(4)) == family_slope(x, y, np.zeros(3))
