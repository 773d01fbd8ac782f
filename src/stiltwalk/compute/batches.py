"""Batches: the items of one optimiser step, sorted by length and cut by a budget of tokens.

Cutting changes nothing that is computed: losses are summed and divided by the count of the whole step,
so one batch of 32 equals eight of 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

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
    """

    items: tuple[Item, ...]
    rows: tuple[int, ...]
    ids: Tensor
    mask: Tensor
    segments: Tensor

    def to(self, device: torch.device) -> Micro:
        """The same on ``device``."""
        return Micro(
            self.items, self.rows, self.ids.to(device), self.mask.to(device), self.segments.to(device)
        )

    def only(self, rows: Tensor) -> Micro:
        """The rows that ``(rows,)`` is true of, without the padding that the others needed; without items."""
        mask = self.mask[rows]
        width = int(mask.sum(1).max())
        return Micro((), (), self.ids[rows, :width], mask[:, :width], self.segments[rows, :width])


def length(item: Item) -> int:
    """Tokens of the item's longest sequence."""
    return max(len(sequence.ids) for sequence in item.sequences)


def cut(items: Sequence[Item], micro_tokens: int) -> Iterator[list[int]]:
    """Indices of ``items`` in groups of similar length, longest first.

    A group, padded, holds at most ``micro_tokens`` tokens, or is a single item. Longest first, so that
    the largest memory is asked for at once and not at the end.
    """
    order = sorted(range(len(items)), key=lambda i: -length(items[i]))
    group: list[int] = []
    rows = widest = 0
    for index in order:
        item = items[index]
        if group and (rows + len(item.sequences)) * widest > micro_tokens:
            yield group
            group, rows = [], 0
        if not group:
            widest = length(item)
        group.append(index)
        rows += len(item.sequences)
    if group:
        yield group


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
    rows = tuple(len(item.sequences) for item in items)
    return Micro(
        tuple(items), rows, torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(segments)
    )


def micro_batches(items: Sequence[Item], micro_tokens: int, pad: int) -> Iterator[tuple[list[int], Micro]]:
    """Each group of :func:`cut` with the indices of its items."""
    for group in cut(items, micro_tokens):
        yield group, collate([items[i] for i in group], pad)
