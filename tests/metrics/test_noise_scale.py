"""Tests of metrics.noise_scale: the two estimates, their ratio and its interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.noise_scale import Norms, measured_in, noise_scale

STEP = Norms(batch=16, small_batch=8, squared_norm=6.5, small_squared_norm=9)
"""By hand: |G|² = 4 and tr(Σ) = 40 give 4 + 40 / 8 = 9 for 8 examples, and 4 + 40 / 16 = 6.5 for 16."""


def drawn(seed: int, steps: int, batch: int = 16) -> list[Norms]:
    """Steps whose examples' gradients are normal around G of 20 numbers, |G|² = 5, with tr(Σ) = 20."""
    mean = np.full(20, 0.5)
    found = []
    for gradients in np.random.default_rng(seed).normal(mean, 1, size=(steps, batch, 20)):
        halves = [gradients[: batch // 2].mean(0), gradients[batch // 2 :].mean(0)]
        big, small = gradients.mean(0), [half @ half for half in halves]
        found.append(Norms(batch, batch / 2, float(big @ big), float(sum(small)) / 2))
    return found


def test_one_step_by_hand() -> None:
    """Both are solved for; of a single step there is no interval."""
    found = noise_scale([STEP])
    assert (found.squared_gradient, found.trace, found.scale) == pytest.approx((4, 40, 10))
    assert (found.low, found.high, found.steps) == (None, None, 1)


def test_steps_are_averaged_before_they_are_divided() -> None:
    """By hand: |G|² 4 and 4, tr(Σ) 40 and 10: 25 / 4, not the mean of 10 and 2.5.

    Leaving one out gives 2.5 and 10, a factor of four apart: the jackknife error of the logarithm is ln 2,
    and Student's t for one degree of freedom is 12.706.
    """
    other = Norms(16, 8, 4 + 10 / 16, 4 + 10 / 8)
    found = noise_scale([STEP, other])
    assert found.scale == pytest.approx(6.25)
    assert found.low == pytest.approx(6.25 / 2**12.7062, rel=1e-4)
    assert found.high == pytest.approx(6.25 * 2**12.7062, rel=1e-4)


def test_steps_of_different_batches_are_averaged_too() -> None:
    """The last batch of an epoch is smaller, and says the same of |G|² and tr(Σ)."""
    found = noise_scale([STEP, Norms(5, 2.4, 4 + 40 / 5, 4 + 40 / 2.4)])
    assert (found.squared_gradient, found.trace) == pytest.approx((4, 40))
    assert (found.low, found.high) == pytest.approx((10, 10))


@pytest.mark.parametrize(
    "measured",
    [
        [Norms(16, 8, 2, 9)],  # |G|² below 0
        [Norms(16, 8, 9, 8)],  # tr(Σ) below 0
        [],
    ],
)
def test_what_cannot_be_told_is_none(measured: list[Norms]) -> None:
    """Estimates without bias may fall below 0: then there is no ratio, and no interval."""
    found = noise_scale(measured)
    assert (found.scale, found.low, found.high, found.steps) == (None, None, None, len(measured))


def test_nothing_measured_has_no_estimates() -> None:
    """They are no number, rather than 0."""
    found = noise_scale([])
    assert math.isnan(found.squared_gradient)
    assert math.isnan(found.trace)


def test_a_scale_that_hangs_on_one_step_has_no_interval() -> None:
    """Without the first step |G|² would be below 0."""
    found = noise_scale([STEP, Norms(16, 8, 2, 7)])
    assert found.scale is not None
    assert (found.low, found.high) == (None, None)


def test_the_interval_covers() -> None:
    """Of 200 trainings of 40 normal steps, nine tenths or more of the intervals hold the true 4."""
    found = [noise_scale(drawn(seed, 40)) for seed in range(200)]
    covered = [each.low <= 4 <= each.high for each in found if each.low is not None and each.high is not None]
    assert len(covered) == 200
    assert 180 <= sum(covered) < 200


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=20), st.floats(0.01, 100))
def test_a_loss_times_a_factor_has_the_same_scale(norms: list[float], factor: float) -> None:
    """Both estimates grow with its square."""
    measured = [Norms(16, 8, norm, 1.5 * norm) for norm in norms]
    scaled = [Norms(16, 8, factor * norm, factor * 1.5 * norm) for norm in norms]
    assert noise_scale(scaled).scale == pytest.approx(noise_scale(measured).scale)


def test_a_log_holds_everything() -> None:
    """Only the entries of measured steps count, and what they hold is what was measured."""
    noise = {"step": 1, "noise": STEP._asdict()}
    assert measured_in([{"step": 1, "loss": 0.5}, noise, {"step": 2, "dev": 50.0}]) == [STEP]
