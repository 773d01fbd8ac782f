"""Tests of data.subsets: exact, nested, balanced, the same again, and fresh for every seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.subsets import class_of, subset
from stiltwalk.spec.examples import Choices, Classified, Tagged

CLASSES = st.lists(st.sampled_from("aaaabbc"), max_size=60)


def drawn(classes: Sequence[str | None], size: int, seed: int) -> list[int]:
    """The subset of that size by that seed."""
    return subset(classes, size, np.random.default_rng(seed))


@given(classes=CLASSES, less=st.integers(0, 70), more=st.integers(0, 70), seed=st.integers(0, 99))
def test_smaller_subsets_lie_in_larger_ones(classes: list[str], less: int, more: int, seed: int) -> None:
    """Of the very size that was asked for, or all there is; ascending; and the same when drawn again."""
    less, more = sorted((less, more))
    small, large = drawn(classes, less, seed), drawn(classes, more, seed)
    assert set(small) <= set(large) <= set(range(len(classes)))
    assert (len(small), len(large)) == (min(less, len(classes)), min(more, len(classes)))
    assert small == sorted(set(small)) == drawn(classes, less, seed)


@given(classes=CLASSES, size=st.integers(0, 70), seed=st.integers(0, 99))
def test_classes_are_even_as_far_as_they_go(classes: list[str], size: int, seed: int) -> None:
    """Two classes differ by one at most, unless the smaller one is in it whole."""
    there = Counter(classes)
    taken = Counter(classes[i] for i in drawn(classes, size, seed))
    most = max(taken.values(), default=0)
    assert all(taken[name] >= min(there[name], most - 1) for name in there)


def test_by_hand() -> None:
    """Four of a rare class of one and a frequent one: the rare one, and three others."""
    classes = ["a"] * 9 + ["b"]
    assert Counter(classes[i] for i in drawn(classes, 4, 1)) == {"a": 3, "b": 1}


@given(st.integers(0, 50), st.integers(0, 20))
def test_without_classes_it_is_a_plain_draw(size: int, seed: int) -> None:
    """The first of a permutation, as if there were no balance to keep."""
    expected = np.random.default_rng(seed).permutation(40)[:size]
    assert drawn([None] * 40, size, seed) == sorted(expected.tolist())


def test_every_seed_draws_its_own() -> None:
    """And over many seeds every example of a class is drawn about as often: 1,000 times two of eight."""
    classes = ["a", "b"] * 8
    found = [drawn(classes, 4, seed) for seed in range(1000)]
    assert len({tuple(each) for each in found}) > 500
    often = Counter(index for each in found for index in each)
    # 250 expected; standard deviation 13.7, so five of them are 69
    assert all(abs(often[index] - 250) < 69 for index in range(16))


def test_what_a_class_is() -> None:
    """Labels of texts; neither the place of the right choice nor tags."""
    assert class_of(Classified("1", "a", None, 2)) == 2
    assert class_of(Choices("1", "a", ("b", "c"), 1)) is None
    assert class_of(Tagged("1", ("a",), ("X",))) is None
