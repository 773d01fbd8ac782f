"""Tests of analyse.fits.rates: the exchange rate against Fieller's closed form, and the frontier."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.estimates import Estimate, estimate, unbounded
from stiltwalk.analyse.fits.rates import exchange_rate, frontier
from stiltwalk.spec.errors import StiltwalkError


def _fieller(size: Estimate, data: Estimate, covariance: float) -> tuple[float, float]:
    """The roots of (s_N - r s_D)^2 = t^2 (v_N - 2 r c + r^2 v_D), for one t."""
    squared = float(stats.t.ppf(0.975, size.df)) ** 2
    roots = np.roots(
        [
            data.value**2 - squared * data.se**2,
            -2 * (size.value * data.value - squared * covariance),
            size.value**2 - squared * size.se**2,
        ]
    )
    low, high = sorted(float(root) for root in roots)
    return low, high


@pytest.mark.parametrize("size", [2.0, 0.1, -1.5])
@pytest.mark.parametrize("covariance", [0.01, -0.02])
def test_agreement_with_the_closed_form(size: float, covariance: float) -> None:
    """With common degrees of freedom the interval's ends are the roots of a quadratic."""
    of_size, of_data = estimate(size, 0.2, 6), estimate(1.0, 0.15, 6)
    found = exchange_rate(of_size, of_data, covariance)
    assert (found.doublings.low, found.doublings.high) == pytest.approx(
        _fieller(of_size, of_data, covariance)
    )
    assert found.doublings.value == pytest.approx(size)
    assert found.factor == pytest.approx(2**size)
    assert (found.low, found.high) == (2**found.doublings.low, 2**found.doublings.high)
    assert found.open == ""
    assert found.reason == ""


def test_degrees_of_freedom_are_satterthwaites() -> None:
    """At each end the t test of s_N - r s_D, with its own degrees of freedom, has p = 0.05."""
    of_size, of_data = estimate(2.0, 0.4, 3), estimate(1.0, 0.1, 20)
    found = exchange_rate(of_size, of_data)
    for end in (found.doublings.low, found.doublings.high):
        parts = 0.4**2, end**2 * 0.1**2
        df = sum(parts) ** 2 / (parts[0] ** 2 / 3 + parts[1] ** 2 / 20)
        far = abs(2.0 - end * 1.0) / math.sqrt(sum(parts))
        assert 2 * stats.t.sf(far, df) == pytest.approx(0.05, rel=1e-6)


def test_a_very_sharp_interval_is_found() -> None:
    """Standard errors of a millionth: the interval is as narrow, around 3."""
    found = exchange_rate(estimate(3.0, 1e-6, 8), estimate(1.0, 1e-6, 8))
    assert found.doublings.low < 3 < found.doublings.high
    assert found.doublings.high - found.doublings.low < 3e-5


def test_where_data_may_return_nothing_the_rate_has_no_upper_end() -> None:
    """s_D of 0.3 with an interval from -0.1: it may take any amount of data. The lower end stays."""
    found = exchange_rate(estimate(1.5, 0.2, 20), estimate(0.3, 0.2, 20))
    assert found.open == "above"
    assert found.high == found.doublings.high == math.inf
    assert 0 < found.doublings.low < 5
    assert found.reason == ""


def test_where_a_larger_encoder_is_worse() -> None:
    """The mirror image: the factor has no lower end but 0."""
    found = exchange_rate(estimate(-1.5, 0.2, 20), estimate(0.3, 0.2, 20))
    assert found.open == "below"
    assert found.low == 0
    assert found.high < 1


def test_where_neither_slope_is_told_from_zero() -> None:
    """Nothing is bounded, and it is said."""
    found = exchange_rate(estimate(0.1, 0.3, 10), estimate(0.1, 0.3, 10))
    assert found.open == "both"
    assert (found.low, found.high) == (0, math.inf)
    assert "Neither slope is told from 0" in found.reason


def test_scores_that_fall_with_data() -> None:
    """No amount of data matches anything then."""
    found = exchange_rate(estimate(1.0, 0.1, 10), estimate(-1.0, 0.1, 10))
    assert "Scores fall as data grows" in found.reason
    assert math.isnan(found.factor)


@pytest.mark.parametrize("which", ["size", "data"])
def test_a_slope_of_unknown_spread(which: str) -> None:
    """Four encoders, or one seed: no interval, and the sentence names the slope."""
    known, unknown = estimate(1.0, 0.1, 10), unbounded(1.0)
    found = exchange_rate(unknown, known) if which == "size" else exchange_rate(known, unknown)
    assert f"how the slope on {which} varies" in found.reason
    assert (found.low, found.high, found.open) == (0, math.inf, "both")


def test_coverage() -> None:
    """Of 400 studies with 4 and 20 degrees of freedom, 364 to 394 intervals hold the truth.

    At a true rate of 95 % that is so in 99.9 % of tries.
    """
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        of_size = estimate(random.normal(1.5, 0.3), 0.3 * math.sqrt(random.chisquare(4) / 4), 4)
        of_data = estimate(random.normal(0.5, 0.15), 0.15 * math.sqrt(random.chisquare(20) / 20), 20)
        found = exchange_rate(of_size, of_data)
        hits += found.doublings.low <= 3 <= found.doublings.high
    assert 364 <= hits <= 394


def test_the_frontier_by_hand() -> None:
    """Costs 1, 2, 3, 4 with 50, 49, 55, 55.5: the second is below the first, the others rise."""
    scores = [estimate(value, 0.5, 8) for value in (50, 49, 55, 55.5)]
    found = frontier([1, 2, 3, 4], scores, ["a", "b", "c", "d"])
    assert [(each.cost, each.label) for each in found] == [(1, "a"), (3, "c"), (4, "d")]
    assert [each.score for each in found] == [scores[0], scores[2], scores[3]]
    assert [each.rivals for each in found] == [(), (), ("c",)]


def test_a_frontier_knows_rivals_of_the_same_cost() -> None:
    """At one cost the better counts; the other is its rival where intervals overlap."""
    found = frontier([1, 1], [estimate(50, 1, 8), estimate(51, 1, 8)], ["a", "b"])
    assert [(each.label, each.rivals) for each in found] == [("b", ("a",))]


def test_a_frontier_without_points() -> None:
    """Points without a cost or a score are left out; unbounded scores are rivals of all dearer ones."""
    scores = [unbounded(), estimate(50, 1, 8), unbounded(40)]
    assert frontier([1, math.nan, 2], scores, ["a", "b", "c"])[0].label == "c"
    assert frontier([], [], []) == ()
    found = frontier([1, 2], [unbounded(40), estimate(50, 1, 8)], ["a", "b"])
    assert found[1].rivals == ("a",)


def test_a_frontier_needs_labels() -> None:
    """Anything else is a mistake."""
    with pytest.raises(StiltwalkError, match="a label of every point"):
        frontier([1], [unbounded()], [])
