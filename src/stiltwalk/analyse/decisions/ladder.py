"""What size does to a number: a line on the logarithm of parameters, with an intercept for every family.

The encoder is the unit. Its own error over seeds, and how many languages and tasks its number is a mean of,
say nothing of how encoders differ, so the noise is what is left around the line, and its degrees of freedom
are encoders minus parameters. Pretraining seeds of one shape are averaged first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, p_equivalent, unbounded
from stiltwalk.analyse.evidence import EncoderSize
from stiltwalk.analyse.fits.slopes import family_slope

FEWEST: Final = 5
"""Encoders below which nothing is said of size: with an intercept and a slope four leave two degrees of
freedom, and half an interval is then more than four standard errors."""


class Rung(NamedTuple):
    """An encoder, or the mean of several of one shape that differ in their pretraining seed.

    Attributes:
        family: whose ladder it is on.
        parameters: without embeddings.
        value: the number that size may change.
        encoders: names.
    """

    family: str
    parameters: int
    value: float
    encoders: tuple[str, ...]


class BySize(NamedTuple):
    """A line over size.

    Attributes:
        per_doubling: what a doubling of parameters adds; unbounded where encoders are too few.
        rungs: what it was fitted to: the sizes of families that have at least two.
        alone: names of encoders left out of it, the only ones of their family: their intercept takes all
            that they say.
        unknown: names of encoders whose size, or whose number, is not known.
        doublings: from the smallest to the largest rung.
    """

    per_doubling: Estimate
    rungs: tuple[Rung, ...]
    alone: tuple[str, ...]
    unknown: tuple[str, ...]
    doublings: float

    @property
    def encoders(self) -> int:
        """How many units the line rests on."""
        return len(self.rungs)

    @property
    def enough(self) -> bool:
        """Whether there are so many encoders that anything may be concluded."""
        return self.encoders >= FEWEST

    @property
    def over_range(self) -> Estimate:
        """What the whole range of sizes adds."""
        found, times = self.per_doubling, self.doublings
        if not found.df > 0:
            return unbounded(found.value * times, found.confidence)
        return estimate(found.value * times, found.se * times, found.df, found.confidence)

    def p_flat(self, margin: float) -> float:
        """Two one-sided tests of "over the whole range it changes by ``margin`` or more"."""
        return p_equivalent(self.over_range, margin)


def by_size(
    values: Mapping[str, float], sizes: Mapping[str, EncoderSize], confidence: float = CONFIDENCE
) -> BySize:
    """The line of ``values`` over the size of their encoders.

    Args:
        values: encoder → number; NaN: not known.
        sizes: encoder → size.
        confidence: of the interval.
    """
    rungs, unknown = _rungs(values, sizes)
    counts: dict[str, int] = {}
    for rung in rungs:
        counts[rung.family] = counts.get(rung.family, 0) + 1
    fitted = tuple(rung for rung in rungs if counts[rung.family] > 1)
    alone = tuple(name for rung in rungs if counts[rung.family] == 1 for name in rung.encoders)
    if not fitted:
        return BySize(unbounded(confidence=confidence), (), alone, unknown, math.nan)
    doubled = np.log2([rung.parameters for rung in fitted])
    response = np.array([rung.value for rung in fitted])
    found = family_slope(doubled, response, np.array([rung.family for rung in fitted]), confidence)
    if len(fitted) < FEWEST:
        found = unbounded(found.value, confidence)
    return BySize(found, fitted, alone, unknown, float(doubled.max() - doubled.min()))


def _rungs(
    values: Mapping[str, float], sizes: Mapping[str, EncoderSize]
) -> tuple[list[Rung], tuple[str, ...]]:
    shapes: dict[tuple[str, int], list[str]] = {}
    unknown = []
    for name, value in values.items():
        size = sizes.get(name)
        if size is None or not size.encoder_parameters or not math.isfinite(value):
            unknown.append(name)
        else:
            shapes.setdefault((size.family, size.encoder_parameters), []).append(name)
    rungs = [
        Rung(family, count, float(np.mean([values[name] for name in names])), tuple(names))
        for (family, count), names in sorted(shapes.items())
    ]
    return rungs, tuple(unknown)


def enough_said(found: BySize) -> str:
    """How many encoders a line over size needs, and how many there are."""
    return f"needs at least {FEWEST} encoders of families with two sizes or more; has {found.encoders}"
