"""Tests of analyse.decisions.one_curve: what one curve decides, and the numbers behind it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stiltwalk.analyse.decisions.curves import Curve, curve
from stiltwalk.analyse.decisions.one_curve import (
    DIMINISHING,
    GAINING,
    NO_GAIN,
    SATURATED,
    Saturation,
    numbers,
    pictures,
    remarks,
    saturation,
)
from stiltwalk.analyse.decisions.series import series_along
from stiltwalk.analyse.estimates import Estimate, estimate, unbounded
from stiltwalk.analyse.responses import responses
from stiltwalk.analyse.verdicts import UNDECIDED
from tests.analyse.worlds import AMOUNTS, Formula, along, world

NOTHING = unbounded()


def _curve(truth: Formula, *, sd: float = 0.05, amounts: tuple[int, ...] = AMOUNTS, seeds: int = 5) -> Curve:
    study = along("examples", amounts, seeds=seeds)
    evidence = world(study, "examples", truth, sd=sd)
    series = series_along(study, "examples", evidence.amounts)
    return curve(evidence, responses(evidence.scores)[0], series[0], series)


def _growing(encoder: str, arm: str, x: float) -> float:
    return 50 + math.log2(max(x, 500) / 500)


@pytest.mark.parametrize(
    ("gain", "bend", "last", "answer"),
    [
        # the last doubling is within ±0.3, whatever the bend
        ((5, 0.1), (-0.2, 0.01), (0.05, 0.1), SATURATED),
        # it is not, and the curve bends down
        ((5, 0.1), (-0.2, 0.01), (0.5, 0.1), DIMINISHING),
        # no bend is shown, and the last doubling brings something
        ((5, 0.1), (-0.01, 0.01), (0.5, 0.1), GAINING),
        # neither is shown
        ((5, 0.1), (-0.01, 0.01), (0.2, 0.2), UNDECIDED),
        # it is worth less than 0.3 points to have any data at all
        ((0.1, 0.05), (-0.2, 0.01), (0.05, 0.1), NO_GAIN),
        # and data that harm leave nothing to saturate either
        ((-2, 0.1), (-0.2, 0.01), (-0.5, 0.1), NO_GAIN),
        # whether there is a gain is open, so nothing can be said of its saturation
        ((0.5, 1), (-0.2, 0.01), (0.05, 0.1), UNDECIDED),
    ],
)
def test_answers(
    gain: tuple[float, float], bend: tuple[float, float], last: tuple[float, float], answer: str
) -> None:
    """Of estimates (value, standard error) on 20 degrees of freedom, with a margin of 0.3 at 5 %."""
    told: list[Estimate] = [estimate(value, se, 20) for value, se in (gain, bend, last)]
    found = Saturation(_curve(_growing), told[0], NOTHING, told[1], told[2], 32000, 1.0)
    assert found.answer(0.3, 0.05) == answer
    assert bool(found.open_because(0.3, 0.05)) == (answer == UNDECIDED)


def test_estimates_of_a_curve_without_noise() -> None:
    """A point for every doubling: slope 1, no bend, last doubling 1, and seven doublings above none."""
    found = saturation(_curve(_growing, sd=0.0), 0.95)
    assert [each.value for each in (found.gain, found.slope, found.bend, found.last)] == pytest.approx(
        [7, 1, 0, 1], abs=1e-9
    )
    assert (found.start, found.doublings) == (32000, 1.0)


def test_intervals_hold_the_truth() -> None:
    """With noise of 0.05 a run all four intervals hold what is true, and are less than 0.3 wide."""
    found = saturation(_curve(_growing), 0.99)
    for each, truth in ((found.gain, 7), (found.slope, 1), (found.bend, 0), (found.last, 1)):
        assert each.low < truth < each.high
        assert each.high - each.low < 0.3


def test_runs_that_agree_to_the_bit_show_no_noise() -> None:
    """Without noise nothing is known of how runs vary: no interval, and no answer."""
    found = saturation(_curve(lambda encoder, arm, x: 50.0 if x else 40.0, sd=0.0), 0.95)
    assert found.gain.value == pytest.approx(10)
    assert not found.gain.bounded
    assert found.answer(0.3, 0.05) == UNDECIDED
    assert "10.00" in found.open_because(0.3, 0.05)


def test_two_amounts_bend_nowhere() -> None:
    """The bend is unbounded and not among the numbers, the last doubling is the slope."""
    found = saturation(_curve(_growing, amounts=(1000, 2000)), 0.95)
    assert not found.bend.bounded
    assert found.last == pytest.approx(found.slope)
    assert "bend" not in {each.name for each in numbers(found, 0.3)}
    assert any("no law is chosen" in each for each in remarks(found))


def test_a_limit_and_the_amount_for_most_of_the_gain() -> None:
    """An exponential law of limit 60 and τ 4000 from none at 50: D90 solves 50 + 0.9·10 = 60 - 10 exp(-D/τ).

    So D90 is τ ln 10 = 9210 examples.
    """

    def truth(encoder: str, arm: str, x: float) -> float:
        return 60 - 10 * math.exp(-x / 4000)

    found = saturation(_curve(truth), 0.99)
    assert found.laws is not None
    assert found.limit is not None
    assert found.laws.best == "exponential"
    told = {each.name: each for each in numbers(found, 0.3)}
    assert told["D90"].low < 4000 * math.log(10) < told["D90"].high
    level = float(np.nanmean(found.curve.baseline)) + 10
    assert told["limit"].low < level < told["limit"].high
    law = next(each for each in pictures(found, 0.95) if each.name == "exponential")
    assert law.x[0] == pytest.approx(1000)
    assert law.y[-1] == pytest.approx(found.curve.table[-1].mean(), abs=0.2)


def test_a_stretch_that_is_no_doubling_is_said() -> None:
    """From 2000 to 8000 there are two doublings: half of what they bring, and a remark."""
    found = saturation(_curve(_growing, sd=0.0, amounts=(1000, 2000, 8000)), 0.95)
    assert found.last.value == pytest.approx(1)
    assert any("2.00 doublings" in each for each in remarks(found))


def test_a_last_doubling_that_loses_is_said() -> None:
    """A curve that turns down is told apart from one that is level."""
    found = saturation(_curve(_growing), 0.95)
    down = found._replace(last=estimate(-1, 0.1, 20))
    assert any("the last doubling loses: -1.00 points" in each for each in remarks(down))


def test_a_curve_of_nothing() -> None:
    """Without cells there is no number, no picture, and a sentence that says so."""
    empty = _curve(_growing)._replace(keys=frozenset())
    found = saturation(empty, 0.95)
    assert numbers(found, 0.3) == []
    assert pictures(found, 0.95) == []
    assert "share no target" in found.open_because(0.3, 0.05)
    lone = saturation(_curve(_growing, amounts=(1000, 2000))._replace(x=(2000.0,)), 0.95)
    assert "makes no curve" in lone.open_because(0.3, 0.05)


def test_one_seed() -> None:
    """A single run of each arm: estimates without any interval, and nothing decided."""
    found = saturation(_curve(_growing, seeds=1), 0.95)
    assert found.slope.value == pytest.approx(1, abs=0.1)
    assert not found.slope.bounded
    assert found.answer(0.3, 0.05) == UNDECIDED


def test_names_of_what_is_left_out() -> None:
    """Collapsed and missing arms are named."""
    found = saturation(
        _curve(_growing)._replace(degenerate=("mnli-n500",), missing=("mnli-n250",)), 0.95, laws=False
    )
    said = " ".join(remarks(found))
    assert "mnli-n500" in said
    assert "nothing is there of mnli-n250" in said
