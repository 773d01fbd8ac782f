"""Tests of compute.heads: shapes, and fresh weights that depend on a seed alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from stiltwalk.compute.batches import collate
from stiltwalk.compute.heads import INIT_STD, EncoderWithHead, FirstTokenHead, TokenHead, initialise
from tests.compute.fakes import encoder_model, item, parameters, row, same_bits
from tests.fakes import tiny_tokenizer


def test_heads_have_the_promised_shapes() -> None:
    """The first token's head scores rows, the token head scores tokens."""
    states = torch.randn(2, 5, 16)
    assert FirstTokenHead(16, 3, 0.1)(states).shape == (2, 3)
    assert TokenHead(16, 4, 0.1)(states).shape == (2, 5, 4)


def test_the_first_token_alone_decides_a_row() -> None:
    """What stands behind the first token changes nothing."""
    head = FirstTokenHead(16, 3, 0.1).eval()
    states = torch.randn(2, 5, 16)
    changed = states.clone()
    changed[:, 1:] = 0
    assert torch.equal(head(states), head(changed))


@pytest.mark.parametrize("make", [lambda: FirstTokenHead(64, 40, 0.1), lambda: TokenHead(64, 400, 0.1)])
def test_fresh_weights_come_from_the_seed_alone(make: type[nn.Module]) -> None:
    """Equal seeds give equal bits whatever the global generator stands at, and leave it where it was."""
    torch.manual_seed(1)
    first = initialise(make(), 5)
    torch.manual_seed(2)
    head = make()
    before = torch.get_rng_state()
    second = initialise(head, 5)
    assert torch.equal(torch.get_rng_state(), before)
    assert same_bits(parameters(first), parameters(second))
    assert not same_bits(parameters(first), parameters(initialise(make(), 6)))


def test_fresh_weights_are_small_and_biases_zero() -> None:
    """Matrices have BERT's standard deviation, vectors are 0."""
    head = initialise(FirstTokenHead(200, 200, 0.1), 5)
    for parameter in head.parameters():
        if parameter.ndim > 1:
            assert parameter.std().item() == pytest.approx(INIT_STD, rel=0.05)
            assert abs(parameter.mean().item()) < INIT_STD / 20
        else:
            assert not parameter.any()


def test_an_encoder_with_a_head_is_the_head_on_its_last_states() -> None:
    """Nothing stands between the two."""
    tokenizer = tiny_tokenizer("wordpiece")
    encoder = encoder_model(tokenizer)
    head = initialise(TokenHead(16, 3, 0.1), 1)
    model = EncoderWithHead(encoder, head).eval()
    micro = collate([item(row(2, 9, 10, 3)), item(row(2, 7, 3))], tokenizer.pad_token_id)
    with torch.no_grad():
        states = encoder(input_ids=micro.ids, attention_mask=micro.mask).last_hidden_state
        assert torch.equal(model(micro), head(states))
