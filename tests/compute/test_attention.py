"""Tests of compute.attention: what is answered in a flat batch is what each sequence alone would answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from stiltwalk.compute.attention import Flat, attend, bounds_of, flat_of
from stiltwalk.compute.blocks import cut_rows

LENGTHS = (9, 3, 30, 8, 1, 9)
BLOCKS = cut_rows(LENGTHS)
CPU = torch.device("cpu")


def drawn_tokens(kind: torch.dtype) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value of ``LENGTHS`` laid out; four heads of the query share two of the others."""
    drawn = torch.Generator().manual_seed(1)
    tokens = sum(len(block.rows) * block.length for block in BLOCKS)
    query, key, value = (torch.randn(1, heads, tokens, 8, generator=drawn).to(kind) for heads in (4, 2, 2))
    return query, key, value


def drawn_bias() -> Tensor:
    """For four heads and the longest sequence, by distance alone."""
    longest = max(LENGTHS)
    by_distance = torch.randn(4, 2 * longest - 1, generator=torch.Generator().manual_seed(2))
    places = torch.arange(longest)
    return by_distance[:, places - places[:, None] + longest - 1][None].requires_grad_()


def real_tokens() -> Tensor:
    """``(tokens,)`` whether a laid-out token is no padding."""
    return torch.cat([torch.arange(block.length) < LENGTHS[row] for block in BLOCKS for row in block.rows])


def layer(*, causal: bool) -> nn.Module:
    """A module that says what its tokens see."""
    module: Any = nn.Module()
    module.is_causal = causal
    return module  # type: ignore[no-any-return]


def each_alone(
    tokens: Sequence[Tensor], bias: Tensor, scale: float, window: int | None, *, causal: bool = False
) -> Tensor:
    """``(real tokens, heads, width)`` of the definition of attention, sequence by sequence."""
    answers, before = [], 0
    for row, length in ((row, block.length) for block in BLOCKS for row in block.rows):
        end = before + LENGTHS[row]
        query, key, value = (tensor[0, :, before:end] for tensor in tokens)
        key, value = (tensor.repeat_interleave(2, dim=0) for tensor in (key, value))
        products = query @ key.mT * scale + bias[0, :, : LENGTHS[row], : LENGTHS[row]]
        away = torch.arange(LENGTHS[row])[:, None] - torch.arange(LENGTHS[row])
        if window is not None:
            products = products.masked_fill(away.abs() >= window, -torch.inf)
        if causal:
            products = products.masked_fill(away < 0, -torch.inf)
        answers.append((products.softmax(-1) @ value).transpose(0, 1))
        before += length
    return torch.cat(answers)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [None, 4])
@pytest.mark.parametrize("dropout", [0.0, 1e-6])
def test_distances_add_to_products(dropout: float, window: int | None, causal: bool) -> None:
    """Answers and the gradient of what is added; a dropout too small to drop anything goes the other way."""
    tokens, bias = drawn_tokens(torch.float32), drawn_bias()
    layout = flat_of(BLOCKS, LENGTHS, CPU)
    assert len(layout.spans) > 1
    assert any(span.real is not None for span in layout.spans)
    module = layer(causal=causal)
    found = attend(module, *tokens, None, dropout, 0.7, window, layout, bias)[0][0, real_tokens()]
    expected = each_alone(tokens, bias, 0.7, window, causal=causal)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(3))
    (ours,) = torch.autograd.grad((found * weights).sum(), bias)
    (theirs,) = torch.autograd.grad((expected * weights).sum(), bias)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("window", [None, 4])
@pytest.mark.parametrize("dropout", [0.0, 1e-6])
def test_a_causal_layer_looks_back(dropout: float, window: int | None) -> None:
    """Within its own sequence, as far as its window, without anything that distances add."""
    tokens = drawn_tokens(torch.float32)
    layout = flat_of(BLOCKS, LENGTHS, CPU)
    found = attend(layer(causal=True), *tokens, None, dropout, 0.7, window, layout)[0][0]
    expected = each_alone(tokens, torch.zeros_like(drawn_bias()), 0.7, window, causal=True)
    assert torch.isfinite(found).all()
    torch.testing.assert_close(found[real_tokens()], expected, rtol=1e-5, atol=1e-5)


def test_a_kernel_that_takes_no_distances_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks answer, in half precision too."""
    tokens, bias = drawn_tokens(torch.bfloat16), drawn_bias().detach()
    layout = flat_of(BLOCKS, LENGTHS, CPU)
    expected = attend(nn.Module(), *tokens, None, 0.0, 0.3, None, layout, bias)[0]
    monkeypatch.setattr("stiltwalk.compute.attention._UNEQUAL", None)
    bounds = bounds_of(BLOCKS, LENGTHS)
    found = attend(nn.Module(), *tokens, None, 0.0, 0.3, None, layout._replace(bounds=bounds), bias)[0]
    assert torch.equal(found, expected)
    exact = each_alone([tensor.float() for tensor in tokens], bias, 0.3, None)
    torch.testing.assert_close(found[0, real_tokens()].float(), exact, rtol=3e-2, atol=3e-2)


def one_by_one(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    begins: Tensor,
    _key_begins: Tensor,
    longest: int,
    _key_longest: int,
    scale: float | None,
    window_size: tuple[int, int],
    enable_gqa: bool,
) -> Tensor:
    """What torch documents of its kernel for unequal lengths, sequence by sequence."""
    answers = []
    for begin, end in pairwise(begins.tolist()):
        assert 0 < end - begin <= longest
        away = torch.arange(end - begin)[:, None] - torch.arange(end - begin)
        left, right = (side if side >= 0 else end - begin for side in window_size)
        seen = (away <= left) & (-away <= right)
        q, k, v = (tensor[begin:end].transpose(0, 1) for tensor in (query, key, value))
        answer = nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=seen, scale=scale, enable_gqa=enable_gqa
        )
        answers.append(answer.transpose(0, 1))
    return torch.cat(answers)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [None, 4])
def test_a_kernel_for_unequal_lengths_is_given_the_same_sequences(
    window: int | None, causal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On real tokens it answers what blocks do; the kernel itself needs an accelerator."""
    layout = flat_of(BLOCKS, LENGTHS, CPU)
    tokens = drawn_tokens(torch.bfloat16)

    def answer(layout: Flat) -> Tensor:
        return attend(layer(causal=causal), *tokens, None, 0.0, 0.3, window, layout)[0][0]

    expected = answer(layout)
    monkeypatch.setattr("stiltwalk.compute.attention._UNEQUAL", one_by_one)
    found = answer(layout._replace(bounds=bounds_of(BLOCKS, LENGTHS)))
    ends = bounds_of(BLOCKS, LENGTHS).tolist()
    assert ends[-1] == tokens[0].shape[2] > sum(LENGTHS)
    real = real_tokens()
    torch.testing.assert_close(found[real], expected[real], rtol=2e-2, atol=2e-2)
    assert not torch.equal(found, expected), "padding is a sequence of its own here, so it differs"
