"""Tests of the rates: their Monte-Carlo intervals, their judgement, and calibration curves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trust.measures import (
    Kind,
    Measure,
    Outcome,
    Rate,
    calibration,
    gathered,
    judged,
    measured,
    rate_of,
    reliability,
)


def test_the_interval_of_a_share_is_exact() -> None:
    """1,900 of 2,000: as scipy's binomial test has it (Clopper and Pearson, 99 %)."""
    found = rate_of(np.repeat([1.0, 0.0], [1900, 100]))
    expected = stats.binomtest(1900, 2000).proportion_ci(0.99)
    assert found.value == 0.95
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.studies == 2000


def test_shares_at_the_ends_keep_an_interval() -> None:
    """None of 100 studies: up to 1 - 0.005^(1/100) = 5.16 %; all of them: the same from above."""
    none, all_ = rate_of(np.zeros(100)), rate_of(np.ones(100))
    assert none.low == 0
    assert none.high == pytest.approx(1 - 0.005**0.01)
    assert all_.low == pytest.approx(0.005**0.01)
    assert all_.high == 1


def test_means_of_shares() -> None:
    """0, 0.5 and 1, each 100 times: 0.5 ± 2.5758 · 0.40893 / √300 = 0.0608; NaN is left out."""
    found = rate_of(np.append(np.repeat([0.0, 0.5, 1.0], 100), [math.nan] * 7))
    assert found.value == 0.5
    assert found.high - found.value == pytest.approx(0.0608, abs=5e-5)
    assert found.studies == 300


def test_no_study_is_said() -> None:
    """Where no study counts there is no rate, and the outcome says so."""
    found = rate_of(np.array([math.nan]))
    assert math.isnan(found.value)
    assert judged(Measure("a", "", "coverage", 0.95), found) == "no study"


@pytest.mark.parametrize(
    ("kind", "nominal", "low", "high", "outcome"),
    [
        ("coverage", 0.95, 0.94, 0.96, "nominal"),
        ("coverage", 0.95, 0.96, 0.98, "cautious"),
        ("coverage", 0.95, 0.90, 0.94, "missed"),
        ("false positives", 0.05, 0.02, 0.04, "cautious"),
        ("false positives", 0.05, 0.06, 0.08, "missed"),
        ("at most", 0.05, 0.01, 0.02, "met"),
        ("at most", 0.05, 0.04, 0.06, "met"),
        ("at most", 0.05, 0.06, 0.08, "missed"),
        ("at least", 0.90, 0.91, 0.95, "met"),
        ("at least", 0.90, 0.80, 0.88, "missed"),
        ("calibration", 0.02, 0.01, 0.015, "met"),
        ("calibration", 0.02, 0.03, 0.04, "missed"),
        ("bias", 0.0, -0.1, 0.1, "nominal"),
        ("bias", 0.0, 0.1, 0.3, "missed"),
        ("shown", math.nan, 0.1, 0.3, "shown"),
    ],
)
def test_outcomes(kind: Kind, nominal: float, low: float, high: float, outcome: Outcome) -> None:
    """A rate is held against its Monte-Carlo interval; a bar against the rate itself."""
    assert judged(Measure("a", "", kind, nominal), Rate((low + high) / 2, low, high, 2000)) == outcome


def test_calibration_by_hand() -> None:
    """Ten at 0.85 of which 8 are true, ten at 0.15 of which 3 are: (0.05 + 0.15) / 2 = 0.10."""
    said = np.repeat([0.85, 0.15], 10)
    true = np.concatenate([np.repeat([1.0, 0.0], [8, 2]), np.repeat([1.0, 0.0], [3, 7])])
    assert calibration(said, true).value == pytest.approx(0.10)
    low, high = reliability(said, true)
    assert (low.low, low.high, low.true, low.claims) == (0.1, 0.2, 0.3, 10)
    assert (high.said, high.true) == pytest.approx((0.85, 0.8))


def test_a_perfect_judge_lies_within_chance() -> None:
    """Truths drawn from the posteriors themselves: the error lies where chance puts it; others do not."""
    rng = np.random.default_rng(1)
    said = rng.random(2000)
    found = calibration(said, (rng.random(2000) < said).astype(float))
    assert found.low <= found.value <= found.high < 0.04
    assert calibration(said, (rng.random(2000) < said**2).astype(float)).value > 0.1


def test_a_certain_posterior_has_a_bin() -> None:
    """1.0 lies in the last bin, 0.0 in the first."""
    assert [each.low for each in reliability(np.array([0.0, 1.0]), np.array([0.0, 1.0]))] == [0.0, 0.9]


def test_values_of_studies_are_gathered() -> None:
    """A study may lack a value; of calibration two names make one measure."""
    raw = gathered([{"a": 1.0, "c": 0.9, "c?": 1.0}, {"a": 0.0}])
    assert raw["a"].tolist() == [1.0, 0.0]
    assert measured(Measure("a", "", "shown"), raw).value == 0.5
    assert measured(Measure("c", "", "calibration", 0.02), raw).studies == 1
    assert measured(Measure("absent", "", "shown"), raw).studies == 0
