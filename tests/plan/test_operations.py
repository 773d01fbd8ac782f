"""Tests of operations by arithmetic, solved by hand."""

from __future__ import annotations

import pytest

from stiltwalk.plan.operations import attention_flops, forward_flops, training_flops, vocabulary_flops


def test_a_training_by_hand() -> None:
    """100 parameters, 7 tokens: 6 for each; with the 100 frozen and 10 beside them 4 and 6."""
    assert training_flops(100, 7) == 4200
    assert training_flops(100, 7, beside=10) == (400 + 60) * 7


def test_attention_and_vocabulary_by_hand() -> None:
    """2 layers 8 wide, 6 tokens in rows of 3: 4 · 2 · 8 · 6 · 3; 5 tokens over 50 rows: 6 · 8 · 50 · 5."""
    assert attention_flops(2, 8, 6, 3) == 1152
    assert vocabulary_flops(8, 50, 5) == 12_000


def test_a_pass_forward_by_hand() -> None:
    """100 parameters, 2 layers 8 wide, 3 tokens: 2 · 100 · 3 + 4 · 2 · 8 · 9 = 600 + 576."""
    assert forward_flops(100, 2, 8, 3) == 1176


def test_operations_of_a_known_shape() -> None:
    """XLM-R Base (12 layers, 768 wide, 3072 inside; 85,054,464 parameters beside embeddings), 128 tokens.

    Product by product: 24 · 768² operations a token and layer for queries, keys, values, output and both
    matrices inside; 128 · 768 twice, times two, for attention: 22.35 · 10^9. The formula counts biases and
    norms as well, 0.14 % of the parameters.
    """
    by_product = 128 * 12 * (24 * 768**2 + 2 * 2 * 128 * 768)
    assert by_product == pytest.approx(22.35e9, rel=1e-3)
    assert forward_flops(85_054_464, 12, 768, 128) == pytest.approx(by_product, rel=2e-3)
