"""Tests of compute.blocks: every row once, longest first, and no cheaper way to cut them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.blocks import BLOCK_TOKENS, Block, cut_rows, laid_out

LENGTHS = st.lists(st.integers(1, 120), max_size=40)
FEW = st.lists(st.integers(1, 120), min_size=1, max_size=9)


def cost(blocks: Sequence[Block]) -> int:
    """What ``blocks`` cost: their tokens, and the overhead of every cut."""
    return sum(len(block.rows) * block.length for block in blocks) + BLOCK_TOKENS * (len(blocks) - 1)


@given(LENGTHS)
def test_every_row_is_in_one_block_of_its_longest_row(lengths: list[int]) -> None:
    """Rows are there once, longest first over all blocks, of equal ones the first first."""
    blocks = cut_rows(lengths)
    order = [row for block in blocks for row in block.rows]
    assert order == sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    assert all(block.length == lengths[block.rows[0]] for block in blocks)
    assert all(before.length > after.length for before, after in pairwise(blocks))
    if lengths:
        assert laid_out(lengths) == cost(blocks)


@given(FEW)
def test_no_other_cut_is_cheaper(lengths: list[int]) -> None:
    """Against every way to cut the sorted rows; blocks of rows that are not neighbours only cost more."""
    falling = sorted(lengths, reverse=True)
    size = len(falling)
    every = [
        sum(falling[begin] * (end - begin) for begin, end in pairwise((0, *cuts, size)))
        + BLOCK_TOKENS * len(cuts)
        for count in range(size)
        for cuts in combinations(range(1, size), count)
    ]
    assert laid_out(lengths) == min(every)


@given(FEW, st.data())
def test_fewer_rows_never_cost_more(lengths: list[int], data: st.DataObject) -> None:
    """So the largest group within a budget can be found by halving."""
    left = data.draw(st.lists(st.sampled_from(lengths), unique=True)) if len(set(lengths)) > 1 else lengths
    assert laid_out(left) <= laid_out(lengths)


@pytest.mark.parametrize(
    ("lengths", "blocks"),
    [
        ([], ()),
        ([7], (Block((0,), 7),)),
        ([5, 5, 5], (Block((0, 1, 2), 5),)),
        # two rows 30 shorter than the first: 60 tokens of padding cost more than a block of 8
        ([10, 40, 10], (Block((1,), 40), Block((0, 2), 10))),
        # one row 7 shorter: its padding costs less
        ([33, 40], (Block((1, 0), 40),)),
    ],
)
def test_cuts_by_hand(lengths: list[int], blocks: tuple[Block, ...]) -> None:
    """Padding against the overhead of a block."""
    assert cut_rows(lengths) == blocks
