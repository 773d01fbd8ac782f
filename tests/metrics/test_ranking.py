"""Average precision: reference values, and what no ranking can do to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.metrics.ranking import average_precision

MANY = [f"r{n}" for n in range(25)]


# right, ranked, and what average_precision_at_k with k = 20 of third_party/utils_lareqa.py returned for them
# (google-research/xtreme at commit 838c13b)
@pytest.mark.parametrize(
    ("right", "ranked", "expected"),
    [
        (["a", "b"], ["a", "x", "b"], 0.8333333333333333),
        (["a", "b"], ["x", "a"], 0.25),
        (["a"], ["x", "y", "z", "a"], 0.25),
        (["a", "b"], ["a", "a", "b"], 0.8333333333333333),
        (["a"], [], 0.0),
        (MANY, MANY, 1.0),
        (MANY, ["x", *MANY], 0.8201130171428159),
        (["a"], [*(f"x{n}" for n in range(20)), "a"], 0.0),
    ],
)
def test_reference_values(right: list[str], ranked: list[str], expected: float) -> None:
    """What XTREME-R's own function gives; a repeated id counts at its first place."""
    assert average_precision(ranked, right, 20) == pytest.approx(expected, abs=1e-12)


IDS = st.sampled_from("abcdefgh")


@settings(deadline=None)
@given(st.lists(IDS), st.lists(IDS, min_size=1), st.integers(1, 9))
def test_a_ranking_is_worth_its_hits(ranked: list[str], right: list[str], most: int) -> None:
    """It lies in 0 to 1, is 0 without a hit, is 1 for the right ones alone, and ignores their order."""
    value = average_precision(ranked, right, most)
    assert 0.0 <= value <= 1.0
    assert (value == 0.0) == (not set(ranked[:most]) & set(right))
    assert value == average_precision(ranked, right[::-1] + right, most)
    assert average_precision(sorted(set(right)), right, most) == pytest.approx(1.0)


@settings(deadline=None)
@given(st.permutations("abcdefgh"), st.sampled_from("abcdefgh"))
def test_one_right_candidate_is_worth_one_over_its_rank(ranked: list[str], right: str) -> None:
    """With a single right candidate the mean is the mean reciprocal rank."""
    assert average_precision(ranked, [right], 20) == 1 / (ranked.index(right) + 1)
