"""Estimates: intervals by hand and by scipy, and what cannot be concluded."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.estimates import (
    estimate,
    p_above,
    p_below,
    p_equivalent,
    quantile_of_two,
    unbounded,
)


def test_interval_is_that_of_t() -> None:
    """Of 1, 2, 6: mean 3, sd sqrt(7), se sqrt(7/3); t(0.975, 2) = 4.3027."""
    values = [1.0, 2.0, 6.0]
    found = estimate(3.0, math.sqrt(7 / 3), 2)
    assert found.low == pytest.approx(3 - 4.30265 * 1.527525, abs=1e-4)
    reference = stats.ttest_1samp(values, 0)
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval(0.95)))
    assert found.p == pytest.approx(reference.pvalue)


@pytest.mark.parametrize(
    ("value", "se", "df"),
    [(1.0, 0.0, 4), (1.0, math.nan, 4), (1.0, 0.5, 0), (math.nan, 0.5, 4)],
    ids=["no variation", "unknown variation", "one seed", "no value"],
)
def test_what_is_not_known_is_unbounded(value: float, se: float, df: float) -> None:
    """A number without an interval does not exist: its interval is everything, and it tests nothing."""
    found = estimate(value, se, df)
    assert (found.low, found.high, found.p, found.bounded) == (-math.inf, math.inf, 1.0, False)
    assert p_above(found, -100) == p_below(found, 100) == p_equivalent(found, 100) == 1.0


def test_one_sided_tests_are_those_of_scipy() -> None:
    """Both tests against a bound, and the equivalence test as the larger of the two."""
    values = np.array([0.1, -0.2, 0.3, 0.05])
    found = estimate(float(values.mean()), float(values.std(ddof=1) / 2), 3)
    above = stats.ttest_1samp(values, -0.3, alternative="greater").pvalue
    below = stats.ttest_1samp(values, 0.3, alternative="less").pvalue
    assert p_above(found, -0.3) == pytest.approx(above)
    assert p_below(found, 0.3) == pytest.approx(below)
    assert p_equivalent(found, 0.3) == pytest.approx(max(above, below))


def test_ends_and_bounds_agree() -> None:
    """The end of a 90 % interval is where a one-sided test has p = 0.05."""
    found = estimate(1.7, 0.4, 6, 0.9)
    assert p_above(found, found.low) == pytest.approx(0.05)
    assert p_below(found, found.high) == pytest.approx(0.05)
    assert unbounded().confidence == 0.95


def test_a_variance_of_two_parts_has_their_t_where_one_is_all() -> None:
    """At either end the quantile is that of t; known parts leave the normal's."""
    assert quantile_of_two((2.0, 0.0), (4, 25)) == pytest.approx(stats.t.ppf(0.975, 4))
    assert quantile_of_two((0.0, 0.1), (4, 25)) == pytest.approx(stats.t.ppf(0.975, 25))
    assert quantile_of_two((1.0, 3.0), (1e9, 1e9), 0.9) == pytest.approx(stats.norm.ppf(0.95))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_variance_of_two_parts_is_covered(share: float) -> None:
    """Welch's problem with 4 and 25 degrees of freedom, 100,000 times: 95 % within half a point."""
    rng = np.random.default_rng(1)
    draws = 100_000
    first = share * rng.chisquare(4, draws) / 4
    second = (1 - share) * rng.chisquare(25, draws) / 25
    shares = np.linspace(0, 1, 201)
    quantiles = [quantile_of_two((each, 1 - each), (4, 25)) for each in shares]
    allowed = np.interp(first / (first + second), shares, quantiles) * np.sqrt(first + second)
    assert np.mean(np.abs(rng.normal(size=draws)) <= allowed) == pytest.approx(0.95, abs=0.005)
