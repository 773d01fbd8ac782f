"""Akaike's criterion for small samples, and what it says of rival models of the same scores.

For n scores with normal noise, ``AICc = n ln(rss / n) + 2k + 2k(k + 1) / (n - k - 1)``, where k counts every
number that was estimated, the variance included. A model's weight is its share of ``exp(-AICc / 2)``.
Models within 2 of the best are not told apart from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

TOLD_APART: Final = 2.0
"""Differences below this leave the matter undecided."""

LEAST_VARIANCE: Final = 1e-12
"""Square points; what is below is rounding, not fit."""


class Ranked(NamedTuple):
    """Models by their criterion.

    Attributes:
        aicc: of each.
        delta: what each has above the best.
        weights: Akaike weights; they sum to 1.
        best: place of the best.
        rivals: places of the others within ``TOLD_APART`` of it.
    """

    aicc: tuple[float, ...]
    delta: tuple[float, ...]
    weights: tuple[float, ...]
    best: int
    rivals: tuple[int, ...]


def aicc(rss: float, n: int, k: int) -> float:
    """The criterion; inf where ``n`` is not above ``k + 1``: so few scores bear no such model."""
    if n <= k + 1:
        return math.inf
    return n * math.log(max(rss / n, LEAST_VARIANCE)) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def ranked(criteria: Sequence[float]) -> Ranked:
    """Models ranked by their ``criteria``, at least one of them finite."""
    least = min(criteria)
    delta = tuple(each - least for each in criteria)
    shares = [math.exp(-each / 2) for each in delta]
    best = delta.index(0.0)
    rivals = tuple(place for place, each in enumerate(delta) if place != best and each < TOLD_APART)
    return Ranked(tuple(criteria), delta, tuple(share / sum(shares) for share in shares), best, rivals)
