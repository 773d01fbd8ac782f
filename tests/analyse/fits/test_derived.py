"""Tests of analyse.fits.derived: limits and amounts, their intervals, and when there are none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from stiltwalk.analyse.fits.derived import NO_PLATEAU, ONE_SEED, derived, drawn
from stiltwalk.analyse.fits.laws import LAWS, Floats
from stiltwalk.spec.errors import UnknownNameError

AMOUNTS = np.array([1e3, 4e3, 16e3, 64e3, 128e3, 256e3, 393e3])
HALF_POINT = 2e4
CURVE = 50 + 25 * AMOUNTS / (AMOUNTS + HALF_POINT)


def _table(curve: Floats, sd: float, seed: int = 0, levels: float = 1.0) -> tuple[Floats, Floats]:
    """Scores of five seeds, and their scores without intermediate training, at 50."""
    random = np.random.default_rng(seed)
    of_seeds = random.normal(0, levels, 5)
    return curve[:, None] + of_seeds + random.normal(0, sd, (7, 5)), 50 + of_seeds + random.normal(0, sd, 5)


def test_the_truth_where_noise_is_small() -> None:
    """A limit of 75, and 90 % of what lies above 50 at 9 K = 180,000 examples."""
    table, anchor = _table(CURVE, 0.01, levels=0.01)
    found = derived(AMOUNTS, table, "michaelis-menten", anchor)
    assert found.since == "none"
    assert found.limit.value == pytest.approx(75, abs=0.05)
    assert found.amount.value == pytest.approx(180_000, rel=0.01)
    assert found.amount.high / found.amount.low < 1.02
    assert found.plateau
    assert found.sentence == ""


def test_without_an_anchor_the_gain_counts_from_the_smallest_amount() -> None:
    """10 (d + K) - K = 10 * 21,000 - 20,000 = 190,000."""
    found = derived(AMOUNTS, _table(CURVE, 0.01)[0], "michaelis-menten")
    assert found.since == "smallest amount"
    assert found.amount.value == pytest.approx(190_000, rel=0.01)


def test_an_amounts_interval_ends_where_an_f_test_does() -> None:
    """With K held at what each end implies, scipy's fit of the rest is off by just what F allows."""
    table = _table(CURVE, 1)[0]
    found = derived(AMOUNTS, table, "michaelis-menten")
    assert found.fit is not None
    means = table.mean(axis=1)
    residuals = table - means[:, None] - table.mean(axis=0) + table.mean()

    def squares(half_point: float) -> float:
        terms = np.column_stack([np.ones(7), AMOUNTS / (AMOUNTS + half_point)])
        left = means - terms @ np.linalg.lstsq(terms, means, rcond=None)[0]
        return float((residuals**2).sum() + 5 * left @ left)

    best = optimize.minimize_scalar(lambda log: squares(math.exp(log)), bounds=(7, 13), method="bounded")
    df = 35 - 3 - 4
    allowed = best.fun * (1 + stats.f.ppf(0.95, 1, df) / df)
    for end in (found.amount.low, found.amount.high):
        assert squares((end - 10 * AMOUNTS[0]) / 9) == pytest.approx(allowed, rel=1e-3)


def test_an_anchored_interval_ends_where_an_f_test_does() -> None:
    """The same with scores without training: at each end, scipy's fit of limit, gain, K and their level."""
    table, anchor = _table(CURVE, 1, seed=3)
    found = derived(AMOUNTS, table, "michaelis-menten", anchor)
    whole = np.vstack([anchor, table])
    means = whole.mean(axis=1)
    within = float(((whole - means[:, None] - whole.mean(axis=0) + whole.mean()) ** 2).sum())

    def squares(amount: float) -> float:
        def left(values: Floats) -> Floats:
            limit, gain, log = values
            half_point = math.exp(log)
            base = limit - gain * half_point / (amount + half_point) / 0.1
            return np.asarray(means - np.r_[base, limit - gain * half_point / (AMOUNTS + half_point)])

        return within + 5 * 2 * float(
            optimize.least_squares(left, (75, 25, math.log(2e4)), x_scale="jac").cost
        )

    assert found.fit is not None
    least = optimize.minimize_scalar(lambda log: squares(math.exp(log)), bounds=(8, 15), method="bounded").fun
    df = 40 - 4 - 4
    allowed = least * (1 + stats.f.ppf(0.95, 1, df) / df)
    for end in (found.amount.low, found.amount.high):
        assert squares(end) == pytest.approx(allowed, rel=1e-3)


def test_a_limit_is_no_better_known_than_the_seeds_level() -> None:
    """Seeds that differ by 5 points on average leave a mean of five at least t(4) * 5 / sqrt(5) uncertain."""
    table, _ = _table(CURVE, 0.05, levels=5)
    spread = float(table.mean(axis=0).std(ddof=1))
    found = derived(AMOUNTS, table, "michaelis-menten")
    half = float(stats.t.ppf(0.975, 4)) * spread / math.sqrt(5)
    assert (found.limit.high - found.limit.low) / 2 == pytest.approx(half, rel=0.02)
    same, _ = _table(CURVE, 0.05, levels=0)
    assert derived(AMOUNTS, same, "michaelis-menten").amount.value == pytest.approx(
        found.amount.value, rel=0.02
    )


@pytest.mark.parametrize("law", ["power", "exponential", "michaelis-menten"])
def test_intervals_hold_the_truth(law: str) -> None:
    """Of 40 studies, at least 34 limits and amounts lie inside (docs/statistics.md has thousands).

    Were the true rate 95 %, 33 or fewer would be found in 1 of 300 tries.
    """
    theta = {"power": 0.35, "exponential": 4e4, "michaelis-menten": 2e4}[law]
    shape = LAWS[law].shape(AMOUNTS, theta, AMOUNTS[0])
    limit, gain = 80.0, 25 / float(shape[0])
    true = LAWS[law].inverse(0.1 * (limit - 50) / gain, theta, AMOUNTS[0])
    limits, amounts = 0, 0
    for seed in range(40):
        found = derived(AMOUNTS, *_studied(limit - gain * shape, law, seed))
        limits += found.limit.low <= limit <= found.limit.high
        amounts += found.amount.low <= true <= found.amount.high
    assert limits >= 34
    assert amounts >= 34


def _studied(curve: Floats, law: str, seed: int) -> tuple[Floats, str, Floats]:
    table, anchor = _table(curve, 1, seed)
    return table, law, anchor


def test_no_plateau() -> None:
    """A straight line in ln D bears any limit up to 100: neither the limit nor the amount ends above."""
    table, anchor = _table(50 + 2 * np.log(AMOUNTS / 1e3), 1)
    found = derived(AMOUNTS, table, "power", anchor)
    assert found.limit.high == math.inf
    assert found.amount.high == math.inf
    assert not found.plateau
    assert found.sentence == NO_PLATEAU


def test_a_law_without_a_limit() -> None:
    """This is said; there is a fit, and no number."""
    found = derived(AMOUNTS, _table(CURVE, 1)[0], "log-linear")
    assert "has no limit" in found.reason
    assert not found.limit.bounded
    assert math.isnan(found.amount.value)
    assert found.fit is not None


def test_one_seed() -> None:
    """The amount does not hang on the seed's level and has an interval; the limit has none."""
    found = derived(AMOUNTS, _table(CURVE, 0.3)[0][:, :1], "michaelis-menten")
    assert found.reason == ""
    assert found.limit.value == pytest.approx(75, abs=3)
    assert (found.limit.low, found.limit.high) == (-math.inf, math.inf)
    assert found.amount.low < 190_000 < found.amount.high
    assert found.sentence == ONE_SEED


def test_falling_scores_have_no_gain() -> None:
    """There is no share of it to reach, and this is said."""
    found = derived(AMOUNTS, _table(60 - np.log(AMOUNTS), 0.2)[0], "exponential")
    assert "shows no gain" in found.reason
    assert found.amount.value == math.inf
    assert found.amount.high == math.inf


@pytest.mark.parametrize(
    ("amounts", "table", "said"),
    [
        (AMOUNTS[:3], np.ones((3, 5)), "Scores at 3 different amounts"),
        (np.zeros(3), np.ones((3, 5)), "Scores at 0 different amounts"),
        (AMOUNTS, np.full((7, 5), np.nan), "Scores at 0 different amounts"),
        (AMOUNTS, np.full((7, 5), 40.0), "All scores are the same"),
        (AMOUNTS, np.where(np.eye(7, dtype=bool), 50.0, np.nan), "share no amount"),
        (AMOUNTS, np.repeat(CURVE[:, None], 2, axis=1), "nothing over to tell how runs vary"),
    ],
)
@pytest.mark.parametrize("anchored", [False, True])
def test_nothing_to_conclude(amounts: Floats, table: Floats, said: str, anchored: bool) -> None:
    """Too few amounts, no scores, equal scores, seeds that never meet, runs that agree: a sentence each."""
    anchor = np.full(table.shape[1], 40.0) if anchored and "share" not in said else None
    found = derived(amounts, table, "michaelis-menten", anchor)
    assert said in found.reason
    assert not found.limit.bounded
    assert not found.plateau


def test_an_empty_anchor_is_none() -> None:
    """Scores without training that are all missing change nothing."""
    table, _ = _table(CURVE, 1)
    found = derived(AMOUNTS, table, "michaelis-menten", np.full(5, np.nan))
    assert found == derived(AMOUNTS, table, "michaelis-menten")


def test_missing_scores() -> None:
    """Holes widen the interval and leave it finite."""
    table, anchor = _table(CURVE, 0.5)
    table[0, 0] = table[5, 2] = anchor[1] = np.nan
    found = derived(AMOUNTS, table, "michaelis-menten", anchor)
    assert found.limit.bounded
    assert found.amount.low < 180_000 < found.amount.high


def test_draws_agree_where_the_law_is_well_known() -> None:
    """Percentiles of refits to drawn scores lie near the profile's ends, and are the same twice."""
    table, anchor = _table(CURVE, 0.5)
    profile = derived(AMOUNTS, table, "michaelis-menten", anchor)
    draws = drawn(AMOUNTS, table, "michaelis-menten", anchor, draws=4000)
    again = drawn(AMOUNTS, table, "michaelis-menten", anchor, draws=4000)
    assert draws is not None
    assert again is not None
    assert np.array_equal(draws.amounts, again.amounts)
    for mine, other in ((profile.amount, draws.amount()), (profile.limit, draws.limit())):
        length = mine.high - mine.low
        assert other.value == pytest.approx(mine.value, abs=0.1 * length)
        assert other.low == pytest.approx(mine.low, abs=0.15 * length)
        assert other.high == pytest.approx(mine.high, abs=0.15 * length)


def test_draws_need_seeds_and_a_limit() -> None:
    """One seed, or a law without a limit: nothing to draw."""
    table, _ = _table(CURVE, 0.5)
    assert drawn(AMOUNTS, table[:, :1], "power") is None
    assert drawn(AMOUNTS, table, "log-linear") is None


def test_an_unknown_law() -> None:
    """It is refused."""
    with pytest.raises(UnknownNameError, match="There is no law 'weibull'"):
        derived(AMOUNTS, _table(CURVE, 1)[0], "weibull")
