"""What a larger encoder is worth in data, and the best score that each budget buys.

With s_N points for a doubling of parameters and s_D points for a doubling of data, one doubling of
parameters is matched by ``s_N / s_D`` doublings of data: by 2 to that power times the data. The interval of
this ratio is made of all ratios r for which a t test does not reject ``s_N - r s_D = 0`` (Fieller 1954).
Where s_D may be 0, nothing bounds how much data it takes, and the interval has no upper end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy import stats

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, p_above, p_below, unbounded
from stiltwalk.analyse.fits.laws import Floats
from stiltwalk.spec.errors import StiltwalkError

Open = Literal["", "above", "below", "both"]
"""Which ends of an interval nothing bounds."""

_ANGLES: Final = 721
"""Ratios that are looked at, as angles: a quarter of a degree apart."""


class Exchange(NamedTuple):
    """What one doubling of parameters is worth.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can.
        doublings: of data that match it.
        factor: 2 to that power: so many times the data.
        low: lower end of the factor's interval; 0 where nothing bounds it.
        high: its upper end; inf where nothing bounds it.
        open: the ends that nothing bounds.
    """

    reason: str
    doublings: Estimate
    factor: float
    low: float
    high: float
    open: Open


class Frontier(NamedTuple):
    """A step of the upper envelope: from this cost on, this is the best that was measured.

    Attributes:
        cost: what it took.
        label: what it is.
        score: with its interval. It was chosen for being highest, so that it is somewhat too high.
        rivals: labels of others that cost no more and whose interval overlaps its own.
    """

    cost: float
    label: str
    score: Estimate
    rivals: tuple[str, ...]


def exchange_rate(
    size: Estimate, data: Estimate, covariance: float = 0.0, confidence: float = CONFIDENCE
) -> Exchange:
    """How many times the data match a doubling of parameters.

    Args:
        size: s_N, points for a doubling of parameters; with its standard error and degrees of freedom.
        data: s_D, points for a doubling of data. It is taken to be 0 at least: more data do no harm. Both may
            be for a factor of e instead of 2, if both are.
        covariance: of the two estimates. Degrees of freedom are Satterthwaite's where it is 0, otherwise the
            smaller of the two.
        confidence: of the interval.
    """
    nothing = unbounded(confidence=confidence)
    if not all(each.df > 0 and each.se > 0 and math.isfinite(each.value) for each in (size, data)):
        lacking = "size" if not (size.df > 0 and size.se > 0) else "data"
        reason = f"It is not known how the slope on {lacking} varies: there is no exchange rate."
        return Exchange(reason, nothing, math.nan, 0.0, math.inf, "both")
    value = size.value / data.value if data.value > 0 else math.nan
    low, high = _interval(size, data, covariance, 1 - confidence)
    doublings = Estimate(value, low, high, math.nan, 0.0, 1.0, confidence)
    ends: Open = ""
    if not doublings.bounded:
        ends = "both" if math.isinf(low) and math.isinf(high) else "above" if math.isinf(high) else "below"
    return Exchange(
        _reason(data, ends, confidence), doublings, _power(value), _power(low), _power(high), ends
    )


def _reason(data: Estimate, ends: Open, confidence: float) -> str:
    if p_below(data, 0.0) <= (1 - confidence) / 2:
        return "Scores fall as data grows: no amount of data matches a larger encoder."
    if ends == "both":
        return "Neither slope is told from 0: there is no exchange rate."
    return ""


def _power(doublings: float) -> float:
    if math.isnan(doublings):
        return math.nan
    return 2**doublings if doublings < 1000 else math.inf


def _interval(size: Estimate, data: Estimate, covariance: float, alpha: float) -> tuple[float, float]:
    """Lowest and highest ratio that is not rejected, as angles of the line of that slope are tried."""
    scale = size.se / data.se

    def excess(angles: Floats) -> Floats:
        along, across = np.cos(angles), np.sin(angles) * scale
        parts = (along * size.se) ** 2, (across * data.se) ** 2
        variance = parts[0] + parts[1] - 2 * along * across * covariance
        df = np.full(angles.shape, min(size.df, data.df))
        if covariance == 0:
            df = variance**2 / (parts[0] ** 2 / size.df + parts[1] ** 2 / data.df)
        quantiles: Floats = stats.t.isf(alpha / 2, df)
        return np.asarray((along * size.value - across * data.value) ** 2 - quantiles**2 * variance)

    # the estimate itself is among them, so that an interval narrower than the angles is not missed
    estimated = math.atan2(size.value, scale * data.value) if data.value > 0 else 0.0
    angles = np.unique(np.r_[np.linspace(-math.pi / 2, math.pi / 2, _ANGLES), 0.0, estimated])
    taken = excess(angles) <= 0
    # with data that do no harm, the ratio has the sign of what size is worth, where that is known
    if p_above(size, 0.0) <= alpha / 2:
        taken &= angles >= 0
    elif p_below(size, 0.0) <= alpha / 2:
        taken &= angles <= 0
    places = np.flatnonzero(taken)
    if not len(places):
        return -math.inf, math.inf
    low = _turn(excess, angles, int(places[0]), -1)
    high = _turn(excess, angles, int(places[-1]), 1)
    return math.tan(low) * scale if low > angles[0] else -math.inf, (
        math.tan(high) * scale if high < angles[-1] else math.inf
    )


def _turn(excess: Callable[[Floats], Floats], angles: Floats, place: int, step: int) -> float:
    """The angle next to a place that is not rejected at which the test turns."""
    inner = float(angles[place])
    if not 0 <= place + step < len(angles):
        return inner
    outer = float(angles[place + step])
    for _ in range(6):
        tried = np.linspace(inner, outer, 33)
        rejected = np.flatnonzero(excess(tried) > 0)
        if not len(rejected):  # the end is the sign's, not the test's
            return inner if inner == 0 else outer
        last = max(int(rejected[0]), 1)
        inner, outer = float(tried[last - 1]), float(tried[last])
    return (inner + outer) / 2


def frontier(
    costs: Sequence[float], scores: Sequence[Estimate], labels: Sequence[str]
) -> tuple[Frontier, ...]:
    """The upper envelope: at each budget the best score that it buys, in order of cost.

    Points without a cost or a score are left out. Of points of one cost and score the first one counts.

    Raises:
        StiltwalkError: costs, scores and labels differ in number.
    """
    if not len(costs) == len(scores) == len(labels):
        raise StiltwalkError("A frontier needs a cost, a score and a label of every point.")
    points = [
        (float(cost), score, label)
        for cost, score, label in zip(costs, scores, labels, strict=True)
        if math.isfinite(cost) and math.isfinite(score.value)
    ]
    found: list[Frontier] = []
    for cost, score, label in sorted(points, key=lambda point: (point[0], -point[1].value)):
        if not found or score.value > found[-1].score.value:
            rivals = tuple(
                other_label
                for other_cost, other, other_label in points
                if other_cost <= cost and other_label != label and other.high >= score.low
            )
            found.append(Frontier(cost, label, score, rivals))
    return tuple(found)
