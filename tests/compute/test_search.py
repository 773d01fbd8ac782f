"""Tests of compute.search: exact neighbours, whatever the blocks, with one rule for equals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.compute.search import search
from stiltwalk.metrics import mining


def drawn(seed: int, shape: tuple[int, int]) -> torch.Tensor:
    """Small whole numbers, so that products are exact however they are summed, and many are equal."""
    return torch.from_numpy(np.random.default_rng(seed).integers(-2, 3, size=shape)).float()


SIZES = st.tuples(st.integers(1, 12), st.integers(1, 30), st.integers(1, 4))
BLOCKS = st.tuples(st.integers(1, 13), st.integers(1, 31))


@settings(deadline=None, max_examples=200)
@given(seed=st.integers(0, 2**16), sizes=SIZES, count=st.integers(1, 40), block=BLOCKS)
def test_as_brute_force(seed: int, sizes: tuple[int, int, int], count: int, block: tuple[int, int]) -> None:
    """All products sorted by numpy, of equals the earlier first: the same places and products."""
    queries, candidates = drawn(seed, (sizes[0], sizes[2])), drawn(seed + 1, (sizes[1], sizes[2]))
    products = queries.numpy() @ candidates.numpy().T
    places = np.argsort(-products, axis=1, kind="stable")[:, :count]
    found = search(queries, candidates, count, block=block)
    assert found.places.tolist() == places.tolist()
    assert found.products.tolist() == np.take_along_axis(products, places, axis=1).tolist()


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**16), sizes=SIZES, block=BLOCKS)
def test_as_the_miner_s_own_search(seed: int, sizes: tuple[int, int, int], block: tuple[int, int]) -> None:
    """Pairs made of what was found here are those that the miner makes of the same vectors."""
    width = 4
    # one of the axes, or its opposite, each: their lengths are 1, so that both searches see the same numbers
    axes = torch.cat([torch.eye(width), -torch.eye(width)]).float()
    made = [np.random.default_rng(seed + n).integers(0, 2 * width, size=sizes[n]) for n in (0, 1)]
    foreign, english = (axes[torch.from_numpy(rows)] for rows in made)
    found = [
        search(one, other, mining.NEIGHBOURS, block=block)
        for one, other in ((foreign, english), (english, foreign))
    ]
    forward, backward = (mining.Neighbours(f.products.numpy(), f.places.numpy()) for f in found)
    assert mining.paired(forward, backward) == mining.mine(foreign.numpy(), english.numpy())


def test_real_numbers() -> None:
    """Against numpy in double precision on vectors over several blocks of both sides."""
    drawn = np.random.default_rng(7)
    queries, candidates = (drawn.normal(size=(count, 24)) for count in (70, 300))
    found = search(torch.from_numpy(queries), torch.from_numpy(candidates), 20, block=(32, 64))
    products = queries @ candidates.T
    places = np.argsort(-products, axis=1)[:, :20]
    assert found.places.tolist() == places.tolist()
    assert found.products.numpy() == pytest.approx(np.take_along_axis(products, places, axis=1))


def test_fewer_candidates_than_wanted() -> None:
    """All of them, in order."""
    found = search(torch.tensor([[1.0]]), torch.tensor([[1.0], [3.0], [2.0]]), 10)
    assert (found.places.tolist(), found.products.tolist()) == ([[1, 2, 0]], [[3.0, 2.0, 1.0]])


def test_no_query() -> None:
    """Nothing is found for nobody."""
    assert search(torch.zeros(0, 2), torch.zeros(3, 2), 2).places.shape == (0, 2)
