"""Tests of analyse.fits.law_choice: which law wins, how surely, and when nothing is concluded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stiltwalk.analyse.fits.law_choice import choose_law
from stiltwalk.analyse.fits.laws import LAWS, Floats
from stiltwalk.spec.errors import StiltwalkError, UnknownNameError

AMOUNTS = np.array([1e3, 4e3, 16e3, 64e3, 128e3, 256e3, 393e3])
THETAS = {"log-linear": 1.0, "power": 0.35, "exponential": 4e4, "michaelis-menten": 2e4}


def _curve(law: str, rise: float = 20) -> Floats:
    """From 50 at the smallest amount, ``rise`` points up to the largest."""
    shape = LAWS[law].shape(AMOUNTS, THETAS[law], AMOUNTS[0])
    return np.asarray(50 + rise * (shape[0] - shape) / (shape[0] - shape[-1]))


def _table(law: str, sd: float, seed: int = 0, rise: float = 20) -> Floats:
    random = np.random.default_rng(seed)
    return np.asarray(_curve(law, rise)[:, None] + random.normal(0, 2, 5) + random.normal(0, sd, (7, 5)))


@pytest.mark.parametrize("law", LAWS)
def test_the_true_law_wins_where_noise_is_small(law: str) -> None:
    """With a twentieth of a point of noise, each law wins on its own scores, and by much."""
    found = choose_law(AMOUNTS, _table(law, 0.05))
    assert found.best == law
    assert found.decided
    assert found.weight(law) > 0.9
    assert not found.flat
    assert found.misfit_p > 0.01
    assert sum(found.weights) == pytest.approx(1)


def test_numbers_are_counted_for_every_law_alike() -> None:
    """7 amounts, 5 seeds: 35 scores; a law of 3, four levels and the variance are 8, a straight line's 7."""
    found = choose_law(AMOUNTS, _table("power", 1))
    assert [fit.n for fit in found.fits] == [35] * 4
    assert [fit.k for fit in found.fits] == [7, 8, 8, 8]
    for fit, criterion in zip(found.fits, found.aicc, strict=True):
        k = fit.k
        assert criterion == pytest.approx(
            35 * math.log(fit.rss / 35) + 2 * k + 2 * k * (k + 1) / (35 - k - 1)
        )


def test_a_large_weight_is_rarely_wrong() -> None:
    """Of 120 tables with 1.5 points of noise, where a law has 0.9 of the weight it is the true one in 90 %.

    docs/statistics.md has the same of thousands.
    """
    right = [
        found.best == law
        for law in LAWS
        for seed in range(30)
        for found in [choose_law(AMOUNTS, _table(law, 1, seed, rise=12))]
        if max(found.weights) >= 0.9
    ]
    assert len(right) > 15
    assert np.mean(right) >= 0.9


def test_held_out_by_hand() -> None:
    """The line through 10, 20, 30, 40 at 1, 10, 100, 1000 foresees 50 at 10,000, where 45 was found."""
    table = np.array([[10.0], [20], [30], [40], [45]])
    found = choose_law(np.array([1.0, 10, 100, 1000, 10_000]), table, ["log-linear"])
    (held,) = found.held_out
    assert held.amount == 10_000
    assert held.fitted_deviation == pytest.approx(0, abs=1e-9)
    assert held.held_out_deviation == pytest.approx(5)


def test_the_true_law_foresees_the_largest_amount() -> None:
    """Of all laws the true one comes nearest to what it has not seen."""
    found = choose_law(AMOUNTS, _table("michaelis-menten", 0.05))
    nearest = min(found.held_out, key=lambda each: each.held_out_deviation)
    assert nearest.law == "michaelis-menten"
    assert nearest.held_out_deviation < 0.3


def test_scores_that_do_not_change_follow_no_law() -> None:
    """A constant does as well as the best law, so that nothing is decided."""
    found = choose_law(AMOUNTS, 60 + np.random.default_rng(1).normal(0, 1, (7, 5)))
    assert found.flat
    assert not found.decided


def test_scores_that_no_law_fits() -> None:
    """Up and down by 5 points, with a tenth of a point between seeds: far off every law."""
    zigzag = np.array([50.0, 60, 50, 60, 50, 60, 50])[:, None]
    found = choose_law(AMOUNTS, zigzag + np.random.default_rng(1).normal(0, 0.1, (7, 5)))
    assert found.misfit_p < 1e-6


def test_too_few_amounts() -> None:
    """Three amounts do not judge a law of three parameters; no data at all is no amount."""
    found = choose_law(np.r_[0, AMOUNTS[:3]], np.full((4, 5), 50.0) + np.arange(4)[:, None])
    assert "Scores at 3 different amounts" in found.reason
    assert "a law of 3 parameters needs more amounts, at least 4, better 7" in found.reason
    assert found.fits == ()
    assert found.best == ""
    assert found.fit is None
    assert found.weight("power") == 0


def test_four_amounts_are_few() -> None:
    """They are judged, and it is said that they are few."""
    found = choose_law(AMOUNTS[:4], _table("power", 0.1)[:4])
    assert found.reason == ""
    assert found.caution == "4 amounts are few to tell laws apart; 7 are advised."


def test_one_seed() -> None:
    """What the law leaves over is then all there is to call noise; four amounts of one seed are too few."""
    found = choose_law(AMOUNTS, _curve("power") + np.random.default_rng(0).normal(0, 1, 7))
    assert found.reason == ""
    assert math.isnan(found.misfit_p)
    assert "There is one seed" in found.caution
    few = choose_law(AMOUNTS[:4], _curve("power")[:4])
    assert "4 scores of 1 seed do not bear a law of 3 parameters: AICc needs more than 5" in few.reason


def test_missing_scores_cost_their_number() -> None:
    """Two holes and an amount without any score: 28 scores at 6 amounts."""
    table = _table("power", 0.3)
    table[2] = np.nan
    table[0, 0] = table[4, 3] = np.nan
    found = choose_law(AMOUNTS, table)
    assert (found.n, found.amounts, found.seeds) == (28, 6, 5)
    assert found.reason == ""


def test_no_data_at_all_is_left_out() -> None:
    """A row at 0 changes nothing: every law sees the same rows."""
    table = _table("power", 1)
    with_none = choose_law(np.r_[0, AMOUNTS], np.vstack([np.full((1, 5), 30.0), table]))
    assert with_none.aicc == choose_law(AMOUNTS, table).aicc


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (np.full((7, 5), np.nan), "Scores at 0 different amounts"),
        (np.full((7, 5), 50.0), "All scores are the same"),
        (np.where(np.eye(7, dtype=bool), 50.0, np.nan), "seeds that share no amount"),
    ],
)
def test_nothing_to_conclude(table: Floats, said: str) -> None:
    """No scores, one and the same score, seeds that never meet: a sentence each."""
    assert said in choose_law(AMOUNTS, table).reason


def test_mistakes() -> None:
    """An unknown law, and scores of other amounts, are refused."""
    with pytest.raises(UnknownNameError, match="Did you mean 'exponential'"):
        choose_law(AMOUNTS, _table("power", 1), ["exponental"])
    with pytest.raises(StiltwalkError, match="A fit needs scores of"):
        choose_law(AMOUNTS[:5], _table("power", 1))
