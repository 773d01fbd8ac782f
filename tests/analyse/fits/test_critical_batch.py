"""Tests of analyse.fits.critical_batch: the trade-off curve, the 20 % rule, noise scales of several seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from stiltwalk.analyse.fits.critical_batch import combined_noise, critical_batch
from stiltwalk.analyse.fits.laws import Floats

BATCHES = np.array([8, 16, 32, 64, 128, 256, 512, 1024.0])
CURVE = 300 * (1 + 100 / BATCHES)


def _steps(batch: float, sd: float, seed: int = 0) -> Floats:
    random = np.random.default_rng(seed)
    logs = np.log(300 * (1 + batch / BATCHES))[:, None] + random.normal(0, 0.2, 5)
    return np.exp(logs + random.normal(0, sd, (8, 5)))


def test_the_curve_by_hand() -> None:
    """S_min 300, B_crit 100: E_min 30,000. Every point has (S / S_min - 1)(E / E_min - 1) = 1.

    The 20 % rule from a batch of 8: 1 + B / 100 = 1.2 * 1.08, B = 29.6; of those tried, 16.
    """
    steps = CURVE[:, None] * np.exp([[1e-4, -1e-4]] * 8) * np.exp(1e-5 * np.arange(8)[:, None] * [[1, -1]])
    found = critical_batch(BATCHES, steps)
    assert found.batch.value == pytest.approx(100, rel=1e-3)
    assert found.least_steps == pytest.approx(300, rel=1e-3)
    assert found.least_examples == pytest.approx(30_000, rel=1e-3)
    assert found.fifth == pytest.approx(29.6, rel=1e-3)
    assert found.fifth_seen == 16
    traded = (steps[:, 0] / found.least_steps - 1) * (steps[:, 0] * BATCHES / found.least_examples - 1)
    assert traded == pytest.approx(np.ones(8), rel=1e-2)


def test_agreement_with_curve_fit() -> None:
    """Of one seed, scipy's fit of ln S ends at the same place."""
    logs = np.log(_steps(100, 0.2)[:, 0])
    expected, _ = optimize.curve_fit(
        lambda size, least, batch: least + np.log1p(np.exp(batch) / size), BATCHES, logs, p0=(5.7, 4.6)
    )
    found = critical_batch(BATCHES, np.exp(logs))
    assert math.log(found.batch.value) == pytest.approx(expected[1], abs=1e-4)
    assert math.log(found.least_steps) == pytest.approx(expected[0], abs=1e-4)
    assert found.batch.bounded
    assert math.isnan(found.misfit_p)


def test_an_interval_ends_where_an_f_test_does() -> None:
    """At each end the squares, with seeds' levels and S_min fitted anew, are off by what F allows."""
    logs = np.log(_steps(100, 0.2))
    found = critical_batch(BATCHES, np.exp(logs))

    def squares(batch: float) -> float:
        left = logs - np.log1p(batch / BATCHES)[:, None]
        return float(((left - left.mean(axis=0)) ** 2).sum())

    allowed = squares(found.batch.value) * (1 + stats.f.ppf(0.95, 1, 40 - 6) / (40 - 6))
    for end in (found.batch.low, found.batch.high):
        assert squares(end) == pytest.approx(allowed, rel=1e-4)


def test_coverage() -> None:
    """Of 300 studies, 273 to 296 intervals hold the truth (99.9 % of tries at 95 %)."""
    hits = 0
    for seed in range(300):
        found = critical_batch(BATCHES, _steps(100, 0.25, seed))
        hits += found.batch.low <= 100 <= found.batch.high
    assert 273 <= hits <= 296


def test_steps_that_fall_in_proportion() -> None:
    """Perfect scaling throughout bounds the critical batch from below alone."""
    found = critical_batch(BATCHES, _steps(1e6, 0.1))
    assert found.batch.high == math.inf
    assert found.batch.low > 100
    assert found.fifth == math.inf
    assert "save steps in proportion as far as the runs show: up to 1024" in found.sentence


def test_steps_that_do_not_fall() -> None:
    """The same number of steps at every batch size bounds it from above alone."""
    found = critical_batch(BATCHES, _steps(1e-3, 0.1))
    assert found.batch.low == -math.inf
    assert found.batch.high < 8
    assert "save no steps as far as the runs show: from 8" in found.sentence


def test_steps_that_say_nothing() -> None:
    """Between neighbouring sizes, with noise of a factor of three, both ends are open."""
    sizes = np.array([10, 11, 12.0])
    found = critical_batch(sizes, np.exp(np.random.default_rng(0).normal(5, 1, (3, 3))))
    assert (found.batch.low, found.batch.high) == (-math.inf, math.inf)
    assert found.sentence == "The runs do not tell where larger batches stop saving steps."


def test_runs_that_never_arrive_are_counted() -> None:
    """Three missing runs, one size without any: the others are fitted."""
    steps = _steps(100, 0.1)
    steps[7], steps[0, 0] = np.nan, np.nan
    found = critical_batch(BATCHES, steps)
    assert found.missed == 6
    assert found.batch.low < 100 < found.batch.high


def test_batches_by_the_examples_spent() -> None:
    """Where a step is half a batch, so is the critical batch in examples."""
    steps = _steps(100, 0.05)
    half = critical_batch(BATCHES, steps, examples=steps * BATCHES[:, None] / 2)
    whole = critical_batch(BATCHES, steps)
    assert half.batch.value == pytest.approx(whole.batch.value / 2, rel=1e-3)
    assert half.least_steps == pytest.approx(whole.least_steps, rel=1e-3)


def test_a_curve_that_does_not_fit() -> None:
    """More steps at the largest batches than in the middle: no such curve, with little noise."""
    steps = _steps(100, 0.02)
    steps[6:] *= 3
    assert critical_batch(BATCHES, steps).misfit_p < 1e-6


@pytest.mark.parametrize(
    ("kept", "seeds", "said"),
    [
        (slice(2), 5, "at 2 different batch sizes: it takes 3 at least"),
        (slice(0), 5, "at 0 different batch sizes"),
        (slice(8), 1, ""),
    ],
)
def test_what_it_takes(kept: slice, seeds: int, said: str) -> None:
    """Three batch sizes at least; one seed of eight sizes will do."""
    found = critical_batch(BATCHES[kept], _steps(100, 0.2)[kept, :seeds])
    assert said in found.reason
    assert bool(said) != found.batch.bounded


def test_runs_that_tell_nothing_of_their_spread() -> None:
    """A curve hit to the bit; seeds that never meet; no run that arrived: each is said."""
    exact = critical_batch(BATCHES, CURVE)
    assert "nothing over to tell how they vary" in exact.reason
    assert exact.batch.value == pytest.approx(100)
    assert not exact.batch.bounded
    apart = np.where(np.eye(8, dtype=bool), CURVE[:, None], np.nan)
    assert "share no batch size" in critical_batch(BATCHES, apart).reason
    nothing = critical_batch(BATCHES, np.full((8, 2), np.nan))
    assert "at 0 different batch sizes" in nothing.reason
    assert nothing.missed == 16


def test_noise_scales_of_seeds_by_hand() -> None:
    """10 and 1000: geometric mean 100; their logarithms lie 2.3026 off it, and t(1) is 12.706.

    The standard error is 3.2564 / sqrt(2) = 2.3026, half an interval 29.257 in logarithms.
    """
    found = combined_noise([10.0, 1000.0])
    assert found.scale.value == pytest.approx(100)
    assert math.log(found.scale.high / 100) == pytest.approx(29.257, rel=1e-4)
    assert math.log(100 / found.scale.low) == pytest.approx(29.257, rel=1e-4)
    assert (found.seeds, found.left_out, found.reason) == (2, 0, "")


def test_noise_scales_that_are_missing() -> None:
    """Those that could not be told are counted; one alone, none, or equal ones have no interval."""
    found = combined_noise([None, 50.0, math.nan, -3.0])
    assert (found.seeds, found.left_out) == (1, 3)
    assert found.scale.value == pytest.approx(50)
    assert not found.scale.bounded
    assert "One seed tells nothing" in found.reason
    assert "No training has a noise scale" in combined_noise([None]).reason
    assert "to the bit" in combined_noise([20.0, 20.0]).reason
