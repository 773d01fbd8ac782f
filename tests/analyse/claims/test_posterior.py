"""Posteriors: against quadrature, against closed forms, and against what is drawn from the prior itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats

from stiltwalk.analyse.claims.posterior import Crossed, Joint, between, crossed, drawn, joint


def _by_quadrature(value: float, se: float, df: float, low: float, high: float, tau: float) -> float:
    """Normal prior times t likelihood, integrated directly over the true value."""

    def product(true: float) -> float:
        return float(stats.norm.pdf(true, 0, tau) * stats.t.pdf((value - true) / se, df))

    ends = [-8 * tau, 8 * tau]
    places = sorted({0.0, value, *(each for each in (low, high) if ends[0] < each < ends[1])})
    whole, _ = integrate.quad(product, *ends, points=places, limit=400)
    part, _ = integrate.quad(product, max(low, ends[0]), min(high, ends[1]), points=places, limit=400)
    return float(part / whole)


@pytest.mark.parametrize(
    ("value", "se", "df", "low", "high", "tau"),
    [
        (2.0, 1.0, 2, 0.0, math.inf, 5.0),
        (8.0, 0.7, 12, 6.2, 10.2, 5.0),
        (-1.0, 3.0, 4, 0.0, math.inf, 2.0),
        (12.0, 1.5, 3, -math.inf, 10.0, 10.0),
        (4.0, 1.0, 1, 0.5, 1.5, 1.0),
    ],
)
def test_as_quadrature_has_it(
    value: float, se: float, df: float, low: float, high: float, tau: float
) -> None:
    """Integrating over the noise's variance is the same as a t likelihood: scipy's quadrature agrees."""
    found = float(between(value, se, df, low, high, tau))
    assert found == pytest.approx(_by_quadrature(value, se, df, low, high, tau), abs=1e-5)


def test_hand_solved() -> None:
    """Known noise (many degrees of freedom), prior and noise both 1: the true value is normal(1, 1/2).

    The estimate 2 is pulled halfway to 0. Above 0 it is with probability Φ(1 / √0.5) = Φ(1.41421) = 0.92135.
    """
    assert float(between(2.0, 1.0, 1e7, 0.0, math.inf, 1.0)) == pytest.approx(0.92135, abs=1e-4)


def test_many_at_once() -> None:
    """Arrays broadcast, and each is what it is alone."""
    values = np.array([-2.0, 0.0, 3.0])
    found = between(values, 1.0, 8, 0.0, math.inf, 5.0)
    assert found.tolist() == [float(between(each, 1.0, 8, 0.0, math.inf, 5.0)) for each in values]
    assert found[1] == pytest.approx(0.5)
    assert found[0] < found[1] < found[2]


def test_a_wide_prior_leaves_the_t_distribution() -> None:
    """With nothing held beforehand, P(true > 0) is what Student's t says: 1 minus the one-sided p."""
    found = float(between(2.0, 1.0, 6, 0.0, math.inf, 1e4))
    assert found == pytest.approx(1 - stats.t.sf(2.0, 6), abs=1e-4)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-20, 20),
    st.floats(0.01, 10),
    st.floats(0.5, 60),
    st.floats(-5, 5),
    st.floats(0, 10),
    st.floats(0.5, 20),
)
def test_parts_add_up(value: float, se: float, df: float, low: float, wide: float, tau: float) -> None:
    """Below, between and above are all there is, whatever the estimate."""
    high = low + wide
    parts = [(-math.inf, low), (low, high), (high, math.inf)]
    found = [float(between(value, se, df, left, right, tau)) for left, right in parts]
    assert sum(found) == pytest.approx(1.0, abs=1e-6)
    assert min(found) >= 0


def test_draws_of_one_are_the_integral() -> None:
    """Drawn values of a single estimate lie above 0 as often as the integral says, but for chance."""
    alone = Joint(np.array([1.0]), np.array([[1.0]]), np.array([[25.0]]), 4.0)
    found = joint(alone, lambda true: np.asarray(true[:, 0] > 0))
    assert found == pytest.approx(float(between(1.0, 1.0, 4.0, 0.0, math.inf, 5.0)), abs=0.01)


def test_draws_have_the_conjugate_moments() -> None:
    """Known noise: mean and covariance are those of the conjugate normal, P(P+V)⁻¹y and P - P(P+V)⁻¹P."""
    values = np.array([2.0, -1.0, 0.5])
    noise = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 2.0]])
    prior = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.0, 2.0]])
    found = drawn(Joint(values, noise, prior, 1e7), 40_000)
    gain = prior @ np.linalg.inv(prior + noise)
    assert found.mean(axis=0) == pytest.approx(gain @ values, abs=0.02)
    assert np.cov(found.T) == pytest.approx(prior - gain @ prior, abs=0.03)


def test_crossed_is_joint_where_noise_is_known() -> None:
    """With many degrees of freedom two targets × three arms are one joint normal: Kronecker products."""
    values = np.array([[2.0, -1.0, 0.5], [1.0, 0.5, -0.5]])
    noise = np.array([[1.0, 0.6], [0.6, 2.0]])
    design = (np.eye(3) + 1) / 3
    prior = np.array([[4.0, 2.0], [2.0, 4.0]])

    def holds(true: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.asarray((true[:, 0] > 0.8) & (true[:, 4] > true[:, 5]))

    both = Joint(values.ravel(), np.kron(noise, design), np.kron(prior, np.eye(3)), 1e6)
    found = crossed(Crossed(values, noise, design, prior, 1e6), holds)
    assert found == pytest.approx(joint(both, holds), abs=0.02)
    assert 0.1 < found < 0.9


def test_crossed_with_few_degrees_of_freedom_is_less_sure() -> None:
    """Of one target it is the integral of one estimate; with 3 degrees of freedom less sure than with 300."""
    one = [
        crossed(
            Crossed(np.array([[1.5]]), np.eye(1), np.eye(1), 25 * np.eye(1), df),
            lambda true: np.asarray(true[:, 0] > 0),
        )
        for df in (3.0, 300.0)
    ]
    for found, df in zip(one, (3.0, 300.0), strict=True):
        assert found == pytest.approx(float(between(1.5, 1.0, df, 0.0, math.inf, 5.0)), abs=0.02)
    assert one[0] < one[1]


def test_the_same_every_time() -> None:
    """Random numbers are always the same: so is the posterior, to the bit."""
    found = Joint(np.array([1.0, 0.5]), np.eye(2), 25 * np.eye(2), 6.0)
    assert joint(found, lambda true: np.asarray((true > 0).all(axis=1))) == joint(
        found, lambda true: np.asarray((true > 0).all(axis=1))
    )


def test_calibrated() -> None:
    """Of statements with a posterior of about p, a share of about p is true: 4,000 studies from the prior.

    Gains are normal(0, 2), estimated with a noise of 1.5 on 4 degrees of freedom. In ten bins the mean
    distance between the two is at most 0.03; a perfect judge has 0.01 by chance.
    """
    generator = np.random.default_rng(3)
    count, df = 4000, 4
    true = generator.normal(0, 2, count)
    value = true + generator.normal(0, 1.5, count)
    se = 1.5 * np.sqrt(generator.chisquare(df, count) / df)
    found = between(value, se, df, 1.0, np.inf, 2.0)
    bins = np.minimum((found * 10).astype(int), 9)
    error = sum(
        (bins == each).mean() * abs(found[bins == each].mean() - (true > 1.0)[bins == each].mean())
        for each in range(10)
        if (bins == each).any()
    )
    assert error <= 0.03
