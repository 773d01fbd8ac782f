"""Proofs of claims: how often statements of a posterior p are true, where gains are drawn from the prior."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from stiltwalk.analyse.claims.predicates import ALIKE, posterior_of
from stiltwalk.analyse.decisions.best import best_per_target
from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.spec.predicates import (
    BestPerTargetGain,
    BetterThan,
    ExceedsAll,
    GainAboveInShare,
    MeanGainAbove,
    MeanGainWithin,
    NoGainAbove,
    NotBetterInMost,
    Predicate,
    Threshold,
)
from trust.gains import LANGUAGES, TARGETS
from trust.measures import CURVE, Measure, Proof, Values
from trust.simulator import TRUE, UNEVEN, Floats, Frames, Grid, World, drawn, grid

CLAIMS: Final = 5000
"""Simulated studies of each claim."""

BAR: Final = 0.02
"""The expected calibration error that is allowed."""

TAU: Final = 1.5
"""Standard deviation of true gains in points: about twice a gain's standard error, so that little is sure."""

ARMS: Final = ("a", "b", "a+mlm", "b+mlm")
SEEDS: Final = 5
"""The least for any claim; three, as in a rehearsal, are simulated beside."""

FEW: Final = 3

Truths = Callable[[Floats], bool]
"""``(arms, targets)`` true gains over ``none`` → whether the statement is true."""


def _above(points: float) -> Threshold:
    return Threshold(value=points)


PREDICATES: Final[Mapping[str, tuple[Predicate, Truths]]] = {
    "above": (
        MeanGainAbove(kind="mean_gain_above", arm="a", threshold=_above(0.0)),
        lambda gains: bool(gains[0].mean() > 0),
    ),
    "within": (
        MeanGainWithin(kind="mean_gain_within", arm="a", value=1.0, margin=_above(1.0)),
        lambda gains: bool(abs(gains[0].mean() - 1) <= 1),
    ),
    "exceeds": (
        ExceedsAll(kind="exceeds_all", arm="a", others=ARMS[1:]),
        lambda gains: bool((gains[0].mean() > gains[1:].mean(axis=1)).all()),
    ),
    "share": (
        GainAboveInShare(
            kind="gain_above_in_share",
            arms=ARMS,
            targets=TARGETS[:1],
            threshold=_above(0.5),
            share=_above(0.5),
        ),
        lambda gains: bool((gains[:, 0] > 0.5).mean() >= 0.5),
    ),
    "no gain": (
        NoGainAbove(kind="no_gain_above", arms=ARMS, targets=TARGETS[:1], threshold=_above(1.5)),
        lambda gains: bool((gains[:, 0] <= 1.5).all()),
    ),
    "better": (
        BetterThan(kind="better_than", arms=ARMS[:2], suffixes=("+mlm",)),
        lambda gains: bool(gains[:2].mean() > gains[2:].mean()),
    ),
    "in most": (
        NotBetterInMost(kind="not_better_in_most", arms=ARMS[:2], suffixes=("+mlm",)),
        lambda gains: bool((gains[2:].mean(axis=1) > gains[:2].mean(axis=1)).mean() <= 0.5),
    ),
}
SAYS: Final = {
    "above": "the mean gain is above 0",
    "within": "the mean gain is within 1 point of 1",
    "exceeds": "one arm is above the three others",
    "share": "on one target half of the arms gain more than 0.5",
    "no gain": "on one target no arm gains more than 1.5",
    "better": "two arms are better than their variants, on average",
    "in most": "of at most half of two pairs the variant is better",
}

SEVERAL: Final[Mapping[str, tuple[Predicate, Truths]]] = {
    "share of two": (
        GainAboveInShare(
            kind="gain_above_in_share",
            arms=ARMS,
            targets=TARGETS[:2],
            threshold=_above(0.0),
            share=_above(0.5),
        ),
        lambda gains: bool(((gains[:, :2] > 0).mean(axis=0) >= 0.5).all()),
    ),
    "no gain of two": (
        NoGainAbove(kind="no_gain_above", arms=ARMS[:2], targets=TARGETS[:2], threshold=_above(1.0)),
        lambda gains: bool((gains[:2, :2] <= 1.0).all()),
    ),
}
SAYS_SEVERAL: Final = {
    "share of two": "on each of two targets half of the arms gain",
    "no gain of two": "on neither of two targets either of two arms gains more than 1 point",
}


@lru_cache
def _layout(seeds: int) -> tuple[Grid, Frames, Floats]:
    where = grid(ARMS, seeds, TARGETS, LANGUAGES)
    base = np.random.default_rng(8).uniform(50, 75, len(where.targets))
    return where, Frames(where), base


def _drawn(
    world: World, rng: np.random.Generator, seeds: int, *, by_target: bool
) -> tuple[Floats, Responses]:
    """True gains, ``(arms, targets)``, drawn from the prior, and the scores of a study of them.

    By target, those of one arm on two targets are as alike as the prior says.
    """
    where, frames, base = _layout(seeds)
    alike = ALIKE if by_target else 1.0
    of_arm, own = (rng.standard_normal((len(ARMS), count)) for count in (1, len(TARGETS)))
    gains = TAU * (np.sqrt(alike) * of_arm + np.sqrt(1 - alike) * own)
    truth = np.tile(base, (1 + len(ARMS), 1))
    for place, target in enumerate(TARGETS):
        truth[1:, np.array(where.targets) == target] += gains[:, place, None]
    return gains, responses(frames.of(drawn(where, truth[None], world, rng)))[0]


def _study(
    asked: Mapping[str, tuple[Predicate, Truths]], seeds: int, *, by_target: bool
) -> Callable[[World, np.random.Generator], Values]:
    """A study whose true gains are drawn, by arm or by arm and target; the posterior of each statement."""

    def study(world: World, rng: np.random.Generator) -> Values:
        gains, found = _drawn(world, rng, seeds, by_target=by_target)
        values: dict[str, float] = {}
        for name, (predicate, holds) in asked.items():
            said = posterior_of(predicate, found, TAU)
            values[name] = np.nan if said is None else said
            values[f"{name}?"] = float(holds(gains))
        sure = [values[f"{name}?"] for name in asked if values[name] >= CONFIDENCE]
        wrong = [values[f"{name}?"] for name in asked if values[name] <= 1 - CONFIDENCE]
        return values | {
            "verified": float(np.mean(sure)) if sure else np.nan,
            "refuted": float(1 - np.mean(wrong)) if wrong else np.nan,
        }

    return study


BEST: Final = BestPerTargetGain(kind="best_per_target_gain", arms=ARMS, value=1.5, margin=_above(0.75))


def _best(seeds: int) -> Callable[[World, np.random.Generator], Values]:
    """The best arm of every target: true is what the arms that were chosen truly gain."""

    def study(world: World, rng: np.random.Generator) -> Values:
        gains, found = _drawn(world, rng, seeds, by_target=True)
        said = posterior_of(BEST, found, TAU)
        if said is None:
            return {}
        chosen = best_per_target(found, ARMS).targets
        true = np.mean([gains[ARMS.index(each.arm), TARGETS.index(each.target)] for each in chosen])
        return {"best": said, "best?": float(abs(true - BEST.value) <= BEST.margin.value)}

    return study


def _measures(says: Mapping[str, str]) -> tuple[Measure, ...]:
    errors = (Measure(name, CURVE + what, "calibration", BAR) for name, what in says.items())
    return (
        *errors,
        Measure("verified", "statements of posterior 0.95 or more that are true", "at least", CONFIDENCE),
        Measure("refuted", "statements of posterior 0.05 or less that are false", "at least", CONFIDENCE),
    )


def _proofs(seeds: int, ending: str, worlds: tuple[World, ...]) -> tuple[Proof, ...]:
    """The three proofs of posteriors from so many seeds."""
    size = f"none and {len(ARMS)} arms, {seeds} seeds, {len(TARGETS)} targets"
    design = f"{size}; true gains normal, sd {TAU} points"
    best = Measure("best", f"{CURVE}the best arms gain 1.5 ± 0.75 points", "calibration", BAR)
    return (
        Proof(
            f"claims/arms{ending}",
            f"{design}, by arm",
            _measures(SAYS),
            _study(PREDICATES, seeds, by_target=False),
            CLAIMS,
            worlds,
        ),
        Proof(
            f"claims/targets{ending}",
            f"{design}, by arm and target, alike between targets as the prior has it",
            _measures(SAYS_SEVERAL),
            _study(SEVERAL, seeds, by_target=True),
            CLAIMS,
            worlds,
        ),
        Proof(
            f"claims/best{ending}",
            f"{design}, by arm and target as above; the best arm of every target",
            (best,),
            _best(seeds),
            CLAIMS,
            worlds,
        ),
    )


PROOFS: Final = (*_proofs(SEEDS, "", (TRUE, UNEVEN)), *_proofs(FEW, "-three-seeds", (TRUE,)))
