"""Contrasts in blocks of seeds: solved by hand, by least squares, and what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.responses import Floats

GAINS = np.array([[-1.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])
"""The gains of two arms over the first."""


def test_three_arms_by_hand() -> None:
    """Arms 10 11 12 | 12 14 13 | 11 10 15 under three seeds.

    Means 11, 13, 12; seeds 11, 11.667, 13.333; grand 12. Residuals: 0, .3333, -.3333 | 0, 1.3333, -1.3333 |
    0, -1.6667, 1.6667, whose squares sum to 9.3333 on (3-1)(3-1) = 4 degrees of freedom: 2.3333. A gain's
    variance is 2.3333 * 2 / 3, its standard error 1.24722.
    """
    table = np.array([[[10.0, 11, 12], [12, 14, 13], [11, 10, 15]]])
    found = contrasts(table, GAINS, shrink=False)
    assert found.value.tolist() == [[2.0, 1.0]]
    assert found.se == pytest.approx(np.full((1, 2), 1.247219))
    assert found.df.tolist() == [[4.0, 4.0]]
    assert found.seeds.tolist() == [[3.0, 3.0]]
    one = found.at(0, 0)
    half = float(stats.t.ppf(0.975, 4)) * 1.247219
    assert (one.low, one.high) == pytest.approx((2 - half, 2 + half))
    assert one.p == pytest.approx(2 * float(stats.t.sf(2 / 1.247219, 4)))


def test_two_arms_are_a_paired_t_test() -> None:
    """With one arm beside the baseline, blocks of seeds are pairs."""
    table = np.array([[[10.0, 12, 11, 15], [11.5, 12.2, 13, 15.1]]])
    found = contrasts(table, np.array([[-1.0, 1.0]])).at(0, 0)
    reference = stats.ttest_rel(table[0, 1], table[0, 0])
    assert found.p == pytest.approx(reference.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval(0.95)))


def _least_squares(table: Floats, arm: int) -> tuple[float, float, int]:
    """Gain of ``arm`` over the first, its pooled standard error and degrees of freedom, by dummies."""
    arms, seeds = np.indices(table.shape)
    there = ~np.isnan(table)
    design = np.column_stack(
        [
            *((arms == each).astype(float)[there] for each in range(table.shape[0])),
            *((seeds == each).astype(float)[there] for each in range(1, table.shape[1])),
        ]
    )
    solution, *_ = np.linalg.lstsq(design, table[there], rcond=None)
    df = int(there.sum()) - np.linalg.matrix_rank(design)
    noise = float(((table[there] - design @ solution) ** 2).sum()) / df
    weights = np.zeros(design.shape[1])
    weights[[0, arm]] = -1, 1
    inverse = np.linalg.inv(design.T @ design)
    return float(weights @ solution), math.sqrt(noise * float(weights @ inverse @ weights)), df


@pytest.mark.parametrize("arm", [1, 2])
def test_missing_runs_are_filled_in_by_least_squares(arm: int) -> None:
    """Value, standard error and degrees of freedom are those of least squares on what is there."""
    table = np.array([[10.0, 11, 12, 9], [12, 14, 13, math.nan], [11, 10, 15, 10.5], [9, 9.5, math.nan, 8]])
    weights = np.zeros((1, 4))
    weights[0, [0, arm]] = -1, 1
    found = contrasts(table[None], weights, shrink=False)
    value, se, df = _least_squares(table, arm)
    assert (found.value[0, 0], found.se[0, 0]) == pytest.approx((value, se))
    assert found.df[0, 0] == df == 7
    assert found.seeds[0, 0] == {1: 3, 2: 4}[arm]


def test_seeds_of_one_arm_alone_tell_nothing_of_two() -> None:
    """None has seeds 1 to 3, an arm 1, 2, 4 and 5: what is known of the gain is what two pairs say."""
    table = np.array([[10.0, 12, 11, math.nan, math.nan], [11.0, 14, math.nan, 9, 30]])
    found = contrasts(table[None], np.array([[-1.0, 1.0]])).at(0, 0)
    reference = stats.ttest_rel(table[1, :2], table[0, :2])
    assert found.value == pytest.approx(1.5)
    assert (found.low, found.high) == pytest.approx(tuple(reference.confidence_interval(0.95)))


def test_arms_that_vary_more_are_believed_less() -> None:
    """Where one arm scatters far beyond the others, its own variance widens its interval."""
    draws = np.random.default_rng(3)
    scale = np.array([1.0, 1, 1, 1, 1, 12])
    table = draws.normal(size=(4, 6, 5)) * scale[None, :, None]
    weights = np.array([[-1.0, 1, 0, 0, 0, 0], [-1.0, 0, 0, 0, 0, 1]])
    pooled, shrunk = contrasts(table, weights, shrink=False), contrasts(table, weights)
    assert (shrunk.se[:, 0] < pooled.se[:, 0]).all()
    assert shrunk.se[:, 1].mean() > pooled.se[:, 1].mean()
    assert (shrunk.df <= pooled.df).all()


@pytest.mark.parametrize(
    "table",
    [
        np.array([[10.0], [12.0], [13.0]]),
        np.full((3, 4), 50.0),
        np.array([[10.0, 10.2], [50.1, 50.3], [33.3, 33.5]]),
        np.array([[10.0, 11, math.nan], [math.nan, math.nan, 12.0], [math.nan, math.nan, 13.0]]),
    ],
    ids=["one seed", "constant scores", "nothing but seeds differs", "no seed in common"],
)
def test_what_cannot_be_concluded(table: Floats) -> None:
    """No interval without variation between runs, and no p below 1."""
    found = contrasts(table[None], GAINS)
    assert np.isinf(found.half).all()
    assert (found.p == 1).all()
    assert not found.at(0, 0).bounded


def test_a_missing_arm_is_missing_alone() -> None:
    """An arm without any run has no gain; the others keep theirs, as if it were not there."""
    table = np.array([[10.0, 11, 12], [12, 14, 13], [math.nan] * 3])
    found = contrasts(table[None], GAINS)
    alone = contrasts(table[None, :2], GAINS[:1, :2])
    assert found.at(0, 0) == alone.at(0, 0)
    assert math.isnan(found.value[0, 1])
    assert found.seeds[0, 1] == 0


TABLES = st.lists(st.floats(-50, 50), min_size=12, max_size=12).map(
    lambda values: np.array(values).reshape(1, 3, 4)
)


@given(TABLES, st.floats(-20, 20), st.lists(st.floats(-20, 20), min_size=4, max_size=4))
def test_what_all_arms_share_changes_nothing(table: Floats, shift: float, seeds: list[float]) -> None:
    """A constant, and what a seed adds to every arm alike, is in no contrast."""
    before = contrasts(table, GAINS)
    after = contrasts(table + shift + np.array(seeds), GAINS)
    assert after.value == pytest.approx(before.value, abs=1e-9)
    assert np.nan_to_num(after.se) == pytest.approx(np.nan_to_num(before.se), abs=1e-6)


@given(TABLES, st.permutations(range(4)))
def test_the_order_of_seeds_changes_nothing(table: Floats, order: list[int]) -> None:
    """Seeds are exchangeable."""
    before, after = contrasts(table, GAINS), contrasts(table[:, :, order], GAINS)
    assert after.value == pytest.approx(before.value)
    assert np.nan_to_num(after.se) == pytest.approx(np.nan_to_num(before.se), abs=1e-7)


def test_coverage_of_the_exact_case() -> None:
    """1,500 simulated tables of 5 arms and 3 seeds: 95 % intervals hold the truth in 95 % of all gains.

    Within 1.2 points: gains of one table share their baseline, so that 6,000 of them count for some 3,000.
    """
    draws = np.random.default_rng(11)
    weights = np.hstack([-np.ones((4, 1)), np.eye(4)])
    hits = [
        np.abs(found.value) <= found.half
        for found in (
            contrasts(draws.normal(size=(1, 5, 3)) + 2 * draws.normal(size=(1, 1, 3)), weights)
            for _ in range(1500)
        )
    ]
    assert float(np.mean(hits)) == pytest.approx(0.95, abs=0.012)


def test_missing_runs_are_no_sign_that_arms_vary_differently() -> None:
    """Arms that vary alike, a fifth of runs missing: the pooled variance is kept as often as without."""
    rng = np.random.default_rng(2)
    kept = {0.0: 0, 0.2: 0}
    weights = np.eye(4, 5, 1)
    weights[:, 0] = -1
    for missing in kept:
        for _ in range(300):
            table = rng.normal(size=(1, 5, 5))
            table[:, rng.random((5, 5)) < missing] = np.nan
            own, pooled = (contrasts(table, weights, shrink=each) for each in (True, False))
            kept[missing] += int(np.array_equal(own.se, pooled.se, equal_nan=True))
    # their variances scatter a standard deviation more than they should about every eighth time
    assert kept[0.0] == pytest.approx(0.87 * 300, abs=20)
    assert kept[0.2] == pytest.approx(0.89 * 300, abs=20)
