"""Tests of what inference costs: percentiles by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.metrics.inference_cost import timing


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
