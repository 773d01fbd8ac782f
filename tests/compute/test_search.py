"""Tests of compute.search: exact neighbours, one way and both, whatever the blocks, one rule for equals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.compute.search import GROUP, Found, search, search_both_ways


def drawn(seed: int, shape: tuple[int, int]) -> torch.Tensor:
    """Small whole numbers, so that products are exact however they are summed, and many are equal."""
    return torch.from_numpy(np.random.default_rng(seed).integers(-2, 3, size=shape)).float()


def sides(seed: int, sizes: tuple[int, int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """So many vectors of one side, so many of the other, so wide."""
    return drawn(seed, (sizes[0], sizes[2])), drawn(seed + 1, (sizes[1], sizes[2]))


def assert_as_sorted(found: Found, queries: torch.Tensor, candidates: torch.Tensor, count: int) -> None:
    """All products sorted by numpy, of equals the earlier first: the same places and products."""
    products = queries.numpy() @ candidates.numpy().T
    places = np.argsort(-products, axis=1, kind="stable")[:, :count]
    assert found.places.tolist() == places.tolist()
    assert found.products.tolist() == np.take_along_axis(products, places, axis=1).tolist()


LITTLE = st.tuples(st.integers(1, 12), st.integers(1, 30), st.integers(1, 4))
LARGER = st.tuples(st.integers(1, 5 * GROUP), st.integers(1, 9 * GROUP), st.integers(1, 4))
SIZES = LITTLE | LARGER
COUNTS = st.integers(1, 6) | st.integers(7, 40)
BLOCKS = st.tuples(st.integers(1, 31) | st.integers(32, 100), st.integers(1, 31) | st.integers(32, 300))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**16), sizes=SIZES, count=COUNTS, block=BLOCKS)
def test_as_brute_force(seed: int, sizes: tuple[int, int, int], count: int, block: tuple[int, int]) -> None:
    """Of products that are often equal, in blocks with and without an even number of groups."""
    queries, candidates = sides(seed, sizes)
    assert_as_sorted(search(queries, candidates, count, block=block), queries, candidates, count)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**16), sizes=SIZES, count=COUNTS, block=BLOCKS)
def test_both_ways_as_brute_force(
    seed: int, sizes: tuple[int, int, int], count: int, block: tuple[int, int]
) -> None:
    """The same of either side, though every product is computed once."""
    one, other = sides(seed, sizes)
    forward, backward = search_both_ways(one, other, count, block=block)
    assert_as_sorted(forward, one, other, count)
    assert_as_sorted(backward, other, one, count)


def test_equals_everywhere() -> None:
    """Where all products are the same the first candidates are taken, across groups and blocks."""
    one, other = torch.ones(70, 1), torch.ones(150, 1)
    for found in search_both_ways(one, other, 5, block=(33, 64)):
        assert found.places.tolist() == [[0, 1, 2, 3, 4]] * len(found.places)


def test_a_group_with_all_that_is_sought() -> None:
    """The nearest may all lie in one group, and the largest of other groups be nothing beside them."""
    candidates = torch.arange(1.0, 4 * GROUP + 1)[:, None]
    candidates[GROUP : GROUP + 6] += 1000
    found = search(torch.ones(1, 1), candidates, 6)
    assert found.places.tolist() == [[GROUP + 5 - place for place in range(6)]]


def test_real_numbers() -> None:
    """Against numpy in double precision on vectors over several blocks of both sides."""
    drawn = np.random.default_rng(7)
    queries, candidates = (drawn.normal(size=(count, 24)) for count in (70, 300))
    products = queries @ candidates.T
    both = search_both_ways(torch.from_numpy(queries), torch.from_numpy(candidates), 20, block=(32, 64))
    alone = search(torch.from_numpy(queries), torch.from_numpy(candidates), 20, block=(32, 64))
    for found, expected in ((alone, products), (both[0], products), (both[1], products.T)):
        places = np.argsort(-expected, axis=1)[:, :20]
        assert found.places.tolist() == places.tolist()
        assert found.products.numpy() == pytest.approx(np.take_along_axis(expected, places, axis=1))


def test_no_more_than_the_blocks_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """No product is ever as large as all of them: matrices are multiplied block by block."""
    seen: list[tuple[int, ...]] = []
    multiply = torch.mm

    def watched(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(out.shape))
        return multiply(left, right, out=out)

    monkeypatch.setattr(torch, "mm", watched)
    one, other = sides(3, (70, 90, 2))
    search_both_ways(one, other, 2, block=(32, 64))
    assert seen == [(32, 64), (32, 26), (32, 64), (32, 26), (6, 64), (6, 26)]


def test_fewer_candidates_than_wanted() -> None:
    """All of them, in order; and of either side as many as the other has."""
    one, three = torch.tensor([[1.0]]), torch.tensor([[1.0], [3.0], [2.0]])
    found = search(one, three, 10)
    assert (found.places.tolist(), found.products.tolist()) == ([[1, 2, 0]], [[3.0, 2.0, 1.0]])
    forward, backward = search_both_ways(one, three, 10)
    assert (forward.places.tolist(), backward.places.tolist()) == ([[1, 2, 0]], [[0], [0], [0]])


def test_no_query() -> None:
    """Nothing is found for nobody."""
    assert search(torch.zeros(0, 2), torch.zeros(3, 2), 2).places.shape == (0, 2)


@pytest.mark.gpu
def test_an_accelerator_finds_the_same() -> None:
    """Blocks are brought there one by one, and the places are those found by the processor."""
    one, other = sides(5, (300, 500, 4))
    here, there = (search_both_ways(one, other, 4, torch.device(at), (128, 256)) for at in ("cpu", "cuda"))
    for found, expected in zip(there, here, strict=True):
        assert found.places.tolist() == expected.places.tolist()
        assert found.products.tolist() == expected.products.tolist()
