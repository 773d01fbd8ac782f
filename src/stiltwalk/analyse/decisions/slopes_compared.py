"""Exchange: what a doubling of intermediate data brings against what a doubling of parameters brings.

Encoders are the units of both. s_D is the mean over encoders of the slope of their scores on log2 D, whose
noise is seen in how these slopes differ. s_N is the slope of their mean scores on log2 N, with an intercept
for each family. All means are over the same amounts and the same cells, so that encoders differ by nothing
else. The weights of s_N sum to 0, so that the two estimates are uncorrelated as long as encoders are alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.comparing import View
from stiltwalk.analyse.decisions.curves import Curve, curve
from stiltwalk.analyse.decisions.ladder import FEWEST, BySize, by_size
from stiltwalk.analyse.decisions.series import Series
from stiltwalk.analyse.estimates import Estimate, estimate, p_above, p_below, unbounded
from stiltwalk.analyse.evidence import EncoderSize, Evidence
from stiltwalk.analyse.fits.doublings import slope_weights
from stiltwalk.analyse.fits.rates import Exchange, exchange_rate
from stiltwalk.analyse.responses import Responses
from stiltwalk.analyse.verdicts import UNDECIDED

DATA: Final = "data"
PARAMETERS: Final = "parameters"
DEPENDS: Final = "depends"


class Traded(NamedTuple):
    """Data against parameters along one series.

    Attributes:
        series: of the arms.
        curves: of every encoder that has two amounts or more, over the same amounts and cells.
        left_out: names of encoders that have fewer, or no known size.
        slopes: encoder → points per doubling of data, its interval over its own seeds.
        data: s_D; unbounded below five sizes.
        size: s_N, points per doubling of parameters, and what it rests on.
        moving: the change of s_D for each doubling of parameters.
        difference: s_N - s_D.
        smallest: the same for the smallest encoders, whose s_D is read off its line over size.
        largest: the same for the largest.
        rate: how many times the data match a doubling of parameters.
        reason: why there is nothing to compare, a sentence; empty where there is.
    """

    series: Series
    curves: tuple[Curve, ...]
    left_out: tuple[str, ...]
    slopes: Mapping[str, Estimate]
    data: Estimate
    size: BySize
    moving: BySize
    difference: Estimate
    smallest: Estimate
    largest: Estimate
    rate: Exchange
    reason: str

    def answer(self, alpha: float) -> str:
        """What is decided.

        ``DEPENDS``: with the smallest encoders a doubling of the one brings more, with the largest one of the
        other. ``DATA``: a doubling of data brings something, and more than one of parameters;
        ``PARAMETERS``: the reverse.
        """
        ends = (_sign(self.smallest, alpha), _sign(self.largest, alpha))
        if ends[0] * ends[1] < 0:
            return DEPENDS
        sign = _sign(self.difference, alpha)
        if sign > 0 and _sign(self.size.per_doubling, alpha) > 0:
            return PARAMETERS
        return DATA if sign < 0 and _sign(self.data, alpha) > 0 else UNDECIDED


def traded(
    evidence: Evidence,
    tables: Sequence[Responses],
    series: Series,
    every: Sequence[Series],
    *,
    view: View = "headline",
    healthy: bool = True,
) -> Traded:
    """Data against parameters along ``series``.

    Args:
        evidence: of the study.
        tables: the scores of every encoder.
        series: arms along intermediate examples.
        every: every series of the study.
        view: which cells count.
        healthy: whether collapsed runs count as missing.
    """
    confidence, sizes = evidence.confidence, evidence.encoders
    found, left_out, reason = _alike(evidence, tables, series, every, view, healthy=healthy)
    slopes, levels = {}, {}
    for each in found:
        slopes[each.encoder] = each.contrast(slope_weights(each.x).tolist(), 0.0, confidence)
        levels[each.encoder] = each.contrast([1 / len(each.x)] * len(each.x), 0.0, confidence).value
    values = {name: slope.value for name, slope in slopes.items()}
    data = _mean(values, sizes, confidence)
    size, moving = by_size(levels, sizes, confidence), by_size(values, sizes, confidence)
    smallest, largest = (
        _less(_shifted(levels, values, end, sizes, confidence), _about_line(moving, confidence), confidence)
        for end in _ends(moving)
    )
    return Traded(
        series,
        tuple(found),
        left_out,
        slopes,
        data,
        size,
        moving,
        _less(size.per_doubling, data, confidence),
        smallest,
        largest,
        exchange_rate(size.per_doubling, data, confidence=confidence),
        reason,
    )


def _alike(
    evidence: Evidence,
    tables: Sequence[Responses],
    series: Series,
    every: Sequence[Series],
    view: View,
    *,
    healthy: bool,
) -> tuple[list[Curve], tuple[str, ...], str]:
    """Curves over the same amounts and cells; who is left out; why there are none."""
    own = {
        each.encoder: curve(evidence, each, series, every, view, healthy=healthy, baseline=False)
        for each in tables
    }
    usable = {
        name: each for name, each in own.items() if len(each.x) > 1 and each.cells and _sized(evidence, name)
    }
    left_out = tuple(name for name in own if name not in usable)
    if not usable:
        return [], left_out, "No encoder of known size has scores at two amounts."
    x = set.intersection(*(set(each.x) for each in usable.values()))
    cells = frozenset.intersection(*(each.keys for each in usable.values()))
    if len(x) < 2 or not cells:
        what = "two amounts" if cells else "any target in any unseen language"
        return [], left_out, f"Its encoders do not have {what} in common."
    dropped = [arm for place, arms in series.points.items() if place not in x for arm in arms]
    return (
        [
            curve(
                evidence,
                table,
                series.without(dropped),
                every,
                view,
                healthy=healthy,
                baseline=False,
                among=cells,
            )
            for table in tables
            if table.encoder in usable
        ],
        left_out,
        "",
    )


def _sized(evidence: Evidence, encoder: str) -> bool:
    size = evidence.encoders.get(encoder)
    return size is not None and bool(size.encoder_parameters)


def _mean(values: Mapping[str, float], sizes: Mapping[str, EncoderSize], confidence: float) -> Estimate:
    """The mean over sizes of encoders; seeds of pretraining are averaged first."""
    shapes: dict[tuple[str, int], list[float]] = {}
    for name, value in values.items():
        size = sizes[name]
        if math.isfinite(value) and size.encoder_parameters:
            shapes.setdefault((size.family, size.encoder_parameters), []).append(value)
    own = np.array([float(np.mean(each)) for each in shapes.values()])
    if len(own) < FEWEST:
        return unbounded(float(own.mean()) if len(own) else math.nan, confidence)
    return estimate(float(own.mean()), float(own.std(ddof=1)) / math.sqrt(len(own)), len(own) - 1, confidence)


def _about_line(moving: BySize, confidence: float) -> Estimate:
    """The mean slope of data, its noise what is left around the line over size."""
    value = float(np.mean([rung.value for rung in moving.rungs])) if moving.rungs else math.nan
    line = moving.per_doubling
    if not line.df > 0:
        return unbounded(value, confidence)
    families = [rung.family for rung in moving.rungs]
    logs = np.log2([float(rung.parameters) for rung in moving.rungs])
    middles = {name: logs[[own == name for own in families]].mean() for name in set(families)}
    spread = float(((logs - np.array([middles[name] for name in families])) ** 2).sum())
    return estimate(value, line.se * math.sqrt(spread / len(logs)), line.df, confidence)


def _ends(moving: BySize) -> tuple[float, float]:
    """How many doublings the smallest and the largest encoders are from the mean."""
    logs = [math.log2(rung.parameters) for rung in moving.rungs]
    middle = float(np.mean(logs)) if logs else 0.0
    return min(logs, default=0.0) - middle, max(logs, default=0.0) - middle


def _shifted(
    levels: Mapping[str, float],
    slopes: Mapping[str, float],
    offset: float,
    sizes: Mapping[str, EncoderSize],
    confidence: float,
) -> Estimate:
    """s_N less what s_D changes by on the way to a size ``offset`` doublings from the mean."""
    moved = {name: level - offset * slopes[name] for name, level in levels.items()}
    return by_size(moved, sizes, confidence).per_doubling


def _less(one: Estimate, other: Estimate, confidence: float) -> Estimate:
    """The difference of two uncorrelated estimates, with Satterthwaite's degrees of freedom."""
    value = one.value - other.value
    if not (one.df > 0 and other.df > 0):
        return unbounded(value, confidence)
    parts = (one.se**2, other.se**2)
    df = sum(parts) ** 2 / (parts[0] ** 2 / one.df + parts[1] ** 2 / other.df)
    return estimate(value, math.sqrt(sum(parts)), df, confidence)


def _sign(found: Estimate, alpha: float) -> int:
    """1 or -1 where it is shown to be above or below 0, two-sided; else 0."""
    if p_above(found, 0) <= alpha / 2:
        return 1
    return -1 if p_below(found, 0) <= alpha / 2 else 0
