"""Tests of compute.dual_encoder: vectors, groups and losses solved by hand, and the nearest candidates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute.batches import collate
from stiltwalk.compute.blocks import Block
from stiltwalk.compute.dual_encoder import (
    FIRST_SCALE,
    DualEncoderHead,
    as_queries,
    encode_paired,
    grouped,
    nearest,
    pair_loss,
    pairs_in,
    rank_pairs,
    unit_vectors,
)
from stiltwalk.compute.heads import initialise
from stiltwalk.compute.search import search
from stiltwalk.compute.tokens import Item
from stiltwalk.spec.examples import Paired, Query
from stiltwalk.spec.tasks import TASKS
from tests.compute.fakes import item, row
from tests.fakes import tiny_tokenizer
from tests.worlds import sentence

TASK = TASKS["squad-pairs"]


def pairs(count: int) -> list[Paired]:
    """Pairs of texts of two to ten words."""
    return [
        Paired(str(n), " ".join(sentence("en", n)[: 2 + n % 4]), " ".join(sentence("en", n)[n % 3 :]))
        for n in range(count)
    ]


def pair_item(number: int) -> Item:
    """A pair whose query is token ``number`` and whose candidate is 100 more."""
    return item(row(number), row(100 + number), example=number)


def ids(found: Item) -> list[int]:
    """The first token of every sequence."""
    return [int(sequence.ids[0]) for sequence in found.sequences]


def as_outputs(vectors: list[list[float]], scale: float) -> torch.Tensor:
    """Unit vectors with the scale behind each, as the head returns them."""
    return torch.tensor([[*vector, scale] for vector in vectors])


def test_vectors_by_hand() -> None:
    """Dense, tanh, length 1, of the first token alone; the scale starts at 100 and stands behind."""
    head = DualEncoderHead(2)
    with torch.no_grad():
        head.dense.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        head.dense.bias.copy_(torch.tensor([0.5, 0.0]))
    states = torch.tensor([[[0.5, -1.0], [9.0, 9.0]]])
    x, y = math.tanh(1.0), math.tanh(-2.0)
    length = math.hypot(x, y)
    torch.testing.assert_close(head(states), torch.tensor([[x / length, y / length, FIRST_SCALE]]))
    assert FIRST_SCALE == 100


def test_a_new_head_has_the_first_scale() -> None:
    """Drawing new weights zeroes what has one dimension; the scale stays where it should begin."""
    head = initialise(DualEncoderHead(4), 3)
    outputs = head(torch.ones(2, 3, 4))
    assert outputs[:, -1].tolist() == [100.0, 100.0]
    torch.testing.assert_close(outputs[:, :-1].norm(dim=1), torch.ones(2))


def test_the_loss_by_hand() -> None:
    """Each query chooses among the candidates of its group: from query to candidate, not back.

    With a scale of ln 3, equal vectors have odds of 3 and orthogonal ones of 1. The first query's own
    candidate is right in front of it (3 to 1), the second's is orthogonal to it (1 to 1).
    """
    micro = collate([item(row(1), row(2), row(3), row(4))], 0)
    outputs = as_outputs([[1, 0], [0, 1], [1, 0], [-1, 0]], math.log(3))
    # products of the first query: 1 and -1, so 3 to 1/3; of the second: 0 and 0
    expected = math.log((3 + 1 / 3) / 3) + math.log(2)
    assert pair_loss(outputs, micro).item() == pytest.approx(expected)


def test_half_precision_spares_the_products() -> None:
    """The loss is the same to the bit where the rest of the step is computed in bfloat16."""
    drawn = torch.randn(8, 16, generator=torch.Generator().manual_seed(4))
    outputs = torch.cat([torch.nn.functional.normalize(drawn, dim=1), torch.full((8, 1), 100.0)], dim=1)
    micro = collate([item(*[row(1)] * 8)], 0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = pair_loss(outputs, micro)
    assert half.item() == pair_loss(outputs, micro).item()


def test_groups_do_not_see_one_another() -> None:
    """Two groups in one micro-batch lose what they lose alone; a group of one pair loses nothing."""
    first, second, single = item(row(1), row(2), row(3), row(4)), item(*[row(5)] * 4), item(row(6), row(7))
    vectors = torch.nn.functional.normalize(
        torch.randn(10, 3, generator=torch.Generator().manual_seed(1)), dim=1
    )
    outputs = torch.cat([vectors, torch.full((10, 1), 5.0)], dim=1)
    whole = pair_loss(outputs, collate([first, second, single], 0))
    parts = [
        pair_loss(outputs[rows], collate([each], 0))
        for rows, each in ((slice(0, 4), first), (slice(4, 8), second), (slice(8, 10), single))
    ]
    assert whole.item() == pytest.approx(sum(part.item() for part in parts))
    assert parts[2].item() == 0


def test_the_scale_is_learnt() -> None:
    """It gets a gradient, and so do the vectors of both sides."""
    head = initialise(DualEncoderHead(4), 3)
    states = torch.randn(4, 2, 4, generator=torch.Generator().manual_seed(2))
    loss = pair_loss(head(states), collate([item(row(1), row(2), row(3), row(4))], 0))
    torch.autograd.backward(loss)
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in head.parameters())


def test_groups_in_the_order_of_the_step() -> None:
    """Ten pairs in fours: queries before candidates, the last group smaller, no pair lost."""
    groups = grouped([pair_item(n) for n in range(10)], TASK)
    assert TASK.negatives == 4
    assert [ids(group) for group in groups] == [
        [0, 1, 2, 3, 100, 101, 102, 103],
        [4, 5, 6, 7, 104, 105, 106, 107],
        [8, 9, 108, 109],
    ]
    assert [pairs_in(group) for group in groups] == [4, 4, 2]
    assert pairs_in(pair_item(3)) == 1


def test_without_a_number_of_negatives_a_step_is_one_group() -> None:
    """All of its candidates are compared."""
    (group,) = grouped([pair_item(n) for n in range(5)], TASK.replace({"negatives": None}))
    assert ids(group) == [0, 1, 2, 3, 4, 100, 101, 102, 103, 104]


def test_queries_and_candidates_have_their_own_length() -> None:
    """A query ends where the task says, a candidate where the recipe says; a shorter recipe binds both."""
    task = TASK.replace({"query_tokens": 8})
    tokenizer = tiny_tokenizer("wordpiece")
    long = [Paired("1", " ".join(["cat"] * 40), " ".join(["dog"] * 40))]
    for most, lengths in ((24, [8, 24]), (6, [6, 6])):
        (found,) = encode_paired(long, tokenizer, task, most)
        assert [len(sequence.ids) for sequence in found.sequences] == lengths
    (found,) = encode_paired(long, tokenizer, task.replace({"query_tokens": None}), 24)
    assert [len(sequence.ids) for sequence in found.sequences] == [24, 24]


def test_short_rows_go_without_the_padding_of_long_ones() -> None:
    """Queries of two tokens beside candidates of thirty are laid out two tokens long, in the same pass."""
    both = [item(row(1, 2), row(*range(3, 33)), example=n) for n in range(4)]
    micro = collate(grouped(both, TASK), 0)
    assert micro.blocks == (Block((4, 5, 6, 7), 30), Block((0, 1, 2, 3), 2))


def test_vectors_leave_the_scale_out() -> None:
    """One array a sequence, without what stands behind it."""
    micro = collate([item(row(1), row(2)), item(row(3))], 0)
    found = unit_vectors(as_outputs([[1, 0], [0, 1], [1, 0]], 100), micro)
    assert [[vector.tolist() for vector in vectors] for vectors in found] == [[[1, 0], [0, 1]], [[1, 0]]]


def test_dev_pairs_are_queries_among_all_their_candidates() -> None:
    """A text that two pairs share is one candidate, right for both, by the first one's id."""
    dev = [Paired("a", "q1", "same"), Paired("b", "q2", "other"), Paired("c", "q3", "same")]
    assert as_queries(dev) == [
        Query("a", "q1", "a", ("a",)),
        Query("b", "q2", "b", ("b",)),
        Query("c", "q3", "c", ("a",)),
    ]
    scores: list[Any] = [
        (np.array(query, dtype=np.float32), np.array(candidate, dtype=np.float32))
        for query, candidate in (([1, 0], [1, 0]), ([0, 1], [0, 1]), ([0.6, 0.8], [1, 0]))
    ]
    items = [pair_item(n) for n in range(3)]
    assert rank_pairs(dev, items, scores, TASK) == [("a", "b"), ("b", "a"), ("b", "a")]


@given(
    seed=st.integers(0, 999),
    queries=st.integers(1, 7),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    count=st.integers(1, 25),
)
def test_blocks_change_nothing(seed: int, queries: int, sizes: list[int], count: int) -> None:
    """Candidates that come in blocks are found as if they came at once, ties included.

    The vectors are small whole numbers, so that products are exact and often equal.
    """
    drawn = np.random.default_rng(seed)
    asked = torch.from_numpy(drawn.integers(-2, 3, (queries, 3)).astype(np.float32))
    pool = torch.from_numpy(drawn.integers(-2, 3, (sum(sizes), 3)).astype(np.float32))
    found = nearest(asked, torch.split(pool, sizes), count)
    at_once = search(asked, pool, count)
    assert torch.equal(found.places, at_once.places)
    assert torch.equal(found.products, at_once.products)
