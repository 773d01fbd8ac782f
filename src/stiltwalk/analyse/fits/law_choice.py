"""Which law do scores follow as data grows: every law on the same scores, compared by AICc.

A table of m amounts and s seeds, complete, has n = m s scores. A law with p parameters of its own is fitted
with a level for every seed (they sum to 0, which leaves s - 1 numbers) and a variance: k = p + (s - 1) + 1.
Seeds cost every law the same. Below four different amounts nothing is left over to judge a law of three
parameters by, and nothing is concluded.

Some laws have others as their ends. A power law of a very small exponent is log-linear, but for its limit,
which must not lie above 100: where scores are far from 100, a log-linear truth differs from the power law by
no more than the price of a parameter, and its weight stays near 0.7. A Michaelis-Menten law whose half-point
lies below all amounts is a power law of exponent 1. Weights share themselves out between such neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.fits.akaike import TOLD_APART, aicc, ranked
from stiltwalk.analyse.fits.laws import LAWS, Floats, LawFit
from stiltwalk.analyse.fits.separable import Points, condensed, fit_points
from stiltwalk.spec.errors import unknown_name

LEAST_AMOUNTS: Final = 4
"""Different amounts, above 0, below which no law is chosen: the largest laws have three parameters."""
ADVISED_AMOUNTS: Final = 7
"""Different amounts from which on the choice is worth much (the protocol's rule)."""


class HeldOut(NamedTuple):
    """How a law that never saw the largest amount does there.

    Attributes:
        law: its name.
        amount: the largest.
        fitted_deviation: mean absolute deviation at the other amounts, in points.
        held_out_deviation: at the largest.
        fit: to the other amounts.
    """

    law: str
    amount: float
    fitted_deviation: float
    held_out_deviation: float
    fit: LawFit


class LawChoice(NamedTuple):
    """Laws, compared.

    Attributes:
        reason: why nothing can be concluded, a sentence; empty where something can. All that follows is
            empty where there is a reason.
        n: scores.
        amounts: different ones above 0.
        seeds: how many have a score.
        fits: of every law, in the order asked for.
        aicc: of each.
        delta: what each has above the best.
        weights: Akaike weights.
        best: name of the law with the least AICc.
        rivals: other laws within 2 of it.
        decided: there are no rivals, and scores change with the amount.
        flat: scores that do not change with the amount at all are within 2 of the best law: there is no law
            to speak of.
        misfit_p: were the best law true, the probability of points as far off it as these are, by what
            seeds differ at a point; NaN with one seed.
        held_out: of every law.
        caution: what weakens the choice, a sentence; empty: nothing.
    """

    reason: str
    n: int
    amounts: int
    seeds: int
    fits: tuple[LawFit, ...] = ()
    aicc: tuple[float, ...] = ()
    delta: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    best: str = ""
    rivals: tuple[str, ...] = ()
    decided: bool = False
    flat: bool = False
    misfit_p: float = math.nan
    held_out: tuple[HeldOut, ...] = ()
    caution: str = ""

    @property
    def fit(self) -> LawFit | None:
        """The best law's fit; ``None`` where there is a reason."""
        return next((fit for fit in self.fits if fit.law == self.best), None)

    def weight(self, law: str) -> float:
        """The weight of a law; 0 where it was not asked for or nothing is concluded."""
        return next((w for fit, w in zip(self.fits, self.weights, strict=True) if fit.law == law), 0.0)


def choose_law(
    amounts: Floats, table: Floats, laws: Sequence[str] = tuple(LAWS), weights: Floats | None = None
) -> LawChoice:
    """Every law fitted to the same scores, and compared.

    Args:
        amounts: ``(points,)``; rows of 0 are left out (0 has no logarithm).
        table: ``(points, seeds)``, 0 to 100; NaN: missing.
        laws: names of ``LAWS``.
        weights: ``(points,)``: one over the variance of a score there; ``None``: all alike.

    Raises:
        UnknownNameError: no such law.
        StiltwalkError: shapes do not fit.
    """
    for law in laws:
        if law not in LAWS:
            raise unknown_name("law", law, LAWS)
    x = np.asarray(amounts, dtype=float)
    scores = np.asarray(table, dtype=float)
    scores = scores[:, None] if scores.ndim == 1 else scores
    kept = (x > 0) & np.isfinite(scores).any(axis=1) if len(scores) == len(x) else slice(None)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    points = condensed(x[kept], scores[kept], w[kept])
    different = len(np.unique(points.amounts))
    reason = _reason(points, different, laws)
    if reason:
        return LawChoice(reason, points.n, different, points.seeds)
    fits = tuple(fit_points(LAWS[law], points) for law in laws)
    order = ranked([aicc(fit.rss, fit.n, fit.k) for fit in fits])
    best = fits[order.best]
    flat = _of_no_law(points) < order.aicc[order.best] + TOLD_APART
    return LawChoice(
        "",
        points.n,
        different,
        points.seeds,
        fits,
        order.aicc,
        order.delta,
        order.weights,
        best.law,
        tuple(fits[place].law for place in order.rivals),
        not (order.rivals or flat),
        flat,
        _misfit(points, best),
        _held_out(x[kept], scores[kept], w[kept], laws),
        _caution(points, different),
    )


def _reason(points: Points, different: int, laws: Sequence[str]) -> str:
    most = max(len(LAWS[law].parameters) for law in laws)
    if different < LEAST_AMOUNTS:
        return (
            f"Scores at {counted(different, 'different amount')} above 0 do not tell laws apart: a law "
            f"of {most} parameters needs more amounts, at least {LEAST_AMOUNTS}, better {ADVISED_AMOUNTS}."
        )
    if not points.linked:
        return "No law can be chosen: there are seeds that share no amount with the others."
    k = most + points.seeds
    if points.n <= k + 1:
        return (
            f"{counted(points.n, 'score')} of {counted(points.seeds, 'seed')} do not bear a law "
            f"of {most} parameters: AICc needs more than {k + 1}. More amounts or more seeds would do."
        )
    if points.within == 0 and np.ptp(points.means) < 1e-9:
        return "All scores are the same: there is no law to choose."
    return ""


def _of_no_law(points: Points) -> float:
    """AICc of scores that do not change with the amount."""
    ones = points.root @ np.ones(len(points.means))
    rotated = points.root @ points.means
    left = rotated - ones * float(ones @ rotated) / float(ones @ ones)
    return aicc(points.within + float(left @ left), points.n, 1 + points.seeds)


def _misfit(points: Points, fit: LawFit) -> float:
    """The F test of lack of fit, against what seeds differ at a point."""
    df = len(points.means) - len(LAWS[fit.law].parameters)
    if points.within_df <= 0 or points.within <= 0 or df <= 0:
        return math.nan
    lack = max(fit.rss - points.within, 0.0) / df
    return float(stats.f.sf(lack / (points.within / points.within_df), df, points.within_df))


def _held_out(x: Floats, scores: Floats, weights: Floats, laws: Sequence[str]) -> tuple[HeldOut, ...]:
    largest = float(x.max())
    seen = x < largest
    everything, points = condensed(x, scores, weights), condensed(x[seen], scores[seen], weights[seen])
    if not points.linked:
        return ()
    # seeds' levels come from all points, so that one which lacks some does not shift the others
    points = points._replace(means=everything.means[everything.amounts < largest])
    last = everything.means[everything.amounts == largest]
    found = []
    for law in laws:
        fit = fit_points(LAWS[law], points)
        at_others = float(np.abs(points.means - fit.predict(points.amounts)).mean())
        at_last = float(np.abs(last - fit.predict(np.array([largest]))).mean())
        found.append(HeldOut(law, largest, at_others, at_last, fit))
    return tuple(found)


def _caution(points: Points, different: int) -> str:
    said = []
    if different < ADVISED_AMOUNTS:
        said.append(f"{different} amounts are few to tell laws apart; {ADVISED_AMOUNTS} are advised")
    if points.seeds < 2:
        said.append("there is one seed, so that what the law leaves over is all there is to call noise")
    return f"{'; '.join(said)}.".capitalize() if said else ""
