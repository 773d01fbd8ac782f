"""Other languages minus English: the mean of that over pairs of arms, in cells that count for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from stiltwalk.analyse.comparing import Compared, View, cells_of, compared
from stiltwalk.analyse.decisions.language_pairs import Kind, Pair
from stiltwalk.analyse.estimates import unbounded
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Bools, Responses, responses

CONTRAST: Final = "multilingual minus English"


class Contrast(NamedTuple):
    """Other languages minus English, mean over pairs of one kind.

    Attributes:
        found: the comparison.
        pairs: those that it rests on.
        cells: ``(cells,)`` of the table it was made of.
    """

    found: Compared
    pairs: tuple[Pair, ...]
    cells: Bools


def together(scores: pd.DataFrame) -> Responses | None:
    """All encoders as one: a target with an encoder is a target, so that a mean is over encoders too.

    What a seed does to the runs of several encoders alike is then no independent evidence.
    """
    if scores.empty:
        return None
    joined = scores["encoder"].astype(str) + " · " + scores["target"].astype(str)
    return responses(scores.assign(encoder="", target=joined))[0]


def of_kind(pairs: Sequence[Pair], kind: Kind) -> tuple[Pair, ...]:
    """Those of ``pairs`` that are matched so."""
    return tuple(pair for pair in pairs if pair.kind == kind)


def contrast_of(
    evidence: Evidence,
    found: Responses,
    pairs: Sequence[Pair],
    view: View = "headline",
    *,
    healthy: bool = True,
) -> Contrast:
    """The mean over ``pairs`` of other languages minus English, over cells that count for all of them.

    A pair without a cell is left out, then those with the fewest, until the others share some.
    """
    own = {
        pair: mask
        for pair in pairs
        if pair.english in found.arms
        and pair.other in found.arms
        and (mask := cells_of(found, view, (pair.english, pair.other), healthy=healthy)).any()
    }
    kept = sorted(own, key=lambda pair: -int(own[pair].sum()))
    while kept:
        cells = np.logical_and.reduce([own[pair] for pair in kept])
        if cells.any():
            used = tuple(pair for pair in pairs if pair in kept)
            return Contrast(mean_over(evidence, found, used, cells, healthy=healthy), used, cells)
        kept.pop()
    nothing = Compared(unbounded(confidence=evidence.confidence), 0.0, 0, 0)
    return Contrast(nothing, (), np.zeros(len(found.targets), dtype=bool))


def mean_over(
    evidence: Evidence, found: Responses, pairs: Sequence[Pair], cells: Bools, *, healthy: bool = True
) -> Compared:
    """The mean over ``pairs`` of other languages minus English, over ``cells``."""
    return compared(found, weights_of(pairs), cells, healthy=healthy, confidence=evidence.confidence)


def weights_of(pairs: Sequence[Pair]) -> dict[str, float]:
    """Arm → its weight in the mean over ``pairs``."""
    weights: dict[str, float] = {}
    for pair in pairs:
        weights[pair.other] = weights.get(pair.other, 0.0) + 1 / len(pairs)
        weights[pair.english] = weights.get(pair.english, 0.0) - 1 / len(pairs)
    return weights
