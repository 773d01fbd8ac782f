"""Tests of the best arm per target: chosen on some seeds, judged on another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from stiltwalk.analyse.decisions.best import Best, best_per_target
from stiltwalk.analyse.responses import responses

from ..evidences import evidence_of, study_of


def _best(
    gains: Mapping[tuple[str, str, int], float | None],
    arms: Sequence[str] = ("squad", "mnli"),
    repeats: Sequence[tuple[str, str]] = (),
) -> Best:
    """The best of ``arms``, whose gains by target and seed are these; ``none`` has 50 everywhere."""
    seeds = max(seed for _, _, seed in gains)
    study = study_of(arms, seeds=seeds, targets=list(dict.fromkeys(target for _, target, _ in gains)))

    def score(encoder: str, arm: str, seed: int, target: str, language: str) -> float | None:
        gain = 0.0 if arm == "none" else gains[arm, target, seed]
        return None if gain is None else 50.0 + gain

    found = evidence_of(study, score, languages=("en", "de"), repeats=repeats)
    return best_per_target(responses(found.scores)[0], arms)


def test_three_seeds_by_hand() -> None:
    """The arm squad gains 3, 0, 0 and mnli 1, 1, 0.7: means 1 and 0.9, so squad is best, by 1, on all seeds.

    Without seed 1 mnli is chosen (0.85 to 0) and gains 1 there; without seed 2 squad (1.5 to 0.85) gains 0;
    without seed 3 squad (1.5 to 1) gains 0. Cross-fitted that is 1/3, and the optimism 2/3. The standard
    deviation of 1, 0, 0 is 0.5774, and the interval 4.3027 · 0.5774 / sqrt(3 - 1) = 1.7566 to each side.
    """
    found = _best(
        {("squad", "udpos", 1): 3.0, ("squad", "udpos", 2): 0.0, ("squad", "udpos", 3): 0.0}
        | {("mnli", "udpos", 1): 1.0, ("mnli", "udpos", 2): 1.0, ("mnli", "udpos", 3): 0.7}
    )
    (target,) = found.targets
    assert (target.arm, target.candidates) == ("squad", 2)
    assert target.agreed == pytest.approx(2 / 3)
    assert found.naive == pytest.approx(1.0)
    assert found.crossfitted.value == pytest.approx(1 / 3)
    assert found.optimism == pytest.approx(2 / 3)
    assert found.crossfitted.high - found.crossfitted.value == pytest.approx(1.7566, abs=1e-4)


def test_targets_count_the_same() -> None:
    """Each target has its own best arm; naive and cross-fitted are means over targets."""
    found = _best(
        {("squad", "udpos", 1): 3.0, ("squad", "udpos", 2): 3.5}
        | {("mnli", "udpos", 1): 1.0, ("mnli", "udpos", 2): 1.0}
        | {("squad", "panx", 1): -3.0, ("squad", "panx", 2): -3.0}
        | {("mnli", "panx", 1): 1.0, ("mnli", "panx", 2): 1.5}
    )
    assert [(one.target, one.arm) for one in found.targets] == [("udpos", "squad"), ("panx", "mnli")]
    assert found.naive == pytest.approx((3.25 + 1.25) / 2)
    assert found.crossfitted.value == pytest.approx(found.naive)
    assert found.seeds == 2


def test_choice_without_differences_is_not_flattered() -> None:
    """Of ten arms that gain nothing the naive best gains much; cross-fitted it gains nothing on average."""
    generator = np.random.default_rng(1)
    arms = [f"arm{i}" for i in range(10)]
    study = study_of([{"task": "mnli", "name": arm} for arm in arms], targets=["udpos"], seeds=4)
    naive, honest = [], []
    for _ in range(100):
        noise = {(arm, seed): generator.normal() for arm in ("none", *arms) for seed in study.seeds}
        found = evidence_of(study, lambda _, arm, seed, *__, n=noise: 50 + n[arm, seed], languages=("de",))
        best = best_per_target(responses(found.scores)[0], arms)
        naive.append(best.naive)
        honest.append(best.crossfitted.value)
    # a gain has a standard deviation of sqrt(2), half of it shared with all other arms
    assert np.mean(naive) > 0.5
    assert abs(np.mean(honest)) < 4 * np.std(honest) / 10


def test_one_seed_has_no_cross_fit() -> None:
    """Chosen and judged on the only seed: the naive gain is there, another cannot be."""
    found = _best({("squad", "udpos", 1): 3.0, ("mnli", "udpos", 1): 1.0})
    assert found.naive == pytest.approx(3.0)
    assert math.isnan(found.crossfitted.value)
    assert not found.crossfitted.bounded
    assert math.isnan(found.optimism)


def test_a_missing_run_is_neither_chosen_nor_judged() -> None:
    """The arm squad lacks seed 2: there mnli is judged, though squad is better elsewhere."""
    found = _best(
        {("squad", "udpos", 1): 3.0, ("squad", "udpos", 2): None, ("squad", "udpos", 3): 3.0}
        | {("mnli", "udpos", 1): 1.0, ("mnli", "udpos", 2): 1.0, ("mnli", "udpos", 3): 1.0}
    )
    assert found.targets[0].arm == "squad"
    assert found.crossfitted.value == pytest.approx((3 + 1 + 3) / 3)


def test_repeating_arms_are_no_candidates() -> None:
    """An arm that repeats the target's training data is left out there; alone, the target is."""
    gains = {("squad", "udpos", seed): 9.0 for seed in (1, 2)}
    gains |= {("mnli", "udpos", seed): 1.0 for seed in (1, 2)}
    found = _best(gains, repeats=[("squad", "udpos")])
    assert [(one.arm, one.candidates) for one in found.targets] == [("mnli", 1)]
    both = _best(gains, repeats=[("squad", "udpos"), ("mnli", "udpos")])
    assert both.targets == ()
    assert math.isnan(both.naive)


def test_no_baseline_no_best() -> None:
    """Without the reference nothing is compared."""
    study = study_of(["squad"])
    found = evidence_of(study, lambda _, arm, *__: None if arm == "none" else 50.0)
    assert best_per_target(responses(found.scores)[0], ["squad"]).targets == ()
