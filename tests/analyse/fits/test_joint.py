"""Tests of analyse.fits.joint and analyse.fits.joint_laws: recovery, choice, and what size does to data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.fits.joint import choose_joint, interaction
from stiltwalk.analyse.fits.joint_laws import JOINT
from stiltwalk.analyse.fits.laws import Floats
from stiltwalk.spec.errors import StiltwalkError

SIZES = (85e6, 302e6, 1e9, 2.83e9, 9.66e9)
EACH = (1e3, 4e3, 16e3, 64e3, 128e3, 256e3, 393e3)
N, D = np.repeat(SIZES, 7), np.tile(EACH, 5)
ENCODERS = np.repeat(list("abcde"), 7)
U, V = np.log(N) - np.log(N).mean(), np.log(D) - np.log(D).mean()

ERRORS: dict[str, Floats] = {
    "multiplicative": 12 + 25 * np.exp(-0.15 * U - 0.1 * V),
    "additive": 12 + 15 * np.exp(-0.2 * U) + 10 * np.exp(-0.15 * V),
    "interaction": 12 + 25 * np.exp(-0.15 * U - 0.1 * V + 0.03 * U * V),
}


@pytest.mark.parametrize("law", JOINT)
def test_a_law_without_noise_is_found_exactly(law: str) -> None:
    """E, the exponents and gamma of the true law come back, and its scores are foretold."""
    found = choose_joint(N, D, 100 - ERRORS[law], ENCODERS)
    fit = next(each for each in found.fits if each.law == law)
    assert fit.rss == pytest.approx(0, abs=1e-9)
    assert fit.floor == pytest.approx(12, rel=1e-4)
    assert fit.alpha == pytest.approx(0.2 if law == "additive" else 0.15, rel=1e-4)
    assert fit.beta == pytest.approx(0.15 if law == "additive" else 0.1, rel=1e-4)
    assert fit.gamma == pytest.approx(0.03 if law == "interaction" else 0, abs=1e-5)
    assert fit.predict(N, D) == pytest.approx(100 - ERRORS[law], abs=1e-4)


@pytest.mark.parametrize("law", ["additive", "interaction"])
def test_the_true_law_wins(law: str) -> None:
    """With a fifth of a point of noise the two laws of five numbers are told from the others."""
    noise = np.random.default_rng(0).normal(0, 0.2, 35)
    found = choose_joint(N, D, 100 - ERRORS[law] + noise, ENCODERS)
    assert found.best == law
    assert found.decided
    assert [fit.k for fit in found.fits] == [5, 6, 6]
    assert (found.n, found.encoders) == (35, 5)


def test_the_multiplicative_law_is_not_told_from_its_own_extension() -> None:
    """An interaction of 0 fits its errors as well, but for the price of a number: at best a rival."""
    noise = np.random.default_rng(0).normal(0, 0.2, 35)
    found = choose_joint(N, D, 100 - ERRORS["multiplicative"] + noise, ENCODERS)
    assert "multiplicative" in {found.best, *found.rivals}
    assert found.weights[1] < 0.01


def test_families_have_their_own_amplitude() -> None:
    """Encoders of a second family with 1.5 times the error above the floor: the ratio comes back."""
    families = np.where(np.isin(ENCODERS, ["b", "d"]), "other", "one")
    error = 12 + (ERRORS["multiplicative"] - 12) * np.where(families == "other", 1.5, 1)
    found = choose_joint(N, D, 100 - error, ENCODERS, families)
    fit = found.fits[0]
    assert fit.families == ("one", "other")
    assert fit.amplitudes[1] / fit.amplitudes[0] == pytest.approx(1.5, rel=1e-4)
    assert fit.k == 6
    other = families == "other"
    assert fit.predict(N[other], D[other], "other") == pytest.approx(100 - error[other], abs=1e-4)


def test_bounds() -> None:
    """Scores that fall as encoders and data grow leave exponents, or what they act on, at 0."""
    found = choose_joint(N, D, 60 - 2 * U - V, ENCODERS)
    for fit in found.fits[:2]:
        assert min(fit.floor, fit.alpha, fit.beta, *fit.amplitudes, fit.other) >= 0
        moved = fit.predict(N, D)
        assert np.ptp(moved) < 1


def test_a_robust_fit_passes_by_a_wild_row() -> None:
    """One row 30 points off: Huber's exponents stay near the truth, least squares' do not."""
    scores = 100 - ERRORS["multiplicative"] + np.random.default_rng(1).normal(0, 0.1, 35)
    scores[34] -= 30
    robust = choose_joint(N, D, scores, ENCODERS, huber=1.345).fits[0]
    plain = choose_joint(N, D, scores, ENCODERS).fits[0]
    truth = 100 - ERRORS["multiplicative"]
    off = [float(np.abs(fit.predict(N, D) - truth).max()) for fit in (robust, plain)]
    assert off[0] < 0.5 < off[1]


def test_below_five_encoders_nothing_follows() -> None:
    """The laws are fitted as a description; the reason stands, and nothing is decided."""
    four = ENCODERS != "e"
    found = choose_joint(N[four], D[four], 100 - ERRORS["additive"][four], ENCODERS[four])
    assert "Of 4 encoders nothing follows about size" in found.reason
    assert found.best == "additive"
    assert not found.decided


@pytest.mark.parametrize(
    "kept",
    [ENCODERS == "a", D < 5e3, np.arange(35) % 5 == 0, np.zeros(35, dtype=bool)],
)
def test_too_little_for_a_joint_law(kept: Floats) -> None:
    """One encoder, two amounts, or seven rows in all do not bear one; no row does not either."""
    found = choose_joint(N[kept], D[kept], 100 - ERRORS["additive"][kept], ENCODERS[kept])
    assert "do not bear a joint law" in found.reason
    assert found.fits == ()


def test_equal_scores() -> None:
    """There is no law to choose."""
    assert "All scores are the same" in choose_joint(N, D, np.full(35, 50.0), ENCODERS).reason


def test_rows_that_say_nothing_are_left_out() -> None:
    """No size, no amount (D = 0) and no score: the choice is as without these rows."""
    scores = 100 - ERRORS["additive"] + np.random.default_rng(0).normal(0, 0.2, 35)
    more = choose_joint(
        np.r_[N, np.nan, 1e9, 1e9],
        np.r_[D, 1e3, 0, 1e3],
        np.r_[scores, 50, 50, np.nan],
        np.r_[ENCODERS, ["x", "a", "a"]],
    )
    assert more == choose_joint(N, D, scores, ENCODERS)


def test_lengths_must_agree() -> None:
    """Anything else is a mistake."""
    with pytest.raises(StiltwalkError, match="of every row"):
        choose_joint(N[:3], D, 100 - ERRORS["additive"], ENCODERS)


def test_the_interaction_is_a_regression_of_slopes() -> None:
    """Each encoder's slope of ln(e - E) on ln D, and scipy's regression of these on ln N."""
    scores = 100 - ERRORS["interaction"] + np.random.default_rng(2).normal(0, 0.2, 35)
    found = interaction(N, D, scores, ENCODERS, floor=12)
    slopes = [
        stats.linregress(np.log(EACH), np.log(88 - of_encoder)).slope for of_encoder in scores.reshape(5, 7)
    ]
    expected = stats.linregress(np.log(SIZES), slopes)
    assert found.slopes == pytest.approx(slopes)
    assert found.gamma.value == pytest.approx(expected.slope)
    assert found.gamma.se == pytest.approx(expected.stderr)
    assert found.gamma.df == 3
    assert found.gamma.low < 0.03 < found.gamma.high
    assert found.reason == ""


def test_the_floor_decides_what_an_interaction_is() -> None:
    """The multiplicative law has none above its floor, and seems to have one where the floor is forgotten."""
    noise = np.random.default_rng(3).normal(0, 0.05, 35)
    found = interaction(N, D, 100 - ERRORS["multiplicative"] + noise, ENCODERS, floor=12)
    assert found.gamma.low < 0 < found.gamma.high
    assert found.without_floor.low > 0


def test_an_interaction_of_few_encoders() -> None:
    """Below five encoders there is a value and no interval; an encoder of one amount does not count."""
    kept = (ENCODERS != "e") | (D == 1e3)
    found = interaction(N[kept], D[kept], 100 - ERRORS["interaction"][kept], ENCODERS[kept], floor=12)
    assert found.encoders == 4
    assert "Of 4 encoders nothing follows about size" in found.reason
    assert found.gamma.value == pytest.approx(0.03)
    assert not found.gamma.bounded
    assert not found.without_floor.bounded


def test_size_and_family_that_cannot_be_told_apart() -> None:
    """Five encoders of five families have no slope in common."""
    scores = 100 - ERRORS["interaction"] + np.random.default_rng(2).normal(0, 0.2, 35)
    found = interaction(N, D, scores, ENCODERS, ENCODERS)
    assert "do not tell size from family" in found.reason
    assert math.isnan(found.gamma.value)
