"""What a law implies: its limit, and the amount of data at which a share of the gain is made (D90).

The gain counts from the score without intermediate training where that is at hand (``anchor``), otherwise
from the law's score at the smallest amount; it ends at the limit.

Intervals are by profile likelihood: the limit, or the amount, is held at one value after another and all
else is fitted anew. The values that an F test does not reject are the interval. Where it still does not
reject a limit of 100, the most that a score can be, it is the scale that ends the interval and not the data:
the upper end is unbounded, and no plateau is visible in range. ``drawn`` has the same by draws: new scores
of all points from their multivariate t distribution, a refit for each. Draws take the fitted law for the
true one, which shortens their intervals where the limit is hardly known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, quantile_of_two, unbounded
from stiltwalk.analyse.fits.akaike import LEAST_VARIANCE
from stiltwalk.analyse.fits.law_choice import LEAST_AMOUNTS
from stiltwalk.analyse.fits.laws import FULL, LAWS, Floats, Law, LawFit
from stiltwalk.analyse.fits.separable import (
    Points,
    condensed,
    fit_points,
    kept_ends,
    root_of,
    solved,
    squares_at,
)
from stiltwalk.spec.errors import unknown_name

NO_PLATEAU: Final = "no plateau visible in range"
ONE_SEED: Final = "the limit's interval asks for more than one seed: seeds differ in level"
SHARE: Final = 0.9
"""Of the gain: the 90 of D90."""

_FAR: Final = 100
"""Amounts so many times the largest count as out of reach: an interval that has them is unbounded."""
_NEAR: Final = 1e3
"""Amounts that are so many times below the smallest count as none."""
_LOOKS: Final = 17
"""Values tried between an estimate and the end of what it can be, and again around where the test turns."""
_CLOSE: Final = 1e-3
"""How closely the shape's parameter is found where something else is held."""


class Derived(NamedTuple):
    """What a fitted law implies.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can.
        law: its name.
        fit: the law as fitted; ``None`` where it could not be.
        limit: the score that no amount passes; unbounded above where no plateau is visible.
        amount: examples at which ``share`` of the gain is made; unbounded above where they may be more than
            a hundred times the largest amount.
        share: of the gain.
        since: where the gain counts from: ``none``, or ``smallest amount``.
        plateau: whether the limit's interval ends below the end of the scale.
        sentence: ``no plateau visible in range``, where that is so.
    """

    reason: str
    law: str
    fit: LawFit | None
    limit: Estimate
    amount: Estimate
    share: float
    since: str
    plateau: bool
    sentence: str


class Drawn(NamedTuple):
    """Draws of what a law implies; each array is ``(draws,)``.

    Attributes:
        limits: inf where the law has none.
        amounts: inf where the share is never made.
    """

    limits: Floats
    amounts: Floats

    def limit(self, confidence: float = CONFIDENCE) -> Estimate:
        """The median limit and its percentile interval."""
        return _percentiles(self.limits, confidence)

    def amount(self, confidence: float = CONFIDENCE) -> Estimate:
        """The median amount and its percentile interval."""
        return _percentiles(self.amounts, confidence)


def derived(
    amounts: Floats,
    table: Floats,
    law: str,
    anchor: Floats | None = None,
    share: float = SHARE,
    confidence: float = CONFIDENCE,
    weights: Floats | None = None,
) -> Derived:
    """Limit and amount of a law, with their intervals.

    Args:
        amounts: ``(points,)``; rows of 0 are left out.
        table: ``(points, seeds)``, 0 to 100; NaN: missing.
        law: a name of ``LAWS``.
        anchor: ``(seeds,)``: scores without intermediate training, under the same seeds; the gain counts from
            their level. ``None``: it counts from the law's score at the smallest amount.
        share: of the gain, above 0 and below 1.
        confidence: of the intervals.
        weights: ``(points,)``: one over the variance of a score there; ``None``: all alike.

    Raises:
        UnknownNameError: no such law.
        StiltwalkError: shapes do not fit.
    """
    laid = _laid_out(amounts, table, law, anchor, weights)
    since = "none" if laid.anchored else "smallest amount"
    nothing = unbounded(confidence=confidence)
    if laid.reason:
        return Derived(laid.reason, law, None, nothing, nothing, share, since, plateau=False, sentence="")
    record = LAWS[law]
    fit = fit_points(record, laid.points)
    if not record.limited:
        reason = f"The {law} law has no limit, and so no amount at which a share of the gain is made."
        return Derived(reason, law, fit, nothing, nothing, share, since, plateau=False, sentence=NO_PLATEAU)
    value = fit.reaching(share, laid.base)
    df = laid.whole.n - len(record.parameters) - int(laid.anchored) - max(laid.whole.seeds - 1, 0)
    noise = (laid.whole.within + fit.rss - laid.points.within) / df if df > 0 else 0.0
    if noise <= LEAST_VARIANCE:
        reason = "The scores leave nothing over to tell how runs vary: the law has no interval."
        limit, amount = unbounded(fit.limit, confidence), unbounded(value, confidence)
        return Derived(reason, law, fit, limit, amount, share, since, plateau=False, sentence="")
    allowed = noise * float(stats.f.ppf(confidence, 1, df))
    limit = nothing._replace(value=fit.limit)
    if laid.whole.seeds > 1:
        limit = _limit(record, laid, fit, noise, df, confidence)
    amount = _amount(record, laid, value, share, allowed, confidence)
    reason = "" if fit.gain > 0 and math.isfinite(value) else f"The {law} law, fitted, shows no gain."
    plateau = math.isfinite(limit.high)
    sentence = "" if plateau else NO_PLATEAU
    if laid.whole.seeds < 2:
        sentence = ONE_SEED
    return Derived(reason, law, fit, limit, amount, share, since, plateau, sentence)


class _Laid(NamedTuple):
    """Scores as they are fitted.

    Attributes:
        reason: why they cannot be; empty where they can.
        points: those above 0, the anchor's level fitted beside them.
        whole: the anchor, as the first of them, and these.
        anchored: whether there is an anchor.
        base: its level.
    """

    reason: str
    points: Points
    whole: Points
    anchored: bool
    base: float | None


def _laid_out(
    amounts: Floats, table: Floats, law: str, anchor: Floats | None, weights: Floats | None
) -> _Laid:
    if law not in LAWS:
        raise unknown_name("law", law, LAWS)
    x, scores = np.asarray(amounts, dtype=float), np.asarray(table, dtype=float)
    scores = scores[:, None] if scores.ndim == 1 else scores
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    kept = x > 0
    points = whole = condensed(x[kept], scores[kept], w[kept])
    base = None
    extra = None if anchor is None else np.asarray(anchor, dtype=float).reshape(1, -1)
    anchored = extra is not None and bool(np.isfinite(extra).any())
    if extra is not None and anchored and kept.any():
        whole = condensed(
            np.r_[0.0, x[kept]], np.vstack([extra, scores[kept]]), np.r_[float(np.median(w)), w[kept]]
        )
        if whole.linked:
            points, base = _marginal(whole), float(whole.means[0])
    different = len(np.unique(points.amounts))
    reason = ""
    if different < LEAST_AMOUNTS:
        reason = (
            f"Scores at {counted(different, 'different amount')} above 0 bear no law with a limit: it takes "
            f"{LEAST_AMOUNTS} at least."
        )
    elif not (points.linked and whole.linked):
        reason = "No law can be fitted: there are seeds that share no amount with the others."
    elif points.within == 0 and np.ptp(points.means) < 1e-9:
        reason = "All scores are the same: there is no gain."
    return _Laid(reason, points, whole, anchored, base)


def _marginal(whole: Points) -> Points:
    """``whole`` but for its first point, whose level is fitted beside it."""
    covariance = np.linalg.inv(whole.root.T @ whole.root)[1:, 1:]
    precision = np.linalg.inv(covariance)
    return whole._replace(amounts=whole.amounts[1:], means=whole.means[1:], root=root_of(precision))


def _limit(law: Law, laid: _Laid, fit: LawFit, noise: float, df: int, confidence: float) -> Estimate:
    points, extra = laid.points, _of_level(laid.whole, noise)
    covariance = np.linalg.inv(points.root.T @ points.root) + extra / noise
    root = root_of(np.linalg.inv(covariance))
    least = float(solved(law, points.amounts, root, points.means[None]).rss[0])
    allowed = noise * _quantile(law, laid, fit, noise, df, confidence) ** 2

    def excess(limits: Floats) -> Floats:
        responses = np.broadcast_to(points.means, (len(limits), len(points.means)))
        held = solved(law, points.amounts, root, responses, level=limits, close=_CLOSE)
        return held.rss - least - allowed

    low, high = _end(excess, fit.limit, 0.0, -math.inf), _end(excess, fit.limit, FULL, math.inf)
    return _interval(fit.limit, low, high, confidence)


def _of_level(points: Points, noise: float) -> float:
    """The variance of the seeds' common level, beyond what the points' noise has of it."""
    known = _of_average(points, noise)
    return max(points.levels / points.seeds - known, 0.0)


def _of_average(points: Points, noise: float) -> float:
    """The variance of the points' average from their noise alone."""
    return noise * float(np.linalg.inv(points.root.T @ points.root).mean())


def _quantile(law: Law, laid: _Laid, fit: LawFit, noise: float, df: int, confidence: float) -> float:
    """The t quantile of the limit's error: its level is known by seeds, the rest of it by all scores."""
    points, whole = laid.points, laid.whole
    step = 1e-4
    smallest = float(points.amounts[0])
    above, below = (
        law.shape(points.amounts, fit.theta * math.exp(sign * step), smallest) for sign in (1, -1)
    )
    shape = law.shape(points.amounts, fit.theta, smallest)
    slopes = points.root @ np.stack(
        [np.ones(len(shape)), -shape, -fit.gain * (above - below) / (2 * step)], 1
    )
    covariance = np.linalg.pinv(slopes.T @ slopes)
    rest = max(noise * float(covariance[0, 0]) - _of_average(whole, noise), 0.0)
    level = whole.levels / whole.seeds
    if not level + rest > 0:
        return float(stats.t.ppf((1 + confidence) / 2, df))
    return quantile_of_two((level, rest), (whole.seeds - 1, df), confidence)


def _amount(law: Law, laid: _Laid, value: float, share: float, allowed: float, confidence: float) -> Estimate:
    points = laid.points
    smallest, largest = float(points.amounts[0]), float(points.amounts[-1])
    if not laid.anchored:
        return _of_shape(law, points, value, share, allowed, confidence)
    whole = laid.whole

    def excess(logs: Floats) -> Floats:
        held = np.exp(logs)[:, None]

        def shapes(theta: Floats) -> Floats:
            # the anchor lies where the gain still to come at the held amount is 1 - share of all of it
            there = law.shape(held, theta, smallest) / (1 - share)
            of_points = law.shape(points.amounts, theta[..., None], smallest)
            return np.concatenate(
                [there[..., None], np.broadcast_to(of_points, (*there.shape, len(points.amounts)))], axis=2
            )

        responses = np.broadcast_to(whole.means, (len(logs), len(whole.means)))
        found = solved(law, points.amounts, whole.root, responses, shapes=shapes, close=_CLOSE)
        return found.rss - least - allowed

    free = solved(law, points.amounts, points.root, points.means[None])
    least = float(free.rss[0])
    far, near = math.log(_FAR * largest), math.log(smallest / _NEAR)
    start = min(max(math.log(value) if value > 0 else near, near), far)
    high, low = _end(excess, start, far, math.inf), _end(excess, start, near, -math.inf)
    return _interval(value, math.exp(low), math.exp(high), confidence)


def _of_shape(
    law: Law, points: Points, value: float, share: float, allowed: float, confidence: float
) -> Estimate:
    """The amount's interval where it hangs on the shape alone, and only rises or only falls with it."""
    smallest, largest = float(points.amounts[0]), float(points.amounts[-1])
    low, high = (math.log(end) for end in law.span(smallest, largest))
    grid = np.linspace(low, high, 2001)
    rss = squares_at(law, points, np.exp(grid))
    ends = kept_ends(grid, rss - rss.min() - allowed)
    amounts = []
    for end, last in zip(ends, (low, high), strict=True):
        theta = math.exp(end if math.isfinite(end) else last)
        part = (1 - share) * float(law.shape(smallest, theta, smallest))
        amounts.append((law.inverse(part, theta, smallest), math.isfinite(end)))
    (least, _), (most, told) = sorted(amounts)
    return _interval(value, least, most if told and most < _FAR * largest else math.inf, confidence)


def _end(excess: Callable[[Floats], Floats], start: float, last: float, beyond: float) -> float:
    """Where from ``start``, which is not rejected, to ``last`` the test turns; ``beyond``: nowhere."""
    if start == last or float(excess(np.array([last]))[0]) <= 0:
        return beyond
    inner, outer = start, last
    for _ in range(3):
        tried = np.linspace(inner, outer, _LOOKS)
        values = excess(tried)
        taken = np.flatnonzero(values <= 0)
        place = min(int(taken[-1]) if len(taken) else 0, _LOOKS - 2)
        inner, outer = float(tried[place]), float(tried[place + 1])
        before, after = float(values[place]), float(values[place + 1])
    share = before / (before - after) if before < 0 < after else 0.5
    return inner + share * (outer - inner)


def _interval(value: float, low: float, high: float, confidence: float) -> Estimate:
    return Estimate(value, min(low, value), max(high, value), math.nan, 0.0, 1.0, confidence)


def drawn(
    amounts: Floats,
    table: Floats,
    law: str,
    anchor: Floats | None = None,
    share: float = SHARE,
    draws: int = 10_000,
    seed: int = 0,
    weights: Floats | None = None,
) -> Drawn | None:
    """Limit and amount of a law refitted to new scores of all points, from their multivariate t distribution.

    The points' noise is what seeds differ by at a point, so that this asks for two seeds.

    Args:
        amounts: see ``derived``, as for ``table``, ``law``, ``anchor``, ``share`` and ``weights``.
        table: see ``derived``.
        law: see ``derived``.
        anchor: see ``derived``.
        share: see ``derived``.
        draws: how many.
        seed: of the random numbers.
        weights: see ``derived``.

    Returns:
        The draws; ``None`` where the scores bear no law with a limit, or nothing tells how runs vary.

    Raises:
        UnknownNameError: no such law.
        StiltwalkError: shapes do not fit.
    """
    laid = _laid_out(amounts, table, law, anchor, weights)
    whole, record = laid.whole, LAWS[law]
    if (
        laid.reason
        or not record.limited
        or whole.within <= LEAST_VARIANCE * max(whole.within_df, 1)
        or whole.within_df <= 0
    ):
        return None
    random = np.random.default_rng(seed)
    normal = random.standard_normal((draws, len(whole.means)))
    scale = np.sqrt(whole.within / random.chisquare(whole.within_df, draws))
    made = whole.means + np.linalg.solve(whole.root, normal.T).T * scale[:, None]
    if whole.seeds > 1:
        level = math.sqrt(_of_level(whole, whole.within / whole.within_df))
        made += level * random.standard_t(whole.seeds - 1, (draws, 1))
    bases = made[:, 0] if laid.anchored else None
    scores = made[:, 1:] if laid.anchored else made
    points = laid.points
    found = solved(record, points.amounts, points.root, scores)
    smallest = float(points.amounts[0])
    first = found.level - found.gain * record.shape(smallest, found.theta, smallest)
    starts = first if bases is None else bases
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = (1 - share) * (found.level - starts) / found.gain
    reached = np.full(draws, math.inf)
    for place in np.flatnonzero((found.gain > 0) & (found.level > starts)):
        reached[place] = record.inverse(float(parts[place]), float(found.theta[place]), smallest)
    return Drawn(found.level, reached)


def _percentiles(values: Floats, confidence: float) -> Estimate:
    ends = [(1 - confidence) / 2, 0.5, (1 + confidence) / 2]
    low, middle, high = (float(each) for each in np.quantile(values, ends, method="nearest"))
    return Estimate(middle, low, high, math.nan, 0.0, 1.0, confidence)
