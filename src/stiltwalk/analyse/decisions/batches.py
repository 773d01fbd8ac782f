"""Batches: the scores of one encoder after training in larger and smaller batches than the recipe's.

The recipe's batch is the anchor: rules for the learning rate start there. Every larger batch is held against
it three ways, each corrected by Holm's method over the larger batches: is it no worse by the margin or more
(one-sided), is it better, is it worse (together two-sided).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.decisions.curves import Curve
from stiltwalk.analyse.decisions.pooling import mean_of
from stiltwalk.analyse.decisions.wording import plain, said, whole
from stiltwalk.analyse.estimates import Estimate, p_above, p_below
from stiltwalk.analyse.fits.doublings import slope_weights
from stiltwalk.analyse.multiplicity import holm
from stiltwalk.analyse.verdicts import UNDECIDED, Number, number

HELPS: Final = "larger helps"
NO_WORSE: Final = "larger is no worse"
HURTS: Final = "larger hurts"
DEPENDS: Final = "depends on the batch"


class Against(NamedTuple):
    """A batch size held against the anchor.

    Attributes:
        batch: examples in a step.
        difference: its score less the anchor's, in points.
        p_inferior: of being worse by the margin or more, adjusted; NaN below the anchor.
        p_better: one-sided, of being better by chance, adjusted; NaN below the anchor.
        p_worse: the same of being worse.
        trivial: one-sided p of a difference of the margin or more, by chance below it.
    """

    batch: float
    difference: Estimate
    p_inferior: float
    p_better: float
    p_worse: float
    trivial: float

    def outcome(self, alpha: float) -> str:
        """``HELPS``, ``NO_WORSE``, ``HURTS``, or ``UNDECIDED``."""
        if self.p_better <= alpha / 2 and self.trivial > alpha:
            return HELPS
        if self.p_inferior <= alpha:
            return NO_WORSE
        return HURTS if self.p_worse <= alpha / 2 else UNDECIDED


class Batches(NamedTuple):
    """One encoder along batch sizes.

    Attributes:
        curve: the scores.
        anchor: the batch that others are held against.
        recipe: the recipe's; another than ``anchor`` where no arm has it.
        against: every other batch, rising.
        slope: points per doubling of the batch, by least squares.
        name: what it is of, where it is a mean of several encoders.
    """

    curve: Curve
    anchor: float
    recipe: float
    against: tuple[Against, ...]
    slope: Estimate
    name: str = ""

    @property
    def of(self) -> str:
        """What its numbers are of."""
        return self.name or self.curve.of

    @property
    def larger(self) -> tuple[Against, ...]:
        """Batches above the anchor."""
        return tuple(each for each in self.against if each.batch > self.anchor)

    def largest_no_worse(self, alpha: float) -> float:
        """The largest batch that is shown to be no worse than the anchor; the anchor where none is."""
        found = [each.batch for each in self.larger if each.p_inferior <= alpha]
        return max(found, default=self.anchor)

    def answer(self, alpha: float) -> str:
        """What larger batches do.

        ``HELPS``: one does at least, and none is worse or open. ``NO_WORSE``, ``HURTS``: all are.
        ``DEPENDS``: one is worse, and another is not.
        """
        found = {each.outcome(alpha) for each in self.larger}
        if HURTS in found and found & {HELPS, NO_WORSE}:
            return DEPENDS
        if not found or UNDECIDED in found:
            return UNDECIDED
        if HELPS in found:
            return HELPS
        return next(iter(found))


def batches(curve: Curve, recipe: float, margin: float, confidence: float) -> Batches | None:
    """Every batch size of ``curve`` against the recipe's, or the nearest to it that the curve has.

    Returns:
        ``None`` where there are fewer than two batch sizes.
    """
    if not curve.cells or len(curve.x) < 2:
        return None
    anchor = min(curve.x, key=lambda x: abs(math.log2(x / recipe)))
    at = curve.x.index(anchor)
    differences = []
    for place in range(len(curve.x)):
        weights = np.zeros(len(curve.x))
        weights[at], weights[place] = -1.0, 1.0
        if place != at:
            differences.append((curve.x[place], curve.contrast(weights.tolist(), 0.0, confidence)))
    return Batches(
        curve,
        anchor,
        recipe,
        _tested(differences, anchor, margin),
        curve.contrast(slope_weights(curve.x).tolist(), 0.0, confidence),
    )


def together(found: Sequence[Batches], margin: float, confidence: float) -> Batches:
    """The mean over encoders of one series, at the batch sizes that all of them have."""
    first = found[0]
    if len(found) == 1:
        return first
    own = [{each.batch: each.difference for each in one.against} for one in found]
    shared = [batch for batch in own[0] if all(batch in each for each in own)]
    alike = all(each.anchor == first.anchor for each in found)
    means = [(batch, mean_of([each[batch] for each in own], confidence)) for batch in shared if alike]
    return Batches(
        first.curve,
        first.anchor,
        first.recipe,
        _tested(means, first.anchor, margin),
        mean_of([each.slope for each in found], confidence),
        f"mean of {len(found)} encoders · {first.curve.series.name}",
    )


def _tested(
    differences: Sequence[tuple[float, Estimate]], anchor: float, margin: float
) -> tuple[Against, ...]:
    """Each with its probabilities, those of larger batches adjusted."""
    larger = [found if batch > anchor else None for batch, found in differences]
    inferior = _adjusted([math.nan if each is None else p_above(each, -margin) for each in larger])
    better = _adjusted([math.nan if each is None else p_above(each, 0) for each in larger])
    worse = _adjusted([math.nan if each is None else p_below(each, 0) for each in larger])
    return tuple(
        Against(batch, found, inferior[place], better[place], worse[place], p_below(found, margin))
        for place, (batch, found) in enumerate(differences)
    )


def _adjusted(p: list[float]) -> list[float]:
    return [float(each) for each in holm(p)]


def numbers(found: Batches, margin: float) -> list[Number]:
    """What an answer about the encoder rests on."""
    n = float(found.curve.seeds)
    made = []
    for each in found.against:
        note = f"against batch {whole(found.anchor)}"
        if each.batch > found.anchor:
            note += f"; p (Holm): worse by {plain(margin)} or more; better: p = {each.p_better:.3f}"
        made.append(
            number(
                "difference",
                each.difference,
                of=f"{found.of} · batch {whole(each.batch)}",
                n=n,
                p=each.p_inferior,
                note=note,
            )
        )
    slope = number("slope", found.slope, of=found.of, unit="points per doubling of the batch", n=n)
    return [*made, slope]


def open_because(found: Batches, alpha: float) -> str:
    """Why nothing is decided of it, in a sentence; empty where it is."""
    if found.answer(alpha) != UNDECIDED:
        return ""
    if not found.larger:
        return f"{found.of}: no batch is larger than the anchor, {whole(found.anchor)}."
    open_ones = [each for each in found.larger if each.outcome(alpha) == UNDECIDED]
    told = ", ".join(f"batch {whole(each.batch)} {said(each.difference)}" for each in open_ones)
    return f"{found.of}: open against batch {whole(found.anchor)}: {told}."
