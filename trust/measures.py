"""Measures: rates over many simulated studies, with what chance in the simulation leaves open about them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from trust.simulator import WORLDS, World

Floats = NDArray[np.float64]

MONTE_CARLO: Final = 0.99
"""Confidence of the interval of a rate."""

STUDIES: Final = 2000
"""Simulated studies of a decision or an estimator."""

BINS: Final = 10
"""Of a calibration curve."""

Kind = Literal["coverage", "false positives", "at most", "at least", "calibration", "bias", "shown", "points"]
"""``coverage``: of intervals, nominal. ``false positives``: nominal. ``at most``: of errors that a method
bounds and need not reach. ``at least``: a share that must reach a bar. ``calibration``: an error that must
stay below one. ``bias``: points that should be 0. ``shown``: a share, and ``points``, for information."""

POINTS: Final = frozenset({"bias", "points"})
"""Kinds that are no shares but points."""

CURVE: Final = "calibration error: "
"""What the words of a calibration error begin with."""

Outcome = Literal["nominal", "cautious", "missed", "met", "shown", "no study"]
"""``nominal``: the rate asked for lies in the interval. ``cautious``: it does not, and the method errs on the
safe side. ``missed``: it does not, on the unsafe side. ``met``: a bar is kept."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of studies.

    Attributes:
        name: of the value that a study returns.
        says: what it is, for people.
        kind: how it is judged.
        nominal: the rate it should have, or the bar; NaN where there is none.
    """

    name: str
    says: str
    kind: Kind
    nominal: float = math.nan


Values = Mapping[str, float]
"""Of one study: measure → a number, mostly 0 or 1, a share, or NaN where the study has none. Of calibration
two: NAME, the posterior, and ``NAME?``, the truth as 0 or 1."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A kind of study, simulated many times, and what is counted.

    Attributes:
        name: of the proof: ``gains/overall``.
        says: the design, for people.
        measures: what is counted.
        study: simulates one study in a world and asks the real functions.
        studies: how many in the true world; in one that is misspecified on purpose half of them.
        worlds: in which.
    """

    name: str
    says: str
    measures: tuple[Measure, ...]
    study: Callable[[World, np.random.Generator], Values]
    studies: int = STUDIES
    worlds: tuple[World, ...] = field(default=WORLDS)


class Rate(NamedTuple):
    """A rate with its Monte-Carlo interval.

    Attributes:
        value: NaN where no study counts.
        low: lower end.
        high: upper end.
        studies: that count.
    """

    value: float
    low: float
    high: float
    studies: int


def rate_of(values: Floats, *, shares: bool = True) -> Rate:
    """The mean of ``values`` over studies, NaN left out.

    Of shares that are all 0 or 1 the interval is the exact one of Clopper and Pearson, else the normal one.
    """
    known = values[np.isfinite(values)]
    count = len(known)
    if not count:
        return Rate(math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    tail = (1 - MONTE_CARLO) / 2
    if shares and np.isin(known, (0.0, 1.0)).all():
        hits = round(float(known.sum()))
        low = float(stats.beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
        high = float(stats.beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
        return Rate(mean, low, high, count)
    half = (
        float(stats.norm.ppf(1 - tail)) * float(known.std(ddof=1)) / math.sqrt(count)
        if count > 1
        else math.inf
    )
    return Rate(mean, mean - half, mean + half, count)


class Bin(NamedTuple):
    """A bin of a calibration curve.

    Attributes:
        low: of the posteriors in it.
        high: of the posteriors in it.
        said: their mean.
        true: share of these claims that were true.
        claims: how many.
    """

    low: float
    high: float
    said: float
    true: float
    claims: int


def reliability(posteriors: Floats, truths: Floats) -> list[Bin]:
    """The calibration curve in ``BINS`` bins of equal width; empty ones are left out."""
    at = np.minimum((posteriors * BINS).astype(int), BINS - 1)
    return [
        Bin(
            place / BINS,
            (place + 1) / BINS,
            float(posteriors[at == place].mean()),
            float(truths[at == place].mean()),
            int((at == place).sum()),
        )
        for place in range(BINS)
        if (at == place).any()
    ]


def calibration(posteriors: Floats, truths: Floats) -> Rate:
    """The expected calibration error, and between which ends chance alone would put a perfect judge's."""
    known = np.isfinite(posteriors) & np.isfinite(truths)
    said, true = posteriors[known], truths[known]
    if not len(said):
        return Rate(math.nan, math.nan, math.nan, 0)
    rng = np.random.default_rng(len(said))
    perfect = [_error(said, (rng.random(len(said)) < said).astype(float)) for _ in range(500)]
    tail = 100 * (1 - MONTE_CARLO) / 2
    low, high = np.percentile(perfect, [tail, 100 - tail])
    return Rate(_error(said, true), float(low), float(high), len(said))


def _error(posteriors: Floats, truths: Floats) -> float:
    bins = reliability(posteriors, truths)
    return sum(each.claims * abs(each.said - each.true) for each in bins) / len(posteriors)


def measured(measure: Measure, raw: Mapping[str, Floats]) -> Rate:
    """The measure over studies; ``raw``: name → one number of each study."""
    nothing = np.empty(0)
    values = raw.get(measure.name, nothing)
    if measure.kind == "calibration":
        return calibration(values, raw.get(f"{measure.name}?", nothing))
    return rate_of(values, shares=measure.kind not in POINTS)


def judged(measure: Measure, rate: Rate) -> Outcome:
    """How a rate compares with the nominal one."""
    if not rate.studies:
        return "no study"
    if measure.kind in {"shown", "points"} or math.isnan(measure.nominal):
        return "shown"
    if measure.kind == "calibration":
        return "met" if rate.value <= measure.nominal else "missed"
    if measure.kind == "at least":
        return "met" if rate.value >= measure.nominal else "missed"
    if measure.kind == "at most":
        return "met" if rate.low <= measure.nominal else "missed"
    if rate.low <= measure.nominal <= rate.high:
        return "nominal"
    if measure.kind == "bias":
        return "missed"
    return "cautious" if (rate.value > measure.nominal) == (measure.kind == "coverage") else "missed"


def gathered(studies: Sequence[Values]) -> dict[str, Floats]:
    """Values of many studies, by name; NaN where a study lacks one."""
    names = dict.fromkeys(name for values in studies for name in values)
    return {name: np.array([values.get(name, math.nan) for values in studies]) for name in names}
