"""Tests of analyse.fits.akaike: the criterion and its weights, by hand."""

from __future__ import annotations

import math

import pytest

from stiltwalk.analyse.fits.akaike import aicc, ranked


def test_the_criterion_by_hand() -> None:
    """10 scores, 3 numbers, squares of 20: 10 ln 2 + 6 + 2 * 3 * 4 / 6 = 6.9315 + 6 + 4."""
    assert aicc(20, 10, 3) == pytest.approx(16.93147, abs=1e-5)


def test_too_few_scores_bear_no_model() -> None:
    """There must be more scores than numbers plus 1."""
    assert aicc(20, 4, 3) == math.inf
    assert aicc(20, 5, 3) < math.inf


def test_a_perfect_fit_is_finite() -> None:
    """No squares left over count as a millionth of a point each, so that weights exist."""
    assert aicc(0, 10, 3) == pytest.approx(10 * math.log(1e-12) + 10)


def test_weights_by_hand() -> None:
    """Differences 0, 2 ln 3 and 2 ln 6: shares 1, 1/3, 1/6, weights 2/3, 2/9, 1/9."""
    found = ranked([5 + 2 * math.log(3), 5, 5 + 2 * math.log(6)])
    assert found.weights == pytest.approx((2 / 9, 2 / 3, 1 / 9))
    assert found.best == 1
    assert found.delta[1] == 0


def test_models_within_two_are_rivals() -> None:
    """A difference of 1.99 leaves the matter open, 2 does not."""
    assert ranked([0, 1.99, 2.0]).rivals == (1,)


def test_a_model_that_scores_do_not_bear_weighs_nothing() -> None:
    """An infinite criterion has weight 0."""
    assert ranked([0.0, math.inf]).weights == (1, 0)
