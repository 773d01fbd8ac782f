"""Tests of analyse.fits.separable: exact recovery, scipy's fits, bounds, seeds, missing scores."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from scipy import optimize

from stiltwalk.analyse.fits.laws import LAWS, Floats
from stiltwalk.analyse.fits.separable import condensed, fit_law, kept_ends, solved
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError

AMOUNTS = np.array([1e3, 4e3, 16e3, 64e3, 128e3, 256e3, 393e3])

FORMS: dict[str, Callable[..., Floats]] = {
    "log-linear": lambda x, a, b: a + b * np.log(x),
    "power": lambda x, e, a, b: 100 - (e + a * x**-b),
    "exponential": lambda x, s, a, t: s - a * np.exp(-x / t),
    "michaelis-menten": lambda x, s0, s, k: s0 + (s - s0) * x / (x + k),
}
TRUTHS: dict[str, tuple[float, ...]] = {
    "log-linear": (30.0, 3.0),
    "power": (25.0, 300.0, 0.35),
    "exponential": (75.0, 20.0, 5e4),
    "michaelis-menten": (50.0, 75.0, 2e4),
}


@pytest.mark.parametrize("law", LAWS)
def test_a_law_without_noise_is_found_exactly(law: str) -> None:
    """Every law's own parameters come back from its curve, to seven digits."""
    fit = fit_law(law, AMOUNTS, FORMS[law](AMOUNTS, *TRUTHS[law]))
    assert fit.values == pytest.approx(TRUTHS[law], rel=1e-7)
    assert fit.rss == pytest.approx(0, abs=1e-12)
    assert fit.bounds == ()


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("weighted", [False, True])
def test_agreement_with_curve_fit(law: str, weighted: bool) -> None:
    """The curve_fit of scipy, started at the truth, ends at the same place on noisy scores."""
    random = np.random.default_rng(5)
    scores = FORMS[law](AMOUNTS, *TRUTHS[law]) + random.normal(0, 0.3, 7)
    sigma = np.linspace(0.5, 1.5, 7) if weighted else np.ones(7)
    expected, _ = optimize.curve_fit(
        FORMS[law], AMOUNTS, scores, p0=TRUTHS[law], sigma=sigma, xtol=1e-14, ftol=1e-14
    )
    fit = fit_law(law, AMOUNTS, scores, weights=sigma**-2)
    assert fit.values == pytest.approx(tuple(expected), rel=2e-5)
    assert fit.predict(AMOUNTS) == pytest.approx(FORMS[law](AMOUNTS, *expected), abs=1e-5)
    left = (scores - FORMS[law](AMOUNTS, *expected)) / sigma
    assert fit.rss == pytest.approx(float(left @ left), rel=1e-9)


def _with_levels(law: str, table: Floats, start: tuple[float, ...]) -> float:
    """Sum of squares of the law with a level for every seed, fitted as one problem by scipy."""
    rows, columns = np.nonzero(~np.isnan(table))
    seeds = table.shape[1]

    def left(values: Floats) -> Floats:
        levels = np.r_[values[len(start) :], -values[len(start) :].sum()]
        curve = FORMS[law](AMOUNTS[rows], *values[: len(start)])
        return np.asarray(table[rows, columns] - curve - levels[columns])

    begin = np.r_[start, np.zeros(seeds - 1)]
    return 2 * float(optimize.least_squares(left, begin, x_scale="jac", xtol=1e-14, ftol=1e-14).cost)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("holes", [False, True])
def test_seeds_have_levels_of_their_own(law: str, holes: bool) -> None:
    """One fit of all, seeds' levels included, leaves the same squares, also where scores are missing."""
    random = np.random.default_rng(2)
    curve = FORMS[law](AMOUNTS, *TRUTHS[law])[:, None]
    table = curve + random.normal(0, 3, 3) + random.normal(0, 0.4, (7, 3))
    if holes:
        table[[0, 3, 6], [1, 2, 0]] = np.nan
    fit = fit_law(law, AMOUNTS, table)
    assert fit.rss == pytest.approx(_with_levels(law, table, TRUTHS[law]), rel=1e-6)
    assert fit.n == (18 if holes else 21)
    assert fit.k == len(TRUTHS[law]) + 2 + 1


def test_squares_of_a_complete_table_are_those_within_and_lack_of_fit() -> None:
    """Two seeds at 1 and e: 10, 12 and 14, 12. Means 11 and 13, levels 0; within: 4 times 1 = 4.

    With two points a straight line has no lack of fit: a = 11, b = 2.
    """
    fit = fit_law("log-linear", np.array([1, np.e]), np.array([[10.0, 12.0], [14.0, 12.0]]))
    assert fit.values == pytest.approx((11, 2))
    assert fit.rss == pytest.approx(4)


def test_the_limit_stays_below_a_hundred() -> None:
    """A power law whose limit would be 130 is held at E = 0, and says so."""
    fit = fit_law("power", AMOUNTS, 130 - 90 * (AMOUNTS / 1e3) ** -0.1)
    assert fit.limit == 100
    assert fit.values[0] == 0
    assert "the limit is 100" in fit.bounds


@pytest.mark.parametrize("law", ["power", "exponential", "michaelis-menten"])
def test_a_gain_is_never_negative(law: str) -> None:
    """Falling scores leave a law with a limit at their mean, without a gain."""
    fit = fit_law(law, AMOUNTS, 60 - np.log(AMOUNTS))
    assert fit.gain == pytest.approx(0, abs=1e-9)
    assert fit.limit == pytest.approx(float((60 - np.log(AMOUNTS)).mean()))
    assert "there is no gain" in fit.bounds


def test_no_law_starts_below_zero() -> None:
    """A first score far below the others would be fitted by a start below 0; the law starts at 0 instead."""
    fit = fit_law("exponential", AMOUNTS, np.array([5.0, 60, 60, 60, 60, 60, 60]))
    assert fit.values[0] - fit.values[1] == pytest.approx(0, abs=1e-6)
    assert "the score starts at 0" in fit.bounds


@pytest.mark.parametrize("law", LAWS)
def test_no_other_place_fits_better(law: str) -> None:
    """On wild scores, bounds and all, scipy's global search over the whole space finds nothing better."""
    scores = np.random.default_rng(8).uniform(20, 80, 7)
    fit = fit_law(law, AMOUNTS, scores)
    if law == "log-linear":
        return
    low, high = (np.log(end) for end in LAWS[law].span(AMOUNTS[0], AMOUNTS[-1]))

    def squares(place: Floats) -> float:
        limit, share, theta = place
        curve = limit - limit * share * LAWS[law].shape(AMOUNTS, float(np.exp(theta)), AMOUNTS[0])
        return float(((scores - curve) ** 2).sum())

    found = optimize.differential_evolution(squares, [(0, 100), (0, 1), (low, high)], rng=1, tol=1e-10)
    assert fit.rss <= found.fun * (1 + 1e-9)
    assert fit.rss == pytest.approx(found.fun, rel=1e-3)


def test_many_at_once_are_each_as_alone() -> None:
    """A thousand refits at once end where single ones do."""
    random = np.random.default_rng(3)
    table = FORMS["power"](AMOUNTS, *TRUTHS["power"]) + random.normal(0, 2, (1000, 7))
    together = solved(LAWS["power"], AMOUNTS, np.eye(7), table)
    for place in range(0, 1000, 100):
        alone = fit_law("power", AMOUNTS, table[place])
        assert together.rss[place] == pytest.approx(alone.rss, rel=1e-7)
        assert together.level[place] == pytest.approx(alone.level, rel=1e-3)


def test_ten_thousand_refits_are_quick() -> None:
    """The aim is 2 s of one core; five are allowed, for slow machines."""
    table = 60 + np.random.default_rng(0).normal(0, 2, (10_000, 7))
    start = time.process_time()
    solved(LAWS["michaelis-menten"], AMOUNTS, np.eye(7), table)
    assert time.process_time() - start < 5


def test_a_held_limit() -> None:
    """With the limit held, the rest is fitted: the truth leaves nothing over at its own limit alone."""
    scores = FORMS["exponential"](AMOUNTS, *TRUTHS["exponential"])
    found = solved(
        LAWS["exponential"], AMOUNTS, np.eye(7), np.stack([scores] * 3), level=np.array([74.0, 75, 76])
    )
    assert found.rss[1] == pytest.approx(0, abs=1e-12)
    assert min(found.rss[0], found.rss[2]) > 0.5


def test_huber_is_where_scipy_has_it() -> None:
    """With one wild point: scipy's Huber loss, given the scale that was found, ends at the same line."""
    random = np.random.default_rng(4)
    scores = 30 + 3 * np.log(AMOUNTS) + random.normal(0, 0.5, 7)
    scores[3] += 20
    fit = fit_law("log-linear", AMOUNTS, scores, huber=1.345)
    scale = float(np.median(np.abs(scores - fit.predict(AMOUNTS)))) / 0.6745
    robust = optimize.least_squares(
        lambda v: scores - v[0] - v[1] * np.log(AMOUNTS), (30, 3), loss="huber", f_scale=1.345 * scale
    )
    assert fit.values == pytest.approx(tuple(robust.x), rel=1e-3)
    plain = fit_law("log-linear", AMOUNTS, scores)
    assert abs(fit.values[1] - 3) < abs(plain.values[1] - 3)


def test_points_left_out_and_in_order() -> None:
    """Amounts of 0, and points or seeds without a score, are left out; the order does not matter."""
    table = np.column_stack([FORMS["power"](np.maximum(AMOUNTS, 1), *TRUTHS["power"]), np.full(7, np.nan)])
    expected = fit_law("power", AMOUNTS, table[:, 0])
    mixed = np.r_[AMOUNTS[::-1], 0, 5e3]
    scores = np.vstack([table[::-1], [[12.0, np.nan]], [[np.nan, np.nan]]])
    fit = fit_law("power", mixed, scores)
    assert fit.values == pytest.approx(expected.values, rel=1e-6)
    assert fit.amounts == tuple(AMOUNTS)
    assert fit.n == 7


def test_seeds_that_share_no_amount() -> None:
    """Their levels cannot be told from the amounts': this is said, not fitted."""
    table = np.full((4, 2), np.nan)
    table[:2, 0], table[2:, 1] = [1.0, 2], [3.0, 4]
    assert not condensed(AMOUNTS[:4], table).linked
    with pytest.raises(StiltwalkError, match="seeds that share some"):
        fit_law("log-linear", AMOUNTS[:4], table)


def test_mistakes() -> None:
    """Unknown laws, shapes that do not fit, too few amounts and weights of 0 are refused."""
    with pytest.raises(UnknownNameError, match="Did you mean 'power'"):
        fit_law("powr", AMOUNTS, AMOUNTS)
    with pytest.raises(StiltwalkError, match=r"amounts \(7,\), scores \(6, 1\)"):
        fit_law("power", AMOUNTS, AMOUNTS[:6])
    with pytest.raises(StiltwalkError, match="found 2"):
        fit_law("power", AMOUNTS[:2], AMOUNTS[:2])
    with pytest.raises(StiltwalkError, match="Weights of points are numbers above 0"):
        fit_law("power", AMOUNTS, AMOUNTS, weights=np.zeros(7))


def test_where_a_test_turns() -> None:
    """By hand: between -1 at 1 and 3 at 2 it turns at 1.25; at the grid's end it does not."""
    assert kept_ends(np.array([0.0, 1, 2]), np.array([-2.0, -1, 3])) == (-np.inf, 1.25)
    assert kept_ends(np.array([0.0, 1, 2]), np.array([1.0, -1, -1])) == (0.5, np.inf)
