"""Tests of compute.batches: every item once, within the budget, padded and masked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.batches import collate, cut, length, micro_batches
from stiltwalk.compute.blocks import Block, laid_out
from stiltwalk.compute.tokens import Item
from tests.compute.fakes import item, row

SHAPES = st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=5), max_size=30)


def of_lengths(shapes: Sequence[Sequence[int]]) -> list[Item]:
    """Items with a sequence of each given length."""
    return [
        item(*[row(*range(1, tokens + 1)) for tokens in shape], example=index)
        for index, shape in enumerate(shapes)
    ]


@given(SHAPES, st.integers(1, 200))
def test_every_item_is_in_one_group_within_the_budget(shapes: list[list[int]], budget: int) -> None:
    """Groups hold every index once; a group laid out is within the budget or is a single item."""
    items = of_lengths(shapes)
    groups = list(cut(items, budget))
    assert sorted(index for group in groups for index in group) == list(range(len(items)))
    for group in groups:
        micro = collate([items[index] for index in group], 0)
        tokens = sum(len(block.rows) * block.length for block in micro.blocks)
        assert tokens <= laid_out(micro.lengths) <= budget or len(group) == 1


@given(SHAPES, st.integers(1, 200))
def test_no_group_could_take_the_next_item_too(shapes: list[list[int]], budget: int) -> None:
    """A group ends only where its successor's first item would not fit."""
    items = of_lengths(shapes)
    for group, following in pairwise(cut(items, budget)):
        rows = [len(row.ids) for index in (*group, following[0]) for row in items[index].sequences]
        assert laid_out(rows) > budget


@given(SHAPES, st.integers(1, 200))
def test_the_longest_come_first(shapes: list[list[int]], budget: int) -> None:
    """Over all groups lengths never rise, so memory is largest at once; equal ones keep their order."""
    items = of_lengths(shapes)
    order = [index for group in cut(items, budget) for index in group]
    assert order == sorted(order, key=lambda index: (-length(items[index]), index))


@given(SHAPES.filter(bool), st.integers(0, 3))
def test_collating_pads_and_masks(shapes: list[list[int]], pad: int) -> None:
    """Tensors are (rows, longest); the mask is 1 on exactly the real tokens, and the rest is padding."""
    items = of_lengths(shapes)
    micro = collate(items, pad)
    lengths = [tokens for shape in shapes for tokens in shape]
    assert micro.ids.shape == micro.mask.shape == micro.segments.shape == (len(lengths), max(lengths))
    assert micro.rows == tuple(len(shape) for shape in shapes)
    assert micro.mask.sum(1).tolist() == list(micro.lengths) == lengths
    for number, tokens in enumerate(lengths):
        assert micro.ids[number, :tokens].tolist() == list(range(1, tokens + 1))
        assert (micro.ids[number, tokens:] == pad).all()
        assert micro.mask[number, :tokens].all()


def test_micro_batches_say_which_items_they_hold() -> None:
    """The indices beside each micro-batch are those of its items, in the order of its rows."""
    items = of_lengths([[3], [9], [4, 2], [9]])
    for group, micro in micro_batches(items, 18, 0):
        assert [items[index].example for index in group] == [each.example for each in micro.items]
    assert [group for group, _ in micro_batches(items, 18, 0)] == [[1, 3], [2, 0]]


def test_moving_to_a_device_keeps_everything() -> None:
    """A micro-batch on another device holds the same tensors and items."""
    micro = collate(of_lengths([[2, 3]]), 0)
    moved = micro.to(torch.device("cpu"))
    assert torch.equal(moved.ids, micro.ids)
    assert moved.items == micro.items
    assert moved.rows == micro.rows
    assert moved.blocks == micro.blocks


@given(SHAPES.filter(bool))
def test_a_block_alone_is_as_if_the_others_had_never_been(shapes: list[list[int]]) -> None:
    """What ``block`` leaves has the rows' tensors and lengths, as one block."""
    items = of_lengths(shapes)
    micro = collate(items, 0)
    rows = [row for each in items for row in each.sequences]
    for block in micro.blocks:
        found, expected = micro.block(block), collate([item(rows[number]) for number in block.rows], 0)
        assert torch.equal(found.ids, expected.ids)
        assert torch.equal(found.mask, expected.mask)
        assert found.lengths == expected.lengths
        assert found.blocks == (Block(tuple(range(len(block.rows))), block.length),)


def test_nothing_is_cut_into_nothing() -> None:
    """No items give no groups."""
    assert list(cut([], 64)) == []
