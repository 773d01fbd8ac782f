"""Curves: the scores of one encoder along a series of arms, and contrasts of its points.

Draws of the training data are averaged within a seed before anything is said of it: two draws of one seed
share its order of data and its heads, and are no two seeds. A point with fewer draws than others is the mean
of fewer runs, and noisier by so much.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy import stats

from stiltwalk.analyse import verdicts
from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.comparing import View, cells_of
from stiltwalk.analyse.decisions.arms import collapsed_arms
from stiltwalk.analyse.decisions.series import Series
from stiltwalk.analyse.decisions.shared import Cell
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, estimate, unbounded
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Averaged, Floats, Responses, averaged
from stiltwalk.spec.arms import NONE_ARM

BESIDE: Final[tuple[View, ...]] = ("headline-without-retrieval", "without-repeats", "unseen", "zero-shot")
"""Views beside the headline."""

ROUNDING: Final = 1e-9
"""Points: a deviation no larger is what computing leaves of none."""

COLLAPSED_IN: Final = "collapsed runs left in"


class Curve(NamedTuple):
    """The scores of one encoder along a series.

    Attributes:
        encoder: its name.
        series: of the arms that count.
        x: its different places, rising.
        values: ``(rows, seeds)``: averages over the cells, what is missing filled in. Row 0 is the arm
            ``none``, then every place of ``x``; the rows behind are other arms of the encoder, which tell of
            its noise.
        present: ``(rows, seeds)``, 0 to 1: which share of a row's runs was there.
        share: ``(rows,)``, 0 to 1: how many draws a row has, of the most that any has; its noise is larger by
            as much.
        seeds: how many.
        keys: the targets in languages that were averaged.
        draws: standard deviations, each with its interval: between draws of one seed; and between seeds, of
            the mean of their draws, beyond what moves all places alike. ``None``: no place has two draws.
        degenerate: arms of the series that are left out because every training of theirs collapsed.
        missing: arms of the series that are left out because nothing of theirs is there.
    """

    encoder: str
    series: Series
    x: tuple[float, ...]
    values: Floats
    present: Floats
    share: Floats
    seeds: int
    keys: frozenset[Cell]
    draws: tuple[Estimate, Estimate] | None
    degenerate: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def cells(self) -> int:
        """How many targets in languages were averaged."""
        return len(self.keys)

    @property
    def of(self) -> str:
        """What its numbers are of."""
        return f"{self.encoder} · {self.series.name}"

    @property
    def table(self) -> Floats:
        """``(places, seeds)``; NaN where nothing was there."""
        return np.where(self.present > 0, self.values, np.nan)[1 : len(self.x) + 1]

    @property
    def baseline(self) -> Floats:
        """``(seeds,)``: the scores of ``none``; NaN where nothing was there."""
        there: Floats = np.where(self.present > 0, self.values, np.nan)[0]
        return there

    def contrast(
        self, weights: Sequence[float], none: float = 0.0, confidence: float = CONFIDENCE
    ) -> Estimate:
        """The sum of its places' scores, each times its weight, plus that of ``none`` times ``none``.

        The noise is that of rows with as many draws as any other, and of those that have a weight: these are
        put on the scale of the others, and their part of the variance back on their own. That is exact where
        draws of one seed are independent, and cautious where they are not.
        """
        if not self.cells or not self.x:
            return unbounded(confidence=confidence)
        vector = np.zeros(len(self.values))
        vector[0], vector[1 : len(self.x) + 1] = none, weights
        rows = (self.share == 1) | (vector != 0)
        share, used = self.share[rows], vector[rows]
        values = _levelled(self.values[rows], share)
        found = contrasts(values[None], used[None], self.present[rows][None], confidence=confidence).at(0, 0)
        # parts of a degree of freedom are no noise that was seen
        if found.df < 1:
            return unbounded(found.value, confidence)
        larger = math.sqrt(float((used**2 / share).sum() / (used**2).sum()))
        return estimate(found.value, larger * found.se, found.df, confidence)

    def level(self, place: int, confidence: float = CONFIDENCE) -> Estimate:
        """The mean score at a place; its interval is of its own seeds alone, for seeds move all arms."""
        there = self.table[place][~np.isnan(self.table[place])]
        if len(there) < 2:
            return unbounded(float(there.mean()) if len(there) else math.nan, confidence)
        se = float(there.std(ddof=1)) / math.sqrt(len(there))
        return estimate(float(there.mean()), se, len(there) - 1, confidence)


def curve(
    evidence: Evidence,
    found: Responses,
    series: Series,
    others: Sequence[Series] = (),
    view: View = "headline",
    *,
    healthy: bool = True,
    baseline: bool = True,
    among: Collection[Cell] | None = None,
) -> Curve:
    """The curve of one encoder along ``series``.

    Arms all of whose intermediate trainings collapsed are left out where ``healthy`` is asked for, and arms
    of which nothing is there in any case. Cells are those that all arms left, and ``none``, have.

    Args:
        evidence: tells which trainings collapsed.
        found: the scores of the encoder.
        series: of which it is the curve.
        others: further series of the study, whose draws are averaged likewise.
        view: which cells count.
        healthy: whether collapsed runs count as missing.
        baseline: whether ``none`` has to have the cells.
        among: the cells that may count; ``None``: all.
    """
    gone_wrong = collapsed_arms(evidence, found.encoder) if healthy else ()
    bad = tuple(arm for arm in series.arms if arm in gone_wrong)
    rest = series.without(bad)
    values = found.healthy if healthy else found.values
    gone = tuple(arm for arm in rest.arms if not _anything(found, values, arm))
    rest = rest.without(gone)
    arms = [*rest.arms, *([NONE_ARM] if baseline and NONE_ARM in found.arms else [])]
    cells = cells_of(found, view, arms, healthy=healthy) if rest.arms else np.zeros(len(found.targets), bool)
    if among is not None:
        cells &= np.array([cell in among for cell in _keys(found)], dtype=bool)
    keys = frozenset(cell for cell, taken in zip(_keys(found), cells, strict=True) if taken)
    table = averaged(found, cells, healthy=healthy) if keys else None
    groups = _groups(found, rest, others)
    counts = [len(group) for group in groups]
    most = max(1, *counts)
    shape = (len(groups), len(found.seeds))
    means, present = np.full(shape, np.nan), np.zeros(shape)
    if table is not None:
        for row, group in enumerate(groups):
            means[row], present[row] = _merged(table.values, table.present, group)
            present[row] /= max(1, len(group))
    return Curve(
        found.encoder,
        rest,
        tuple(rest.points),
        means,
        present,
        np.array([max(1, count) / most for count in counts]),
        len(found.seeds),
        keys,
        _draws(table, groups[1 : len(rest.points) + 1]) if table is not None else None,
        bad,
        gone,
    )


def curves(
    evidence: Evidence,
    tables: Sequence[Responses],
    series: Sequence[Series],
    every: Sequence[Series] = (),
    *,
    baseline: bool = True,
) -> list[Curve]:
    """The headline curve of every encoder along each of ``series``, encoder by encoder.

    Args:
        evidence: of the study.
        tables: the scores of every encoder.
        series: whose curves are made.
        every: every series of the study, whose draws are averaged likewise.
        baseline: as in ``curve``.
    """
    return [curve(evidence, one, each, every, baseline=baseline) for one in tables for each in series]


def _anything(found: Responses, values: Floats, arm: str) -> bool:
    return arm in found.arms and not bool(np.isnan(values[found.arms.index(arm)]).all())


def _keys(found: Responses) -> list[Cell]:
    return list(zip(found.targets, found.languages, strict=True))


def _groups(found: Responses, series: Series, others: Sequence[Series]) -> list[list[int]]:
    """The arms of every row, as places in ``found``: ``none``, the series' points, then all others."""
    place = {arm: at for at, arm in enumerate(found.arms)}
    groups = [[place[NONE_ARM]] if NONE_ARM in place else []]
    groups += [[place[arm] for arm in arms] for arms in series.points.values()]
    taken = {at for group in groups for at in group}
    for other in others:
        for arms in other.points.values():
            group = [place[arm] for arm in arms if arm in place and place[arm] not in taken]
            groups += [group] if group else []
            taken.update(group)
    return groups + [[at] for at in range(len(found.arms)) if at not in taken]


def _levelled(values: Floats, share: Floats) -> Floats:
    """Rows of fewer draws with their noise shrunk to that of the others; their means stay as they are."""
    fewer = share < 1
    if not fewer.any() or fewer.all():
        return values
    full = values[~fewer]
    known = ~np.isnan(full)
    seeds = np.where(known, full, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    means = np.where(there, values, 0.0).sum(axis=1, keepdims=True) / count
    shift = seeds - np.where(there, seeds, 0.0).sum(axis=1, keepdims=True) / count
    fitted = means + shift
    levelled = fitted + np.sqrt(share)[:, None] * (values - fitted)
    return np.where(fewer[:, None], levelled, values)


def _merged(values: Floats, present: Floats, group: Sequence[int]) -> tuple[Floats, Floats]:
    """The mean of the arms in ``group`` under each seed, and how many runs it is of.

    Under a seed that some of them have, those that were filled in do not count: draws are exchangeable.
    """
    own, there = values[list(group)], present[list(group)]
    there = np.where(np.isnan(own), 0.0, there)
    known = np.where(there.sum(axis=0) > 0, there, ~np.isnan(own))
    count = known.sum(axis=0)
    mean = np.where(
        count > 0, (np.nan_to_num(own) * known).sum(axis=0) / np.where(count > 0, count, 1), np.nan
    )
    return mean, there.sum(axis=0)


def _draws(table: Averaged, groups: Sequence[Sequence[int]]) -> tuple[Estimate, Estimate] | None:
    """How much draws of one seed differ, and seeds beyond what moves all places alike."""
    whole = np.where(table.present > 0, table.values, np.nan)
    full = [whole[list(group)] for group in groups if len(group) > 1]
    full = [each for each in full if not np.isnan(each).any()]
    if not full:
        return None
    within = sum(float(((each - each.mean(axis=0)) ** 2).sum()) for each in full)
    means = np.array([each.mean(axis=0) for each in full])
    left = means - means.mean(axis=1, keepdims=True) - means.mean(axis=0) + means.mean()
    places, seeds = means.shape
    return (
        _deviation(within, sum((len(each) - 1) * seeds for each in full)),
        _deviation(float((left**2).sum()), (places - 1) * (seeds - 1)),
    )


def _deviation(squares: float, df: int, confidence: float = CONFIDENCE) -> Estimate:
    """A standard deviation with its interval by the chi-squared distribution."""
    if df < 1:
        return unbounded(confidence=confidence)
    value = math.sqrt(squares / df)
    if not value > ROUNDING:
        return unbounded(value, confidence)
    low, high = (
        math.sqrt(squares / float(stats.chi2.ppf(share, df)))
        for share in ((1 + confidence) / 2, (1 - confidence) / 2)
    )
    return Estimate(value, low, high, math.nan, float(df), 1.0, confidence)


class Variant(NamedTuple):
    """A curve over other cells, or with collapsed runs left in.

    Attributes:
        of: the curve that it is a variant of.
        curve: the same of other cells.
        note: what is different.
    """

    of: Curve
    curve: Curve
    note: str


def drawn(found: Curve, axis: str, confidence: float) -> verdicts.Curve:
    """The curve as it is drawn: the mean score at every place, each with the interval of its own seeds."""
    levels = [found.level(place, confidence) for place in range(len(found.x))]
    ends = (tuple(each.low for each in levels), tuple(each.high for each in levels))
    return verdicts.Curve(
        verdicts.MEASURED, found.of, axis, found.x, tuple(each.value for each in levels), *ends
    )


def variants(
    evidence: Evidence,
    tables: Sequence[Responses],
    found: Sequence[Curve],
    series: Sequence[Series],
    *,
    baseline: bool = True,
) -> Iterator[Variant]:
    """Every curve in the views beside the headline where their cells differ, and with collapsed runs in.

    Args:
        evidence: of the study.
        tables: the scores of every encoder.
        found: headline curves.
        series: every series of the study.
        baseline: as in ``curve``.
    """
    own = {each.encoder: each for each in tables}
    for one in found:
        scores, along = own[one.encoder], next(each for each in series if each.name == one.series.name)
        for view in views_beside(scores):
            other = curve(evidence, scores, along, series, view, baseline=baseline)
            if other.cells and other.keys != one.keys:
                yield Variant(one, other, f"view: {view}")
        if scores.degenerate.any():
            other = curve(evidence, scores, along, series, healthy=False, baseline=baseline)
            yield Variant(one, other, COLLAPSED_IN)


def views_beside(found: Responses) -> list[View]:
    """Views beside the headline whose cells can differ from its own."""
    seen, repeats = bool(found.seen.any()), bool(found.repeats.any())
    differ = (bool(found.retrieval.any()), seen, repeats, seen or repeats)
    return [view for view, worth in zip(BESIDE, differ, strict=True) if worth]
