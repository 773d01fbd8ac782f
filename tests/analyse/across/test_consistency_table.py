"""Consistency of arms: over the same pairs for all, as it is and at equal accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from stiltwalk.analyse.across.consistency import Pairs
from stiltwalk.analyse.across.consistency_table import (
    EVERY_PAIR,
    WITH_ENGLISH,
    Consistency,
    consistency_table,
)

Numbers = Sequence[float] | NDArray[np.float64]

PAIRS = (("de", "en"), ("de", "fr"), ("en", "fr"))


def _run(values: Numbers, accuracy: Numbers, pairs: tuple[tuple[str, str], ...] = PAIRS) -> Pairs:
    return Pairs(
        pairs, {"kappa": np.array(values)}, np.array(accuracy, dtype=float), np.full(len(pairs), 100)
    )


def _one(found: tuple[Consistency, ...], arm: str, scope: str) -> Consistency:
    (row,) = [each for each in found if (each.arm, each.scope) == (arm, scope)]
    return row


def test_scopes_by_hand() -> None:
    """Kappas 30, 60, 50: with English (30 + 50) / 2 = 40, over all pairs 140 / 3."""
    found = consistency_table({("none", 1): _run([30, 60, 50], [50, 60, 55])})
    assert _one(found, "none", WITH_ENGLISH).level.value == pytest.approx(40.0)
    every = _one(found, "none", EVERY_PAIR)
    assert every.level.value == pytest.approx(140 / 3)
    assert (every.pairs, every.items, every.runs, every.level.low) == (3, 100, 1, -math.inf)


def test_all_of_a_difference_is_accuracy() -> None:
    """Kappa is 2 × accuracy - 50 in every pair and run, but for a little noise.

    The arm is 5 points more accurate, so its kappa is 10 higher, and at equal accuracy nothing is left.
    """
    stream = np.random.default_rng(0)
    runs = {}
    for seed in range(4):
        for arm, more in (("none", 0.0), ("a", 5.0), ("b", 2.0)):
            accuracy = np.array([50.0, 60.0, 55.0]) + more + stream.normal(0, 0.2)
            runs[arm, seed] = _run(2 * accuracy - 50 + stream.normal(0, 0.05, 3), accuracy)
    row = _one(consistency_table(runs), "a", EVERY_PAIR)
    assert row.slope.value == pytest.approx(2.0, abs=0.02)
    assert row.slope.low < 2.0 < row.slope.high
    assert row.change.value == pytest.approx(10.0, abs=0.8)
    assert row.at_equal_accuracy.value == pytest.approx(0.0, abs=0.2)
    assert row.at_equal_accuracy.low < 0 < row.at_equal_accuracy.high


def test_what_is_left_at_equal_accuracy_by_hand() -> None:
    """Two seeds, two arms, slopes of 1 in every run.

    none: kappa 50, 60, 55 at accuracy 50, 60, 55 (means 55, 55); arm: 58, 68, 63 at 53, 63, 58 (63, 58).
    The difference is 8; 3 of it go with accuracy; 5 are left. The second seed adds 1 to the arm's kappas.
    """
    accuracy = np.array([50.0, 60.0, 55.0])
    runs = {
        ("none", 1): _run([50, 60, 55], accuracy),
        ("none", 2): _run([50, 60, 55], accuracy),
        ("a", 1): _run([58, 68, 63], accuracy + 3),
        ("a", 2): _run([59, 69, 64], accuracy + 3),
    }
    row = _one(consistency_table(runs), "a", EVERY_PAIR)
    assert row.slope.value == pytest.approx(1.0)
    assert row.change.value == pytest.approx(8.5)
    assert row.at_equal_accuracy.value == pytest.approx(5.5)
    # differences 8 and 9: a standard error of 1/2, and t of one degree of freedom
    assert row.change.se == pytest.approx(0.5)
    assert row.change.df == 1
    # every run has the very same slope, which shows nothing of how slopes vary
    assert row.at_equal_accuracy.high == math.inf


def test_the_slopes_error_counts() -> None:
    """The further the arms' accuracies are apart, the wider is what is left at equal accuracy."""
    stream = np.random.default_rng(1)
    rows = []
    for apart in (0.0, 10.0):
        runs = {}
        for seed in range(5):
            for arm, more in (("none", 0.0), ("a", apart)):
                accuracy = np.array([50.0, 60.0, 55.0]) + more
                runs[arm, seed] = _run(accuracy + stream.normal(0, 1.0, 3), accuracy)
        rows.append(_one(consistency_table(runs), "a", EVERY_PAIR))
    near, far = rows
    assert near.at_equal_accuracy.se == pytest.approx(near.change.se)
    expected = math.hypot(far.change.se, 10 * far.slope.se)
    assert far.at_equal_accuracy.se == pytest.approx(expected, rel=0.01)


def test_pairs_that_some_run_lacks() -> None:
    """One run has no kappa for one pair: that pair is left out of all, and counted."""
    runs = {
        ("none", 1): _run([30, 60, 50], [50, 60, 55]),
        ("a", 1): _run([40, math.nan, 60], [50, 60, 55]),
    }
    row = _one(consistency_table(runs), "a", EVERY_PAIR)
    assert (row.pairs, row.left_out) == (2, 1)
    assert row.change.value == pytest.approx((40 + 60) / 2 - (30 + 50) / 2)


def test_run_without_any_number() -> None:
    """A run that gives one label throughout is missing; the other arm keeps what it has."""
    runs = {
        ("none", 1): _run([30, 60, 50], [50, 60, 55]),
        ("a", 1): _run([math.nan] * 3, [50, 60, 55]),
    }
    found = consistency_table(runs)
    assert {row.arm for row in found} == {"none"}
    assert _one(found, "none", EVERY_PAIR).left_out == 0


def test_without_a_baseline() -> None:
    """Levels there are, changes not."""
    row = _one(consistency_table({("a", 1): _run([30, 60, 50], [50, 60, 55])}), "a", EVERY_PAIR)
    assert math.isnan(row.change.value)
    assert (row.change.low, row.change.high) == (-math.inf, math.inf)


def test_one_pair() -> None:
    """Accuracy cannot differ between pairs of a run: so nothing is known at equal accuracy."""
    found = consistency_table(
        {
            ("none", 1): _run([30], [50], (("de", "en"),)),
            ("a", 1): _run([40], [50], (("de", "en"),)),
        }
    )
    assert {row.scope for row in found} == {EVERY_PAIR}
    row = _one(found, "a", EVERY_PAIR)
    assert row.change.value == 10.0
    assert math.isnan(row.at_equal_accuracy.value)
    assert math.isnan(row.slope.value)


def test_nothing() -> None:
    """No run, or one language."""
    assert consistency_table({}) == ()
    assert consistency_table({("none", 1): _run([], [], ())}) == ()
