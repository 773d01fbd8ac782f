"""Batches: the items of one optimiser step, sorted by length and cut by a budget of laid-out tokens.

Cutting changes nothing that is computed: losses are summed and divided by the count of the whole step,
so one batch of 32 equals eight of 4.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stiltwalk.compute.blocks import Block, cut_rows, laid_out
from stiltwalk.compute.tokens import Item


@dataclass(frozen=True, slots=True)
class Micro:
    """What goes through the encoder at once.

    Attributes:
        items: the items, in the order of their rows.
        rows: how many rows each item takes (one a sequence).
        ids: ``(rows, tokens)`` token ids, padded.
        mask: ``(rows, tokens)`` 1 on real tokens.
        segments: ``(rows, tokens)`` token type ids.
        lengths: real tokens of each row.
        blocks: how an encoder lays the rows out.
    """

    items: tuple[Item, ...]
    rows: tuple[int, ...]
    ids: Tensor
    mask: Tensor
    segments: Tensor
    lengths: tuple[int, ...]
    blocks: tuple[Block, ...]

    def to(self, device: torch.device) -> Micro:
        """The same on ``device``."""
        return Micro(
            self.items,
            self.rows,
            self.ids.to(device),
            self.mask.to(device),
            self.segments.to(device),
            self.lengths,
            self.blocks,
        )

    def block(self, block: Block) -> Micro:
        """The rows of one of ``blocks`` in its order, as one block; without items."""
        lengths = tuple(self.lengths[row] for row in block.rows)
        whole = Block(tuple(range(len(lengths))), block.length)
        rows = torch.tensor(block.rows, device=self.ids.device)
        ids, mask, segments = (
            values[rows, : block.length] for values in (self.ids, self.mask, self.segments)
        )
        return Micro((), (), ids, mask, segments, lengths, (whole,))


def length(item: Item) -> int:
    """Tokens of the item's longest sequence."""
    return max(len(sequence.ids) for sequence in item.sequences)


def real_tokens(items: Iterable[Item]) -> int:
    """Sub-words of all sequences of ``items``, special tokens included and padding left out."""
    return sum(len(sequence.ids) for item in items for sequence in item.sequences)


def cut(items: Sequence[Item], micro_tokens: int) -> Iterator[list[int]]:
    """Indices of ``items`` in groups of similar length, longest first.

    A group takes at most ``micro_tokens`` tokens laid out in blocks (``blocks.laid_out``), or is a single
    item. Longest first, so that the largest memory is asked for at once and not at the end.
    """
    order = sorted(range(len(items)), key=lambda i: -length(items[i]))
    first = 0
    while first < len(order):
        last = first + _fitting((items[order[i]] for i in range(first, len(order))), micro_tokens)
        yield order[first:last]
        first = last


def _fitting(items: Iterable[Item], micro_tokens: int) -> int:
    """How many of ``items``, from the first on, fit into ``micro_tokens``; at least one."""
    lengths: list[int] = []
    ends: list[int] = []  # rows of the first so many items
    real = 0
    for item in items:
        lengths += [len(sequence.ids) for sequence in item.sequences]
        ends.append(len(lengths))
        real += sum(lengths[-len(item.sequences) :])
        if real > micro_tokens:
            break
    return max(1, bisect_right(ends, micro_tokens, key=lambda end: laid_out(lengths[:end])))


def collate(items: Sequence[Item], pad: int) -> Micro:
    """``items`` as padded tensors; ``pad`` is the tokenizer's padding id."""
    sequences = [sequence for item in items for sequence in item.sequences]
    shape = (len(sequences), max(len(sequence.ids) for sequence in sequences))
    ids = np.full(shape, pad, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    segments = np.zeros(shape, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        count = len(sequence.ids)
        ids[row, :count] = sequence.ids
        mask[row, :count] = 1
        segments[row, :count] = sequence.segments
    lengths = tuple(len(sequence.ids) for sequence in sequences)
    return Micro(
        tuple(items),
        tuple(len(item.sequences) for item in items),
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(segments),
        lengths,
        cut_rows(lengths),
    )


def micro_batches(items: Sequence[Item], micro_tokens: int, pad: int) -> Iterator[tuple[list[int], Micro]]:
    """Each group of :func:`cut` with the indices of its items."""
    for group in cut(items, micro_tokens):
        yield group, collate([items[i] for i in group], pad)
