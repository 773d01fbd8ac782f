"""Tests of analyse.fits.laws: what each law says, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stiltwalk.analyse.fits.laws import LAWS, LawFit

# 100 - (20 + 100 D^-0.5): a level of 80; at the smallest amount, 100, there are 100 * 100^-0.5 = 10 to come
POWER = LawFit("power", (100.0, 10_000.0), (20.0, 100.0, 0.5), 80.0, 10.0, 0.5, 1.0, 14, 8)
# 80 - 40 exp(-D / 1000)
EXPONENTIAL = LawFit("exponential", (100.0, 10_000.0), (80.0, 40.0, 1000.0), 80.0, 40.0, 1000.0, 1.0, 14, 8)
# 40 + 40 D / (D + 3000)
HALVING = LawFit("michaelis-menten", (100.0, 9000.0), (40.0, 80.0, 3000.0), 80.0, 40.0, 3000.0, 1.0, 14, 8)
# 10 + 5 ln D
STRAIGHT = LawFit(
    "log-linear", (100.0, 10_000.0), (10.0, 5.0), 10 + 5 * math.log(100), 5.0, math.nan, 1.0, 14, 7
)


def test_scores_of_each_law() -> None:
    """By hand: 100 - (20 + 100 / 10) = 70; 80 - 40 / e = 65.285; 40 + 40 * 3000 / 6000 = 60."""
    assert POWER.predict(np.array([100.0, 10_000.0])) == pytest.approx([70, 79])
    assert EXPONENTIAL.predict(np.array([1000.0])) == pytest.approx([65.2848], abs=1e-4)
    assert HALVING.predict(np.array([3000.0, 9000.0])) == pytest.approx([60, 70])
    assert STRAIGHT.predict(np.array([1000.0])) == pytest.approx([10 + 5 * math.log(1000)])


@pytest.mark.parametrize("fit", [POWER, EXPONENTIAL, HALVING, STRAIGHT])
def test_natural_parameters(fit: LawFit) -> None:
    """Level, gain and shape turn into the parameters that the law is written with."""
    law = LAWS[fit.law]
    assert law.natural(fit.level, fit.gain, fit.theta, fit.amounts[0]) == pytest.approx(fit.values)
    assert len(law.parameters) == len(fit.values)


def test_limits() -> None:
    """The limit is 100 - E, S and S; a straight line has none."""
    assert [fit.limit for fit in (POWER, EXPONENTIAL, HALVING)] == [80, 80, 80]
    assert STRAIGHT.limit == math.inf


def test_amounts_at_nine_tenths_of_the_gain_from_a_base() -> None:
    """From 60 to 80, 2 points are to come: 100 D^-0.5 = 2 at 2500. From the start: τ ln 10, and 9 K."""
    assert POWER.reaching(0.9, 60) == pytest.approx(2500)
    assert EXPONENTIAL.reaching(0.9, 40) == pytest.approx(1000 * math.log(10))
    assert HALVING.reaching(0.9, 40) == pytest.approx(27_000)


def test_amounts_counted_from_the_smallest() -> None:
    """100 D^-0.5 is a tenth of its 10 points at 10,000; exp: d + τ ln 10; half-point: 10 (d + K) - K."""
    assert POWER.reaching(0.9) == pytest.approx(10_000)
    assert EXPONENTIAL.reaching(0.9) == pytest.approx(100 + 1000 * math.log(10))
    assert HALVING.reaching(0.9) == pytest.approx(10 * 3100 - 3000)


def test_no_amount_reaches_a_share_of_no_gain() -> None:
    """A law without a limit, without a gain, or with a base above its limit has no such amount."""
    assert STRAIGHT.reaching(0.9) == math.inf
    assert POWER._replace(gain=0.0).reaching(0.9) == math.inf
    assert POWER.reaching(0.9, 81) == math.inf


def test_an_amount_below_all_data() -> None:
    """Where the law has the share before any data, it takes none: half of the gain from 0 to 80 is at 40."""
    assert HALVING.reaching(0.5, 0) == 0


def test_degrees_of_freedom() -> None:
    """14 scores, 8 numbers, one of which is the variance."""
    assert POWER.df == 7
