"""Comparing arms over the cells that count: which those are, and the one call that makes an estimate.

Every average is over zero-shot cells, in other languages than English. Trained-on languages, repeated
training data and retrieval each flatter a gain in their own way, so there are several views of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from stiltwalk.analyse.blocks import contrasts
from stiltwalk.analyse.estimates import CONFIDENCE, Estimate, unbounded
from stiltwalk.analyse.responses import Bools, Responses, averaged

View = Literal[
    "headline", "zero-shot", "unseen", "without-repeats", "without-retrieval", "headline-without-retrieval"
]
"""``zero-shot``: every cell that is not English. ``unseen``: but for languages in the arms' intermediate
data. ``without-repeats``: but for targets whose training data an arm repeats. ``without-retrieval``: but for
targets that compare sentences. ``headline``: unseen and without repeats, the view of verdicts."""

VIEWS: tuple[View, ...] = get_args(View)


class Compared(NamedTuple):
    """A comparison of arms.

    Attributes:
        estimate: in points of 0 to 100.
        seeds: how many it rests on; a fraction where parts of averages were missing.
        targets: how many targets were averaged.
        cells: how many targets in languages.
    """

    estimate: Estimate
    seeds: float
    targets: int
    cells: int


def cells_of(found: Responses, view: View, arms: Sequence[str], *, healthy: bool = True) -> Bools:
    """``(cells,)``: those of the view in which each of ``arms`` has a score under some seed.

    Args:
        found: the scores.
        view: which cells count.
        arms: names, all of ``found``; what any of them has seen or repeats is left out where the view says.
        healthy: whether a collapsed run counts as no score.
    """
    places = [found.arms.index(arm) for arm in arms]
    values = found.healthy if healthy else found.values
    there = (~np.isnan(values[places])).any(axis=1).all(axis=0)
    cells = found.zero_shot & there
    if view in {"headline", "unseen", "headline-without-retrieval"}:
        cells &= ~found.seen[places].any(axis=0)
    if view in {"headline", "without-repeats", "headline-without-retrieval"}:
        cells &= ~found.repeats[places].any(axis=0)
    if view in {"without-retrieval", "headline-without-retrieval"}:
        cells &= ~found.retrieval
    return cells


def compared(
    found: Responses,
    weights: Mapping[str, float],
    cells: Bools,
    *,
    healthy: bool = True,
    confidence: float = CONFIDENCE,
) -> Compared:
    """The sum of the arms' averages over ``cells``, each times its weight, with its interval over seeds.

    The variance is pooled over all arms of the encoder that have these cells (``blocks.contrasts``).

    Args:
        found: the scores.
        weights: arm → weight; ``{"a": 1, "none": -1}`` is the gain of a.
        cells: ``(cells,)``: what is averaged (``cells_of``).
        healthy: whether collapsed runs count as missing.
        confidence: of the interval.
    """
    targets = {target for target, taken in zip(found.targets, cells, strict=True) if taken}
    if not targets:
        return Compared(unbounded(confidence=confidence), 0.0, 0, 0)
    table = averaged(found, cells, healthy=healthy)
    vector = np.array([[weights.get(arm, 0.0) for arm in found.arms]])
    result = contrasts(table.values[None], vector, table.present[None], confidence=confidence)
    return Compared(result.at(0, 0), float(result.seeds[0, 0]), len(targets), int(cells.sum()))
