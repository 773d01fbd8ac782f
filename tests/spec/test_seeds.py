"""Tests of the seeds that a number stands for."""

from __future__ import annotations

import pytest

from stiltwalk.spec.seeds import MOST_SEEDS, seeds_to


def test_a_number_is_so_many_seeds() -> None:
    """From 1 on, up to the most."""
    assert seeds_to(2) == (1, 2)
    assert len(seeds_to(MOST_SEEDS)) == MOST_SEEDS


@pytest.mark.parametrize("count", [MOST_SEEDS + 1, 20240101, 10**11])
def test_one_seed_is_not_that_many(count: int) -> None:
    """What was meant as one seed is refused at once, with how it is written."""
    with pytest.raises(ValueError, match=rf"at most 1000, found {count}\. .* write seeds: \[{count}\]"):
        seeds_to(count)


def test_no_seed() -> None:
    """There is at least one."""
    with pytest.raises(ValueError, match="needs at least one seed, found 0"):
        seeds_to(0)
