"""Tests of what inference costs: percentiles and operations by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.inference_cost import forward_flops, timing


def test_percentiles_by_hand() -> None:
    """Of 1 to 30 ms the median is 15.5, and the 95th percentile 0.95 × 29 behind the first: 28.55."""
    seconds = [n / 1000 for n in range(1, 31)]
    random.Random(1).shuffle(seconds)
    found = timing(seconds, 8)
    assert found == pytest.approx((15.5, 28.55, 8 / 0.0155))


def test_two_runs() -> None:
    """Between 10 and 30 ms: in the middle 20, and 95 % of the way 29."""
    assert timing([0.03, 0.01], 1) == pytest.approx((20.0, 29.0, 50.0))


@given(
    seconds=st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=50),
    batch=st.integers(1, 512),
)
def test_percentiles_lie_among_the_runs(seconds: list[float], batch: int) -> None:
    """From the quickest to the slowest; throughput and median latency say the same."""
    p50, p95, rate = timing(seconds, batch)
    assert 0.999 * min(seconds) <= p50 / 1000 <= 1.001 * p95 / 1000 <= 1.002 * max(seconds)
    assert rate * p50 == pytest.approx(1000 * batch)


def test_operations_by_hand() -> None:
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
