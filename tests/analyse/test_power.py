"""Tests of power, smallest effects and numbers of seeds: against scipy, statsmodels, draws and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.estimates import estimate, unbounded
from stiltwalk.analyse.power import minimum_detectable, power_of, seeds_needed


@pytest.mark.parametrize("df", [2.0, 5.0, 19.9, 20.0, 40.0, 400.0])
def test_power_is_that_of_the_noncentral_t(df: float) -> None:
    """scipy.stats.nct, where it gives a number; both integrals, below and from 20 degrees of freedom."""
    effects = np.linspace(0, 5, 11)
    bound = stats.t.ppf(0.975, df)
    expected = stats.nct.sf(bound, df, effects) + stats.nct.cdf(-bound, df, effects)
    known = ~np.isnan(expected)
    assert known.sum() > 5
    assert power_of(effects, 1.0, df)[known] == pytest.approx(expected[known], abs=1e-9)


def test_power_of_one_degree_of_freedom() -> None:
    """Where scipy gives none: the share of 400,000 drawn studies, whose own error is 0.0008."""
    draw = np.random.default_rng(7)
    ratio = (draw.normal(size=400_000) + 10) / np.abs(draw.normal(size=400_000))
    found = float((np.abs(ratio) > stats.t.ppf(0.975, 1)).mean())
    assert float(power_of(10.0, 1.0, 1.0)) == pytest.approx(found, abs=0.004)


def test_no_effect_is_found_as_often_as_the_test_errs() -> None:
    """Power at 0 is 1 minus the confidence; it grows with the effect's size, whatever its sign."""
    assert power_of(0.0, 2.0, [1.0, 4.0, 300.0]) == pytest.approx([0.05] * 3, abs=1e-7)
    assert float(power_of(0.0, 2.0, 4.0, confidence=0.9)) == pytest.approx(0.1)
    assert float(power_of(-3.0, 2.0, 4.0)) == float(power_of(3.0, 2.0, 4.0)) > float(power_of(2.0, 2.0, 4.0))


def test_the_smallest_effect_with_many_seeds_by_hand() -> None:
    """With known noise it is (1.95996 + 0.84162) standard errors: 2.80159."""
    assert float(minimum_detectable(1.0, 1e7)) == pytest.approx(2.80159, abs=1e-4)
    assert float(minimum_detectable(0.5, 1e7)) == pytest.approx(2.80159 / 2, abs=1e-4)


def test_the_smallest_effect_has_that_power() -> None:
    """Put back, at any degrees of freedom, confidence and power."""
    df = np.array([0.5, 1, 2, 3.7, 18, 20, 90])
    for confidence, power in ((0.95, 0.8), (0.9, 0.5), (0.99, 0.95)):
        effect = minimum_detectable(1.3, df, confidence, power)
        assert power_of(effect, 1.3, df, confidence) == pytest.approx([power] * 7, abs=1e-8)
        assert (np.diff(effect) < 0).all()


def test_the_smallest_effect_against_statsmodels() -> None:
    """Where it is installed: statsmodels.stats.power.TTestPower, a paired t test of five seeds."""
    power = pytest.importorskip("statsmodels.stats.power")
    effect = power.TTestPower().solve_power(effect_size=None, nobs=5, alpha=0.05, power=0.8)
    # its effect is in standard deviations, ours in standard errors
    assert float(minimum_detectable(1.0, 4)) == pytest.approx(effect * math.sqrt(5), abs=1e-5)


def test_where_nothing_is_known_nothing_is_found() -> None:
    """One seed, no variation: no effect is large enough, and there is no power to speak of."""
    se, df = [math.nan, 0.0, 1.0, 1.0], [3.0, 3.0, 0.0, 3.0]
    assert np.isinf(minimum_detectable(se, df)).tolist() == [True, True, True, False]
    assert np.isnan(power_of(1.0, se, df)).tolist() == [True, True, True, False]
    assert minimum_detectable(np.zeros((2, 0)), 1.0).shape == (2, 0)


def test_seeds_for_an_effect() -> None:
    """The first number at which the power is there, and one seed fewer is too few.

    Two arms, three seeds, a standard error of 0.5: at n seeds it is 0.5 times the root of 3/n on n - 1
    degrees of freedom.
    """
    found = estimate(0.4, 0.5, 2)
    needed = seeds_needed(found, 3, effect=1.0)
    assert needed is not None

    def power(seeds: int) -> float:
        return float(power_of(1.0, 0.5 * math.sqrt(3 / seeds), seeds - 1))

    assert power(needed) >= 0.8 > power(needed - 1)
    # more arms: more degrees of freedom from the first
    assert (seeds_needed(estimate(0.4, 0.5, 18), 3, effect=1.0) or 0) < needed


def test_seeds_for_an_interval_by_hand() -> None:
    """Ten arms and three seeds, 0.3 ± 2.1009 · 0.2 = 0.42.

    At five seeds it is ± 2.0281 · 0.1549 = 0.314, at six ± 2.0141 · 0.1414 = 0.285, which is below 0.3.
    """
    found = estimate(0.3, 0.2, 18)
    assert seeds_needed(found, 3, half_width=0.3) == 6
    assert seeds_needed(found, 3, half_width=0.314) == 6
    assert seeds_needed(found, 3, half_width=0.315) == 5


def test_no_number_of_seeds_does() -> None:
    """Nothing is known of the noise, or the effect is nothing beside it."""
    assert seeds_needed(unbounded(1.0), 3, effect=1.0) is None
    assert seeds_needed(estimate(1.0, 0.2, 3), 1, effect=1.0) is None
    assert seeds_needed(estimate(0.001, 5.0, 4), 3, effect=0.01) is None
    assert seeds_needed(estimate(0.0, 5.0, 4), 3, half_width=0.0) is None
    assert seeds_needed(estimate(0.0, 1.0, 4), 3, effect=0.5, most=10) is None


def test_one_question_at_a_time() -> None:
    """An effect or a width, not both and not neither."""
    found = estimate(1.0, 0.2, 3)
    for asked in (None, 1.0):
        with pytest.raises(ValueError, match="either effect or half_width"):
            seeds_needed(found, 3, effect=asked, half_width=asked)
