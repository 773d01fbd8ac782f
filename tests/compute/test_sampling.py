"""Tests of compute.sampling: how probable each task is, and whose each step becomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chisquare

from stiltwalk.compute.sampling import MASKED_LM, Schedule, drawn_tasks
from stiltwalk.plan.shares import capped, probabilities
from stiltwalk.spec.sampling import Sampling, Turn

SIZES = st.lists(st.integers(1, 10**6), min_size=2, max_size=6)

NINE = (1_104_934, 392_702, 363_846, 130_319, 87_599, 39_905, 38_015, 25_262, 9_741)
"""Training examples of the nine intermediate tasks of Phang et al. 2020, largest first."""


def shares(sampling: Sampling, sizes: Sequence[int], steps: int = 1) -> NDArray[np.float64]:
    """The probabilities of tasks called ``0``, ``1`` and so on."""
    return probabilities(sampling, [str(index) for index in range(len(sizes))], sizes, steps)


@given(sizes=SIZES, cap=st.none() | st.integers(1, 10**6), exponent=st.floats(0, 3))
def test_probabilities_sum_to_one(sizes: list[int], cap: int | None, exponent: float) -> None:
    """Whatever the sizes, none is negative and none is lost."""
    found = shares(Sampling(cap=cap, exponent=exponent), sizes, 3)
    assert found.shape == (3, len(sizes))
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(1)


@given(sizes=SIZES, beyond=st.integers(0, 100))
def test_a_cap_beyond_the_largest_changes_nothing(sizes: list[int], beyond: int) -> None:
    """It is the plain share of size, which exponent 1 is as well."""
    expected = np.array(sizes) / sum(sizes)
    assert shares(Sampling(), sizes)[0] == pytest.approx(expected)
    assert shares(Sampling(cap=max(sizes) + beyond), sizes)[0] == pytest.approx(expected)


@given(sizes=SIZES)
def test_exponent_zero_and_the_least_cap_are_uniform(sizes: list[int]) -> None:
    """Sizes no longer matter."""
    for sampling in (Sampling(exponent=0), Sampling(cap=1)):
        assert shares(sampling, sizes)[0] == pytest.approx(1 / len(sizes))


def test_shares_of_the_nine_tasks() -> None:
    """With T5's cap, as the sizes say: ANLI+, MNLI and QQP 18.1 % each down to CommonsenseQA's 1.3 %."""
    found = 100 * shares(Sampling(cap=131_072), NINE)[0]
    assert found.round(1).tolist() == [18.1, 18.1, 18.1, 18.0, 12.1, 5.5, 5.3, 3.5, 1.3]


def test_a_temperature_by_hand() -> None:
    """Sizes 1, 4 and 16 at T = 2 are weighed 1, 2 and 4."""
    found = shares(Sampling.model_validate({"temperature": 2}), [1, 4, 16])[0]
    assert found == pytest.approx([1 / 7, 2 / 7, 4 / 7])


def test_fixed_weights_are_normalised_and_sizes_are_no_matter() -> None:
    """Three to one, in the order of the tasks and not of the weights."""
    found = probabilities(Sampling(weights={"b": 1, "a": 3}), ["a", "b"], [1, 1000], 2)
    assert found.tolist() == [[0.75, 0.25]] * 2


def test_weights_move_on_straight_lines() -> None:
    """From all for the first task at a quarter to all for the second at the end; before, as at a quarter."""
    turns = (Turn(at=0.25, weights={"0": 1, "1": 0}), Turn(at=1, weights={"0": 0, "1": 1}))
    found = shares(Sampling(schedule=turns), [5, 5], 8)
    assert found[:, 1] == pytest.approx([0, 0, 0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(cap=131_072),
        Sampling(exponent=0.5),
        Sampling(exponent=0),
        Sampling(weights={str(index): index + 1 for index in range(9)}),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_frequencies_are_as_in_theory(sampling: Sampling, seed: int) -> None:
    """Pearson's test of 20,000 draws against the probabilities does not reject at one in a thousand."""
    expected = shares(sampling, NINE, 20_000)
    found = np.bincount(drawn_tasks(expected, seed), minlength=9)
    assert chisquare(found, expected.sum(axis=0)).pvalue > 0.001


def test_frequencies_of_a_schedule_are_as_in_theory() -> None:
    """The same in each quarter of a training whose weights move."""
    turns = (Turn(at=0, weights={"0": 3, "1": 1}), Turn(at=1, weights={"0": 1, "1": 3}))
    expected = shares(Sampling(schedule=turns), [1, 1], 20_000)
    drawn = drawn_tasks(expected, 1)
    for quarter in np.split(np.arange(20_000), 4):
        found = np.bincount(drawn[quarter], minlength=2)
        assert chisquare(found, expected[quarter].sum(axis=0)).pvalue > 0.001


@given(sizes=SIZES, seed=st.integers(0, 99), more=st.integers(0, 50))
def test_draws_follow_from_the_seed_alone(sizes: list[int], seed: int, more: int) -> None:
    """The same seed draws the same tasks, and a longer training begins as a shorter one."""
    short, long = (drawn_tasks(shares(Sampling(), sizes, steps), seed) for steps in (50, 50 + more))
    assert short.tolist() == long[:50].tolist()
    assert 0 <= short.min() <= short.max() < len(sizes)


def test_another_seed_draws_others() -> None:
    """Two seeds, two orders."""
    even = shares(Sampling(exponent=0), [1, 1, 1], 100)
    assert drawn_tasks(even, 1).tolist() != drawn_tasks(even, 2).tolist()


def test_a_task_without_weight_is_never_drawn() -> None:
    """Not even by the largest number that a generator gives: the last bound is no bound."""
    assert set(drawn_tasks(np.tile([0.5, 0.0, 0.5], (1000, 1)), 1).tolist()) == {0, 2}


@given(whose=st.lists(st.integers(MASKED_LM, 3), max_size=60))
def test_steps_of_each_are_counted_from_zero_without_a_gap(whose: list[int]) -> None:
    """Before each step lie as many of its own task's as there are."""
    schedule = Schedule.of(np.array(whose, dtype=np.int64))
    assert schedule.steps == len(whose)
    for step, each in enumerate(whose):
        assert schedule.earlier[step] == whose[:step].count(each)
        assert schedule.is_mixed(step) is (each == MASKED_LM)
        assert schedule.count(each) == whose.count(each)


def test_a_cap_counts_a_size_as_less() -> None:
    """Larger sizes are cut, smaller ones and those that nothing caps are not."""
    assert [capped(Sampling(cap=5), size) for size in (4, 5, 6)] == [4, 5, 5]
    assert capped(Sampling(), 6) == capped(None, 6) == 6
