"""Tests of adjusted p-values: by hand, against statsmodels, and what holds of any family."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.multiplicity import benjamini_hochberg, holm

FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_holm_by_hand() -> None:
    """0.01, 0.02, 0.03, 0.5 times 4, 3, 2, 1 are 0.04, 0.06, 0.06, 0.5; none falls below one before it."""
    assert holm([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.06, 0.06])
    # 0.03 times 3, 0.031 times 2: the second would be below the first
    assert holm([0.03, 0.031, 0.9]) == pytest.approx([0.09, 0.09, 0.9])


def test_benjamini_hochberg_by_hand() -> None:
    """0.01, 0.02, 0.03, 0.5 times 4/1, 4/2, 4/3, 4/4 are 0.04, 0.04, 0.04, 0.5."""
    assert benjamini_hochberg([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.04, 0.04])
    # 0.04 times 2 would exceed 0.05 times 1
    assert benjamini_hochberg([0.04, 0.05]) == pytest.approx([0.05, 0.05])


def test_what_was_not_tested_does_not_count() -> None:
    """NaN stays, and the others are adjusted as if it were not there."""
    assert holm([math.nan, 0.02, 0.03]) == pytest.approx([math.nan, 0.04, 0.04], nan_ok=True)
    assert benjamini_hochberg([0.02, math.nan]) == pytest.approx([0.02, math.nan], nan_ok=True)
    assert holm([]).tolist() == benjamini_hochberg([]).tolist() == []
    assert np.isnan(holm([math.nan])).all()


@given(FAMILIES, st.randoms())
def test_order_changes_nothing(p: list[float], shuffle: object) -> None:
    """The adjusted values go where their p-values go."""
    order = list(range(len(p)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    for adjust in (holm, benjamini_hochberg):
        assert adjust([p[place] for place in order]).tolist() == adjust(p)[order].tolist()


@given(FAMILIES)
def test_adjusted_values_are_larger_and_at_most_one(p: list[float]) -> None:
    """Benjamini and Hochberg lie between p and Holm, Holm below Bonferroni; a smaller p stays the smaller."""
    strict, lenient = holm(p), benjamini_hochberg(p)
    assert (np.array(p) <= lenient * (1 + 1e-12)).all()
    assert (lenient <= strict * (1 + 1e-12)).all()
    assert (strict <= np.minimum(np.array(p) * len(p), 1) * (1 + 1e-12)).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(strict[order]) >= 0).all()
    assert (np.diff(lenient[order]) >= 0).all()


def test_against_statsmodels() -> None:
    """Where it is installed: statsmodels.stats.multitest.multipletests, on drawn families with ties."""
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    draw = np.random.default_rng(3)
    for size in (1, 2, 5, 30, 30):
        p = np.round(draw.random(size) ** 3, 2)
        for adjust, name in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
            assert adjust(p) == pytest.approx(multitest.multipletests(p, method=name)[1], abs=1e-12)
