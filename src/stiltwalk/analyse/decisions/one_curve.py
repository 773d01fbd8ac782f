"""Saturation of one curve: what its largest amount gains, its bend, its last doubling, its law and limit.

What an answer rests on, at an error of at most alpha each:

- *no gain to saturate*: the gain of the largest amount over none is below the margin (one-sided), or else
- there must be a gain (two-sided), and then
- *saturated*: what the last doubling brings lies between -margin and margin (two one-sided tests);
- *diminishing*: the coefficient of (log2 D)² is below 0 (two-sided);
- *still gaining*: the last doubling brings something (two-sided), though no bend is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse import verdicts
from stiltwalk.analyse.decisions.curves import Curve, drawn
from stiltwalk.analyse.decisions.pooling import mean_of
from stiltwalk.analyse.decisions.wording import counted, plain, said, whole
from stiltwalk.analyse.estimates import Estimate, p_above, p_below, p_equivalent, unbounded
from stiltwalk.analyse.fits.derived import Derived
from stiltwalk.analyse.fits.doublings import curvature_weights, last_doubling, slope_weights
from stiltwalk.analyse.fits.law_choice import LawChoice, choose_law
from stiltwalk.analyse.fits.laws import LawFit
from stiltwalk.analyse.fits.limits import over_laws
from stiltwalk.analyse.verdicts import UNDECIDED, Number, number

SATURATED: Final = "saturated"
DIMINISHING: Final = "diminishing"
GAINING: Final = "still gaining"
NO_GAIN: Final = "no gain to saturate"

_STEPS: Final = 40
"""Places at which a fitted law is drawn."""

_WORTH_SAYING: Final = 0.005
"""Akaike weights below it are printed as nothing, so they are not printed."""

BENDING: Final = 3
"""Amounts below which nothing can bend."""


class Saturation(NamedTuple):
    """What one curve shows.

    Attributes:
        curve: the scores.
        gain: of the largest amount over ``none``, in points.
        slope: points per doubling of the amount, by least squares.
        bend: the coefficient of (log2 D)²; unbounded below three amounts.
        last: what the last doubling brings, in points per doubling.
        start: the amount that it starts from.
        doublings: how many it is.
        laws: the choice among laws; ``None`` where there is nothing to fit.
        limit: what follows of all laws in play; ``None`` as above.
        name: what it is of, where it is a mean of several encoders.
    """

    curve: Curve
    gain: Estimate
    slope: Estimate
    bend: Estimate
    last: Estimate
    start: float
    doublings: float
    laws: LawChoice | None = None
    limit: Derived | None = None
    name: str = ""

    @property
    def of(self) -> str:
        """What its numbers are of."""
        return self.name or self.curve.of

    def steep(self, margin: float, alpha: float) -> bool:
        """Whether the last doubling is shown to bring more than the margin, or to cost more."""
        return min(p_above(self.last, margin), p_below(self.last, -margin)) <= alpha / 2

    def gains(self, margin: float, alpha: float) -> bool:
        """Whether the gain is shown to be more than the margin."""
        return p_above(self.gain, margin) <= alpha / 2

    def answer(self, margin: float, alpha: float) -> str:
        """What is decided of it; see the module."""
        if p_below(self.gain, margin) <= alpha:
            return NO_GAIN
        if p_above(self.gain, 0) > alpha / 2:
            return UNDECIDED
        if p_equivalent(self.last, margin) <= alpha:
            return SATURATED
        if p_below(self.bend, 0) <= alpha / 2:
            return DIMINISHING
        return GAINING if p_above(self.last, 0) <= alpha / 2 else UNDECIDED

    def open_because(self, margin: float, alpha: float) -> str:
        """Why nothing is decided of it, in a sentence; empty where it is."""
        curve = self.curve
        if not curve.cells and not self.name:
            return f"{self.of}: {_nothing(curve)}"
        if len(curve.x) < 2 and not self.name:
            return f"{self.of}: one amount ({whole(curve.x[0])} examples) is left, and makes no curve."
        if self.answer(margin, alpha) != UNDECIDED:
            return ""
        if p_above(self.gain, 0) > alpha / 2:
            return (
                f"{self.of}: whether the largest amount gains anything over none is open: {said(self.gain)}."
            )
        return (
            f"{self.of}: what the last doubling brings is open: {said(self.last)}, margin ±{plain(margin)}."
        )


def saturation(curve: Curve, confidence: float, *, laws: bool = True) -> Saturation:
    """What ``curve`` shows; every estimate is unbounded where it has too few places or seeds.

    Args:
        curve: along intermediate examples.
        confidence: of intervals.
        laws: whether laws are fitted as well.
    """
    none = unbounded(confidence=confidence)
    if not curve.cells or len(curve.x) < 2:
        gain = curve.contrast([1.0], -1.0, confidence) if curve.cells and curve.x else none
        return Saturation(curve, gain, none, none, none, math.nan, math.nan)
    top = np.zeros(len(curve.x))
    top[-1] = 1
    weights, start, doublings = last_doubling(curve.x)
    bends = len(curve.x) >= BENDING
    choice = choose_law(np.array(curve.x), curve.table) if laws else None
    limit = None
    if choice is not None and choice.best:
        anchor = None if np.isnan(curve.baseline).any() else curve.baseline
        limit = over_laws(choice, np.array(curve.x), curve.table, anchor, confidence=confidence)
    return Saturation(
        curve,
        curve.contrast(top.tolist(), -1.0, confidence),
        curve.contrast(slope_weights(curve.x).tolist(), 0.0, confidence),
        curve.contrast(curvature_weights(curve.x).tolist(), 0.0, confidence) if bends else none,
        curve.contrast(weights.tolist(), 0.0, confidence),
        start,
        doublings,
        choice,
        limit,
    )


def together(found: Sequence[Saturation], confidence: float) -> Saturation:
    """The mean over encoders of one series: of its estimates alone, for laws are each encoder's own."""
    first = found[0]
    if len(found) == 1:
        return first
    return Saturation(
        first.curve,
        mean_of([each.gain for each in found], confidence),
        mean_of([each.slope for each in found], confidence),
        mean_of([each.bend for each in found], confidence),
        mean_of([each.last for each in found], confidence),
        first.start,
        first.doublings,
        name=f"mean of {len(found)} encoders · {first.curve.series.name}",
    )


def numbers(found: Saturation, margin: float) -> list[Number]:
    """What an answer about the curve rests on."""
    curve, n = found.curve, float(found.curve.seeds)
    if len(curve.x) < 2 or not curve.cells:
        return []
    top = whole(curve.x[-1])
    tested = f"p: two one-sided tests against ±{plain(margin)}"
    made = [
        number(
            "last doubling",
            found.last,
            of=found.of,
            unit="points per doubling",
            n=n,
            p=p_equivalent(found.last, margin),
            note=f"from {whole(found.start)} to {top} examples; {tested}",
        ),
        number(
            "gain at the largest amount", found.gain, of=found.of, n=n, note=f"{top} examples against none"
        ),
        number("slope", found.slope, of=found.of, unit="points per doubling", n=n, note="by least squares"),
    ]
    if len(curve.x) >= BENDING:
        note = "coefficient of (log2 D)²; below 0: each doubling brings less"
        made.append(
            number("bend", found.bend, of=found.of, unit="points per doubling, squared", n=n, note=note)
        )
    if found.limit is not None and not found.limit.reason:
        law = f"of the {found.limit.law} law, its interval that of all laws in play"
        note = _note(law, found.limit.sentence)
        made += [
            number("limit", found.limit.limit, of=found.of, n=n, p=math.nan, note=note),
            number(
                "D90",
                found.limit.amount,
                of=found.of,
                unit="examples",
                n=n,
                p=math.nan,
                note=f"{law}; of the gain counted from {found.limit.since}",
            ),
        ]
    return made if found.name else made + _spread(found)


def remarks(found: Saturation, *, laws: bool = True) -> list[str]:
    """What must be known of the curve beside its numbers; of its law where ``laws`` are asked for."""
    curve = found.curve
    said_of = []
    if curve.degenerate:
        said_of.append(
            f"{found.of}: left out, since every training of theirs ended no better than chance, "
            f"{counted(len(curve.degenerate), 'arm')}: {', '.join(curve.degenerate)}."
        )
    if curve.missing:
        said_of.append(f"{found.of}: nothing is there of {', '.join(curve.missing)}.")
    if laws and found.laws is not None:
        said_of.append(_of_laws(found, found.laws))
    if found.last.high < 0:
        said_of.append(f"{found.of}: the last doubling loses: {said(found.last)}.")
    if len(curve.x) > 1 and abs(found.doublings - 1) > 0.01:
        said_of.append(
            f"{found.of}: no amount is half of the largest: the last stretch is {plain(found.doublings)} "
            "doublings, and its gain is given for one."
        )
    return said_of


def _of_laws(found: Saturation, choice: LawChoice) -> str:
    if choice.reason:
        return f"{found.of}: no law is chosen. {choice.reason}"
    ranked = sorted(zip(choice.weights, (fit.law for fit in choice.fits), strict=True), reverse=True)
    weights = ", ".join(f"{law} {weight:.2f}" for weight, law in ranked if weight >= _WORTH_SAYING)
    if choice.flat:
        return f"{found.of}: a constant fits as well as any law: there is no law to speak of."
    outcome = (
        f"the {choice.best} law fits best"
        if choice.decided
        else f"the law is open: {', '.join((choice.best, *choice.rivals))} are within 2 of each other"
    )
    misfit = " None fits well." if choice.misfit_p < 1 - found.slope.confidence else ""
    return f"{found.of}: by AICc {outcome} (Akaike weights: {weights}).{misfit}"


def _spread(found: Saturation) -> list[Number]:
    """How draws and seeds differ, where there are several draws of a seed."""
    if found.curve.draws is None:
        return []
    draws, seeds = found.curve.draws
    return [
        number("sd between draws", draws, of=found.of, n=draws.df, units="degrees of freedom", p=math.nan),
        number(
            "sd between seeds",
            seeds,
            of=found.of,
            n=seeds.df,
            units="degrees of freedom",
            p=math.nan,
            note="of the mean of a seed's draws, beyond what moves all amounts alike",
        ),
    ]


def _nothing(curve: Curve) -> str:
    if curve.degenerate and not curve.series.arms:
        return "every training of every arm ended no better than chance, so there is no curve."
    if not curve.series.arms:
        return "nothing of it is finished, so there is no curve."
    return "its arms and none share no target in an unseen language, so there is no curve."


def _note(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def known_d90(found: Sequence[Saturation]) -> dict[str, float]:
    """Encoder → D90, of those whose law has one with an interval."""
    return {
        each.curve.encoder: each.limit.amount.value
        for each in found
        if each.limit is not None and not each.limit.reason and each.limit.amount.bounded
    }


def pictures(found: Saturation, confidence: float) -> list[verdicts.Curve]:
    """The curve as measured, the law that fits it best, and the same law without the largest amount."""
    curve = found.curve
    if not curve.cells or len(curve.x) < 2:
        return []
    made = [drawn(curve, "intermediate examples", confidence)]
    if found.laws is None or not found.laws.best or found.laws.flat:
        return made
    best = found.laws.best
    fits: list[tuple[LawFit, tuple[float, ...]]] = [
        (each, ()) for each in found.laws.fits if each.law == best
    ]
    fits += [(held.fit, (held.amount,)) for held in found.laws.held_out if held.law == best]
    x = np.geomspace(curve.x[0], curve.x[-1], _STEPS)
    for fit, unseen in fits:
        y = tuple(map(float, fit.predict(x)))
        ends = ((-math.inf,) * len(y), (math.inf,) * len(y))
        made.append(
            verdicts.Curve(best, curve.of, made[0].axis, tuple(map(float, x)), y, *ends, unseen=unseen)
        )
    return made
