"""Beyond the mean over languages: the gap to English, the worst languages, and how far languages are apart.

Each is worked out within a run, over the languages that all runs on a target have, and then compared with
the baseline seed by seed. The worst languages are chosen anew in every run, so noise alone makes them worse
and languages further apart: an arm whose runs are noisier looks worse in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.across.per_run import beside_baseline
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate
from stiltwalk.analyse.responses import Bools, Floats, Responses, filled
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.languages import SOURCE_LANGUAGE

WORST: Final = 3
"""How many languages the worst are, where nothing else is said."""

ALL: Final = "all targets"
WITHOUT_RETRIEVAL: Final = "all but retrieval"
MEANS: Final = (ALL, WITHOUT_RETRIEVAL)
"""What stands in place of a target's name for means over targets."""


class Spread(NamedTuple):
    """One number of one arm on one target, or the mean over targets; in points of 0 to 100.

    Attributes:
        encoder: its name.
        arm: its name.
        target: its name, or ``ALL``, or ``WITHOUT_RETRIEVAL``.
        measure: ``gap``: English minus the mean of the other languages; ``worst-3``: the mean of the three
            other languages with the lowest scores; ``sd``: standard deviation over the other languages.
        level: what the arm has, mean over seeds.
        change: arm minus ``none``; of ``none`` itself nothing is known.
        runs: how many the level rests on.
        seeds: how many the change rests on; a fraction where parts of averages were missing.
        languages: how many other languages than English; of a mean over targets, the fewest.
        targets: how many were averaged.
        seen: how many of the languages, over all targets, the arm's intermediate data is in: in those there
            is no zero-shot transfer.
    """

    encoder: str
    arm: str
    target: str
    measure: str
    level: Estimate
    change: Estimate
    runs: int
    seeds: float
    languages: int
    targets: int
    seen: int


class _Measured(NamedTuple):
    """One measure on one target.

    Attributes:
        values: ``(arms, seeds)``.
        languages: how many it is over.
        seen: ``(arms,)``: how many of these the arm's intermediate data is in.
        retrieval: the target compares sentences.
    """

    values: Floats
    languages: int
    seen: Floats
    retrieval: bool


def spreads(
    found: Responses, worst: int = WORST, *, healthy: bool = True, confidence: float = CONFIDENCE
) -> tuple[Spread, ...]:
    """Every measure of every arm on every target, and their means over targets.

    A measure is missing where it cannot be had: the gap where English is not tested, the worst where there
    are not more languages than that, the standard deviation of a single language. A mean over targets is
    over those where both the arm and ``none`` have it.

    Args:
        found: the scores of one encoder.
        worst: how many languages the worst are.
        healthy: whether collapsed runs count as missing.
        confidence: of the intervals.
    """
    values = found.healthy if healthy else found.values
    by_measure: dict[str, dict[str, _Measured]] = {}
    for target in dict.fromkeys(found.targets):
        for measure, measured in _of_target(found, values, target, worst):
            by_measure.setdefault(measure, {})[target] = measured
    return tuple(
        spread
        for measure, by_target in by_measure.items()
        for spread in _of_measure(found, measure, by_target, confidence)
    )


def _of_target(found: Responses, values: Floats, target: str, worst: int) -> Iterator[tuple[str, _Measured]]:
    places = np.array([name == target for name in found.targets])
    scores = values[:, :, places]
    runs = ~np.isnan(scores).all(axis=2)
    if not runs.any():
        return
    # languages that some run lacks would make its numbers unlike the others'
    whole = ~np.isnan(scores[runs]).any(axis=0)
    codes = np.array(found.languages)[places]
    foreign = whole & (codes != SOURCE_LANGUAGE)
    others = scores[:, :, foreign]
    count = int(foreign.sum())
    seen = found.seen[:, places][:, foreign].sum(axis=1).astype(float)
    retrieval = bool(found.retrieval[places].any())
    english = whole & (codes == SOURCE_LANGUAGE)
    if english.any() and count:
        gap = scores[:, :, english][:, :, 0] - others.mean(axis=2)
        yield "gap", _Measured(gap, count, seen, retrieval)
    if count > worst:
        lowest = np.sort(others, axis=2)[:, :, :worst].mean(axis=2)
        yield f"worst-{worst}", _Measured(lowest, count, seen, retrieval)
    if count > 1:
        yield "sd", _Measured(others.std(axis=2, ddof=1), count, seen, retrieval)


def _of_measure(
    found: Responses, measure: str, by_target: dict[str, _Measured], confidence: float
) -> Iterator[Spread]:
    """Rows of every target, then of means over them."""
    groups = {target: [measured] for target, measured in by_target.items()}
    if len(by_target) > 1:
        plain = [measured for measured in by_target.values() if not measured.retrieval]
        groups[ALL] = list(by_target.values())
        if 1 < len(plain) < len(by_target):
            groups[WITHOUT_RETRIEVAL] = plain
    baseline = found.arms.index(NONE_ARM) if NONE_ARM in found.arms else None
    for name, measured in groups.items():
        for arm in range(len(found.arms)):
            if (spread := _row(found, arm, baseline, name, measure, measured, confidence)) is not None:
                yield spread


def _row(
    found: Responses,
    arm: int,
    baseline: int | None,
    target: str,
    measure: str,
    measured: list[_Measured],
    confidence: float,
) -> Spread | None:
    """One arm's row; ``None`` where it has no run there."""
    needed = [arm] if baseline is None else [arm, baseline]
    kept = [each for each in measured if _there(each.values)[needed].all()]
    if not kept:  # the arm alone, or not even that
        kept, needed = [each for each in measured if _there(each.values)[arm]], [arm]
    if not kept:
        return None
    stacked = np.stack([each.values for each in kept])
    table, present = filled(stacked).mean(axis=0), (~np.isnan(stacked)).mean(axis=0)
    beside = beside_baseline(
        table, arm, baseline if len(needed) > 1 else None, present, confidence=confidence
    )
    return Spread(
        found.encoder,
        found.arms[arm],
        target,
        measure,
        *beside,
        languages=min(each.languages for each in kept),
        targets=len(kept),
        seen=int(sum(each.seen[arm] for each in kept)),
    )


def _there(values: Floats) -> Bools:
    """``(arms,)``: the arm has a number under some seed."""
    return np.asarray(~np.isnan(values).all(axis=1), dtype=bool)
