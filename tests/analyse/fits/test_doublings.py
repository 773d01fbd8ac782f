"""Tests of analyse.fits.doublings: weights against hand-solved ones, and against numpy's polynomials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.fits.doublings import curvature_weights, last_doubling, slope_weights


def test_weights_of_three_doublings() -> None:
    """At 1, 2 and 4 the logarithms are -1, 0 and 1 from their mean.

    The slope is (y3 - y1) / 2; the coefficient of the square is (y1 - 2 y2 + y3) / 2.
    """
    assert slope_weights([1, 2, 4]) == pytest.approx([-0.5, 0, 0.5])
    assert curvature_weights([1, 2, 4]) == pytest.approx([0.5, -1, 0.5])


@given(st.lists(st.integers(1, 10**6), min_size=3, max_size=8, unique=True), st.integers(0, 99))
def test_weights_are_least_squares(places: list[int], seed: int) -> None:
    """Each sums to 0, and gives the highest coefficient of numpy's fit of that degree."""
    x = sorted(places)
    logs = np.log2(x)
    y = np.random.default_rng(seed).normal(size=len(x))
    for degree, weights in ((1, slope_weights(x)), (2, curvature_weights(x))):
        scale = float(np.abs(weights).max())
        expected = np.polyfit(logs - logs.mean(), y, degree)[0]
        assert weights.sum() == pytest.approx(0, abs=1e-7 * scale)
        assert weights @ y == pytest.approx(expected, rel=1e-5, abs=1e-6 * scale)


def test_the_last_doubling_starts_at_half() -> None:
    """Of the published amounts of MNLI it goes from 196,351 to 392,702, not from 274,683."""
    weights, start, doublings = last_doubling([1000, 128000, 196351, 274683, 392702])
    assert start == 196351
    assert doublings == pytest.approx(1)
    assert weights == pytest.approx([0, 0, -1, 0, 1])


def test_a_last_stretch_of_two_doublings() -> None:
    """Without a half of the largest the stretch is longer, and is divided by its doublings."""
    weights, start, doublings = last_doubling([1000, 4000, 16000])
    assert start == 4000
    assert doublings == pytest.approx(2)
    assert weights == pytest.approx([0, -0.5, 0.5])


def test_the_last_stretch_below_a_doubling() -> None:
    """From 100 to 141.42 there is half a doubling: what it brings counts twice."""
    weights, _, doublings = last_doubling([100, 100 * 2**0.5])
    assert doublings == pytest.approx(0.5)
    assert weights == pytest.approx([-2, 2])
