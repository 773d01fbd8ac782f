"""Asking: which contrasts of arms the statement of a claim is about, and what makes it true.

The statement's own average is over all languages of its targets, English too, as benchmarks have it; cells
can be left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stiltwalk.analyse.responses import Bools, Floats, Responses
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.claims import LeftOut
from stiltwalk.spec.predicates import (
    BestPerTargetGain,
    BetterThan,
    ExceedsAll,
    GainAboveInShare,
    IntervalAboveInShare,
    MeanGainAbove,
    MeanGainWithin,
    NoGainAbove,
    NotBetterInMost,
    Predicate,
)

Holds = Callable[[Floats], Bools]
"""``(draws, contrasts)`` true values → ``(draws,)``: whether the statement is true of them."""

ROUNDING = 1e-9
"""Shares of counts are compared with this tolerance."""


class Contrast(NamedTuple):
    """One difference of arms that a statement is about.

    Attributes:
        of: what it is of: an arm, two arms, or so many pairs.
        on: a target; empty: the average over targets.
        weights: ``(arms,)``.
        cells: ``(cells,)``: what is averaged.
    """

    of: str
    on: str
    weights: Floats
    cells: Bools


class Asked(NamedTuple):
    """What a statement asks of gains.

    Attributes:
        contrasts: every one that has cells.
        holds: whether it is true of their true values.
        bounds: where there is one contrast, what it has to lie between; ``None``: ``holds`` says it.
    """

    contrasts: tuple[Contrast, ...]
    holds: Holds
    bounds: tuple[float, float] | None = None


class _Place(NamedTuple):
    """Where a statement is looked at: the scores, and which of them count."""

    found: Responses
    targets: Collection[str]
    left_out: Collection[LeftOut]
    healthy: bool

    def cells(self, arms: Sequence[str], target: str = "") -> Bools:
        """``(cells,)``: those that count, and that each of ``arms`` has under some seed."""
        found = self.found
        places = [found.arms.index(arm) for arm in arms]
        values = (found.healthy if self.healthy else found.values)[places]
        cells: Bools = np.asarray((~np.isnan(values)).any(axis=1).all(axis=0))
        wanted = {target} if target else set(self.targets)
        if wanted:
            cells &= np.array([name in wanted for name in found.targets], dtype=bool)
        if "english" in self.left_out:
            cells &= found.zero_shot
        if "seen" in self.left_out:
            cells &= ~found.seen[places].any(axis=0)
        if "repeats" in self.left_out:
            cells &= ~found.repeats[places].any(axis=0)
        if "retrieval" in self.left_out:
            cells &= ~found.retrieval
        return cells

    def contrast(
        self, weights: dict[str, float], of: str, target: str = "", among: Sequence[str] = ()
    ) -> Contrast:
        """The arms' weighted sum, over cells that they and the arms ``among`` have."""
        vector = np.array([weights.get(arm, 0.0) for arm in self.found.arms])
        return Contrast(of, target, vector, self.cells([*dict.fromkeys([*weights, *among])], target))


def lacking(predicate: Predicate, arms: Collection[str]) -> tuple[str, ...]:
    """Arms that ``predicate`` needs and that are not among ``arms``."""
    return tuple(arm for arm in dict.fromkeys(predicate.arms_needed) if arm not in arms)


def asked(
    predicate: Predicate,
    found: Responses,
    targets: Collection[str] = (),
    left_out: Collection[LeftOut] = (),
    *,
    healthy: bool = True,
) -> Asked | None:
    """What ``predicate`` asks of the arms that are there; ``None``: nothing, or no contrast of arms.

    Args:
        predicate: the statement.
        found: the scores of one encoder.
        targets: an average is over these; empty: over all.
        left_out: cells that do not count.
        healthy: whether collapsed runs count as missing.
    """
    if NONE_ARM not in found.arms:
        return None
    place = _Place(found, targets, left_out, healthy)
    made = _asked(predicate, place)
    return made if made is not None and made.contrasts else None


def _asked(predicate: Predicate, place: _Place) -> Asked | None:
    if isinstance(predicate, MeanGainAbove):
        return _one(_gains(place, [predicate.arm]), (predicate.threshold.value, math.inf))
    if isinstance(predicate, MeanGainWithin):
        margin = predicate.margin.value
        return _one(_gains(place, [predicate.arm]), (predicate.value - margin, predicate.value + margin))
    if isinstance(predicate, ExceedsAll):
        return _exceeding(predicate, place)
    if isinstance(predicate, GainAboveInShare | IntervalAboveInShare):
        found = _gains(place, predicate.arms, predicate.targets)
        return Asked(found, _in_share(found, predicate.threshold.value, predicate.share.value))
    if isinstance(predicate, NoGainAbove):
        found, most = _gains(place, predicate.arms, predicate.targets), predicate.threshold.value
        return Asked(found, lambda true: np.asarray((true <= most).all(axis=1)))
    if isinstance(predicate, BetterThan):
        return _better(predicate, place)
    if isinstance(predicate, BestPerTargetGain):
        # the benchmark's targets, never in English; what holds of them hangs on the choice (``of_choice``)
        own = place._replace(left_out={*place.left_out, "english"})
        every = [name for name in dict.fromkeys(place.found.targets) if name in (place.targets or {name})]
        return Asked(_gains(own, predicate.arms, every), lambda true: np.zeros(len(true), dtype=bool))
    if isinstance(predicate, NotBetterInMost):
        found = tuple(
            contrast
            for arm, other in _pairs(predicate, place)
            for contrast in _some(place.contrast({other: 1.0, arm: -1.0}, f"{other} - {arm}"))
        )
        return Asked(found, lambda true: np.asarray((true > 0).mean(axis=1) <= 0.5))
    return None


def of_choice(said: Asked, predicate: BestPerTargetGain, chosen: Mapping[str, str]) -> Asked | None:
    """The statement of the mean gain of the arms that were chosen; ``None``: one of them has no contrast.

    Args:
        said: the gain of every arm on every target.
        predicate: the statement.
        chosen: target → arm.
    """
    places = {(each.on, each.of): place for place, each in enumerate(said.contrasts)}
    if not chosen or any(pair not in places for pair in chosen.items()):
        return None
    own = [places[pair] for pair in chosen.items()]
    value, margin = predicate.value, predicate.margin.value
    return said._replace(holds=lambda true: np.asarray(np.abs(true[:, own].mean(axis=1) - value) <= margin))


def _gains(place: _Place, arms: Sequence[str], targets: Sequence[str] = ("",)) -> tuple[Contrast, ...]:
    """The gain of each arm that is there on each target; those without any cell are left out."""
    return tuple(
        contrast
        for target in targets
        for arm in arms
        if arm in place.found.arms
        for contrast in _some(place.contrast({arm: 1.0, NONE_ARM: -1.0}, arm, target))
    )


def _some(contrast: Contrast) -> Iterator[Contrast]:
    if contrast.cells.any():
        yield contrast


def _one(found: tuple[Contrast, ...], bounds: tuple[float, float]) -> Asked:
    low, high = bounds
    return Asked(
        found, lambda true: np.asarray((true > low).all(axis=1) & (true <= high).all(axis=1)), bounds
    )


def _exceeding(predicate: ExceedsAll, place: _Place) -> Asked | None:
    if predicate.arm not in place.found.arms:
        return None
    others = [arm for arm in predicate.others if arm in place.found.arms]
    # all on the same cells, or one arm would be held against others on easier ground
    among = [NONE_ARM, predicate.arm, *others]
    found = tuple(
        contrast
        for other in others
        for contrast in _some(
            place.contrast({predicate.arm: 1.0, other: -1.0}, f"{predicate.arm} - {other}", among=among)
        )
    )
    return Asked(found, lambda true: np.asarray((true > 0).all(axis=1)))


def _better(predicate: BetterThan, place: _Place) -> Asked | None:
    pairs = _pairs(predicate, place)
    if not pairs:
        return None
    weights: dict[str, float] = {}
    for arm, other in pairs:
        weights[arm] = weights.get(arm, 0.0) + 1 / len(pairs)
        weights[other] = weights.get(other, 0.0) - 1 / len(pairs)
    found = place.contrast(weights, f"{len(pairs)} pairs", among=[NONE_ARM])
    return _one(tuple(_some(found)), (0.0, math.inf))


def _pairs(predicate: BetterThan | NotBetterInMost, place: _Place) -> list[tuple[str, str]]:
    return [pair for pair in predicate.pairs if {*pair} <= {*place.found.arms}]


def _in_share(found: Sequence[Contrast], threshold: float, share: float) -> Holds:
    groups = [
        [place for place, contrast in enumerate(found) if contrast.on == target]
        for target in dict.fromkeys(contrast.on for contrast in found)
    ]

    def holds(true: Floats) -> Bools:
        shares = [(true[:, group] > threshold).mean(axis=1) for group in groups]
        return np.asarray(np.min(shares, axis=0) >= share - ROUNDING)

    return holds
