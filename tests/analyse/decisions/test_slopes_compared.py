"""Tests of analyse.decisions.slopes_compared: data against parameters along one series."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from stiltwalk.analyse.decisions.series import series_along
from stiltwalk.analyse.decisions.slopes_compared import DATA, DEPENDS, PARAMETERS, Traded, traded
from stiltwalk.analyse.estimates import Estimate, estimate, unbounded
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import responses
from stiltwalk.analyse.verdicts import UNDECIDED
from tests.analyse.worlds import along, sizes, world

NAMES = [f"e{place}" for place in range(6)]
LADDER = sizes({name: 10**8 * 2**place for place, name in enumerate(NAMES)})
AMOUNTS = (1000, 2000, 4000, 8000)
OFF = (0.3, -0.2, 0.1, -0.1, 0.2, -0.3)
"""How far encoders are from their line."""
STEEP = (0.02, -0.01, -0.03, 0.01, 0.0, 0.01)
"""How far their slopes of data are from the mean of these, 0."""


def _made(
    by_size: float, by_data: Callable[[int], float], count: int = 6, **said: Any
) -> tuple[Evidence, Traded]:
    study = along("examples", AMOUNTS, encoders=[f"x/{name}" for name in NAMES[:count]])

    def truth(encoder: str, arm: str, x: float) -> float:
        place = int(encoder[1:])
        return (
            50 + by_size * place + OFF[place] + (by_data(place) + STEEP[place]) * math.log2(max(x, 1) / 1000)
        )

    known: dict[str, Any] = {"sd": 0.0, "by_seed": 0.0, "ladder": LADDER}
    evidence = world(study, "examples", truth, **known | said)
    return evidence, _traded(evidence)


def _traded(evidence: Evidence) -> Traded:
    series = series_along(evidence.study, "examples", evidence.amounts)
    return traded(evidence, responses(evidence.scores), series[0], series)


def test_both_slopes_are_the_regressions_of_scipy() -> None:
    """s_N is the line through the encoders' mean scores, s_D the mean of their slopes, with t intervals."""
    _, found = _made(2.0, lambda place: 0.5)
    levels = [float(each.table.mean()) for each in found.curves]
    line = stats.linregress(range(6), levels)
    assert found.size.per_doubling.value == pytest.approx(line.slope)
    assert found.size.per_doubling.se == pytest.approx(line.stderr)
    slopes = [found.slopes[name].value for name in NAMES]
    assert slopes == pytest.approx([0.5 + each for each in STEEP])
    interval = stats.ttest_1samp(slopes, 0).confidence_interval()
    assert (found.data.low, found.data.high) == pytest.approx(tuple(interval))


def test_the_difference_of_the_slopes() -> None:
    """Standard errors add in squares, and degrees of freedom are Satterthwaite's."""
    _, found = _made(2.0, lambda place: 0.5)
    size, data = found.size.per_doubling, found.data
    se = math.hypot(size.se, data.se)
    assert found.difference.value == pytest.approx(size.value - data.value)
    assert found.difference.se == pytest.approx(se)
    assert found.difference.df == pytest.approx(se**4 / (size.se**4 / 4 + data.se**4 / 5))


def test_the_exchange_rate() -> None:
    """Two points for a doubling of parameters and half a point for one of data: 2^(2 / 0.5), 16 times."""
    _, found = _made(2.0, lambda place: 0.5)
    assert found.rate.factor == pytest.approx(2 ** (found.size.per_doubling.value / found.data.value))
    assert found.rate.low < 16 < found.rate.high < math.inf


def test_at_both_ends_of_the_ladder() -> None:
    """Where slopes of data grow by a tenth with each doubling, the difference shrinks by as much.

    It is the slope over size of the scores at the middle amount, less the slope of data there: 1 - 0.75 at
    the smallest of six encoders, 1 - 1.25 at the largest.
    """
    _, found = _made(1.0, lambda place: 0.75 + 0.1 * place)
    assert found.moving.per_doubling.value == pytest.approx(0.1, abs=0.01)
    assert found.smallest.value - found.difference.value == pytest.approx(0.25, abs=0.02)
    assert found.difference.value - found.largest.value == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("size", "data", "answer"),
    [
        (2.0, lambda place: 0.5, PARAMETERS),
        (0.0, lambda place: 1.0, DATA),
        (0.5, lambda place: 0.5, UNDECIDED),
        # with the smallest encoders parameters bring more, with the largest data
        (1.0, lambda place: 0.4 * place, DEPENDS),
        # both lose: more of neither brings anything
        (-2.0, lambda place: -0.5, UNDECIDED),
    ],
)
def test_answers(size: float, data: Callable[[int], float], answer: str) -> None:
    """Of what is true, with encoders that scatter by a few tenths of a point."""
    assert _made(size, data)[1].answer(0.05) == answer


def test_four_encoders_decide_nothing() -> None:
    """The slopes are given, but no interval, and there is no exchange rate."""
    _, found = _made(2.0, lambda place: 0.5, count=4)
    assert found.size.per_doubling.value == pytest.approx(2, abs=0.2)
    assert not found.size.per_doubling.bounded
    assert not found.data.bounded
    assert found.rate.reason
    assert found.answer(0.05) == UNDECIDED


def test_seeds_of_one_shape_are_one_size() -> None:
    """Six encoders of three shapes are three sizes."""
    ladder = {name: LADDER[NAMES[place // 2]] for place, name in enumerate(NAMES)}
    evidence, _ = _made(2.0, lambda place: 0.5, ladder=ladder)
    found = _traded(evidence)
    assert found.size.encoders == 3
    assert not found.data.bounded


def test_means_are_over_the_same_amounts() -> None:
    """One encoder lacks the largest amount: all are held at the others, and so it does not fall behind."""
    gone = [("e5", "mnli-n8000", seed) for seed in (1, 2, 3)]
    evidence, _ = _made(0.0, lambda place: 5.0, degenerate=gone)
    found = _traded(evidence)
    assert {each.x for each in found.curves} == {(1000, 2000, 4000)}
    assert found.size.per_doubling.value == pytest.approx(0, abs=0.2)


def test_encoders_without_scores_or_size_are_left_out() -> None:
    """They are named; and without any left there is a reason."""
    gone = [("e5", f"mnli-n{x}", seed) for x in AMOUNTS for seed in (1, 2, 3)]
    few = {name: size for name, size in LADDER.items() if name != "e0"}
    _, found = _made(2.0, lambda place: 0.5, degenerate=gone, ladder=few)
    assert found.left_out == ("e0", "e5")
    _, nobody = _made(2.0, lambda place: 0.5, ladder={"other": LADDER["e0"]})
    assert nobody.reason
    assert nobody.answer(0.05) == UNDECIDED


def test_nothing_in_common() -> None:
    """Encoders that share a single amount cannot be held against each other."""
    gone = [("e0", f"mnli-n{x}", s) for x in AMOUNTS[2:] for s in (1, 2, 3)]
    gone += [("e1", f"mnli-n{x}", s) for x in AMOUNTS[:1] for s in (1, 2, 3)]
    _, found = _made(2.0, lambda place: 0.5, degenerate=gone)
    assert "two amounts in common" in found.reason


def test_weights_of_the_two_slopes_are_uncorrelated() -> None:
    """Encoders whose level and slope move together leave the estimates of both uncorrelated.

    Over 400 draws of six encoders with a correlation of 0.9 between level and slope, the correlation of s_N
    and s_D is within 0.15 of 0 (four standard errors are 0.2).
    """
    rng = np.random.default_rng(0)
    pairs = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=(400, 6))
    centred = np.arange(6) - 2.5
    by_size = pairs[:, :, 0] @ centred / (centred**2).sum()
    assert abs(float(np.corrcoef(by_size, pairs[:, :, 1].mean(axis=1))[0, 1])) < 0.2


def test_an_unbounded_difference() -> None:
    """Nothing known of one slope is nothing known of the difference."""
    _, found = _made(2.0, lambda place: 0.5, count=4)
    known: Estimate = estimate(1.0, 0.1, 5)
    assert found._replace(difference=known, smallest=known, largest=known).answer(0.05) == UNDECIDED
    assert found.difference[1:3] == unbounded()[1:3]
