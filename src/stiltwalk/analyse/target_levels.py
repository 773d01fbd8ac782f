"""Levels of targets: what every arm scores on each, a mean over languages, with its interval over seeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from stiltwalk.analyse.across.per_run import level
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate
from stiltwalk.analyse.responses import Responses, responses


class TargetLevel(NamedTuple):
    """The score of one arm on one target.

    Attributes:
        encoder: its name.
        arm: its name.
        target: its name.
        estimate: on 0 to 100: the mean over languages of each run, then over runs, with Student's interval
            over them; NaN where every run had collapsed.
        languages: how many: those that all kept runs of the arm have.
        runs: how many it rests on.
        degenerate: how many more had collapsed, and are left out.
    """

    encoder: str
    arm: str
    target: str
    estimate: Estimate
    languages: int
    runs: int
    degenerate: int


def target_levels(
    scores: pd.DataFrame, confidence: float = CONFIDENCE, *, english: bool = False
) -> tuple[TargetLevel, ...]:
    """Every arm on every target that it was run on, in the languages but English.

    Arms may have other languages than each other where runs are missing: differences between levels are no
    gains, which are taken over the same cells (``gains``, ``averages``).

    Args:
        scores: as ``scores.scores`` makes them.
        confidence: of the intervals.
        english: whether English counts as a language like the others.
    """
    return tuple(
        found
        for each in (responses(scores) if len(scores) else ())
        for target in dict.fromkeys(each.targets)
        for found in _of_target(each, target, confidence, english=english)
    )


def _of_target(found: Responses, target: str, confidence: float, *, english: bool) -> Iterator[TargetLevel]:
    cells = (found.zero_shot | english) & np.array([name == target for name in found.targets])
    for place, arm in enumerate(found.arms):
        values, collapsed = found.healthy[place][:, cells], found.degenerate[place][:, cells].any(axis=1)
        there = np.isfinite(values).any(axis=1)
        if not (there.any() or collapsed.any()):
            continue
        whole = np.isfinite(values[there]).all(axis=0)
        means = values[there][:, whole].mean(axis=1) if whole.any() else np.array([])
        yield TargetLevel(
            found.encoder,
            arm,
            target,
            level(means, confidence),
            int(whole.sum()) if len(means) else 0,
            len(means),
            int(collapsed.sum()),
        )
