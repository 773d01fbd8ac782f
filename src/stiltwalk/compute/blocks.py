"""Blocks: rows of unequal length cut into a few groups, each padded to its own longest.

Every block costs some overhead and every padded token costs a token; where to cut is the least of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

BLOCK_TOKENS = 8
"""What one more block costs, in tokens: measured on two cores with widths of 256 to 768."""


class Block(NamedTuple):
    """Rows that are padded to the same length.

    Attributes:
        rows: which they are, longest first, of equal ones the first.
        length: tokens of the longest.
    """

    rows: tuple[int, ...]
    length: int


class _Cut(NamedTuple):
    """Lengths in groups: where the groups begin and end among the distinct lengths, and what that costs."""

    lengths: list[int]  # distinct, falling
    bounds: list[int]
    cost: int


def cut_rows(lengths: Sequence[int]) -> tuple[Block, ...]:
    """Every row of ``lengths`` in one block, longest first, at the least cost (:func:`laid_out`)."""
    if not lengths:
        return ()
    cut = _cheapest(lengths)
    blocks = []
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    first = 0
    for _, end in pairwise(cut.bounds):
        shortest = cut.lengths[end - 1]
        last = first
        while last < len(order) and lengths[order[last]] >= shortest:
            last += 1
        blocks.append(Block(tuple(order[first:last]), lengths[order[first]]))
        first = last
    return tuple(blocks)


def laid_out(lengths: Sequence[int]) -> int:
    """Tokens that rows of ``lengths`` take in blocks, padding included, and ``BLOCK_TOKENS`` a cut.

    More rows never cost less.
    """
    return _cheapest(lengths).cost if lengths else 0


def _cheapest(lengths: Sequence[int]) -> _Cut:
    """The best cut by dynamic programming; rows of one length are never apart, since that would cost more."""
    rising, counts = np.unique(np.asarray(lengths, dtype=np.int64), return_counts=True)
    distinct, rows = rising[::-1], np.concatenate([[0], np.cumsum(counts[::-1])])
    size = len(distinct)
    cost = np.zeros(size + 1, dtype=np.int64)  # of the longest so many lengths
    cost[0] = -BLOCK_TOKENS  # the first block is no cut
    begins = np.zeros(size + 1, dtype=np.int64)  # where the last block of those begins
    for end in range(1, size + 1):
        choices = cost[:end] + distinct[:end] * (rows[end] - rows[:end])
        begins[end] = np.argmin(choices)
        cost[end] = choices[begins[end]] + BLOCK_TOKENS
    bounds = [size]
    while bounds[-1] > 0:
        bounds.append(int(begins[bounds[-1]]))
    return _Cut(distinct.tolist(), bounds[::-1], int(cost[size]))
